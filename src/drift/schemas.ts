/** The schemas that `drift` compares: production's, and those that the migrations make. */

import { type History, type HistoryEntry, isRecorded, isToApply } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { fillMirror, readMirrorSchema } from '../mirror/mirror.ts';
import { findKnownIndexes, type IndexJudge } from '../plan/preserve/known-indexes.ts';
import type { Mirror, Outside } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { writeAsReplayed } from '../replay/as-replayed.ts';
import { openReplayer, type Replayed, type Replayer, replayAsFarAsPossible } from '../replay/replay.ts';
import type { Schema } from '../schema/model/objects.ts';
import { findOwnTables, type SelectedSchema, selectSchema } from '../schema/model/selection.ts';
import { listSome } from '../text/list.ts';

/** A schema with its doubts, or the reason why there is none. */
export type ReplayedSide =
  | ({ readonly type: 'schema'; readonly schema: SelectedSchema } & Replayed)
  | { readonly type: 'unknown'; readonly reason: string };

export interface Sides {
  readonly production: SelectedSchema;
  readonly recorded: ReplayedSide;
  readonly folder: ReplayedSide;
  /** Production with the pending migrations run on it; production itself if none is pending. */
  readonly future: ReplayedSide;
  readonly pending: readonly Migration[];
}

export interface SidesInput {
  readonly outside: Outside;
  readonly production: Production;
  readonly history: History;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
}

/** @throws MigrateError ENGINE_MISSING */
export async function replaySides(input: SidesInput): Promise<Sides> {
  const { outside, history, migrations, externalTables } = input;
  const ownTables = findOwnTables(migrations);
  const select: SelectSchemas = (schema) => selectSchema(schema, { externalTables, ownTables });
  const rule: Rule = { select, isKnownIndex: findKnownIndexes(migrations) };
  const recorded = migrationsOf(history.entries.filter(isRecorded));
  const pending = migrationsOf(history.entries.filter((entry) => isToApply(entry)));
  const mirror = await outside.openMirror();
  try {
    const replayer = openReplayer(mirror, rule);
    const recordedSide = await replayTo(mirror, replayer, recorded, select);
    const followsOn = recorded.every((migration, index) => migrations[index] === migration);
    const folder =
      pending.length === 0
        ? recordedSide
        : followsOn
          ? await replayTo(mirror, replayer, pending, select)
          : describeReplayed(await replayAsFarAsPossible(outside, migrations), select);
    const productionAs = (side: ReplayedSide) =>
      writeAsReplayed(input.production.schema, side.type === 'unknown' ? [] : side.unreplayed);
    return {
      production: select(productionAs(recordedSide)),
      recorded: recordedSide,
      folder,
      future: await replayPending(outside, productionAs(folder), pending, rule),
      pending,
    };
  } finally {
    mirror.close();
  }
}

function migrationsOf(entries: readonly HistoryEntry[]): readonly Migration[] {
  return entries.flatMap(({ migration }) => migration ?? []);
}

type SelectSchemas = (schema: Schema) => SelectedSchema;

interface Rule {
  readonly select: SelectSchemas;
  readonly isKnownIndex: IndexJudge;
}

async function replayTo(
  mirror: Mirror,
  replayer: Replayer,
  migrations: readonly Migration[],
  select: SelectSchemas,
): Promise<ReplayedSide> {
  await replayer.run(migrations);
  return describeReplayed({ ...replayer.read(), schema: readMirrorSchema(mirror) }, select);
}

function describeReplayed(
  { schema, unreplayed, unsure }: Replayed & { readonly schema: Schema },
  select: SelectSchemas,
): ReplayedSide {
  return { type: 'schema', schema: select(schema), unreplayed: [...unreplayed], unsure };
}

async function replayPending(
  outside: Outside,
  production: Schema,
  pending: readonly Migration[],
  { select, isKnownIndex }: Rule,
): Promise<ReplayedSide> {
  if (pending.length === 0) return describeReplayed({ schema: production, unreplayed: [], unsure: [] }, select);
  const mirror = await outside.openMirror();
  try {
    const failures = fillMirror(mirror, production);
    if (failures.length > 0) {
      return { type: 'unknown', reason: `production's schema cannot be rebuilt: ${listSome(failures, 2)}` };
    }
    return await replayTo(mirror, openReplayer(mirror, { isKnownIndex }), pending, select);
  } finally {
    mirror.close();
  }
}
