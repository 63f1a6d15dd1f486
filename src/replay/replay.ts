/**
 * The replay: runs migrations on a mirror only to see which schema they make. Applied files cannot be edited, so a
 * statement that does not run does not end the replay: it is left out, or its equivalent is run, and it is reported.
 */

import type { Effect, Place } from '../findings/finding.ts';
import { findEffect } from '../findings/tell.ts';
import type { Migration } from '../history/migration.ts';
import { readMirrorSchema } from '../mirror/mirror.ts';
import {
  type AnalysedMigration,
  type AnalysedStatement,
  analyseMigration,
  findBlockers,
  isRowStatement,
} from '../plan/analyse.ts';
import type { Rebuild } from '../plan/plan.ts';
import { findKnownIndexes } from '../plan/preserve/known-indexes.ts';
import { type Misfit, openPreserver } from '../plan/preserve/preserve.ts';
import type { Mirror, Outside } from '../ports.ts';
import type { Schema } from '../schema/model/objects.ts';
import { classify } from '../sql/classify.ts';
import { sameName } from '../sql/identifiers.ts';
import type { TrackerTable } from '../tracker/tracker.ts';
import { Doubts } from './doubts.ts';
import { type ReplayHelpers, type ReplayRun, replayStatement } from './replay-statement.ts';
import { isUnrun, isUnsure, type Unreplayed, type Unsure } from './unreplayed.ts';

/** Why migrations could not be replayed, if all of them must be. */
export type ReplayFailure = Pick<Unreplayed, 'migration' | 'path' | 'line' | 'sql' | 'message' | 'code'>;

export interface Replayed {
  /** The statements that were not run as they are written, in order. */
  readonly unreplayed: readonly Unreplayed[];
  /** The objects that are in doubt because of them. */
  readonly unsure: Unsure;
}

/** Runs migrations on one mirror, one list after the other. */
export interface Replayer {
  run(migrations: readonly Migration[]): Promise<void>;
  read(): Replayed;
}

/**
 * Runs the migrations in order, with the same result as `apply`: an object that is already there and identical is
 * skipped, and a statement may fail on rows that a mirror does not have. Objects that a rebuild would drop are
 * preserved. Statements that no libSQL server runs, or that end a transaction, are left out: a server that applied such
 * a file changed no schema by them. Statements that only change rows are left out if they call a function that the
 * mirror does not have: they change no schema either.
 */
export function openReplayer(mirror: Mirror, helpers: ReplayHelpers): Replayer {
  const run: ReplayRun = { mirror, helpers, unreplayed: [], doubts: new Doubts(), created: [], ended: false };
  return {
    run: async (migrations) => {
      for (const migration of migrations) {
        if (!run.ended) await replayOne(run, analyseMigration(migration));
      }
    },
    read: () => ({ unreplayed: [...run.unreplayed], unsure: run.doubts.list() }),
  };
}

/** The lines and texts of the statements that are left out. */
function findLeftOut(analysed: AnalysedMigration, tracker: TrackerTable): ReadonlySet<string> {
  const { statements } = analysed;
  const blockers = findBlockers(analysed, tracker);
  const keyOf = ({ line, sql }: Pick<Place, 'line' | 'sql'>) => `${line} ${sql}`;
  const listKeys = (effect: Effect) =>
    blockers.filter((blocker) => findEffect(blocker) === effect).map(({ place }) => keyOf(place));
  const outside = new Set(listKeys('outside'));
  return new Set([
    ...listKeys('no-schema'),
    // It is never run. If it only changes rows, or is a pragma, the schema is the same without it.
    ...statements.filter((one) => outside.has(keyOf(one)) && isRowStatement(one.kind)).map(keyOf),
  ]);
}

