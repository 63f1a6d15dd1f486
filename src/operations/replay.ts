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
import { parseSchema, type Schema, schemaQueries } from '../core/schema/objects.ts';
import { EngineError, type Mirror, type Outside } from '../ports.ts';
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
 * meets rows that a mirror does not have may fail. What no libSQL server runs, and what ends a transaction, is left out:
 * wherever such a file was applied, that changed no schema.
 * @returns why it could not be run to its end; null when it was.
 */
export function replay(mirror: Mirror, migrations: readonly Migration[]): ReplayFailure | null {
  for (const migration of migrations) {
    const failure = replayOne(mirror, analyseMigration(migration));
    if (failure !== null) return failure;
  }
  return null;
}

const changesNoSchema: ReadonlySet<Finding['code']> = new Set([
  'transaction-control',
  'touches-tracker',
  'server-refuses',
]);

function replayOne(mirror: Mirror, migration: AnalysedMigration): ReplayFailure | null {
  const leftOut = new Set(
    migration.blockers.filter(({ code }) => changesNoSchema.has(code)).map(({ line, sql }) => `${line} ${sql}`),
  );
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  try {
    for (const [index, statement] of migration.statements.entries()) {
      if (leftOut.size > 0 && leftOut.has(`${statement.line} ${statement.sql}`)) continue;
      const failure = replayStatement(mirror, migration, statement, index);
      if (failure !== null) return failure;
    }
    return null;
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

/** `prisma/migrations/1_init/migration.sql:3 fails: no such table: Customer` */
export function describeReplayFailure({ path, line, message }: ReplayFailure): string {
  return `${path}:${line} fails: ${message}`;
}

/** What migrations make of an empty database; or why they could not be run to their end. @throws MigrateError ENGINE_MISSING */
export async function replayFromNothing(
  outside: Outside,
  migrations: readonly Migration[],
): Promise<Schema | ReplayFailure> {
  const mirror = await outside.openMirror();
  try {
    return replay(mirror, migrations) ?? readMirrorSchema(mirror);
  } finally {
    mirror.close();
  }
}

/** The mirror's schema as it is now. */
export function readMirrorSchema(mirror: Mirror): Schema {
  const [objects, kinds] = schemaQueries.map(({ sql }) => mirror.query(sql));
  return parseSchema(objects ?? [], kinds ?? []);
}
