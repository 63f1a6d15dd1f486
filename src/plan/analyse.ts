/** What can be told of a migration from its text alone. */

import type { Finding } from '../findings/catalogue.ts';
import { find, type Place } from '../findings/finding.ts';
import { leftOutWords, pragmaLeftOut } from '../findings/pragma-left-out.ts';
import { reachesOutside } from '../findings/reaches-outside.ts';
import { type ServerRefusesArgs, serverRefuses } from '../findings/server-refuses.ts';
import { touchesTracker } from '../findings/touches-tracker.ts';
import { transactionControl } from '../findings/transaction-control.ts';
import { unboundParameter } from '../findings/unbound-parameter.ts';
import type { Migration } from '../history/migration.ts';
import { deniedPragmas } from '../sandbox/lists.ts';
import { findReaches } from '../sandbox/suspects.ts';
import { type Classified, classify } from '../sql/classify.ts';
import { findVariable } from '../sql/contents.ts';
import { parseCreateHead } from '../sql/create.ts';
import { foldName, sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { addIfNotExists, countRows, dropReturning } from '../sql/rewrite.ts';
import { isPlainCopy } from '../sql/row-statements.ts';
import { type SqlStatement, splitStatements } from '../sql/split.ts';
import { tokenize } from '../sql/tokenize.ts';
import { mentionsName } from '../sql/words.ts';
import type { TrackerTable } from '../tracker/tracker.ts';
import { reportReach } from './outside.ts';
import type { PlannedStatement, Rebuild, Skip, StatementDecision } from './plan.ts';
import { findWhyLeftOut, isOn, judgePragma } from './pragmas.ts';

export interface AnalysedStatement extends SqlStatement {
  readonly kind: Classified;
}

export interface AnalysedMigration {
  readonly migration: Migration;
  readonly statements: readonly AnalysedStatement[];
  readonly rebuilds: readonly Rebuild[];
  readonly foreignKeysOff: boolean;
  /** By PRAGMA defer_foreign_keys. */
  readonly foreignKeysDeferred: boolean;
  /** True if a statement names `sqlite_sequence`. */
  readonly namesCounters: boolean;
  /** True if running it twice may give other rows than once. The copy of a rebuilt table does not count. */
  readonly changesRows: boolean;
  /** Names of the tables that it writes to, creates, alters or drops; folded. */
  readonly touchedTables: readonly string[];
  /** Of statements that are left out wherever it runs. */
  readonly notes: readonly Finding[];
}

export function analyseMigration(migration: Migration): AnalysedMigration {
  const statements = splitStatements(migration.sql).map((statement) => ({
    ...statement,
    kind: classify(statement.sql),
  }));
  const rebuilds = findRebuilds(statements.map((statement) => statement.kind));
  return {
    migration,
    statements,
    rebuilds,
    foreignKeysOff: statements.some((statement) => switchesForeignKeysOff(statement.kind)),
    foreignKeysDeferred: statements.some((statement) => isDeferPragma(statement.kind)),
    namesCounters: statements.some(({ sql }) => mentionsName(sql, 'sqlite_sequence')),
    changesRows: statements.some((statement) => isRowChange(statement.kind) && !isRebuildCopy(statement, rebuilds)),
    touchedTables: [...new Set(statements.flatMap((statement) => listTables(statement.kind)).map(foldName))],
    notes: statements.flatMap((statement) => notePragma(migration, statement)),
  };
}

export const runsAsWritten: StatementDecision = {
  action: 'run',
  skip: null,
  reason: null,
  before: [],
  after: [],
  guards: [],
};

/** Leaves pragmas out. Those of foreign keys do nothing inside a transaction. */
export function decideByText({ foreignKeysOff }: AnalysedMigration, { kind }: AnalysedStatement): StatementDecision {
  const because = findWhyLeftOut(kind);
  if (because !== null) return leaveOut('left-out', leftOutWords[because]);
  if (!isForeignKeysPragma(kind) && !(isDeferPragma(kind) && foreignKeysOff)) return runsAsWritten;
  return leaveOut('foreign-keys', foreignKeysOff ? 'set around the transaction' : 'foreign keys are already on');
}

export function leaveOut(skip: Skip, reason: string): StatementDecision {
  return { ...runsAsWritten, action: 'skip', skip, reason };
}

/** @param decisions one for each statement. */
export function planStatements(
  { statements, rebuilds }: AnalysedMigration,
  decisions: readonly StatementDecision[],
): readonly PlannedStatement[] {
  return statements.map(({ line, sql, kind }, index) => ({
    line,
    sql,
    ...(decisions[index] ?? runsAsWritten),
    // Inside a rebuild, a copy that is left over must not take the place of the one that is made.
    sent: isInsideRebuild(rebuilds, index) ? sql : writeSafely(sql, kind),
  }));
}

/** A creation may meet its own result, and no rows are sent that nobody reads. */
function writeSafely(sql: string, kind: Classified): string {
  if (kind.type === 'select') return countRows(sql);
  if ('returning' in kind) return kind.returning ? dropReturning(sql) : sql;
  return addIfNotExists(sql);
}

/** Where a finding about one of its statements stands. */
export function placeOf(
  { migration }: AnalysedMigration,
  { line, sql }: Pick<AnalysedStatement, 'line' | 'sql'>,
): Place {
  return { migration: migration.name, line, sql };
}

const rowStatements: ReadonlySet<Classified['type']> = new Set(['insert', 'update', 'delete', 'select', 'pragma']);

export function changesSchema({ statements }: AnalysedMigration): boolean {
  return statements.some(mayChangeSchema);
}

export function mayChangeSchema({ kind }: AnalysedStatement): boolean {
  return !isRowStatement(kind);
}

/** True also of a PRAGMA. */
export function isRowStatement({ type }: Classified): boolean {
  return rowStatements.has(type);
}

export function isInsideRebuild(rebuilds: readonly Rebuild[], index: number): boolean {
  return rebuilds.some((rebuild) => rebuild.first <= index && index <= rebuild.last);
}

/** Finds CREATE new … DROP old … RENAME new TO old, Prisma's way (and SQLite's) to change a table. */
function findRebuilds(kinds: readonly Classified[]): readonly Rebuild[] {
  const rebuilds: Rebuild[] = [];
  /** By folded name: where the table was dropped last, and all the places where it was created. */
  const drops = new Map<string, number>();
  const creations = new Map<string, number[]>();
  for (const [index, kind] of kinds.entries()) {
    if (kind.type === 'drop' && kind.object === 'table') drops.set(foldName(kind.name), index);
    if (kind.type === 'create-table') {
      const places = creations.get(foldName(kind.name)) ?? [];
      places.push(index);
      creations.set(foldName(kind.name), places);
    }
    if (kind.type !== 'rename-table') continue;
    const dropped = drops.get(foldName(kind.to));
    if (dropped === undefined) continue;
    const created = creations.get(foldName(kind.table))?.findLast((place) => place < dropped) ?? dropped;
    rebuilds.push({ table: kind.to, replacement: kind.table, first: created, last: index });
  }
  return rebuilds;
}

export function isRowChange(kind: Classified): boolean {
  return kind.type === 'insert' || kind.type === 'update' || kind.type === 'delete';
}

export function isRebuildCopy({ kind, sql }: AnalysedStatement, rebuilds: readonly Rebuild[]): boolean {
  if (kind.type !== 'insert') return false;
  const filled = rebuilds.filter(({ replacement }) => sameName(replacement, kind.table));
  return filled.some(({ replacement, table }) => isPlainCopy(sql, replacement, table));
}

export function isForeignKeysPragma(kind: Classified): boolean {
  return kind.type === 'pragma' && kind.name === 'foreign_keys' && kind.value !== null;
}

function switchesForeignKeysOff(kind: Classified): boolean {
  return kind.type === 'pragma' && isForeignKeysPragma(kind) && !isOn(kind.value ?? '');
}

export function isDeferPragma(kind: Classified): boolean {
  return kind.type === 'pragma' && kind.name === 'defer_foreign_keys' && kind.value !== null;
}

/** The tables that a statement names. */
export function listTables(kind: Classified): readonly string[] {
  switch (kind.type) {
    case 'create-table':
      return [kind.name];
    case 'insert':
    case 'update':
    case 'delete':
    case 'add-column':
    case 'rename-column':
    case 'drop-column':
    case 'alter-other':
      return [kind.table];
    case 'rename-table':
      return [kind.table, kind.to];
    case 'drop':
      return kind.object === 'table' ? [kind.name] : [];
    default:
      return [];
  }
}

/** Statements that fail everywhere or on a libSQL server, and those that would change the tracker. */
export function findBlockers(
  { migration, statements }: Pick<AnalysedMigration, 'migration' | 'statements'>,
  tracker: TrackerTable,
): readonly Finding[] {
  return statements.flatMap((statement) => findBlocker(migration, statement, tracker) ?? []);
}

function findBlocker(migration: Migration, statement: AnalysedStatement, tracker: TrackerTable): Finding | null {
  const { kind, line, sql } = statement;
  const place = { migration: migration.name, line, sql };
  if (kind.type === 'transaction') return find(transactionControl, 'blocker', place, { verb: kind.verb });
  if (listTables(kind).some((name) => sameName(name, tracker.name)) || reachesTracker(statement, tracker)) {
    return find(touchesTracker, 'blocker', place, { table: tracker.name });
  }
  const parameter = findVariable(sql);
  if (parameter !== null) return find(unboundParameter, 'blocker', place, { parameter });
  const does = kind.type === 'pragma' ? deniedPragmas.get(kind.name) : undefined;
  if (kind.type === 'pragma' && does !== undefined)
    return find(reachesOutside, 'blocker', place, { what: 'pragma', pragma: kind.name, does });
  const reach = findReaches(sql).find(({ type }) => type === 'function');
  if (reach !== undefined) return reportReach(place, reach);
  const refused = findRefused(statement);
  return refused === null ? null : find(serverRefuses, 'blocker', place, refused);
}

/** True of an index on the tracker, and of a view or trigger that names it. */
function reachesTracker({ kind, sql }: AnalysedStatement, { name }: TrackerTable): boolean {
  if (kind.type === 'create-index') return sameName(kind.table, name);
  if (kind.type !== 'create-trigger' && kind.type !== 'create-view') return false;
  return tokenize(sql).some((token) => sameName(unquoteIdentifier(token.text), name));
}

/** Statements that a libSQL server refuses whatever the schema (checked on sqld 0.24.32); null for the rest. */
function findRefused({ kind, sql }: AnalysedStatement): ServerRefusesArgs | null {
  switch (kind.type) {
    case 'maintenance':
      return kind.verb === 'REINDEX' ? null : { what: 'verb', verb: kind.verb };
    case 'create-virtual-table':
      return parseCreateHead(tokenize(sql))?.temporary ? { what: 'temporary' } : null;
    case 'create-table':
    case 'create-view':
    case 'create-trigger':
      return kind.temporary ? { what: 'temporary' } : null;
    case 'pragma': {
      const fate = judgePragma(kind);
      return fate.type === 'refused' ? { what: 'pragma', pragma: kind.name, changes: fate.changes } : null;
    }
    default:
      return null;
  }
}

function notePragma(migration: Migration, { kind, line, sql }: AnalysedStatement): readonly Finding[] {
  const because = findWhyLeftOut(kind);
  if (kind.type !== 'pragma' || because === null) return [];
  const place = { migration: migration.name, line, sql };
  return [find(pragmaLeftOut, 'note', place, { pragma: kind.name, because })];
}
