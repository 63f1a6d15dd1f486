/** The schemas that `drift` compares: production's, and those that the migrations make. */

import { type History, type HistoryEntry, isDone, isToApply } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import type { Production } from '../core/production.ts';
import type { Schema } from '../core/schema/objects.ts';
import { selectCompared } from '../core/schema/selection.ts';
import { sameName } from '../core/sql/identifiers.ts';
import { listSome } from '../core/text/list.ts';
import type { Mirror, Outside } from '../ports.ts';
import { fillMirror } from './rehearse.ts';
import { type ReplayFailure, readMirrorSchema, replay } from './replay.ts';

/** A schema, only with what is compared; or why there is none. */
export type Side =
  | { readonly type: 'schema'; readonly schema: Schema }
  | { readonly type: 'unknown'; readonly reason: string };

export interface Sides {
  readonly production: Schema;
  /** The recorded migrations, replayed. */
  readonly recorded: Side;
  /** The whole folder, replayed. */
  readonly folder: Side;
  /** Production with the pending migrations run on it; production itself where none is pending. */
  readonly future: Side;
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

/** Whether production is said to have run it: a renamed one ran under its old name. */
export function isRecorded({ state }: HistoryEntry): boolean {
  return isDone(state) || state === 'renamed';
}

/** @throws MigrateError ENGINE_MISSING */
export async function buildSides(input: SidesInput): Promise<Sides> {
  const { outside, history, migrations, externalTables } = input;
  const select = (schema: Schema): Schema => selectSchema(schema, externalTables);
  const recorded = migrationsOf(history.entries.filter(isRecorded));
  const pending = migrationsOf(history.entries.filter((entry) => isToApply(entry)));
  const mirror = await outside.openMirror();
  try {
    const recordedSide = replayTo(mirror, recorded, select);
    const followsOn = recorded.every((migration, index) => migrations[index] === migration);
    const folder =
      pending.length === 0
        ? recordedSide
        : followsOn && recordedSide.type === 'schema'
          ? replayTo(mirror, pending, select)
          : await replayFresh(outside, migrations, select);
    return {
      production: select(input.production.schema),
      recorded: recordedSide,
      folder,
      future: await findFuture(input, pending, select),
      pending,
    };
  } finally {
    mirror.close();
  }
}

/** Only what is compared. */
export function selectSchema(schema: Schema, externalTables: readonly string[]): Schema {
  const isExternal = (table: string): boolean => externalTables.some((name) => sameName(name, table));
  return { ...schema, objects: selectCompared(schema, isExternal) };
}

function migrationsOf(entries: readonly HistoryEntry[]): readonly Migration[] {
  return entries.flatMap(({ migration }) => migration ?? []);
}

type Select = (schema: Schema) => Schema;

function replayTo(mirror: Mirror, migrations: readonly Migration[], select: Select): Side {
  const failure = replay(mirror, migrations);
  if (failure !== null) return { type: 'unknown', reason: describeReplayFailure(failure) };
  return { type: 'schema', schema: select(readMirrorSchema(mirror)) };
}

async function replayFresh(outside: Outside, migrations: readonly Migration[], select: Select): Promise<Side> {
  const mirror = await outside.openMirror();
  try {
    return replayTo(mirror, migrations, select);
  } finally {
    mirror.close();
  }
}

async function findFuture(
  { outside, production }: SidesInput,
  pending: readonly Migration[],
  select: Select,
): Promise<Side> {
  if (pending.length === 0) return { type: 'schema', schema: select(production.schema) };
  const mirror = await outside.openMirror();
  try {
    const failures = fillMirror(mirror, production.schema);
    if (failures.length > 0) {
      return { type: 'unknown', reason: `production's schema cannot be rebuilt: ${listSome(failures, 2)}` };
    }
    const failure = replay(mirror, pending);
    if (failure === null) return { type: 'schema', schema: select(readMirrorSchema(mirror)) };
    const reason = `the pending migrations do not run on production's schema: ${describeReplayFailure(failure)}`;
    return { type: 'unknown', reason };
  } finally {
    mirror.close();
  }
}

export function describeReplayFailure({ path, line, message }: ReplayFailure): string {
  return `${path}:${line} fails: ${message}`;
}