async function replayOne(run: ReplayRun, analysed: AnalysedMigration): Promise<void> {
  const { mirror } = run;
  const { isKnownIndex, noteKept = () => {} } = run.helpers;
  const leftOut = findLeftOut(analysed, mirror.tracker);
  const preserver = analysed.rebuilds.length > 0 ? openPreserver(mirror, analysed, isKnownIndex) : null;
  /** Rebuilds with a step that could not be run: their later steps are not run either. */
  const broken = new Set<Rebuild>();
  const dropped: string[] = [];
  if (analysed.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  try {
    for (const [index, statement] of analysed.statements.entries()) {
      if (run.ended) return;
      if (leftOut.size > 0 && leftOut.has(`${statement.line} ${statement.sql}`)) continue;
      if (broken.size > 0 && [...broken].some((rebuild) => isPartOf(rebuild, index, statement))) continue;
      dropped.push(...(preserver?.runBefore(index) ?? []).flatMap(findDropped));
      const failure = await replayStatement(run, analysed, index);
      if (failure !== null && isUnrun(failure) && isUnsure(failure.concerns)) {
        const cut = analysed.rebuilds.filter((rebuild) => isPartOf(rebuild, index, statement));
        note(run, cut.length === 0 ? failure : { ...failure, concerns: cut.flatMap((one) => listLeft(one, index)) });
        for (const rebuild of cut) broken.add(rebuild);
        // A later step should have created it again.
        if (cut.length > 0) run.doubts.add(dropped, null);
        continue;
      }
      if (failure !== null) note(run, failure);
      const isRun = failure === null || failure.instead !== null;
      const misfit = isRun ? preserver?.runAfter(index).broken[0] : undefined;
      if (misfit === undefined) settle(run, analysed, index);
      else note(run, describeMisfit(analysed, misfit));
    }
    for (const { own } of preserver?.readPreserved().tables ?? []) own.forEach(noteKept);
    const misfit = preserver?.findBroken()[0];
    if (misfit !== undefined) note(run, describeMisfit(analysed, misfit));
  } finally {
    if (analysed.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
  }
}

function isPartOf({ table, replacement, first, last }: Rebuild, index: number, { kind }: AnalysedStatement): boolean {
  if (index < first || index > last) return false;
  const names = [
    ...('table' in kind ? [kind.table] : []),
    ...('name' in kind && (kind.type === 'create-table' || kind.type === 'drop') ? [kind.name] : []),
  ];
  return names.some((name) => sameName(name, table) || sameName(name, replacement));
}

/** The tables that a rebuild which ends here leaves in doubt: until its last step, the RENAME, the table is unchanged or dropped. */
function listLeft({ table, replacement, last }: Rebuild, index: number): readonly string[] {
  return index < last ? [table] : [table, replacement];
}

function findDropped(sql: string): readonly string[] {
  const kind = classify(sql);
  return kind.type === 'drop' ? [kind.name] : [];
}

function note({ unreplayed, doubts }: ReplayRun, failure: Unreplayed): void {
  unreplayed.push(failure);
  doubts.add(failure.concerns, { kind: classify(failure.sql), sql: failure.sql });
}

/** A dropped or newly created table is certain, whatever was left out before. */
function settle({ doubts, helpers }: ReplayRun, analysed: AnalysedMigration, index: number): void {
  const statement = analysed.statements[index];
  if (doubts.isEmpty || statement === undefined) return;
  const { kind } = statement;
  const rebuild = analysed.rebuilds.find((one) => isPartOf(one, index, statement));
  if (rebuild === undefined && kind.type === 'drop') doubts.forgetDropped(kind.name);
  if (rebuild?.last !== index) return;
  const isDropped = (sql: string) => helpers.isKnownIndex({ type: 'index', name: '', table: rebuild.table, sql });
  doubts.forgetRebuilt(rebuild.table, isDropped);
  doubts.forgetRebuilt(rebuild.replacement, isDropped);
}

/** As SQLite reports it for the RENAME that it refuses. */
function describeMisfit({ migration }: AnalysedMigration, { object, line, sql, reason }: Misfit): Unreplayed {
  const message = `error in ${object.type} ${object.name} after rename: ${reason}`;
  return {
    ...{ code: 'replay-failed', migration: migration.name, path: migration.path, line, sql, message },
    ...{ instead: null, metBy: null, follows: false, ends: false, concerns: [object.name] },
  };
}

type FromNothing = Omit<ReplayHelpers, 'isKnownIndex'> & FolderOption;

export interface ReplayedSchema extends Replayed {
  readonly schema: Schema;
}

/**
 * The schema that migrations make in an empty database, as far as they can be run.
 * @param helpers `folder` is the whole folder, if the migrations are only a part of it
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function replayAsFarAsPossible(
  outside: Outside,
  migrations: readonly Migration[],
  { folder = migrations, ...helpers }: FromNothing = {},
): Promise<ReplayedSchema> {
  const mirror = await outside.openMirror();
  try {
    const replayer = openReplayer(mirror, { ...helpers, isKnownIndex: findKnownIndexes(folder) });
    await replayer.run(migrations);
    return { ...replayer.read(), schema: readMirrorSchema(mirror) };
  } finally {
    mirror.close();
  }
}

/**
 * The schema that migrations make in an empty database, or why they could not all be run.
 * @param helpers `folder` is the whole folder, if the migrations are only a part of it
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function replayFromNothing(
  outside: Outside,
  migrations: readonly Migration[],
  helpers: FromNothing = {},
): Promise<Schema | ReplayFailure> {
  const { schema, unreplayed } = await replayAsFarAsPossible(outside, migrations, helpers);
  return unreplayed.find(isUnrun) ?? schema;
}

interface FolderOption {
  readonly folder?: readonly Migration[];
}
