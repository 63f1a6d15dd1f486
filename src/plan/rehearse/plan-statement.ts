/** What is planned for a statement by its text: what is sent for it, or that it is left out. */

import { leftOutWords } from '../../findings/pragma-left-out.ts';
import type { Classified } from '../../sql/classify.ts';
import { addIfNotExists, countRows, dropReturning } from '../../sql/rewrite.ts';
import { type AnalysedMigration, type AnalysedStatement, isDeferPragma, isForeignKeysPragma } from '../analyse.ts';
import type { PlannedStatement } from '../plan.ts';
import { findWhyLeftOut } from '../pragmas.ts';

/** The file's own foreign-key pragmas do nothing inside a transaction; where they matter they are set around it. */
export function planPragma(migration: AnalysedMigration, statement: AnalysedStatement): PlannedStatement | null {
  const { kind } = statement;
  const leave = (skip: 'foreign-keys' | 'left-out', reason: string): PlannedStatement => {
    return { ...run(statement), action: 'skip', skip, reason };
  };
  const why = findWhyLeftOut(kind);
  if (why !== null) return leave('left-out', leftOutWords[why]);
  if (!isForeignKeysPragma(kind) && !(isDeferPragma(kind) && migration.foreignKeysOff)) return null;
  return leave('foreign-keys', migration.foreignKeysOff ? 'set around the transaction' : 'foreign keys are already on');
}

export function run({ line, sql, kind }: AnalysedStatement): PlannedStatement {
  return {
    line,
    sql,
    action: 'run',
    skip: null,
    reason: null,
    sent: rewrite(sql, kind),
    before: [],
    after: [],
    guards: [],
  };
}

/** What is sent for a statement: creations may meet their own result, and nothing sends rows that nobody reads. */
function rewrite(sql: string, kind: Classified): string {
  if (kind.type === 'select') return countRows(sql);
  return 'returning' in kind && kind.returning ? dropReturning(sql) : addIfNotExists(sql);
}
