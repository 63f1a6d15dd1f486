/** Reads the tracker of a target that comes before this one: one small read-only request. */

import { MigrateError } from '../errors.ts';
import type { Database, ReadOptions } from '../ports.ts';
import { judgeTracker } from '../production/production.ts';
import { needRows } from '../production/replies.ts';
import { sameName } from '../sql/identifiers.ts';
import { parseTrackerRow, selectRows, type TrackerRow } from '../tracker/tracker.ts';

/**
 * @returns none where nothing was ever recorded
 * @throws MigrateError TRACKER_SHAPE, READ_FAILED and those of the connection
 */
export async function readEarlierRows(database: Database, options: ReadOptions): Promise<readonly TrackerRow[]> {
  const { tracker } = database;
  const [tables, columns, rows] = await database.read(
    [
      {
        sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE",
        args: [tracker.name],
      },
      { sql: 'SELECT name FROM pragma_table_xinfo(?)', args: [tracker.name] },
      selectRows(tracker, 0),
    ],
    options,
  );
  const own = needRows(tables, 'the list of tables')
    .map(([name, sql]) => ({ name: String(name), sql: String(sql) }))
    .find(({ name }) => sameName(name, tracker.name));
  const names = needRows(columns, "the tracker's columns").map(([name]) => String(name));
  switch (judgeTracker(own, names)) {
    case 'absent':
      return [];
    case 'prisma':
      return needRows(rows, 'the tracker').map(parseTrackerRow);
    default:
      throw new MigrateError('TRACKER_SHAPE', `its table ${tracker.name} is not Prisma's`, 'Look at that table.');
  }
}
