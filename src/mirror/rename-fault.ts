/** Whether the engine can rename anything at all: it reads the whole schema again for that, as for dropping a column. */

import { EngineError, type Mirror } from '../ports.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';

const probe = 'migrate_prod_probe';

/** @returns why not, in the engine's words; null where it can. The mirror is as it was. */
export function findRenameFault(mirror: Mirror): string | null {
  mirror.run('SAVEPOINT renamed');
  try {
    mirror.run(`CREATE TABLE ${quoteIdentifier(probe)} (a)`);
    // As a question: whatever is renamed by `run` is taken for something that keys may refer to from then on.
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
