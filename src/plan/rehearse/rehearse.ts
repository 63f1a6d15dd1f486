/** The rehearsal: running migrations on a mirror of production's schema, and learning from it what to send. */

import type { Finding } from '../../findings/catalogue.ts';
import { worded } from '../../findings/worded.ts';
import { readFingerprint, readNames, readObjects } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { deniedTables } from '../../sandbox/lists.ts';
import { findReach } from '../../sandbox/reach.ts';
import { findReaches } from '../../sandbox/suspects.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import type { Classified } from '../../sql/classify.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { Target } from '../../target/target.ts';
import { type AnalysedMigration, type AnalysedStatement, isInsideRebuild } from '../analyse.ts';
import { type KeyCheck, pairKeys } from '../key-checks.ts';
import { reportReach } from '../outside.ts';
import { findPartlyApplied, nothingThere, openThereReader, type There } from '../partly-applied.ts';
import type { DataGuard, PlannedStatement } from '../plan.ts';
import { describeBroken, describeLost, noteKept } from '../preserve/findings.ts';
import type { IndexJudge } from '../preserve/known-indexes.ts';
import type { Keeper, OpenKeeper } from '../preserve/preserve.ts';
import { findDropFindings, openDropReader } from './drops.ts';
import type { ExplainFault } from './explain-failure.ts';
import { findForeignKeys } from './foreign-keys.ts';
import { type Makers, openMakers } from './makers.ts';
import { planPragma, rehearseStatement, run } from './rehearse-statement.ts';
import { meetsUncertainRows } from './uncertain-rows.ts';
import type { Doubt } from './unknown-to-mirror.ts';

export interface Rehearsed {
  readonly statements: readonly PlannedStatement[];
  readonly keyChecks: readonly KeyCheck[];
  /** null where the rehearsal did not get to the migration's end. */
  readonly schemaAfter: string | null;
  readonly findings: readonly Finding[];
  /** What the server has to be asked for; their findings are among `findings`. */
  readonly doubts: readonly Doubt[];
  readonly there: There;
}

/** Looks at the mirror around every statement that is rehearsed. */
export interface RehearsalWatch {
  beginMigration(migration: AnalysedMigration): void;
  /** @returns what must hold in production right before the statement. */
  beforeStatement(migration: AnalysedMigration, index: number): readonly DataGuard[];
  /** Only for a statement that did not fail. */
  afterStatement(migration: AnalysedMigration, index: number, planned: PlannedStatement): void;
  /** Only for a migration that was rehearsed to its end. */
  endMigration(migration: AnalysedMigration): void;
  /** Once all are rehearsed. @returns what must hold in production before the first statement of the migration. */
  guardsOf(migration: AnalysedMigration): readonly DataGuard[];
}

/** Called as a migration begins. */
export type OpenGuide = () => ExplainFault;

export interface RehearsalHelpers {
  readonly isKnownIndex: IndexJudge;
  /** From `findKeeper`. */
  readonly openKeeper: OpenKeeper | null;
  readonly watch: RehearsalWatch | null;
  /** Of what the migrations are for. */
  readonly target: Target['type'];
  /** Where production has something that makes statements of others fail. */
  readonly openGuide?: OpenGuide | undefined;
}

/** Few plans rebuild a table; what that would take along is looked after by code that is loaded only then. */
export async function findKeeper(migrations: readonly AnalysedMigration[]): Promise<OpenKeeper | null> {
  if (!migrations.some(({ rebuilds }) => rebuilds.length > 0)) return null;
  return (await import('../preserve/preserve.ts')).openKeeper;
}

/** As `readFingerprint`, asked again only after the schema has changed. */
function followFingerprint(mirror: Mirror): () => string {
  let known = { version: '', fingerprint: '' };
  return () => {
    const version = String(mirror.query('PRAGMA schema_version')[0]?.[0]);
    if (version !== known.version) known = { version, fingerprint: readFingerprint(mirror) };
    return known.fingerprint;
  };
}

/**
 * Runs the migrations on the mirror, in order, each as `apply` would; statement by statement, because a transaction
 * around rows that are not there could fail at its end. Stops at the first that fails; that one and the
 * later ones have no `schemaAfter`.
 */
