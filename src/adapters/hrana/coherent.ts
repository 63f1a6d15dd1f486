/** Whether the replies to a batch can be true: its conditions say which steps run, so replies that contradict them are none. */

import { holds } from '../../apply/holds.ts';
import type { Reply, Step } from '../../ports.ts';

/**
 * Goes through the steps with what is possible of the connection, inside a transaction or not. A step that had to run
 * was not skipped, and one that had not to run has no rows (it may have an error: sqld reports a transaction that was
 * taken away at every later step).
 */
export function areCoherent(steps: readonly Step[], replies: readonly Reply[]): boolean {
  let possible: readonly boolean[] = [true];
  for (const [index, { sql, condition }] of steps.entries()) {
    const reply = replies[index];
    if (reply === undefined) return false;
    possible = possible.filter((autocommit) =>
      holds(condition, replies, autocommit) ? reply.type !== 'skipped' : reply.type !== 'rows',
    );
    if (possible.length === 0) return false;
    if (reply.type === 'rows') possible = followStatement(sql, possible);
    // An error may have ended the transaction.
    else if (reply.type === 'error') possible = [...new Set([...possible, true])];
  }
  return true;
}

/** Only this program's own steps begin and end transactions: in a migration they are blockers. */
function followStatement(sql: string, possible: readonly boolean[]): readonly boolean[] {
  if (sql === 'BEGIN IMMEDIATE') return [false];
  return sql === 'COMMIT' || sql === 'ROLLBACK' ? [true] : possible;
}
