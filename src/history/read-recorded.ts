/** Reads what was applied when, by whom and with which consents: the tracker's rows, in one read-only request. */

import { MigrateError } from '../errors.ts';
import type { CallOptions, Database } from '../ports.ts';
import { readReplies } from '../production/gather.ts';
import { judgeTracker } from '../production/production.ts';
import { needRows } from '../production/replies.ts';
import { sameName } from '../sql/identifiers.ts';
import { command, say } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import { suggest } from '../text/suggest.ts';
import { isOtherTracker } from '../tracker/other-trackers.ts';
import { parseTrackerRow, selectRows, type TrackerTable } from '../tracker/tracker.ts';
import { listRecorded, type RecordedMigration } from './recorded.ts';

export interface RecordedHistory {
  /** `other-shape`: a table of that name is there, but is not Prisma's. */
  readonly tracker: 'prisma' | 'other-shape' | 'absent';
  /** Tables where other tools and scripts keep their record; their rows are not read. */
  readonly otherTrackers: readonly string[];
  readonly migrations: readonly RecordedMigration[];
}

/** Reasons and messages are shown whole. No row of this program has longer logs. */
const longestLogs = 100_000;

const listQuestions = (tracker: TrackerTable) => [
  { sql: 'SELECT name FROM pragma_table_xinfo(?)', args: [tracker.name] },
  { sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'table'" },
  selectRows(tracker, longestLogs),
];

/** @throws MigrateError READ_FAILED and those of the connection */
export async function readRecorded(database: Database, options?: CallOptions): Promise<RecordedHistory> {
  const [columnRows, tableRows, rows] = await readReplies(database, listQuestions(database.tracker), {
    purpose: 'the history',
    ...options,
  });
  const columns = needRows(columnRows, "the tracker's columns").map(([name]) => String(name));
  const tables = needRows(tableRows, 'the list of tables').map(([name, sql]) => ({
    name: String(name),
    sql: String(sql),
  }));
  const own = tables.find(({ name }) => sameName(name, database.tracker.name));
  const tracker = judgeTracker(own, columns);
  const read = tracker === 'prisma' ? needRows(rows, 'the tracker').map(parseTrackerRow) : [];
  return {
    tracker,
    otherTrackers: tables.map(({ name }) => name).filter((name) => isOtherTracker(name, database.tracker)),
    migrations: listRecorded(read),
  };
}

/** @throws MigrateError MIGRATION_UNKNOWN with a suggestion */
export function selectRecorded({ migrations, tracker }: RecordedHistory, name: string): RecordedMigration {
  const found = migrations.find((recorded) => recorded.name === name);
  if (found) return found;
  if (tracker !== 'prisma') {
    const message =
      tracker === 'absent' ? 'Production has no record of migrations' : "The record of migrations is not Prisma's";
    throw new MigrateError('MIGRATION_UNKNOWN', `${message}, so nothing is known of ${name}.`, command('status'));
  }
  const near = suggest(
    name,
    migrations.map((recorded) => recorded.name),
  );
  throw new MigrateError(
    'MIGRATION_UNKNOWN',
    `The tracker records no migration called ${name}.`,
    near === null
      ? say`${command('history')} lists what it records.`
      : say`Did you mean ${quoteArgument(near)}? ${command('history', [near])}`,
  );
}