export async function rehearse(
  mirror: Mirror,
  migrations: readonly AnalysedMigration[],
  helpers: RehearsalHelpers,
): Promise<readonly Rehearsed[]> {
  const readCurrent = followFingerprint(mirror);
  const makers = openMakers();
  const tables = findTableNames(readObjects(mirror), migrations);
  const ran: AnalysedStatement[] = [];
  const rehearsed: Rehearsed[] = [];
  for (const migration of migrations) {
    const isStopped = rehearsed.length > 0 && rehearsed.at(-1)?.schemaAfter === null;
    rehearsed.push(
      isStopped
        ? { ...notRehearsed(migration, tables), keyChecks: listKeyChecks(mirror, migration) }
        : await rehearseOne(mirror, migration, { ...helpers, readCurrent, tables, makers, ran }),
    );
  }
  const partly = findPartlyApplied(
    migrations,
    rehearsed.map(({ there }) => there),
  );
  return rehearsed.map((one, index) => {
    const migration = migrations[index];
    if (migration === undefined) return one;
    const findings = [...one.findings, ...(partly[index] ?? [])];
    return guardFirst({ ...one, findings }, helpers.watch?.guardsOf(migration) ?? []);
  });
}

/** What is planned where there is nothing to rehearse on: every statement as it stands. @param tables see `findTableNames`. */
export function notRehearsed(migration: AnalysedMigration, tables: ReadonlySet<string>): Rehearsed {
  return {
    statements: migration.statements.map((statement) => planPragma(migration, statement) ?? run(statement)),
    keyChecks: [],
    schemaAfter: null,
    findings: findUnseenReaches(migration, 0, tables),
    doubts: [],
    there: nothingThere,
  };
}

/** Where the rehearsal did not get to the migration: the keys that there are before it. */
function listKeyChecks(mirror: Mirror, migration: AnalysedMigration): readonly KeyCheck[] {
  if (!migration.foreignKeysOff) return [];
  const { keys } = findForeignKeys(mirror, migration);
  return pairKeys(keys, keys);
}

/** The names, folded, of tables and views that there are, or that a migration makes. */
export function findTableNames(
  objects: readonly SchemaObject[],
  migrations: readonly AnalysedMigration[],
): ReadonlySet<string> {
  const made = migrations.flatMap(({ statements, touchedTables }) =>
    touchedTables.filter((name) => deniedTables.has(name) && statements.some(({ kind }) => isMade(kind, name))),
  );
  return new Set([
    ...objects.filter(({ type }) => type === 'table' || type === 'view').map(({ name }) => foldName(name)),
    ...made,
  ]);
}

function isMade(kind: Classified, name: string): boolean {
  if (kind.type === 'rename-table') return sameName(kind.to, name);
  return kind.type === 'create-table' && sameName(kind.name, name);
}

/** What no rehearsal looked at is judged by its text: a name that is no table of the database's is taken for the engine's. */
function findUnseenReaches(
  { migration, statements }: AnalysedMigration,
  from: number,
  tables: ReadonlySet<string>,
): readonly Finding[] {
  return statements.slice(from).flatMap(({ sql, line }) => {
    const reach = findReaches(sql).find(({ type, name }) => type === 'table' && !tables.has(foldName(name)));
    return reach === undefined ? [] : reportReach({ migration: migration.name, line, sql }, reach);
  });
}

function guardFirst(rehearsed: Rehearsed, guards: readonly DataGuard[]): Rehearsed {
  const first = rehearsed.statements.find(({ action }) => action === 'run');
  const statements = rehearsed.statements.map((statement) =>
    statement === first ? { ...statement, guards: [...guards, ...statement.guards] } : statement,
  );
  return { ...rehearsed, statements };
}

interface OneHelpers extends RehearsalHelpers {
  readonly readCurrent: () => string;
  readonly tables: ReadonlySet<string>;
  readonly makers: Makers;
  /** What was run on the mirror so far. */
  readonly ran: AnalysedStatement[];
}

