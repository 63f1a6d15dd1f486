/** Making sure that a failure is in the tracker, with the server's own message. */

import { buildFailureRecord } from '../core/plan/batch.ts';
import { describeReason, type Failure } from '../core/plan/outcome.ts';
import { findError } from '../core/replies.ts';
import { MigrateError } from '../errors.ts';
import type { Database } from '../ports.ts';

/** How long one try may take, in milliseconds; the failure itself is waiting to be told. */
const longestTry = 10_000;

/** @returns why it could not be recorded; null when it was, with its message or without. */
export async function recordFailure(database: Database, failure: Failure): Promise<string | null> {
  // An answer that was lost is asked for again: the second try finds the row of the first.
  const first = await send(database, failure);
  const last = first.type === 'lost' ? await send(database, failure) : first;
  return last.type === 'recorded' || failure.recorded ? null : last.message;
}

type Sent = { readonly type: 'recorded' } | { readonly type: 'lost' | 'refused'; readonly message: string };

async function send(database: Database, failure: Failure): Promise<Sent> {
  const { attempted } = failure.steps;
  const place = failure.statement ? `\n${attempted.migration.path}:${failure.statement.line}` : '';
  const steps = buildFailureRecord(attempted, `${describeReason(failure)}${place}`);
  try {
    const outcome = await database.execute(steps, { signal: AbortSignal.timeout(longestTry) });
    if (outcome.type !== 'ran') return outcome;
    const message = findError(outcome.replies);
    return message === null ? { type: 'recorded' } : { type: 'refused', message };
  } catch (error) {
    if (error instanceof MigrateError) return { type: 'refused', message: error.message };
    throw error;
  }
}
