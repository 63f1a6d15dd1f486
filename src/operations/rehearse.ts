/** The rehearsal: running migrations on a mirror of production's schema, and learning from it what to send. */

import { type AnalysedMigration, isInsideRebuild } from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import { describeBroken, describeLost, noteKept } from '../core/plan/keep-findings.ts';
import { type DataGuard, isAlreadyThere, type PlannedStatement } from '../core/plan/plan.ts';
import { type KeyCheck, pairKeys } from '../core/plan/violations.ts';
import type { Mirror } from '../ports.ts';
import { findDropFindings, openDropReader } from './drops.ts';
import { findForeignKeys } from './foreign-keys.ts';
import type { Keeper, OpenKeeper } from './keep.ts';
import type { IndexJudge } from './known-indexes.ts';
import { readFingerprint } from './mirror.ts';
import { planPragma, rehearseStatement, run } from './rehearse-statement.ts';

export interface Rehearsed {
  readonly statements: readonly PlannedStatement[];
  readonly keyChecks: readonly KeyCheck[];
  /** null where the rehearsal did not get to the migration's end. */
  readonly schemaAfter: string | null;
  readonly findings: readonly Finding[];
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

export interface RehearsalHelpers {
  readonly isKnownIndex: IndexJudge;
  /** From `findKeeper`. */
  readonly openKeeper: OpenKeeper | null;
  readonly watch: RehearsalWatch | null;
}

/** Few plans rebuild a table; what that would take along is looked after by code that is loaded only then. */
export async function findKeeper(migrations: readonly AnalysedMigration[]): Promise<OpenKeeper | null> {
  if (!migrations.some(({ rebuilds }) => rebuilds.length > 0)) return null;
  return (await import('./keep.ts')).openKeeper;
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
export function rehearse(
  mirror: Mirror,
  migrations: readonly AnalysedMigration[],
  helpers: RehearsalHelpers,
): readonly Rehearsed[] {
  const readCurrent = followFingerprint(mirror);
  let stopped = false;
  const rehearsed = migrations.map((migration) => {
    if (stopped) return notRehearsed(migration);
    const one = rehearseOne(mirror, migration, readCurrent, helpers);
    if (one.schemaAfter === null) stopped = true;
    return one;
  });
  return rehearsed.map((one, index) => {
    const migration = migrations[index];
    return migration === undefined ? one : guardFirst(one, helpers.watch?.guardsOf(migration) ?? []);
  });
}

/** What is planned where there is nothing to rehearse on: every statement as it stands. */
export function notRehearsed(migration: AnalysedMigration): Rehearsed {
  return {
    statements: migration.statements.map((statement) => planPragma(migration, statement) ?? run(statement)),
    keyChecks: [],
    schemaAfter: null,
    findings: [],
  };
}

function guardFirst(rehearsed: Rehearsed, guards: readonly DataGuard[]): Rehearsed {
  const first = rehearsed.statements.find(({ action }) => action === 'run');
  const statements = rehearsed.statements.map((statement) =>
    statement === first ? { ...statement, guards: [...guards, ...statement.guards] } : statement,
  );
  return { ...rehearsed, statements };
}

function rehearseOne(
  mirror: Mirror,
  migration: AnalysedMigration,
  readCurrent: () => string,
  { isKnownIndex, openKeeper, watch }: RehearsalHelpers,
): Rehearsed {
  const { name } = migration.migration;
  const statements: PlannedStatement[] = [];
  const findings: Finding[] = [];
  const drops = openDropReader(mirror, migration);
  const keeper = migration.rebuilds.length > 0 ? (openKeeper?.(mirror, migration, isKnownIndex) ?? null) : null;
  const foreignKeys = migration.foreignKeysOff ? findForeignKeys(mirror, migration) : null;
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  let failed = false;
  watch?.beginMigration(migration);
  for (const [index, statement] of migration.statements.entries()) {
    if (failed) {
      statements.push(planPragma(migration, statement) ?? run(statement));
      continue;
    }
    const softened = !isInsideRebuild(migration.rebuilds, index);
    drops.look(index);
    const guards = watch?.beforeStatement(migration, index) ?? [];
    const before = keeper === null ? [] : [...keeper.carryCounter(index), ...keeper.runBefore(index)];
    const { planned: own, finding } = rehearseStatement(mirror, migration, statement, softened);
    if (finding) findings.push(finding);
    failed = finding?.kind === 'blocker';
    const { statements: after, broken } = (failed ? null : keeper?.runAfter(index)) ?? { statements: [], broken: [] };
    findings.push(...broken.map((misfit) => describeBroken(name, misfit)));
    failed ||= broken.length > 0;
    const planned = own.action === 'run' ? { ...own, guards, before, after } : own;
    statements.push(planned);
    if (!failed) watch?.afterStatement(migration, index, planned);
  }
  if (!failed) watch?.endMigration(migration);
  if (migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');

  if (!failed && keeper !== null) findings.push(...findKeepFindings(keeper, name));
  if (!failed) findings.push(...findDropFindings(mirror, migration, drops, keeper, isKnownIndex));
  if (!failed) findings.push(...findPartlyApplied(migration, statements));
  const after = foreignKeys && !failed ? findForeignKeys(mirror, migration) : null;
  const broken = [...new Set([...(foreignKeys?.broken ?? []), ...(after?.broken ?? [])])];
  findings.push(...broken.map((table) => noteBrokenForeignKey(migration, table)));
  return {
    statements,
    // Where it is not known how the migration ends, what there was before is all that can be looked at.
    keyChecks: foreignKeys ? pairKeys(foreignKeys.keys, (after ?? foreignKeys).keys) : [],
    schemaAfter: failed ? null : readCurrent(),
    findings,
  };
}

function findKeepFindings(keeper: Keeper, name: string): readonly Finding[] {
  const { tables, lost } = keeper.readKept();
  return [
    ...keeper.findBroken().map((misfit) => describeBroken(name, misfit)),
    ...lost.map((misfit) => describeLost(name, misfit)),
    ...tables.map((table) => noteKept(name, table)),
  ];
}

/** A part is there already and the rest changes rows: they may have been changed once before. */
function findPartlyApplied(
  { migration, changesRows }: AnalysedMigration,
  statements: readonly PlannedStatement[],
): readonly Finding[] {
  const there = statements.filter(isAlreadyThere);
  if (!changesRows || there.length === 0) return [];
  return [
    {
      kind: 'hazard',
      code: 'partly-applied',
      migration: migration.name,
      line: there[0]?.line ?? null,
      message: `Production already has ${there.length} of what this migration creates, so it may have run in part before; its statements that change rows would run again.`,
      why: 'What is there already is left alone, but an UPDATE that runs twice changes the rows twice.',
      way: '-- let it change only rows that are not changed yet:\nUPDATE … SET … = … WHERE … IS NULL;',
      sql: null,
    },
  ];
}

function noteBrokenForeignKey({ migration }: AnalysedMigration, table: string): Finding {
  return {
    kind: 'note',
    code: 'foreign-key-mismatch',
    migration: migration.name,
    line: null,
    message: `A foreign key of "${table}" does not point to a primary key or a unique column, so its rows cannot be checked.`,
    why: 'With foreign keys on, SQLite refuses to insert into the table, and to delete what it could refer to: "foreign key mismatch".',
    way: '-- make what it points to unique:\nCREATE UNIQUE INDEX … ON … (…);',
    sql: null,
  };
}
