/** The schemas that `drift` compares: production's, and those that the migrations make. */

import { type History, type HistoryEntry, isRecorded, isToApply } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import type { Production } from '../core/production.ts';
import type { Schema } from '../core/schema/objects.ts';
import { findOwnTables, type SelectedSchema, selectSchema } from '../core/schema/selection.ts';
import { listSome } from '../core/text/list.ts';
import type { Mirror, Outside } from '../ports.ts';
import { findKnownIndexes, type IndexJudge } from './known-indexes.ts';
import { fillMirror, readMirrorSchema } from './mirror.ts';
import { describeReplayFailure, type ReplayFailure, replay, replayFromNothing } from './replay.ts';

/** A schema; or why there is none. */
export type ReplayedSide =
  | { readonly type: 'schema'; readonly schema: SelectedSchema }
  | { readonly type: 'unknown'; readonly reason: string };

export interface Sides {
  readonly production: SelectedSchema;
  /** The recorded migrations, replayed. */
  readonly recorded: ReplayedSide;
  /** The whole folder, replayed. */
  readonly folder: ReplayedSide;
  /** Production with the pending migrations run on it; production itself where none is pending. */
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
  const select: Select = (schema) => selectSchema(schema, { externalTables, ownTables });
  const rule: Rule = { select, isKnownIndex: findKnownIndexes(migrations) };
  const recorded = migrationsOf(history.entries.filter(isRecorded));
  const pending = migrationsOf(history.entries.filter((entry) => isToApply(entry)));
  const mirror = await outside.openMirror();
  try {
    const recordedSide = await replayTo(mirror, recorded, rule);
    const followsOn = recorded.every((migration, index) => migrations[index] === migration);
    const folder =
      pending.length === 0
        ? recordedSide
        : followsOn && recordedSide.type === 'schema'
          ? await replayTo(mirror, pending, rule)
          : describeReplayed(await replayFromNothing(outside, migrations), select);
    return {
      production: select(input.production.schema),
      recorded: recordedSide,
      folder,
      future: await replayPending(input, pending, rule),
      pending,
    };
  } finally {
    mirror.close();
  }
}

function migrationsOf(entries: readonly HistoryEntry[]): readonly Migration[] {
  return entries.flatMap(({ migration }) => migration ?? []);
}

type Select = (schema: Schema) => SelectedSchema;

interface Rule {
  readonly select: Select;
  readonly isKnownIndex: IndexJudge;
}

async function replayTo(
  mirror: Mirror,
  migrations: readonly Migration[],
  { select, isKnownIndex }: Rule,
): Promise<ReplayedSide> {
  return describeReplayed((await replay(mirror, migrations, { isKnownIndex })) ?? readMirrorSchema(mirror), select);
}

function describeReplayed(made: Schema | ReplayFailure, select: Select): ReplayedSide {
  return 'message' in made
    ? { type: 'unknown', reason: describeReplayFailure(made) }
    : { type: 'schema', schema: select(made) };
}

async function replayPending(
  { outside, production }: SidesInput,
  pending: readonly Migration[],
  rule: Rule,
): Promise<ReplayedSide> {
  if (pending.length === 0) return { type: 'schema', schema: rule.select(production.schema) };
  const mirror = await outside.openMirror();
  try {
    const failures = fillMirror(mirror, production.schema);
    if (failures.length > 0) {
      return { type: 'unknown', reason: `production's schema cannot be rebuilt: ${listSome(failures, 2)}` };
    }
    const side = await replayTo(mirror, pending, rule);
    if (side.type === 'schema') return side;
    return { type: 'unknown', reason: `the pending migrations do not run on production's schema: ${side.reason}` };
  } finally {
    mirror.close();
  }
}
