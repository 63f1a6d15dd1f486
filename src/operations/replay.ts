/** The replay: running migrations on a mirror only to see which schema they make. */

import type { Migration } from '../core/migrations/migration.ts';
import {
  type AnalysedMigration,
  analyseMigration,
  isDeferPragma,
  isForeignKeysPragma,
  isInsideRebuild,
  isRowStatement,
} from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import type { Misfit } from '../core/plan/keep-findings.ts';
import { describeReach } from '../core/plan/outside.ts';
import { findWhyLeftOut } from '../core/plan/pragmas.ts';
import { findUnknownName, type UnknownName } from '../core/sandbox/unknown-names.ts';
import type { Schema, SchemaObject } from '../core/schema/objects.ts';
import { foldName } from '../core/sql/identifiers.ts';
import { EngineError, isOutOfBounds, type Mirror, type Outside } from '../ports.ts';
import { openKeeper } from './keep.ts';
import { findKnownIndexes, type IndexJudge } from './known-indexes.ts';
import { readMirrorSchema } from './mirror.ts';
import { findReach } from './reach.ts';
import { describeLimit, rehearseStatement, tryStatement } from './rehearse-statement.ts';

/** Where a replay ended before its end. */
export interface ReplayFailure {
  readonly migration: string;
  /** The migration's file, as shown to people. */
  readonly path: string;
  readonly line: number;
  readonly sql: string;
  readonly message: string;
  readonly code: 'replay-failed' | 'reaches-outside';
}

export interface ReplayHelpers {
  /** As `findKnownIndexes` judges by the whole folder, however much of it is run. */
  readonly isKnownIndex: IndexJudge;
  /** Gets each trigger and index of a rebuilt table that SQLite by itself would have dropped. */
  readonly noteKept?: ((object: SchemaObject) => void) | undefined;
  /**
   * What becomes of a statement that makes a schema and fails on the rows that it meets: a new database has no others, so that it
   * `counts`; where it has run before, or will on production's rows, it `passes`, as unless given.
   */
  readonly failureOnRows?: 'counts' | 'passes' | undefined;
  /** Functions that the project says its server has; folded. */
  readonly declaredFunctions?: ReadonlySet<string> | undefined;
  /** Gets each statement that was left out because only a server can have what it needs. */
  readonly noteUnknown?: ((unknown: UnknownUse) => void) | undefined;
}

export interface UnknownUse extends UnknownName {
  readonly migration: Migration;
  readonly line: number;
  readonly sql: string;
}

/**
 * Runs the migrations in order with the result that `apply` has: what is there already and identical is skipped, and what
 * meets rows that a mirror does not have may fail. What a rebuild would take along is kept as `apply` keeps it. What no
 * libSQL server runs, and what ends a transaction, is left out: wherever such a file was applied, that changed no schema.
 * What only changes rows is left out where it needs what is not here (a function, say): that changes no schema either.
 * @returns why it could not be run to its end; null when it was.
 */
export async function replay(
  mirror: Mirror,
  migrations: readonly Migration[],
  helpers: ReplayHelpers,
): Promise<ReplayFailure | null> {
  for (const migration of migrations) {
    const failure = await replayOne(mirror, analyseMigration(migration), helpers);
    if (failure !== null) return failure;
  }
  return null;
}

const changesNoSchema: ReadonlySet<Finding['code']> = new Set([
  'transaction-control',
  'touches-tracker',
  'server-refuses',
]);

/** The lines and texts of what is passed over. */
function findLeftOut({ blockers, statements }: AnalysedMigration): ReadonlySet<string> {
  const keyOf = ({ line, sql }: Pick<Finding, 'line' | 'sql'>) => `${line} ${sql}`;
  const outside = new Set(blockers.filter(({ code }) => code === 'reaches-outside').map(keyOf));
  return new Set([
    ...blockers.filter(({ code }) => changesNoSchema.has(code)).map(keyOf),
    // It is never run; where it only changes rows, or is a pragma, the schema is the same without it.
    ...statements.filter((one) => outside.has(keyOf(one)) && isRowStatement(one.kind)).map(keyOf),
  ]);
}

