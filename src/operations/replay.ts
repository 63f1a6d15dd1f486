/** The replay: running migrations on a mirror only to see which schema they make. */

import type { Migration } from '../core/migrations/migration.ts';
import {
  type AnalysedMigration,
  type AnalysedStatement,
  analyseMigration,
  isDeferPragma,
  isForeignKeysPragma,
  isInsideRebuild,
} from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import type { Misfit } from '../core/plan/keep-findings.ts';
import type { Schema, SchemaObject } from '../core/schema/objects.ts';
import { EngineError, type Mirror, type Outside } from '../ports.ts';
import { openKeeper } from './keep.ts';
import { findKnownIndexes, type IndexJudge } from './known-indexes.ts';
import { readMirrorSchema } from './mirror.ts';
import { rehearseStatement } from './rehearse-statement.ts';

/** Where a replay ended before its end. */
export interface ReplayFailure {
  readonly migration: string;
  /** The migration's file, as shown to people. */
  readonly path: string;
  readonly line: number;
  readonly sql: string;
  readonly message: string;
}

/**
 * Runs the migrations in order with the result that `apply` has: what is there already and identical is skipped, and what
 * meets rows that a mirror does not have may fail. What a rebuild would take along is kept as `apply` keeps it. What no
 * libSQL server runs, and what ends a transaction, is left out: wherever such a file was applied, that changed no schema.
 * @param isKnownIndex as `findKnownIndexes` judges by the whole folder, however much of it is run.
 * @param noteKept gets each trigger and index of a rebuilt table that SQLite by itself would have dropped.
 * @returns why it could not be run to its end; null when it was.
 */
export function replay(
  mirror: Mirror,
  migrations: readonly Migration[],
  isKnownIndex: IndexJudge,
  noteKept: NoteKept = () => {},
): ReplayFailure | null {
  for (const migration of migrations) {
    const failure = replayOne(mirror, analyseMigration(migration), isKnownIndex, noteKept);
    if (failure !== null) return failure;
  }
  return null;
}

export type NoteKept = (object: SchemaObject) => void;

const changesNoSchema: ReadonlySet<Finding['code']> = new Set([
  'transaction-control',
  'touches-tracker',
  'server-refuses',
]);

function replayOne(
  mirror: Mirror,
  migration: AnalysedMigration,
  isKnownIndex: IndexJudge,
  noteKept: NoteKept,
): ReplayFailure | null {
  const leftOut = new Set(
    migration.blockers.filter(({ code }) => changesNoSchema.has(code)).map(({ line, sql }) => `${line} ${sql}`),
  );
  const keeper = migration.rebuilds.length > 0 ? openKeeper(mirror, migration, isKnownIndex) : null;
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  try {
    for (const [index, statement] of migration.statements.entries()) {
      if (leftOut.size > 0 && leftOut.has(`${statement.line} ${statement.sql}`)) continue;
      keeper?.runBefore(index);
      const failure =
        replayStatement(mirror, migration, statement, index) ??
        describeMisfit(migration, keeper?.runAfter(index).broken[0]);
      if (failure !== null) return failure;
    }
    for (const { own } of keeper?.readKept().tables ?? []) own.forEach(noteKept);
    return describeMisfit(migration, keeper?.findBroken()[0]);
  } finally {
    if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
  }
}

function replayStatement(
  mirror: Mirror,
  migration: AnalysedMigration,
  statement: AnalysedStatement,
  index: number,
): ReplayFailure | null {
  const { kind, line, sql } = statement;
  if (isForeignKeysPragma(kind) || isDeferPragma(kind)) return null;
  try {
    mirror.run(sql);
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Rare: only a statement that failed is looked at in the rehearsal's way, which runs it once more.
    const softened = !isInsideRebuild(migration.rebuilds, index);
    const { finding } = rehearseStatement(mirror, migration, statement, softened);
    if (finding?.kind !== 'blocker') return null;
    const { name, path } = migration.migration;
    // In the engine's words: what a finding says besides speaks of production.
    return { migration: name, path, line, sql, message: error.message };
  }
}

/** As SQLite says it of the RENAME that it refuses. */
function describeMisfit({ migration }: AnalysedMigration, misfit: Misfit | undefined): ReplayFailure | null {
  if (misfit === undefined) return null;
  const { object, line, sql, reason } = misfit;
  const message = `error in ${object.type} ${object.name} after rename: ${reason}`;
  return { migration: migration.name, path: migration.path, line, sql, message };
}

/** `prisma/migrations/1_init/migration.sql:3 fails: no such table: Customer` */
export function describeReplayFailure({ path, line, message }: ReplayFailure): string {
  return `${path}:${line} fails: ${message}`;
}

/**
 * What migrations make of an empty database; or why they could not be run to their end.
 * @param folder the whole folder, where the migrations are not all of it.
 * @throws MigrateError ENGINE_MISSING
 */
export async function replayFromNothing(
  outside: Outside,
  migrations: readonly Migration[],
  folder: readonly Migration[] = migrations,
  noteKept?: NoteKept,
): Promise<Schema | ReplayFailure> {
  const mirror = await outside.openMirror();
  try {
    return replay(mirror, migrations, findKnownIndexes(folder), noteKept) ?? readMirrorSchema(mirror);
  } finally {
    mirror.close();
  }
}
