/** The rehearsal: running migrations on a mirror of production's schema, and learning from it what to send. */

import type { Finding } from '../../findings/catalogue.ts';
import { find, placeIn } from '../../findings/finding.ts';
import { foreignKeyMismatch } from '../../findings/foreign-key-mismatch.ts';
import { readFingerprint, readObjects } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import type { EarlyGuard } from '../../rows/losses/own.ts';
import { findReach } from '../../sandbox/reach.ts';
import { sameName } from '../../sql/identifiers.ts';
import type { Target } from '../../target/target.ts';
import {
  type AnalysedMigration,
  type AnalysedStatement,
  decideByText,
  isInsideRebuild,
  runsAsWritten,
} from '../analyse.ts';
import { type KeyCheck, pairKeys } from '../key-checks.ts';
import { reportReach } from '../outside.ts';
import type { DataGuard, StatementDecision } from '../plan.ts';
import type { IndexJudge } from '../preserve/known-indexes.ts';
import { type OpenPreserver, openPreserver, type Preserver } from '../preserve/preserve.ts';
import { findPreserved, reportBroken } from '../preserve/report.ts';
import { findDamages, lookBeforeAlter } from './altered-columns.ts';
import { type DropReader, findDropFindings, openDropReader } from './drops.ts';
import type { ExplainFault } from './explain-failure.ts';
import { findForeignKeys, type KeysOfTables } from './foreign-keys.ts';
import { openImpureReader } from './impure-dates.ts';
import { type Makers, openMakers } from './makers.ts';
import { rehearseStatement } from './rehearse-statement.ts';
import { findTableNames, findUnseenReaches, notRehearsed, type Rehearsed } from './rehearsed.ts';
import { openThereReader, type ThereReader } from './there.ts';
import { meetsUncertainRows } from './uncertain-rows.ts';
import type { Doubt } from './unknown-to-mirror.ts';
import { openUses, type Uses } from './uses.ts';

/** Looks at the mirror around every statement that is rehearsed. */
export interface RehearsalWatch {
  beginMigration(analysed: AnalysedMigration): void;
  /** @returns what must hold in production right before the statement. */
  beforeStatement(analysed: AnalysedMigration, index: number): readonly DataGuard[];
  /** Only for a statement that did not fail. */
  afterStatement(analysed: AnalysedMigration, index: number, decision: StatementDecision): void;
  /** Only for a migration that was rehearsed to its end. */
  endMigration(analysed: AnalysedMigration): void;
  /** Once all are rehearsed. @returns what else must hold in production before statements of the migration. */
  guardsOf(analysed: AnalysedMigration): readonly EarlyGuard[];
}

/** Called as a migration begins. */
export type OpenGuide = () => ExplainFault;

export interface RehearsalHelpers {
  readonly isKnownIndex: IndexJudge;
  /** From `findPreserver`. */
  readonly openPreserver: OpenPreserver | null;
  readonly watch: RehearsalWatch | null;
  /** The kind of database that the migrations are for. */
  readonly target: Target['type'];
  /** False if the mirror lacks something of production's: what fails there may work. */
  readonly isWhole: boolean;
  /** Set if production has an object that makes other statements fail. */
  readonly openGuide?: OpenGuide | undefined;
}

/** Few plans rebuild a table: nothing is taken along by the others. */
export function findPreserver(migrations: readonly AnalysedMigration[]): OpenPreserver | null {
  if (!migrations.some(({ rebuilds }) => rebuilds.length > 0)) return null;
  return openPreserver;
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
  const uses = helpers.isWhole ? openUses(mirror, helpers.target) : null;
  const rehearsed: Rehearsed[] = [];
  for (const analysed of migrations) {
    const isStopped = rehearsed.at(-1)?.schemaAfter === null;
    rehearsed.push(
      isStopped
        ? { ...notRehearsed(analysed, tables), keyChecks: listKeyChecks(mirror, analysed) }
        : await rehearseOne(mirror, analysed, { ...helpers, readCurrent, tables, makers, ran, uses }),
    );
  }
  const mended: ReadonlySet<Finding> = uses?.listMended() ?? new Set();
  return rehearsed.map((all, index) => {
    const analysed = migrations[index];
    const one = { ...all, findings: all.findings.filter((finding) => !mended.has(finding)) };
    return analysed === undefined ? one : guardEarly(one, helpers.watch?.guardsOf(analysed) ?? []);
  });
}

/** For a migration that the rehearsal did not reach: the keys before it. */
function listKeyChecks(mirror: Mirror, analysed: AnalysedMigration): readonly KeyCheck[] {
  if (!analysed.foreignKeysOff) return [];
  const { keys } = findForeignKeys(mirror, analysed);
  return pairKeys(keys, keys);
}

function guardEarly(rehearsed: Rehearsed, early: readonly EarlyGuard[]): Rehearsed {
  const statements = rehearsed.statements.map((planned, index) => {
    const guards = early.filter(({ statement }) => statement === index).map(({ guard }) => guard);
    return guards.length === 0 ? planned : { ...planned, guards: [...guards, ...planned.guards] };
  });
  return { ...rehearsed, statements };
}

interface OneHelpers extends RehearsalHelpers {
  readonly readCurrent: () => string;
  readonly tables: ReadonlySet<string>;
  readonly makers: Makers;
  /** Statements that ran on the mirror so far, of all migrations. */
  readonly ran: AnalysedStatement[];
  readonly uses: Uses | null;
}