async function replayOne(
  mirror: Mirror,
  migration: AnalysedMigration,
  helpers: ReplayHelpers,
): Promise<ReplayFailure | null> {
  const { isKnownIndex, noteKept = () => {} } = helpers;
  const leftOut = findLeftOut(migration);
  const keeper = migration.rebuilds.length > 0 ? openKeeper(mirror, migration, isKnownIndex) : null;
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  try {
    for (const [index, statement] of migration.statements.entries()) {
      if (leftOut.size > 0 && leftOut.has(`${statement.line} ${statement.sql}`)) continue;
      keeper?.runBefore(index);
      const failure =
        (await replayStatement(mirror, migration, index, helpers)) ??
        describeMisfit(migration, keeper?.runAfter(index).broken[0]);
      if (failure !== null) return failure;
    }
    for (const { own } of keeper?.readKept().tables ?? []) own.forEach(noteKept);
    return describeMisfit(migration, keeper?.findBroken()[0]);
  } finally {
    if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
  }
}

async function replayStatement(
  mirror: Mirror,
  analysed: AnalysedMigration,
  index: number,
  { declaredFunctions, failureOnRows = 'passes', noteUnknown = () => {} }: ReplayHelpers,
): Promise<ReplayFailure | null> {
  const { migration } = analysed;
  const statement = analysed.statements[index];
  if (statement === undefined || isForeignKeysPragma(statement.kind) || isDeferPragma(statement.kind)) return null;
  if (findWhyLeftOut(statement.kind) !== null) return null;
  const { kind, line, sql } = statement;
  const fail = (message: string, code: ReplayFailure['code'] = 'replay-failed'): ReplayFailure => {
    return { code, migration: migration.name, path: migration.path, line, sql, message };
  };
  const reach = findReach(mirror, sql);
  if (reach !== null) return fail(`${describeReach(reach)}, so it was not run`, 'reaches-outside');
  try {
    await tryStatement(mirror, statement);
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (isOutOfBounds(error)) return fail(describeLimit(error));
    const unknown = findUnknownName(error.message, sql);
    if (unknown !== null && (isRowStatement(kind) || declaredFunctions?.has(foldName(unknown.name)))) {
      noteUnknown({ ...unknown, migration, line, sql });
      return null;
    }
    // Rare: only a statement that failed is looked at in the rehearsal's way, which runs it once more.
    const softened = !isInsideRebuild(analysed.rebuilds, index);
    const meetsOtherRows = () => failureOnRows === 'passes';
    const { finding } = await rehearseStatement(mirror, analysed, statement, {
      softened,
      target: 'file',
      meetsOtherRows,
    });
    // In the engine's words: what a finding says besides speaks of production.
    return finding?.kind === 'blocker' ? fail(error.message) : null;
  }
}

/** As SQLite says it of the RENAME that it refuses. */
function describeMisfit({ migration }: AnalysedMigration, misfit: Misfit | undefined): ReplayFailure | null {
  if (misfit === undefined) return null;
  const { object, line, sql, reason } = misfit;
  const message = `error in ${object.type} ${object.name} after rename: ${reason}`;
  return { code: 'replay-failed', migration: migration.name, path: migration.path, line, sql, message };
}

/** `prisma/migrations/1_init/migration.sql:3 fails: no such table: Customer` */
export function describeReplayFailure({ path, line, message }: ReplayFailure): string {
  return `${path}:${line} fails: ${message}`;
}

/**
 * What migrations make of an empty database; or why they could not be run to their end.
 * @param helpers `folder` is the whole folder, where the migrations are not all of it.
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function replayFromNothing(
  outside: Outside,
  migrations: readonly Migration[],
  { folder = migrations, ...helpers }: Omit<ReplayHelpers, 'isKnownIndex'> & FolderOption = {},
): Promise<Schema | ReplayFailure> {
  const mirror = await outside.openMirror();
  try {
    const isKnownIndex = findKnownIndexes(folder);
    return (await replay(mirror, migrations, { ...helpers, isKnownIndex })) ?? readMirrorSchema(mirror);
  } finally {
    mirror.close();
  }
}

interface FolderOption {
  readonly folder?: readonly Migration[];
}