async function rehearseOne(mirror: Mirror, migration: AnalysedMigration, helpers: OneHelpers): Promise<Rehearsed> {
  const { isKnownIndex, openKeeper, watch, target, makers } = helpers;
  const explainFault = helpers.openGuide?.();
  const { name } = migration.migration;
  const statements: PlannedStatement[] = [];
  const findings: Finding[] = [];
  const doubts: Doubt[] = [];
  const there = openThereReader(mirror, migration, makers);
  const drops = openDropReader(mirror, migration);
  const keeper = migration.rebuilds.length > 0 ? (openKeeper?.(mirror, migration, isKnownIndex) ?? null) : null;
  const foreignKeys = migration.foreignKeysOff ? findForeignKeys(mirror, migration) : null;
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  let stopped = false;
  watch?.beginMigration(migration);
  for (const [index, statement] of migration.statements.entries()) {
    if (stopped) {
      statements.push(planPragma(migration, statement) ?? run(statement));
      continue;
    }
    // Before anything is made of its text: not even a question may leave.
    const reach = findReach(mirror, statement.sql);
    if (reach !== null) {
      findings.push(reportReach({ migration: name, line: statement.line, sql: statement.sql }, reach));
      findings.push(...findUnseenReaches(migration, index + 1, helpers.tables));
      statements.push(run(statement));
      stopped = true;
      continue;
    }
    const softened = !isInsideRebuild(migration.rebuilds, index);
    drops.look(index);
    there.beforeStatement(index);
    const guards = watch?.beforeStatement(migration, index) ?? [];
    const before = keeper === null ? [] : [...keeper.carryCounter(index), ...keeper.runBefore(index)];
    const one = await rehearseStatement(mirror, migration, statement, {
      softened,
      target,
      findMaker: makers.find,
      explainFault,
      meetsOtherRows: (one) => meetsUncertainRows(helpers.tables, helpers.ran, one),
    });
    if (one.finding) findings.push(one.finding);
    if (one.doubt !== null) doubts.push(one.doubt);
    stopped = !one.goesOn;
    const { statements: after, broken } = (stopped ? null : keeper?.runAfter(index)) ?? { statements: [], broken: [] };
    findings.push(...broken.map((misfit) => describeBroken(name, misfit)));
    stopped ||= broken.length > 0;
    const planned = one.planned.action === 'run' ? { ...one.planned, guards, before, after } : one.planned;
    statements.push(planned);
    if (stopped) findings.push(...findUnseenReaches(migration, index + 1, helpers.tables));
    else watch?.afterStatement(migration, index, planned);
    there.afterStatement(index, planned);
    if (!stopped && planned.action === 'run') makers.note(name, statement.kind);
    helpers.ran.push(statement);
  }
  if (!stopped) watch?.endMigration(migration);
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');

  if (!stopped && keeper !== null) findings.push(...findKeepFindings(mirror, keeper, name));
  if (!stopped) findings.push(...findDropFindings(mirror, migration, drops, keeper, isKnownIndex));
  const after = foreignKeys && !stopped ? findForeignKeys(mirror, migration) : null;
  const broken = [...new Set([...(foreignKeys?.broken ?? []), ...(after?.broken ?? [])])];
  findings.push(...broken.map((table) => noteBrokenForeignKey(migration, table)));
  return {
    statements,
    // Where it is not known how the migration ends, what there was before is all that can be looked at.
    keyChecks: foreignKeys ? pairKeys(foreignKeys.keys, (after ?? foreignKeys).keys) : [],
    schemaAfter: stopped ? null : helpers.readCurrent(),
    findings,
    doubts,
    there: there.readThere(),
  };
}

function findKeepFindings(mirror: Mirror, keeper: Keeper, name: string): readonly Finding[] {
  const { tables, lost } = keeper.readKept();
  return [
    ...keeper.findBroken().map((misfit) => describeBroken(name, misfit)),
    ...lost.map((misfit) => describeLost(name, misfit, readNames(mirror))),
    ...tables.map((table) => noteKept(name, table)),
  ];
}

function noteBrokenForeignKey({ migration }: AnalysedMigration, table: string): Finding {
  return worded({
    kind: 'note',
    code: 'foreign-key-mismatch',
    migration: migration.name,
    line: null,
    message: `A foreign key of "${table}" does not point to a primary key or a unique column, so its rows cannot be checked.`,
    why: 'With foreign keys on, SQLite refuses to insert into the table, and to delete what it could refer to: "foreign key mismatch".',
    way: '-- make what it points to unique:\nCREATE UNIQUE INDEX … ON … (…);',
    sql: null,
  });
}
