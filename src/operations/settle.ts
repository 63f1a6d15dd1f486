/** A lost answer is not a failure: finding out what became of an attempt, by looking and then by fencing it off. */

import { type Attempt, type AttemptedMigration, buildFence, fenceReplies, selectFinished } from '../core/plan/batch.ts';
import { findError } from '../core/replies.ts';
import { isAccessLost, MigrateError } from '../errors.ts';
import type { Clock, Database, Reply } from '../ports.ts';

export type Settlement =
  /** Exactly these rows are finished, and no other of the attempt ever will be. */
  | { readonly type: 'known'; readonly finished: ReadonlySet<string> }
  /** At least these rows are finished; the fence could not be placed. */
  | {
      readonly type: 'unknown';
      readonly finished: ReadonlySet<string>;
      readonly message: string;
      /** What to do before anything can be asked again; null where waiting is all. */
      readonly first: string | null;
    };

export interface SettleInput {
  readonly database: Database;
  readonly clock: Clock;
  readonly attempt: Attempt;
  /** The migrations of the request that was lost. */
  readonly migrations: readonly AttemptedMigration[];
  /** How long, in milliseconds, the server may go without progress before the attempt is fenced off. */
  readonly patience: number;
  /** How long to try in all, in milliseconds. */
  readonly timeout: number;
}

const pollDelay = 500;

/**
 * Looks, read-only, until every row of the attempt is there or nothing has moved for a while; a look that took the
 * write lock would get a running transaction rolled back. Then fences.
 */
export async function settle(input: SettleInput): Promise<Settlement> {
  const { clock, migrations } = input;
  const deadline = clock.now() + input.timeout;
  let seen: ReadonlySet<string> | null = null;
  let movedAt = clock.now();
  while (clock.now() < deadline && clock.now() - movedAt < input.patience) {
    const finished = await look(input);
    if (finished instanceof MigrateError) return lostAccess(finished, seen ?? new Set());
    if (finished !== null && finished.size === migrations.length) return { type: 'known', finished };
    if (finished !== null && finished.size !== seen?.size) {
      seen = finished;
      movedAt = clock.now();
    }
    await clock.sleep(pollDelay);
  }
  return fence(input, Math.max(deadline, clock.now() + input.patience), seen ?? new Set());
}

/** No later question will be answered either. */
function lostAccess({ message, next }: MigrateError, finished: ReadonlySet<string>): Settlement {
  return { type: 'unknown', finished, message, first: next };
}

/** @returns null when production could not be asked just now, the error when it will not be asked again. */
async function look({
  database,
  migrations,
  patience,
}: SettleInput): Promise<ReadonlySet<string> | MigrateError | null> {
  const query = selectFinished(migrations.map((migration) => migration.rowId));
  try {
    // One look that is never answered must not use up the time for all of them.
    const [reply] = await database.read([query], { signal: AbortSignal.timeout(patience) });
    if (reply?.type === 'rows') return findIds(reply);
    // The tracker is made in the attempt's first transaction: where it is not there, nothing has committed yet.
    return reply?.type === 'error' && reply.message.includes('no such table') ? new Set() : null;
  } catch (error) {
    if (error instanceof MigrateError) return isAccessLost(error) ? error : null;
    throw error;
  }
}

async function fence(input: SettleInput, deadline: number, seen: ReadonlySet<string>): Promise<Settlement> {
  const { database, clock, attempt, migrations } = input;
  const [first] = migrations;
  if (!first) return { type: 'known', finished: new Set() };
  const steps = buildFence(
    attempt,
    first,
    migrations.map((migration) => migration.rowId),
  );
  let message = 'no answer';
  for (let tries = 1; ; tries++) {
    try {
      const outcome = await database.execute(steps);
      if (outcome.type === 'ran') {
        const finished = outcome.replies[fenceReplies.finished];
        if (outcome.replies[fenceReplies.commit]?.type === 'rows' && finished) {
          return { type: 'known', finished: findIds(finished) };
        }
        message = findError(outcome.replies) ?? message;
      } else message = outcome.message;
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error;
      if (isAccessLost(error)) return lostAccess(error, seen);
      message = error.message;
    }
    // Twice at least: the first may have used up all the time without an answer.
    if (clock.now() >= deadline && tries > 1) return { type: 'unknown', finished: seen, message, first: null };
    await clock.sleep(pollDelay);
  }
}

function findIds(reply: Reply): ReadonlySet<string> {
  return new Set(reply.type === 'rows' ? reply.rows.map(([id]) => String(id)) : []);
}
