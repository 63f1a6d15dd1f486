/** `tables`: what production has. */

import { countTableRows, readTables } from '../../inspect/inspect.ts';
import { describeTarget } from '../../target/target.ts';
import type { Report, Run } from '../context.ts';
import { describeTable, renderTables } from '../report/text/tables.ts';
import { withTarget } from '../session.ts';

export function runTables(run: Run, flags: { readonly count: boolean }): Promise<Report> {
  return withTarget(run, async (database) => {
    const tables = await readTables(database);
    const own = tables.filter((table) => !table.internal);
    const rows = flags.count ? await countTableRows(database, own) : null;
    const internal = tables.filter((table) => table.internal).map((table) => table.name);
    return {
      exitCode: 0,
      text: (screen) => renderTables({ target: describeTarget(database.target), tables: own, internal, rows }, screen),
      json: () => ({
        tables: own.map((table) => ({
          ...describeTable(table),
          ...(rows === null ? {} : { rows: rows.get(table.name) ?? null }),
        })),
        internal,
        requests: database.requests(),
      }),
      error: null,
    };
  });
}
