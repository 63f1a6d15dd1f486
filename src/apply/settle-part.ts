/** Settles a request whose answer was lost, or speaks of a second try only. */

import type { Refusal } from '../target/request.ts';
import type { Attempt, AttemptedMigration } from './batch.ts';
import type { PartInput, PartResult } from './execution.ts';
import type { BatchResult } from './outcome.ts';
import { settle, withState } from './settle.ts';

/** How long a lost attempt may go without progress before it is fenced off, in milliseconds. */
const patience = { lost: 10_000, interrupted: 2_000 };

/**
 * The answer to a batch that was sent again, after it had been turned away, speaks of the second time only. If the first was
 * taken in all the same, what stopped the second is this run's own rows, or the first may be yet to commit.
 * @returns null where that answer is a failure, and is true.
 */
export async function settleResent(
  input: PartInput,
  attempt: Attempt,
  result: BatchResult,
  attempted: readonly AttemptedMigration[],
): Promise<PartResult | null> {
  const message = 'the server refused the request, and then said that it cannot be run again';
  const settled = await settlePart(input, attempt, attempted, { message });
  const isFailure = result.type === 'failed' && settled.end?.type === 'lost' && settled.committed === result.committed;
  return isFailure ? null : settled;
}

export async function settlePart(
  input: PartInput,
  attempt: Attempt,
  attempted: readonly AttemptedMigration[],
  { message: reason, refusal }: { readonly message: string; readonly refusal?: Refusal },
): Promise<PartResult> {
  const interrupted = input.signal?.aborted ?? false;
  input.onEvent({ type: 'settling', cause: interrupted ? 'interrupted' : 'lost', reason });
  const timeout = input.timeoutSeconds * 1000;
  const settlement = await settle({
    database: input.database,
    clock: input.outside.clock,
    attempt,
    migrations: attempted,
    patience: Math.min(timeout, interrupted ? patience.interrupted : patience.lost),
    timeout,
    reason: interrupted ? 'The run was interrupted' : refusal ? 'The request was refused' : 'The answer was lost',
    refusal,
  });
  const committed = attempted.filter(({ rowId }) => settlement.finished.has(rowId)).length;
  if (committed > 0 || settlement.type === 'unknown') input.onWrite();
  if (settlement.type === 'unknown') {
    const uncertain = attempted.slice(committed).map(({ migration }) => migration.name);
    const message = `${reason}; ${settlement.message}`;
    return { committed, end: { type: 'unknown', message, first: settlement.first, uncertain } };
  }
  if (committed === attempted.length) return { committed, end: null };
  if (committed === 0 && refusal && !interrupted) {
    const { error } = refusal;
    const { isFenced } = settlement;
    // The fence's row was written, and nothing else.
    const said = isFenced ? withState(error, 'Nothing of this request was applied.') : error;
    return { committed, end: { type: 'stopped', error: said, hasState: isFenced } };
  }
  return { committed, end: { type: 'lost', message: reason } };
}
