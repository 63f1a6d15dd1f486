/**
 * The replay: running migrations on a mirror only to see which schema they make. Files cannot be edited once they are
 * applied, so a statement that does not run ends nothing: it is left out, or its equivalent is run, and told.
 */

import type { Migration } from '../core/migrations/migration.ts';
import {
  type AnalysedMigration,
  type AnalysedStatement,
  analyseMigration,
  isDeferPragma,
  isForeignKeysPragma,
  isInsideRebuild,
  isRowStatement,
} from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import type { Misfit } from '../core/plan/keep-findings.ts';
import { describeReach } from '../core/plan/outside.ts';
import type { Rebuild } from '../core/plan/plan.ts';
import { describeUnreplayed, findConcerned, isUnsure, type Unreplayed, type Unsure } from '../core/plan/unreplayed.ts';
import type { Schema, SchemaObject } from '../core/schema/objects.ts';
import { classify } from '../core/sql/classify.ts';
import { foldName, sameName } from '../core/sql/identifiers.ts';
import { EngineError, isOutOfBounds, type Mirror, type Outside } from '../ports.ts';
import { openKeeper } from './keep.ts';
import { findKnownIndexes, type IndexJudge } from './known-indexes.ts';
import { readMirrorSchema } from './mirror.ts';
import { findReach } from './reach.ts';
import { describeLimit, findUnknownFunction, rehearseStatement, tryStatement } from './rehearse-statement.ts';
import { mendMade, runInstead, straightenAdded } from './replay-instead.ts';

/** Why migrations could not be replayed, where all of them have to be. */
export type ReplayFailure = Pick<Unreplayed, 'migration' | 'path' | 'line' | 'sql' | 'message' | 'code'>;

export interface ReplayHelpers {
  /** As `findKnownIndexes` judges by the whole folder, however much of it is run. */
  readonly isKnownIndex: IndexJudge;
  /** Gets each trigger and index of a rebuilt table that SQLite by itself would have dropped. */
  readonly noteKept?: ((object: SchemaObject) => void) | undefined;
  /** Functions that the project says its server has; folded. */
  readonly declaredFunctions?: ReadonlySet<string> | undefined;
  /** Gets each statement that was left out because only a server can have the function that it calls. */
  readonly noteUnknown?: ((unknown: UnknownFunction) => void) | undefined;
}

export interface UnknownFunction {
  readonly name: string;
  readonly migration: Migration;
  readonly line: number;
  readonly sql: string;
}

/** What became of the migrations so far. */
export interface Replayed {
  /** The statements that were not run as they stand, in order. */
  readonly unreplayed: readonly Unreplayed[];
  /** What of the schema cannot be told because of them. */
  readonly unsure: Unsure;
}

/** Runs migrations on one mirror, one list after the other. */
export interface Replayer {
  run(migrations: readonly Migration[]): Promise<void>;
  read(): Replayed;
}

/**
 * Runs the migrations in order with the result that `apply` has: what is there already and identical is skipped, and what
 * meets rows that a mirror does not have may fail. What a rebuild would take along is kept as `apply` keeps it. What no
 * libSQL server runs, and what ends a transaction, is left out: wherever such a file was applied, that changed no schema.
 * What only changes rows is left out where it calls a function that is not here: that changes no schema either.
 */
export function openReplayer(mirror: Mirror, helpers: ReplayHelpers): Replayer {
  const run: Run = { mirror, helpers, unreplayed: [], doubts: new Map(), everything: false, made: [], ended: false };
  return {
    run: async (migrations) => {
      for (const migration of migrations) {
        if (!run.ended) await replayOne(run, analyseMigration(migration));
      }
    },
    read: () => ({
      unreplayed: run.unreplayed,
      unsure: run.everything ? 'everything' : [...run.doubts.values()].map(({ name }) => name),
    }),
  };
}

