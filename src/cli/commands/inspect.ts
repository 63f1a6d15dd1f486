/** `inspect`: one table in full. */

import { inspectTable } from '../../inspect/inspect.ts';
import { describeTarget } from '../../target/target.ts';
import type { Report, Run } from '../context.ts';
import { renderInspect } from '../report/text/inspect.ts';
import { describeTable } from '../report/text/tables.ts';
import { withTarget } from '../session.ts';

export function runInspect(run: Run, name: string): Promise<Report> {
  return withTarget(run, async (database) => {
    const table = await inspectTable(database, name);
    return {
      exitCode: 0,
      text: (screen) => renderInspect(table, describeTarget(database.target), screen),
      json: () => ({
        table: { ...describeTable(table), internal: table.internal, sql: table.sql },
        requests: database.requests(),
      }),
      error: null,
    };
  });
}
