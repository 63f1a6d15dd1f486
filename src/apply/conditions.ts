/** Conditions of a batch's steps, whether they hold, and the batch that is one transaction. */

import type { Condition, Query, Reply, Step } from '../target/request.ts';

export const ok = (step: number): Condition => ({ type: 'ok', step });
export const not = (condition: Condition): Condition => ({ type: 'not', condition });
export const and = (...conditions: readonly Condition[]): Condition => ({ type: 'and', conditions });
export const autocommit: Condition = { type: 'autocommit' };
export const inTransaction = not(autocommit);

/**
 * BEGIN IMMEDIATE, the queries, COMMIT, and ROLLBACK where that is needed; each only if the one before went well and the
 * transaction is still open. Query n is step n + 1, COMMIT the step after the last.
 */
export function buildTransaction(queries: readonly Query[]): readonly Step[] {
  return [
    { sql: 'BEGIN IMMEDIATE' },
    ...[...queries, { sql: 'COMMIT' }].map((query, index) => ({ ...query, condition: and(ok(index), inTransaction) })),
    { sql: 'ROLLBACK', condition: inTransaction },
  ];
}

/** Tells from the replies so far. @param autocommit true if the connection is outside a transaction at that moment. */
export function holds(condition: Condition | undefined, replies: readonly Reply[], autocommit: boolean): boolean {
  switch (condition?.type) {
    case undefined:
      return true;
    case 'ok':
      return replies[condition.step]?.type === 'rows';
    case 'autocommit':
      return autocommit;
    case 'not':
      return !holds(condition.condition, replies, autocommit);
    case 'and':
      return condition.conditions.every((part) => holds(part, replies, autocommit));
  }
}
