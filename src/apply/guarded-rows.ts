/** The query that shows what stopped a statement: only one that production can answer once the migration is rolled back. */

import { MigrateError } from '../errors.ts';
import type { Database } from '../ports.ts';
import type { Failure } from './outcome.ts';
import type { FailedMigration } from './result.ts';

/** Milliseconds: who waits for a failure to be told waits for no more. */
const patience = 5_000;

/** Without a query that names what only the migration makes. One more read-only request, where there is a query. */
export async function checkGuardedRows(
  failed: FailedMigration,
  { rowsGuard }: Failure,
  database: Database,
): Promise<FailedMigration> {
  if (failed.query === null) return failed;
  // That of a guard is compiled, and no row is read. Rows that are the same only on the way are none that another finds.
  const limit = rowsGuard === null ? 1 : 0;
  try {
    const [reply] = await database.read([{ sql: `SELECT 1 FROM (${failed.query}) LIMIT ${limit}` }], { patience });
    const isAnswered = reply?.type === 'rows' && reply.rows.length === limit;
    return isAnswered ? failed : { ...failed, query: null };
  } catch (error) {
    // What failed is told all the same.
    if (error instanceof MigrateError) return failed;
    throw error;
  }
}
