/** Drift: what it means that production, the migrations and schema.prisma disagree. */

import {
  buildUnsureJudge,
  describeUnsure,
  isUnsure,
  joinUnsure,
  type Unreplayed,
  type Unsure,
} from '../replay/unreplayed.ts';
import { type Difference, isAbsentLeft, isLacking } from '../schema/compare/difference.ts';
import type { Schema } from '../schema/model/objects.ts';
import { sameName } from '../sql/identifiers.ts';
import { mentionsName } from '../sql/words.ts';

export type PairName = 'production-migrations' | 'migrations-schema' | 'production-schema';

export interface Pair {
  readonly pair: PairName;
  /** Left and right as in the pair's name. */
  readonly differences: readonly Difference[];
  /** Why the two, or the objects in `unsure`, cannot be compared; null if they were compared. */
  readonly incomparable: string | null;
  /**
   * Tables, views, indexes and triggers for which it is not known whether they differ, while the others were compared;
   * `differences` has none of them.
   */
  readonly unsure: readonly string[];
}

/** Objects in doubt in a comparison, and the reason. */
export interface DriftDoubt {
  readonly unsure: Unsure;
  readonly unreplayed: readonly Unreplayed[];
}

export function buildPair(pair: PairName, all: readonly Difference[], doubts: readonly DriftDoubt[]): Pair {
  const unsure = doubts.map((doubt) => doubt.unsure).reduce(joinUnsure, []);
  if (!isUnsure(unsure)) return { pair, differences: all, incomparable: null, unsure: [] };
  const incomparable = describeUnsure(unsure, [...new Set(doubts.flatMap(({ unreplayed }) => unreplayed))]);
  if (unsure === 'everything') return { pair, differences: [], incomparable, unsure: [] };
  const isDoubted = buildUnsureJudge(unsure);
  return { pair, differences: all.filter((difference) => !isDoubted(difference)), incomparable, unsure };
}

/** Left out are foreign keys to tables that are missing only because they are in doubt: Prisma does not see such keys. */
export function withoutDoubtedKeys(
  differences: readonly Difference[],
  { unsure, schema }: Pick<DriftDoubt, 'unsure'> & { readonly schema: Schema },
): readonly Difference[] {
  const keys = differences.filter(({ kind }) => kind === 'foreign-key');
  if (unsure === 'everything' || keys.length === 0) return differences;
  const isThere = (table: string) => schema.objects.some(({ type, name }) => type === 'table' && sameName(name, table));
  const missing = unsure.filter((name) => !isThere(name));
  return differences.filter(
    (difference) =>
      !keys.includes(difference) ||
      !missing.some((name) => mentionsName(difference.left ?? difference.right ?? '', name)),
  );
}

/** A pair of which one side does not exist. */
export function buildIncomparable(pair: PairName, reason: string): Pair {
  return { pair, differences: [], incomparable: reason, unsure: [] };
}

export function isWhollyIncomparable({ incomparable, unsure }: Pair): boolean {
  return incomparable !== null && unsure.length === 0;
}

/**
 * What to do now.
 * - `nothing`: in sync
 * - `apply`: migrations are pending, and come first
 * - `begin`: production has tables, and no migration is recorded
 * - `backfill`: production already has what the pending migrations do
 * - `fix`: production has something that no migration makes, or has it in another form
 * - `undo`: recorded as applied, but production lacks it
 * - `develop`: schema.prisma has more than the migrations make
 * - `edit`: schema.prisma and the migrations differ in another way: `prisma migrate dev` would drop something
 * - `look`: only a person can decide
 */
export type DriftNext = 'nothing' | 'apply' | 'begin' | 'backfill' | 'fix' | 'undo' | 'develop' | 'edit' | 'look';

export interface Verdict {
  readonly inSync: boolean;
  readonly next: DriftNext;
}

export interface Compared {
  readonly pairs: readonly Pair[];
  /** The number of migrations that are to be applied. */
  readonly pending: number;
  /** True if production already has what the pending migrations do. */
  readonly isPendingThere: boolean;
  /** True if production has what migrations make, and none of them is recorded. */
  readonly isUnrecorded: boolean;
}

export function judgeDrift(compared: Compared): Verdict {
  const inSync = compared.pairs.every((pair) => pair.incomparable === null && pair.differences.length === 0);
  if (inSync) return { inSync, next: compared.pending > 0 ? 'apply' : 'nothing' };
  return { inSync, next: chooseNext(compared) };
}

function chooseNext({ pairs, pending, isPendingThere, isUnrecorded }: Compared): DriftNext {
  const find = (name: PairName) => pairs.find(({ pair }) => pair === name);
  const [applied, schemaPair] = [find('production-migrations'), find('migrations-schema')];
  if (isPendingThere) return 'backfill';
  if (applied === undefined || isWhollyIncomparable(applied)) return 'look';
  if (applied.differences.length > 0) {
    if (pending > 0) return isUnrecorded ? 'begin' : 'apply';
    return applied.differences.some(isAbsentLeft) ? 'undo' : 'fix';
  }
  if (schemaPair === undefined || schemaPair.differences.length === 0) return 'look';
  return isSchemaAhead(schemaPair.differences) ? 'develop' : 'edit';
}

/** True if schema.prisma, on the right, only adds something: then `prisma migrate dev` drops nothing. */
export function isSchemaAhead(differences: readonly Difference[]): boolean {
  return differences.every(isLacking);
}
