/** Rows in the rehearsal: production's are not there, so that what fails on those that are proves little. */

import { EngineError, type Mirror } from '../../ports.ts';
import type { Classified } from '../../sql/classify.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { makeWithoutRows } from '../../sql/rewrite.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';

/** A mirror has no rows of production: that such a statement fails there proves nothing. */
export function dependsOnRows(kind: Classified): boolean {
  return kind.type === 'insert' || kind.type === 'update' || kind.type === 'delete' || kind.type === 'select';
}

/** Rows that an earlier migration of the plan put into the mirror stand in the way of a DROP; in production others do, or none. */
export function dropWithoutRows(mirror: Mirror, analysed: AnalysedMigration, statement: AnalysedStatement): void {
  mirror.run('PRAGMA foreign_keys=OFF');
  mirror.run(statement.sql);
  if (!analysed.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
}

/**
 * Runs a statement that failed on rows of the mirror, where production has others, as if there were none.
 * @returns whether it went well.
 */
export async function runWithoutRows(
  mirror: Mirror,
  { foreignKeysOff }: AnalysedMigration,
  { kind, sql }: AnalysedStatement,
): Promise<boolean> {
  const table = kind.type === 'create-index' || kind.type === 'add-column' ? kind.table : null;
  const text = table === null ? makeWithoutRows(sql) : sql;
  if (text === null) return false;
  mirror.run('PRAGMA foreign_keys=OFF');
  try {
    if (table !== null) await mirror.attempt(`DELETE FROM ${quoteIdentifier(table)}`);
    await mirror.attempt(text);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  } finally {
    if (!foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
  }
}

export function makesTableOfRows(kind: Classified): boolean {
  return kind.type === 'create-table' && kind.asSelect;
}
