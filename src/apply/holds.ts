/** Whether a step of a batch is to run, told from what became of those before it. */

import type { Condition, Reply } from '../target/request.ts';

/** @param autocommit whether the connection is outside a transaction at that moment. */
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
