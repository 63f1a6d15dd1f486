/** `drift`: production, the migrations and schema.prisma, each compared with each. */

import { changesRowsUnseen } from '../backfill/rows-unseen.ts';
import { compareHistory, type History, isToApply } from '../history/history.ts';
import { judgeHistory } from '../history/judge.ts';
import type { Migration } from '../history/migration.ts';
import { compareFreed, withFormerNames } from '../mirror/reserved-index.ts';
import { analyseMigration } from '../plan/analyse.ts';
import type { CallOptions, Database, Outside, SchemaEngine } from '../ports.ts';
import { readProduction } from '../production/gather.ts';
import { checkEngine, checkTracker, type Production } from '../production/production.ts';
import { isUnsure, type Unreplayed } from '../replay/unreplayed.ts';
import { listSome } from '../text/list.ts';
import {
  buildIncomparable,
  buildPair,
  isWhollyIncomparable,
  judgeDrift,
  type Pair,
  type PairName,
  type Verdict,
  withoutDoubtedKeys,
} from './judge.ts';
import type { RefusedWish } from './prisma-defaults.ts';
import { compareWithPrisma } from './prisma-schema.ts';
import { type ReplayedSide, replaySides, type Sides } from './schemas.ts';

export interface DriftInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  readonly engine: SchemaEngine;
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface Drift extends Verdict {
  /** In the order production–migrations, migrations–schema, production–schema. */
  readonly pairs: readonly Pair[];
  /** Names of the migrations that are to be applied. */
  readonly pending: readonly string[];
  /** Names of migrations whose file is not what ran, which may be why production differs. */
  readonly edited: readonly string[];
  /** Statements of the folder that could not be replayed as they are written, without those that follow from others. */
  readonly unreplayed: readonly Unreplayed[];
  /** Parts of schema.prisma for which Prisma writes SQL that SQLite refuses. */
  readonly refused: readonly RefusedWish[];
}

export interface DriftWithSides {
  readonly drift: Drift;
  readonly sides: Sides;
  readonly production: Production;
  readonly history: History;
}

/**
 * One read-only request; writes nothing.
 * @throws MigrateError ENGINE_UNVERIFIED, TRACKER_SHAPE, ENGINE_MISSING, SCHEMA_INVALID, SCHEMA_ENGINE_FAILED, and those of the connection
 */
export async function readDrift(input: DriftInput): Promise<DriftWithSides> {
  const options: CallOptions = input.signal ? { signal: input.signal } : {};
  const production = await readProduction(input.database, options);
  checkEngine(production);
  checkTracker(production);
  const history = compareHistory(input.migrations, production.trackerRows);
  const sides = await replaySides({ ...input, production, history });

  const applied = compareApplied(sides, history);
  const migrationsPair = await compareSide('migrations-schema', sides.folder, input);
  const isSame = (sides.pending.length === 0 && isClean(applied)) || isAsFolder(sides);
  const productionPair = isSame ? migrationsPair : await compareSide('production-schema', sides.future, input);
  const pairs = [applied, migrationsPair.pair, { ...productionPair.pair, pair: 'production-schema' as const }];
  const pending = sides.pending.map(({ name }) => name);
  const edited = history.entries.filter(({ state }) => state === 'edited').map(({ name }) => name);
  const toApply = history.entries.filter(isToApply);
  const judged = await judgeHistory({ ...input, production, history }, toApply);
  const verdict = judgeDrift({
    pairs,
    pending: pending.length,
    isPendingThere: judged.squash.into.size > 0 || isPendingThere(sides, history),
    isUnrecorded: judged.needsRecord,
  });
  const unreplayed = listUnreplayed([sides.recorded, sides.folder, sides.future]);
  const refused = listRefused([...migrationsPair.refused, ...productionPair.refused]);
  return { drift: { ...verdict, pairs, pending, edited, unreplayed, refused }, sides, production, history };
}

function isClean({ differences, incomparable }: Pair): boolean {
  return incomparable === null && differences.length === 0;
}

/** True if production is exactly what the whole folder makes. */
function isAsFolder({ production, folder }: Sides): boolean {
  if (folder.type === 'unknown' || isUnsure(folder.unsure)) return false;
  return compareFreed(production, folder.schema).length === 0;
}

/**
 * True if production already has what the pending migrations do: they are the difference between the record and
 * production. False if they change rows, which no schema shows, or if one was started and not finished.
 */
function isPendingThere(sides: Sides, history: History): boolean {
  const { production, recorded, pending } = sides;
  if (pending.length === 0 || !isAsFolder(sides)) return false;
  if (recorded.type === 'schema' && compareFreed(production, recorded.schema).length === 0) return false;
  if (history.entries.some((entry) => entry.state === 'unfinished')) return false;
  return !pending.some((migration) => changesRowsUnseen(analyseMigration(migration)));
}

/** Recorded migrations without a folder (after a squash) do not matter if there are no differences. */
function compareApplied({ production, recorded }: Sides, history: History): Pair {
  const name: PairName = 'production-migrations';
  if (recorded.type === 'unknown') return buildIncomparable(name, recorded.reason);
  const differences = withFormerNames(
    withFormerNames(compareFreed(production, recorded.schema), production),
    recorded.schema,
  );
  const pair = buildPair(name, differences, [recorded]);
  const missing = history.entries.filter(({ state }) => state === 'missing').map(({ name }) => name);
  if (missing.length === 0 || isWhollyIncomparable(pair) || pair.differences.length === 0) return pair;
  return buildIncomparable(
    name,
    `${missing.length === 1 ? 'one applied migration has' : `${missing.length} applied migrations have`} no folder here (${listSome(missing)}), so it is unknown what the migrations made`,
  );
}

interface ComparedWanted {
  readonly pair: Pair;
  readonly refused: readonly RefusedWish[];
}

async function compareSide(
  name: PairName,
  side: ReplayedSide,
  { engine, outside }: DriftInput,
): Promise<ComparedWanted> {
  if (side.type === 'unknown') return { pair: buildIncomparable(name, side.reason), refused: [] };
  const { differences, refused } = await compareWithPrisma({ engine, outside, schema: side.schema });
  return { pair: buildPair(name, withoutDoubtedKeys(differences, side), [side]), refused };
}

function listUnreplayed(sides: readonly ReplayedSide[]): readonly Unreplayed[] {
  const found = new Map<string, Unreplayed>();
  for (const one of sides.flatMap((side) => (side.type === 'unknown' ? [] : side.unreplayed))) {
    const key = `${one.path}:${one.line} ${one.sql}`;
    if (!one.follows && !found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

function listRefused(all: readonly RefusedWish[]): readonly RefusedWish[] {
  return [...new Map(all.map((one) => [one.advice, one])).values()];
}