/** The rehearsal of one migration: its observers, and the results so far. */
interface Rehearsing {
  readonly mirror: Mirror;
  readonly analysed: AnalysedMigration;
  readonly helpers: OneHelpers;
  readonly explainFault: ExplainFault | undefined;
  readonly there: ThereReader;
  readonly drops: DropReader;
  /** Null if no table is rebuilt. */
  readonly preserver: Preserver | null;
  readonly statements: StatementDecision[];
  readonly findings: Finding[];
  readonly doubts: Doubt[];
}

async function rehearseOne(mirror: Mirror, analysed: AnalysedMigration, helpers: OneHelpers): Promise<Rehearsed> {
  const { isKnownIndex, openPreserver, watch } = helpers;
  const one: Rehearsing = {
    ...{ mirror, analysed, helpers, statements: [], findings: [], doubts: [] },
    explainFault: helpers.openGuide?.(),
    there: openThereReader(mirror, analysed, helpers.makers),
    drops: openDropReader(mirror, analysed),
    preserver: analysed.rebuilds.length > 0 ? (openPreserver?.(mirror, analysed, isKnownIndex) ?? null) : null,
  };
  const uses = helpers.uses?.begin(analysed) ?? null;
  const impure = openImpureReader(mirror, analysed);
  const foreignKeys = analysed.foreignKeysOff ? findForeignKeys(mirror, analysed) : null;
  if (analysed.foreignKeysOff) mirror.run('PRAGMA foreign_keys=OFF');
  watch?.beginMigration(analysed);
  let goesOn = true;
  for (const [index, statement] of analysed.statements.entries()) {
    if (goesOn) goesOn = await rehearseNext(one, index, statement);
    else one.statements.push(decideByText(analysed, statement));
  }
  if (goesOn) watch?.endMigration(analysed);
  if (analysed.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');

  const keysAfter = foreignKeys && goesOn ? findForeignKeys(mirror, analysed) : null;
  const told = [...one.findings, ...(goesOn ? findAtEnd(one) : [])];
  const broken = goesOn ? [...(uses?.findBroken(told) ?? []), ...impure.find()] : [];
  return {
    statements: one.statements,
    // If the end of the migration is not known, only the keys before it can be checked.
    keyChecks: foreignKeys ? pairKeys(foreignKeys.keys, (keysAfter ?? foreignKeys).keys) : [],
    schemaAfter: goesOn ? helpers.readCurrent() : null,
    findings: [...told, ...broken, ...findMismatches(analysed.migration.name, [foreignKeys, keysAfter], broken)],
    doubts: one.doubts,
    there: one.there.readThere(),
  };
}

/** @returns whether what follows the statement still can be rehearsed. */
async function rehearseNext(one: Rehearsing, index: number, statement: AnalysedStatement): Promise<boolean> {
  const { mirror, analysed, helpers, there, preserver } = one;
  const { watch, makers, tables } = helpers;
  const { name } = analysed.migration;
  // Before anything is made of its text: not even a question may leave.
  const reach = findReach(mirror, statement.sql);
  if (reach !== null) {
    one.findings.push(reportReach({ migration: name, line: statement.line, sql: statement.sql }, reach));
    one.findings.push(...findUnseenReaches(analysed, index + 1, tables));
    one.statements.push(runsAsWritten);
    return false;
  }
  one.drops.look(index);
  there.beforeStatement(index);
  const altered = lookBeforeAlter(mirror, statement);
  const guards = watch?.beforeStatement(analysed, index) ?? [];
  const before = preserver === null ? [] : [...preserver.carryCounter(index), ...preserver.runBefore(index)];
  const tried = await rehearseStatement(mirror, analysed, statement, {
    softened: !isInsideRebuild(analysed.rebuilds, index),
    target: helpers.target,
    findMaker: makers.find,
    explainFault: one.explainFault,
    meetsOtherRows: (tried) => meetsUncertainRows(tables, helpers.ran, tried),
  });
  if (tried.finding) one.findings.push(tried.finding);
  else if (altered !== null) one.findings.push(...findDamages(mirror, name, statement, altered));
  if (tried.doubt !== null) one.doubts.push(tried.doubt);
  const recreated = (tried.goesOn ? preserver?.runAfter(index) : null) ?? { statements: [], broken: [] };
  one.findings.push(...recreated.broken.map((misfit) => reportBroken(name, misfit)));
  const goesOn = tried.goesOn && recreated.broken.length === 0;
  const alone = tried.decision;
  const decision = alone.action === 'run' ? { ...alone, guards, before, after: recreated.statements } : alone;
  one.statements.push(decision);
  if (goesOn) watch?.afterStatement(analysed, index, decision);
  else one.findings.push(...findUnseenReaches(analysed, index + 1, tables));
  there.afterStatement(index, decision);
  if (goesOn && decision.action === 'run') makers.note(name, statement.kind);
  helpers.ran.push(statement);
  return goesOn;
}

function findAtEnd({ mirror, analysed, helpers, drops, preserver }: Rehearsing): readonly Finding[] {
  return [
    ...(preserver === null ? [] : findPreserved(mirror, preserver, analysed.migration.name)),
    ...findDropFindings(mirror, analysed, drops, preserver, helpers.isKnownIndex),
  ];
}

/** @param looks before the migration, and behind it. @param told of keys that it breaks itself. */
function findMismatches(
  migration: string,
  looks: readonly (KeysOfTables | null)[],
  told: readonly Finding[],
): readonly Finding[] {
  const isTold = (table: string) =>
    told.some(({ code, args }) => code === 'leaves-broken' && args.what === 'key' && sameName(args.child, table));
  const tables = new Set(looks.flatMap((keys) => keys?.broken ?? []).filter((table) => !isTold(table)));
  return [...tables].map((table) => find(foreignKeyMismatch, 'note', placeIn(migration), { table }));
}
