/** Checks that the engine can rename anything at all: for that it reads the whole schema again, as for dropping a column. */

import { EngineError, type Mirror } from '../ports.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';

const probe = 'migrate_prod_probe';

/** @returns why not, in the engine's words; null if it can. The mirror is unchanged. */
export function findRenameFault(mirror: Mirror): string | null {
  mirror.run('SAVEPOINT renamed');
  try {
    mirror.run(`CREATE TABLE ${quoteIdentifier(probe)} (a)`);
    // With `query`, not `run`: a table renamed by `run` would then count as one that foreign keys may refer to.
    mirror.query(`ALTER TABLE ${quoteIdentifier(probe)} RENAME TO ${quoteIdentifier(`${probe}_2`)}`);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  } finally {
    mirror.run('ROLLBACK TO renamed');
    mirror.run('RELEASE renamed');
  }
}
