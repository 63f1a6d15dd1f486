/** `drift`: production, the migrations and schema.prisma, each compared with each. */

import { compareHistory, type History } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { analyseMigration } from '../core/plan/analyse.ts';
import { changesRowsUnseen } from '../core/plan/rows-unseen.ts';
import { checkEngine, checkTracker, type Production } from '../core/production.ts';
import { compareSchemas } from '../core/schema/compare.ts';
import type { Difference } from '../core/schema/difference.ts';
import { judgeDrift, type Pair, type PairName, type Verdict } from '../core/schema/drift.ts';
import { listSome } from '../core/text/list.ts';
import type { CallOptions, Database, Outside, SchemaEngine } from '../ports.ts';
import { readProduction } from './production.ts';
import { type ReplayedSide, replaySides, type Sides } from './sides.ts';
import { readWantedDifferences } from './wanted.ts';

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
  /** Names of the migrations that are yet to be applied. */
  readonly pending: readonly string[];
  /** Names of those whose file is not what ran: where production differs, that may be why. */
  readonly edited: readonly string[];
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
  const wanted = await compareWanted('migrations-schema', sides.folder, input);
  const isSame = sides.pending.length === 0 && isClean(applied);
  const pairs = [
    applied,
    wanted,
    isSame
      ? { ...wanted, pair: 'production-schema' as const }
      : await compareWanted('production-schema', sides.future, input),
  ];
  const pending = sides.pending.map(({ name }) => name);
  const edited = history.entries.filter(({ state }) => state === 'edited').map(({ name }) => name);
  const verdict = judgeDrift({
    pairs,
    pending: pending.length,
    isPendingThere: isPendingThere(sides, history),
    begun: history.begun,
  });
  return { drift: { ...verdict, pairs, pending, edited }, sides, production, history };
}

function isClean({ differences, incomparable }: Pair): boolean {
  return incomparable === null && differences.length === 0;
}

/**
 * Whether production has already what the pending migrations do: they make the difference between what is recorded and what
 * is there. Not where they change rows, which no schema shows, and not where one was begun and never finished.
 */
function isPendingThere(sides: Sides, history: History): boolean {
  const { production, recorded, folder, pending } = sides;
  if (pending.length === 0) return false;
  if (folder.type === 'unknown' || compareAll(production, folder.schema).length > 0) return false;
  if (recorded.type === 'schema' && compareAll(production, recorded.schema).length === 0) return false;
  if (history.entries.some((entry) => entry.state === 'unfinished')) return false;
  return !pending.some((migration) => changesRowsUnseen(analyseMigration(migration)));
}

function compareAll(left: Sides['production'], right: Sides['production']): readonly Difference[] {
  return compareSchemas(left.objects, right.objects, 'everything');
}

/** What a squash left without a folder does no harm while the folder makes what production has. */
function compareApplied({ production, recorded }: Sides, history: History): Pair {
  const pair: PairName = 'production-migrations';
  if (recorded.type === 'unknown') return { pair, differences: [], incomparable: recorded.reason };
  const differences = compareAll(production, recorded.schema);
  const missing = history.entries.filter(({ state }) => state === 'missing').map(({ name }) => name);
  if (differences.length === 0 || missing.length === 0) return { pair, differences, incomparable: null };
  const incomparable = `${missing.length === 1 ? 'one applied migration has' : `${missing.length} applied migrations have`} no folder here (${listSome(missing)}), so it cannot be told what the migrations made`;
  return { pair, differences: [], incomparable };
}

async function compareWanted(pair: PairName, side: ReplayedSide, { engine, outside }: DriftInput): Promise<Pair> {
  if (side.type === 'unknown') return { pair, differences: [], incomparable: side.reason };
  const differences = await readWantedDifferences({ engine, outside, schema: side.schema });
  return { pair, differences, incomparable: null };
}
