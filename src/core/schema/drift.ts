/** Drift: production, the migrations and schema.prisma disagree. */

import type { Difference } from './difference.ts';

export type PairName = 'production-migrations' | 'migrations-schema' | 'production-schema';

export interface Pair {
  readonly pair: PairName;
  /** Left and right as in the pair's name. */
  readonly differences: readonly Difference[];
  /** Why the two cannot be compared; null where they were. */
  readonly incomparable: string | null;
}

/**
 * What to do about drift.
 * - `nothing`, `apply`: in sync; with `apply` migrations are pending
 * - `backfill`: production has already what the pending migrations do
 * - `fix`: production has what no migration does
 * - `undo`: recorded as applied, but production lacks it
 * - `develop`: schema.prisma wants what no migration does
 * - `edit`: schema.prisma lacks what the migrations do, so `prisma migrate dev` would take it away
 * - `look`: only a person can tell
 */
export type DriftNext = 'nothing' | 'apply' | 'backfill' | 'fix' | 'undo' | 'develop' | 'edit' | 'look';

export interface Verdict {
  readonly inSync: boolean;
  readonly next: DriftNext;
}

export interface Compared {
  readonly pairs: readonly Pair[];
  /** How many migrations are yet to be applied. */
  readonly pending: number;
  /** Whether production has the schema that the whole folder makes, pending migrations included. */
  readonly isPendingThere: boolean;
}

export function judgeDrift({ pairs, pending, isPendingThere }: Compared): Verdict {
  const inSync = pairs.every((pair) => pair.incomparable === null && pair.differences.length === 0);
  if (inSync) return { inSync, next: pending > 0 ? 'apply' : 'nothing' };
  return { inSync, next: chooseNext(pairs, pending, isPendingThere) };
}

function chooseNext(pairs: readonly Pair[], pending: number, isPendingThere: boolean): DriftNext {
  const find = (name: PairName) => pairs.find(({ pair }) => pair === name);
  const [applied, wanted] = [find('production-migrations'), find('migrations-schema')];
  if (pending > 0 && isPendingThere) return 'backfill';
  if (applied === undefined || applied.incomparable !== null) return 'look';
  if (applied.differences.length > 0) {
    // With pending migrations the new one would have to come before them.
    if (pending > 0) return 'apply';
    return applied.differences.every(isLacking) ? 'undo' : 'fix';
  }
  if (wanted === undefined || wanted.differences.length === 0) return 'look';
  return wanted.differences.some(isSurplus) ? 'edit' : 'develop';
}

/** The left side does not have it at all. */
function isLacking({ kind, left }: Difference): boolean {
  return kind === 'existence' && left === null;
}

/** Only the left side has it. */
function isSurplus({ kind, right }: Difference): boolean {
  return kind === 'existence' && right === null;
}
