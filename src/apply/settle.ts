/** A lost answer is not a failure: finding out what became of an attempt, by looking and then by fencing it off. */

import { isAccessLost, MigrateError } from '../errors.ts';
import type { Clock, Database, Refusal, Value } from '../ports.ts';
import { findError } from '../production/replies.ts';
import { ended } from '../text/sentence.ts';
import { type Attempt, type AttemptedMigration, buildFence, fenceReplies, selectFinished } from './batch.ts';
import { look, pollDelay } from './look.ts';

export type Settlement =
  /** Exactly these rows are finished, and no other of the attempt ever will be. */
  | {
      readonly type: 'known';
      readonly finished: ReadonlySet<string>;
      /** True if the row of a fence was written. */
      readonly isFenced: boolean;
    }
  /** At least these rows are finished; the fence could not be placed. */
  | {
      readonly type: 'unknown';
      readonly finished: ReadonlySet<string>;
      readonly message: string;
      /** The step before anything can be asked again; null if it is enough to wait. */
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
  /** Why the attempt is not simply known, for the row of a fence; without a full stop. */
  readonly reason: string;
  /** An answer that says that nothing ran. That is certain only if it came from the server itself. */
  readonly refusal?: Refusal | undefined;
}

/**
 * Looks, read-only, until every row of the attempt is there or nothing has moved for a while; a look that took the
 * write lock would get a running transaction rolled back. Then fences.
 */
export async function settle(input: SettleInput): Promise<Settlement> {
  const { clock, migrations, refusal } = input;
  const settled = refusal === undefined ? null : await checkRefusal(input, refusal);
  if (settled !== null) return settled;
  // A server that refused at once need not be waited for as long as one that is silent.
  const timeout = refusal === undefined ? input.timeout : Math.min(input.timeout, input.patience);
  const deadline = clock.now() + timeout;
  let seen: ReadonlySet<string> | null = null;
  let movedAt = clock.now();
  while (clock.now() < deadline && clock.now() - movedAt < input.patience) {
    const { finished, error } = await lookForFinished(input);
    if (error !== null && isAccessLost(error)) return lostAccess(error, seen ?? new Set());
    if (finished !== null && finished.size === migrations.length) return { type: 'known', finished, isFenced: false };
    if (finished !== null && finished.size !== seen?.size) {
      seen = finished;
      movedAt = clock.now();
    }
    await clock.sleep(pollDelay);
  }
  return fence(input, Math.max(deadline, clock.now() + input.patience), seen);
}

const nothing: Settlement = { type: 'known', finished: new Set(), isFenced: false };

/**
 * libSQL refuses before anything runs, but something on the way can answer alike after the work was done. A fence that is
 * placed proves that it was refused. A token that may not write cannot place one: then a refusal in libSQL's own words is
 * believed when a look finds nothing, or is refused in the same way, and so is the fence.
 * @returns null when it cannot be told so soon.
 */
async function checkRefusal(input: SettleInput, { error, isOwn }: Refusal): Promise<Settlement | null> {
  const { finished, error: lookError } = await lookForFinished(input);
  if (finished !== null && finished.size === input.migrations.length)
    return { type: 'known', finished, isFenced: false };
  if (finished === null ? lookError?.code !== error.code : finished.size > 0) return null;
  const placed = await tryFence(input);
  if (placed.type === 'placed') return { type: 'known', finished: placed.finished, isFenced: true };
  return isOwn && placed.error?.code === error.code ? nothing : null;
}

/** No later question will be answered either. */
function lostAccess({ message, next }: MigrateError, finished: ReadonlySet<string>): Settlement {
  return { type: 'unknown', finished, message, first: next };
}

interface Finished {
  /** null when production could not be asked just now. */
  readonly finished: ReadonlySet<string> | null;
  /** Why it could not be asked. */
  readonly error: MigrateError | null;
}

async function lookForFinished({ database, attempt, migrations, patience }: SettleInput): Promise<Finished> {
  const ids = migrations.map((migration) => migration.rowId);
  const looked = await look(database, selectFinished(attempt.tracker, ids), patience);
  switch (looked.type) {
    case 'rows':
      return { finished: findIds(looked.rows, ids), error: null };
    // The tracker is made in the attempt's first transaction.
    case 'absent':
      return { finished: new Set(), error: null };
    case 'unanswered':
      return { finished: null, error: looked.error };
  }
}

/** @param seen what the looks found; null when none was answered. */
async function fence(input: SettleInput, deadline: number, seen: ReadonlySet<string> | null): Promise<Settlement> {
  const { clock, migrations, refusal } = input;
  if (migrations.length === 0) return nothing;
  for (let tries = 1; ; tries++) {
    const placed = await tryFence(input);
    if (placed.type === 'placed') return { type: 'known', finished: placed.finished, isFenced: true };
    // What was refused, and is refused again, is not there after all this time either.
    if (refusal && seen?.size === 0 && placed.error?.code === refusal.error.code) return nothing;
    if (placed.error !== null && isAccessLost(placed.error)) return lostAccess(placed.error, seen ?? new Set());
    // Twice at least: the first may have used up all the time without an answer.
    if (clock.now() >= deadline && tries > 1) {
      return { type: 'unknown', finished: seen ?? new Set(), message: placed.message, first: null };
    }
    await clock.sleep(pollDelay);
  }
}

type Fence =
  | { readonly type: 'placed'; readonly finished: ReadonlySet<string> }
  | { readonly type: 'not-placed'; readonly message: string; readonly error: MigrateError | null };

async function tryFence({ database, attempt, migrations, reason }: SettleInput): Promise<Fence> {
  const [first] = migrations;
  if (!first) return { type: 'placed', finished: new Set() };
  const ids = migrations.map((migration) => migration.rowId);
  try {
    const outcome = await database.execute(buildFence(attempt, first, ids, reason), { purpose: 'a fence' });
    if (outcome.type !== 'ran') {
      const error = outcome.type === 'lost' ? (outcome.refusal?.error ?? null) : null;
      return { type: 'not-placed', message: outcome.message, error };
    }
    const finished = outcome.replies[fenceReplies.finished];
    if (outcome.replies[fenceReplies.commit]?.type === 'rows' && finished) {
      return { type: 'placed', finished: findIds(finished.type === 'rows' ? finished.rows : [], ids) };
    }
    return { type: 'not-placed', message: findError(outcome.replies) ?? 'no answer', error: null };
  } catch (error) {
    if (error instanceof MigrateError) return { type: 'not-placed', message: error.message, error };
    throw error;
  }
}

/** @param ids that were asked for; an answer with others says nothing of them. */
function findIds(rows: readonly (readonly Value[])[], ids: readonly string[]): ReadonlySet<string> {
  const found = new Set(rows.map(([id]) => String(id)));
  return new Set(ids.filter((id) => found.has(id)));
}

/** A refusal, and what was found out of production. */
export function withState(error: MigrateError, state: string): MigrateError {
  return error.with({ message: `${ended(error.message)} ${state}` });
}
