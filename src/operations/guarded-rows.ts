/** The query that shows what a guard found: only one that production can answer once the migration is rolled back. */

import { MigrateError } from '../errors.ts';
import type { Database } from '../ports.ts';
import type { FailedMigration } from './apply-result.ts';

/** Without a query that names what only the migration makes. One more read-only request, where there is a query. */
export async function checkGuardedRows(failed: FailedMigration, database: Database): Promise<FailedMigration> {
  if (failed.query === null) return failed;
  try {
    // It is compiled, and no row is read.
    const [reply] = await database.read([{ sql: `SELECT 1 FROM (${failed.query}) LIMIT 0` }]);
    return reply?.type === 'error' ? { ...failed, query: null } : failed;
  } catch (error) {
    // What failed is told all the same.
    if (error instanceof MigrateError) return failed;
    throw error;
  }
}