interface Run {
  readonly mirror: Mirror;
  readonly helpers: ReplayHelpers;
  readonly unreplayed: Unreplayed[];
  /** What cannot be told, by folded name. */
  readonly doubts: Map<string, Doubted>;
  everything: boolean;
  /** Views and triggers with something in double quotes: it may be a text, which nobody sees until they are used. */
  readonly made: Made[];
  /** Whether nothing more can be run. */
  ended: boolean;
}

interface Doubted {
  /** As it is written. */
  readonly name: string;
  /** The table of an index or trigger, folded; null for a table or view. */
  readonly table: string | null;
}

interface Made {
  readonly type: 'view' | 'trigger';
  readonly name: string;
  readonly migration: Migration;
  readonly statement: AnalysedStatement;
}

/**
 * Where all of it has to run, or what surely makes the same.
 * @returns why it could not be run to its end; null when it was.
 */
export async function replay(
  mirror: Mirror,
  migrations: readonly Migration[],
  helpers: ReplayHelpers,
): Promise<ReplayFailure | null> {
  const replayer = openReplayer(mirror, helpers);
  await replayer.run(migrations);
  return replayer.read().unreplayed.find(({ instead }) => instead === null) ?? null;
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

async function replayOne(run: Run, migration: AnalysedMigration): Promise<void> {
  const { mirror } = run;
  const { isKnownIndex, noteKept = () => {} } = run.helpers;
  const leftOut = findLeftOut(migration);
  const keeper = migration.rebuilds.length > 0 ? openKeeper(mirror, migration, isKnownIndex) : null;
  /** Rebuilds of which a part could not be run: then nothing more of them is. */
  const broken = new Set<Rebuild>();
  const dropped: string[] = [];
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  try {
    for (const [index, statement] of migration.statements.entries()) {
      if (run.ended) return;
      if (leftOut.size > 0 && leftOut.has(`${statement.line} ${statement.sql}`)) continue;
      if (broken.size > 0 && [...broken].some((rebuild) => isPartOf(rebuild, index, statement))) continue;
      dropped.push(...(keeper?.runBefore(index) ?? []).flatMap(findDropped));
      const failure = await replayStatement(run, migration, index);
      if (failure !== null && failure.instead === null && isUnsure(failure.concerns)) {
        const cut = migration.rebuilds.filter((rebuild) => isPartOf(rebuild, index, statement));
        note(run, cut.length === 0 ? failure : { ...failure, concerns: cut.flatMap((one) => listLeft(one, index)) });
        for (const rebuild of cut) broken.add(rebuild);
        // It was to be made again behind it.
        if (cut.length > 0) doubt(run, dropped);
        continue;
      }
      if (failure !== null) note(run, failure);
      const isRun = failure === null || failure.instead !== null;
      const misfit = isRun ? keeper?.runAfter(index).broken[0] : undefined;
      if (misfit === undefined) settle(run, migration, index, broken);
      else note(run, describeMisfit(migration, misfit));
    }
    for (const { own } of keeper?.readKept().tables ?? []) own.forEach(noteKept);
    const misfit = keeper?.findBroken()[0];
    if (misfit !== undefined) note(run, describeMisfit(migration, misfit));
  } finally {
    if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
  }
}

/** Whether the statement is one of those from which the rebuild is made. */
function isPartOf({ table, replacement, first, last }: Rebuild, index: number, { kind }: AnalysedStatement): boolean {
  if (index < first || index > last) return false;
  const names = [
    ...('table' in kind ? [kind.table] : []),
    ...('name' in kind && (kind.type === 'create-table' || kind.type === 'drop') ? [kind.name] : []),
  ];
  return names.some((name) => sameName(name, table) || sameName(name, replacement));
}

/** What a rebuild that ends here leaves in doubt: up to its last step, the RENAME, the table is as it was, or goes. */
function listLeft({ table, replacement, last }: Rebuild, index: number): readonly string[] {
  return index < last ? [table] : [table, replacement];
}

function findDropped(sql: string): readonly string[] {
  const kind = classify(sql);
  return kind.type === 'drop' ? [kind.name] : [];
}

function note(run: Run, failure: Unreplayed): void {
  run.unreplayed.push(failure);
  if (failure.concerns === 'everything') run.everything = true;
  else doubt(run, failure.concerns, findOwner(classify(failure.sql)));
}

/** The table of what a statement makes on it. */
function findOwner(kind: AnalysedStatement['kind']): string | null {
  return kind.type === 'create-index' || kind.type === 'create-trigger' ? kind.table : null;
}

function doubt({ doubts }: Run, names: readonly string[], owner: string | null = null): void {
  const table = owner === null ? null : foldName(owner);
  // With its table all that is on it is in doubt.
  if (table !== null && doubts.has(table)) return;
  for (const name of names) doubts.set(foldName(name), { name, table });
}

function forget({ doubts }: Run, name: string): void {
  const folded = foldName(name);
  doubts.delete(folded);
  for (const [key, { table }] of doubts) if (table === folded) doubts.delete(key);
}

/** What is gone, or a table that was made anew, is as it is whatever was left out before. */
function settle(run: Run, migration: AnalysedMigration, index: number, broken: ReadonlySet<Rebuild>): void {
  if (run.doubts.size === 0) return;
  const kind = migration.statements[index]?.kind;
  if (kind?.type === 'drop') forget(run, kind.name);
  const rebuilt = migration.rebuilds.find(({ last }) => last === index);
  if (rebuilt === undefined || broken.has(rebuilt)) return;
  forget(run, rebuilt.table);
  forget(run, rebuilt.replacement);
}

async function replayStatement(run: Run, analysed: AnalysedMigration, index: number): Promise<Unreplayed | null> {
  const { mirror, helpers } = run;
  const { declaredFunctions, noteUnknown = () => {} } = helpers;
  const { migration } = analysed;
  const statement = analysed.statements[index];
  if (statement === undefined || isForeignKeysPragma(statement.kind) || isDeferPragma(statement.kind)) return null;
  const { kind, line, sql } = statement;
  const place = { migration: migration.name, path: migration.path, line, sql };
  const fail = (message: string, code: Unreplayed['code'] = 'replay-failed'): Unreplayed => {
    const tableOf = (type: 'index' | 'trigger', name: string) => findTableOf(mirror, type, name);
    const concerns = isGone(kind, message) ? [] : findConcerned(kind, sql, tableOf);
    return { ...place, code, message, instead: null, follows: isInDoubt(run, kind, message), ends: false, concerns };
  };
  const reach = findReach(mirror, sql);
  if (reach !== null) return fail(`${describeReach(reach)}, so it was not run`, 'reaches-outside');
  const softened = !isInsideRebuild(analysed.rebuilds, index);
  // In the engine's words: what a finding says besides speaks of production.
  const attempt = async (tried: AnalysedStatement): Promise<string | null> => {
    try {
      await tryStatement(mirror, tried);
      return null;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (isOutOfBounds(error)) {
        run.ended = true;
        run.everything = true;
        return describeLimit(error);
      }
      // Rare: only a statement that failed is looked at in the rehearsal's way, which runs it once more.
      const { finding } = await rehearseStatement(mirror, analysed, tried, { softened, serverFunctions: none });
      return finding?.kind === 'blocker' ? error.message : null;
    }
  };
  const added = straightenAdded(mirror, statement);
  if (added !== null && (await attempt({ ...statement, sql: added, kind: classify(added) })) === null) {
    const message = 'it has a text in double quotes, which libSQL takes for a column';
    return { ...fail(message), instead: added, concerns: [] };
  }
  let message = await attempt(statement);
  if (message !== null && !run.ended) message = await mendAndTry(run, statement, message, attempt);
  if (message === null) {
    if (sql.includes('"') && (kind.type === 'create-view' || kind.type === 'create-trigger')) {
      run.made.push({ type: kind.type === 'create-view' ? 'view' : 'trigger', name: kind.name, migration, statement });
    }
    return null;
  }
  if (run.ended) return { ...fail(message), follows: false, ends: true, concerns: 'everything' };
  const unknown = findUnknownFunction(message);
  if (unknown !== null && (isRowStatement(kind) || declaredFunctions?.has(foldName(unknown)))) {
    noteUnknown({ name: unknown, migration, line, sql });
    return null;
  }
  const instead = await runInstead(mirror, statement, message, attempt);
  return instead === null ? fail(message) : { ...fail(message), instead, concerns: [], follows: false };
}

const none: ReadonlySet<string> = new Set();

/** Makes the views and triggers work that stand in its way only for a text in double quotes, and tries again. */
async function mendAndTry(
  run: Run,
  statement: AnalysedStatement,
  message: string,
  attempt: (statement: AnalysedStatement) => Promise<string | null>,
): Promise<string | null> {
  let isMended = false;
  for (const made of run.made) {
    const instead = await mendMade(run.mirror, made, message);
    if (instead === null) continue;
    isMended = true;
    const { name, path } = made.migration;
    const { line, sql } = made.statement;
    const place = { migration: name, path, line, sql, message, code: 'replay-failed' } as const;
    run.unreplayed.push({ ...place, instead, follows: false, ends: false, concerns: [] });
  }
  return isMended ? attempt(statement) : message;
}

/** What is to be taken away, and is not there, is gone in any case. */
function isGone(kind: AnalysedStatement['kind'], message: string): boolean {
  if (kind.type === 'drop-column') return /^no such column: /.test(message);
  return kind.type === 'drop' && /^no such (?:table|index|view|trigger): /.test(message);
}

/** Whether what it misses, or is about, is something that an earlier statement would have made otherwise. */
function isInDoubt({ doubts, everything }: Run, kind: AnalysedStatement['kind'], message: string): boolean {
  if (everything) return true;
  if (doubts.size === 0) return false;
  const missing = /no such (?:table|view): (?:main\.)?(.+)$/.exec(message)?.[1];
  const names = [missing, 'table' in kind ? kind.table : undefined, 'name' in kind ? kind.name : undefined];
  return names.some((name) => name !== undefined && doubts.has(foldName(name)));
}

function findTableOf(mirror: Mirror, type: 'index' | 'trigger', name: string): string | null {
  const sql = 'SELECT tbl_name FROM sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE';
  const [row] = mirror.query(sql, [type, name]);
  return row === undefined ? null : String(row[0]);
}

/** As SQLite says it of the RENAME that it refuses. */
function describeMisfit({ migration }: AnalysedMigration, { object, line, sql, reason }: Misfit): Unreplayed {
  const message = `error in ${object.type} ${object.name} after rename: ${reason}`;
  return {
    ...{ code: 'replay-failed', migration: migration.name, path: migration.path, line, sql, message },
    ...{ instead: null, follows: false, ends: false, concerns: [object.name] },
  };
}

/** `prisma/migrations/1_init/migration.sql:3 fails: no such table: Customer` */
export function describeReplayFailure(failure: ReplayFailure): string {
  return describeUnreplayed(failure);
}

type FromNothing = Omit<ReplayHelpers, 'isKnownIndex'> & FolderOption;

export interface ReplayedSchema extends Replayed {
  readonly schema: Schema;
}

/**
 * What migrations make of an empty database, as far as they can be run.
 * @param helpers `folder` is the whole folder, where the migrations are not all of it.
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
 * What migrations make of an empty database; or why they could not be run to their end.
 * @param helpers `folder` is the whole folder, where the migrations are not all of it.
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function replayFromNothing(
  outside: Outside,
  migrations: readonly Migration[],
  helpers: FromNothing = {},
): Promise<Schema | ReplayFailure> {
  const { schema, unreplayed } = await replayAsFarAsPossible(outside, migrations, helpers);
  return unreplayed.find(({ instead }) => instead === null) ?? schema;
}

interface FolderOption {
  readonly folder?: readonly Migration[];
}
