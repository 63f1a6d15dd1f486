/** Making sure that a failure is in the tracker, with the server's own message, and that it was one. */

import { MigrateError } from '../errors.ts';
import type { Database, Reply } from '../ports.ts';
import { findError } from '../production/replies.ts';
import { type AttemptedMigration, buildFailureRecord, finishedOfFailure } from './batch.ts';
import { describeReason, type Failure } from './outcome.ts';

/** How long one try may take, in milliseconds; the failure itself is waiting to be told. */
const longestTry = 10_000;

export interface FailureRecord {
  /** Why it could not be recorded; null when it was, with its message or without. */
  readonly unrecorded: string | null;
  /** The rows of the attempt that are finished; null when they could not be read. */
  readonly finished: ReadonlySet<string> | null;
}

/** @param attempted all of the request that it was a part of. */
export async function recordFailure(
  database: Database,
  failure: Failure,
  attempted: readonly AttemptedMigration[],
): Promise<FailureRecord> {
  // An answer that was lost is asked for again: the second try finds the row of the first.
  const first = await send(database, failure, attempted);
  const last = first.type === 'lost' ? await send(database, failure, attempted) : first;
  const isThere = last.type === 'recorded' || failure.recorded;
  return {
    unrecorded: isThere ? null : last.message,
    finished: last.type === 'lost' ? null : last.finished,
  };
}

type Sent =
  | { readonly type: 'recorded'; readonly finished: ReadonlySet<string> | null }
  | { readonly type: 'refused'; readonly message: string; readonly finished: ReadonlySet<string> | null }
  | { readonly type: 'lost'; readonly message: string };

async function send(database: Database, failure: Failure, all: readonly AttemptedMigration[]): Promise<Sent> {
  const { attempted } = failure.steps;
  const place = failure.statement ? `\n${attempted.migration.path}:${failure.statement.line}` : '';
  const ids = all.map(({ rowId }) => rowId);
  const steps = buildFailureRecord(database.tracker, attempted, `${describeReason(failure)}${place}`, ids);
  try {
    const outcome = await database.execute(steps, {
      purpose: 'the record of the failure',
      signal: AbortSignal.timeout(longestTry),
    });
    if (outcome.type === 'lost') return { type: 'lost', message: outcome.message };
    if (outcome.type === 'refused') return { type: 'refused', message: outcome.message, finished: null };
    const finished = readFinished(outcome.replies[finishedOfFailure]);
    const message = findError(outcome.replies);
    return message === null ? { type: 'recorded', finished } : { type: 'refused', message, finished };
  } catch (error) {
    if (error instanceof MigrateError) return { type: 'refused', message: error.message, finished: null };
    throw error;
  }
}

function readFinished(reply: Reply | undefined): ReadonlySet<string> | null {
  return reply?.type === 'rows' ? new Set(reply.rows.map(([id]) => String(id))) : null;
}
