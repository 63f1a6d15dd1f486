/** Rows that a migration would leave without a parent. */

import {
  findCollation,
  findStructureColumn,
  isRowidColumn,
  type ProductionTable,
} from '../../core/data/production-table.ts';
import { findColumn, type KnownRows, type TableRows } from '../../core/data/table-rows.ts';
import type { AnalysedMigration } from '../../core/plan/analyse.ts';
import type { Finding, RowCount } from '../../core/plan/findings.ts';
import type { ForeignKeyStructure, TableStructure } from '../../core/schema/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../core/sql/identifiers.ts';
import type { Reply } from '../../ports.ts';
import { report } from './constraints.ts';
import { askExamples, describeRows, type Place, type Scene, subjectOf, subjectOfTable } from './scene.ts';
import { findReferenced } from './structures.ts';

/** One foreign key with its rows on both sides. */
interface Reference {
  readonly child: TableStructure;
  readonly key: ForeignKeyStructure;
  readonly referenced: readonly string[];
  readonly rows: KnownRows;
  readonly parents: TableRows;
}

function findReference(
  scene: Scene,
  child: TableStructure,
  key: ForeignKeyStructure,
  rows: TableRows,
  after: TableRows = rows,
): Reference | null {
  const referenced = findReferenced(key, scene.structures.find(key.references));
  const parents = findParentRows(scene, child, key, after);
  if (referenced === null || rows.type !== 'known' || parents.type === 'unknown') return null;
  if (rows.vague || (parents.type === 'known' && parents.vague)) return null;
  if (isMadeUp(rows, key.columns) || (parents.type === 'known' && isMadeUp(parents, referenced))) return null;
  return { child, key, referenced, rows, parents };
}

/** Whether one of the columns gets numbers that nobody knows before. */
function isMadeUp({ numbered }: KnownRows, columns: readonly string[]): boolean {
  return numbered !== null && columns.some((column) => sameName(column, numbered));
}

function findParentRows(
  { rows: all, structures }: Scene,
  child: TableStructure,
  key: ForeignKeyStructure,
  rows: TableRows,
): TableRows {
  if (sameName(key.references, child.name)) return rows;
  return structures.exists(key.references) ? all.rowsOf(key.references) : { type: 'none' };
}

/** Rows put into a table with foreign keys on: the statement itself fails. */
export function askParents(scene: Scene, place: Place, table: TableStructure, rows: KnownRows, after: TableRows): void {
  for (const key of table.foreignKeys) {
    const reference = findReference(scene, table, key, rows, after);
    if (reference === null || key.deferred || isKept(scene, reference) || !isSure(reference)) continue;
    const asked = buildOrphans(scene, reference);
    report(scene, place, 'fails', 'foreign-keys', {
      count: scene.questions.countWhere(asked.select, asked.condition),
      query: asked.query,
      columns: asked.columns,
      message: (count) =>
        `${describeRows(count)} of ${quoteIdentifier(table.name)} would refer to a row of ${quoteIdentifier(key.references)} that is not there (${key.sql}).`,
      why: 'Foreign keys are on in this file, so the statement fails at the first of them, and the migration is rolled back.',
      way: mendOrphans(table, key, asked.condition),
    });
  }
}

/**
 * At the end of a migration: which keys its rows would break. With foreign keys off that asks for consent; where they only
 * wait for the end, COMMIT fails.
 */
export function askOrphans(scene: Scene, migration: AnalysedMigration, consequence: 'asks' | 'fails'): void {
  const touched = new Set(migration.touchedTables);
  const tables = scene.structures
    .listReferring()
    .filter(
      ({ name, foreignKeys }) =>
        touched.has(foldName(name)) || foreignKeys.some((key) => touched.has(foldName(key.references))),
    );
  for (const table of tables) {
    for (const key of table.foreignKeys) {
      const reference = findReference(scene, table, key, scene.rows.rowsOf(table.name));
      if (reference === null || isKept(scene, reference)) continue;
      if (consequence === 'asks' || (isSure(reference) && isNews(scene, migration, reference)))
        askReference(scene, migration, reference, consequence);
    }
  }
}

/**
 * Whether a row without a parent is surely one: the parent's affinity and collation decide (SQLite's foreign key
 * documentation, section 3), and a column that a query computes has none. The child's own only make more rows equal.
 */
function isSure({ referenced, parents }: Reference): boolean {
  return parents.type !== 'known' || referenced.every((name) => findColumn(parents, name)?.compares === 'anything');
}

/**
 * COMMIT counts what the migration itself breaks: whether rows that break the key were surely none before it, or are known
 * by production's key.
 */
function isNews(scene: Scene, { statements }: AnalysedMigration, reference: Reference): boolean {
  if (findBefore(scene, reference) !== null) return true;
  const { name } = reference.child;
  const origin = scene.rows.find(name)?.origin ?? null;
  const known = origin === null ? undefined : scene.production.get(foldName(origin));
  const isMade = statements.some(({ kind }) => kind.type === 'create-table' && sameName(kind.name, name));
  const isRebuilt = statements.some(({ kind }) => kind.type === 'rename-table' && sameName(kind.to, name));
  return (isMade || isRebuilt) && (known?.structure.foreignKeys.length ?? 0) === 0;
}

/** Whether production has the key already, and both sides' rows are as they are there. */
function isKept(scene: Scene, reference: Reference): boolean {
  const before = findBefore(scene, reference);
  return before !== null && isWhole(scene, reference.parents, reference.referenced);
}

/** The key as production has it, with the child's table there; null for a new one. */
function findBefore(
  scene: Scene,
  { child, key, rows, referenced }: Reference,
): { readonly table: string; readonly key: ForeignKeyStructure } | null {
  if (rows.wholeOf === null) return null;
  const table = scene.production.get(foldName(rows.wholeOf));
  const sources = key.columns.map((column) => findColumn(rows, column)?.source);
  const parent = scene.rows.find(key.references)?.origin ?? key.references;
  const same = table?.structure.foreignKeys.find((known) => {
    const knownReferenced = findReferencedBefore(scene, known);
    return (
      sameName(known.references, sameName(key.references, child.name) ? (table?.name ?? '') : parent) &&
      known.columns.length === key.columns.length &&
      known.columns.every((column, index) => {
        const source = sources[index];
        return source?.type === 'column' && sameName(source.column, column);
      }) &&
      knownReferenced?.length === referenced.length
    );
  });
  return table && same ? { table: table.name, key: same } : null;
}

function findReferencedBefore(scene: Scene, key: ForeignKeyStructure): readonly string[] | null {
  return findReferenced(key, scene.production.get(foldName(key.references))?.structure ?? null);
}

/** Whether every row of a table of production is there, with these columns as they are. */
function isWhole(scene: Scene, rows: TableRows, columns: readonly string[]): boolean {
  if (rows.type !== 'known' || rows.wholeOf === null) return false;
  const table = scene.production.get(foldName(rows.wholeOf));
  return table !== undefined && columns.every((column) => findColumn(rows, column)?.source.type === 'column');
}

interface Orphans {
  readonly select: string;
  readonly condition: string;
  readonly query: string;
  readonly columns: readonly string[];
}

function buildOrphans(scene: Scene, { key, referenced, rows, parents }: Reference): Orphans {
  const subject = subjectOf(scene, rows);
  const condition = buildMissing(
    key.columns.map((column) => quoteIdentifier(findColumn(rows, column)?.name ?? column)),
    referenced,
    findParents(scene, parents, key.references, referenced),
  );
  return {
    select: subject.select,
    condition,
    query: `SELECT * FROM ${subject.from} WHERE ${condition}`,
    columns: rows.columns.map(({ name }) => name),
  };
}

/** @param parents null where there are none. */
function buildMissing(columns: readonly string[], referenced: readonly string[], parents: Parents | null): string {
  const filled = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
  if (parents === null) return filled;
  const theirs = referenced.map(quoteIdentifier);
  // The parent's collation decides (SQLite's foreign key documentation, section 3), and in a query the left side's.
  const own = columns.map((column, index) => {
    const collation = parents.collations[index] ?? 'binary';
    return collation === 'binary' ? column : `${column} COLLATE ${collation}`;
  });
  const left = own.length === 1 ? own[0] : `(${own.join(', ')})`;
  // One NULL in the list, and NOT IN is never true.
  const present = parents.isFilled ? '' : ` WHERE ${theirs.map((name) => `${name} IS NOT NULL`).join(' AND ')}`;
  return `${filled} AND ${left} NOT IN (SELECT ${theirs.join(', ')} FROM ${parents.from}${present})`;
}

interface Parents {
  /** As it stands after FROM. */
  readonly from: string;
  /** Whether the columns that are referred to are never NULL. */
  readonly isFilled: boolean;
  /** Of the columns that are referred to. */
  readonly collations: readonly string[];
}

function findParents(scene: Scene, rows: TableRows, parent: string, referenced: readonly string[]): Parents | null {
  if (rows.type !== 'known') return null;
  const table = rows.wholeOf === null ? undefined : scene.production.get(foldName(rows.wholeOf));
  const isTable = table !== undefined && subjectOfTable(table).select === rows.select;
  const structure = scene.structures.find(parent);
  const collations = referenced.map((column) => (structure ? findCollation(structure, column) : 'binary'));
  return isTable
    ? { ...parentsOf(table, referenced), collations }
    : { from: `(${rows.select})`, isFilled: false, collations };
}

function parentsOf({ name, structure }: ProductionTable, referenced: readonly string[]): Parents {
  const isFilled = referenced.every(
    (column) => findStructureColumn(structure, column)?.notNull === true || isRowidColumn(structure, column),
  );
  return {
    from: quoteIdentifier(name),
    isFilled,
    collations: referenced.map((column) => findCollation(structure, column)),
  };
}

function askReference(
  scene: Scene,
  migration: AnalysedMigration,
  reference: Reference,
  consequence: 'asks' | 'fails',
): void {
  const { child, key, rows, parents } = reference;
  const after = buildOrphans(scene, reference);
  const countAfter = scene.questions.countWhere(after.select, after.condition);
  const before = findBefore(scene, reference);
  const countBefore = before === null ? null : countBroken(scene, before.table, before.key);
  if (consequence === 'fails' && before !== null && countBefore === null) return;
  const countStanding = consequence === 'fails' ? countOrphans(scene, [...scene.production.values()]) : () => 0;
  const examples = askExamples(scene, after.query, after.columns);
  const statement = findCause(migration, child.name, key.references);
  const isEarlier = statement !== undefined && changesRowsBeforeKeys(migration, statement);
  scene.findings.push((replies): readonly Finding[] => {
    const count = subtract(countAfter(replies), countBefore?.(replies) ?? null);
    const standing = countStanding(replies);
    if (count === null || standing === null || count.rows <= standing) return [];
    const fewer = parents.type === 'none' || !isWhole(scene, parents, reference.referenced);
    return [
      {
        kind: consequence === 'asks' ? 'hazard' : 'blocker',
        code: 'foreign-keys',
        migration: migration.migration.name,
        line: statement?.line ?? null,
        message: `${describeRows(count)} of ${quoteIdentifier(child.name)} would be left without a parent in ${quoteIdentifier(key.references)} (${key.sql}).${isEarlier ? ' The file changes rows before it switches foreign keys off and counts on them; here they are off for the whole file.' : ''}`,
        why:
          consequence === 'fails'
            ? 'Foreign keys are on in this file and are looked at when it ends: COMMIT fails, and the migration is rolled back.'
            : fewer
              ? 'With foreign keys off nothing cascades: rows that refer to what is taken away stay, and point nowhere.'
              : 'SQLite checks no row that is there already: Prisma would let them through, and whoever writes the key of such a row again is refused.',
        way: isEarlier
          ? '-- put what stands before PRAGMA foreign_keys=OFF into a migration of its own, before this one'
          : mendOrphans(child, key, after.condition, rows.wholeOf),
        sql: statement?.sql ?? null,
        evidence: { count, query: after.query, examples: examples(replies) },
      },
    ];
  });
}

/** Those that break the key today are no news. */
function subtract(after: RowCount | null, before: RowCount | null): RowCount | null {
  if (after === null || before === null) return after;
  return { rows: Math.max(0, after.rows - before.rows), atLeast: after.atLeast };
}

function countBroken(
  scene: Scene,
  table: string,
  key: ForeignKeyStructure,
): ((replies: readonly Reply[]) => RowCount | null) | null {
  const child = scene.production.get(foldName(table));
  const parent = scene.production.get(foldName(key.references));
  const referenced = findReferencedBefore(scene, key);
  if (child === undefined || referenced === null) return null;
  const parents = parent === undefined ? null : parentsOf(parent, referenced);
  const condition = buildMissing(key.columns.map(quoteIdentifier), referenced, parents);
  return scene.questions.countWhere(subjectOfTable(child).select, condition);
}

/**
 * Rows of these tables that are without a parent today. SQLite counts rows without a parent all in one, up and down
 * (fkey.c): where such a row is deleted or mended, one that is new goes through.
 */
export function countOrphans(
  scene: Scene,
  tables: readonly ProductionTable[],
): (replies: readonly Reply[]) => number | null {
  const counts = tables.flatMap(({ name, structure }) =>
    structure.foreignKeys.map((key) => countBroken(scene, name, key)),
  );
  return (replies) => {
    const rows = counts.map((count) => count?.(replies)?.rows ?? null);
    return rows.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  };
}

/** The statement that speaks of the child, or else of the parent. */
function findCause(migration: AnalysedMigration, child: string, parent: string): Place['statement'] | undefined {
  const changes = migration.statements.filter(({ kind }) => kind.type === 'delete' || kind.type === 'update');
  const change = changes.find(
    ({ kind }) => 'table' in kind && (sameName(kind.table, parent) || sameName(kind.table, child)),
  );
  const added = migration.statements.find(
    ({ kind }) => kind.type === 'add-column' && sameName(kind.table, child) && /\bREFERENCES\b/i.test(kind.definition),
  );
  const rebuild =
    migration.rebuilds.find(({ table }) => sameName(table, child)) ??
    migration.rebuilds.find(({ table }) => sameName(table, parent));
  return change ?? (rebuild ? migration.statements[rebuild.first] : added);
}

function changesRowsBeforeKeys({ statements }: AnalysedMigration, statement: Place['statement']): boolean {
  const off = statements.findIndex(
    ({ kind }) => kind.type === 'pragma' && kind.name === 'foreign_keys' && kind.value !== null,
  );
  const isChange = statement.kind.type === 'delete' || statement.kind.type === 'update';
  return isChange && statements.indexOf(statement) < off;
}

function mendOrphans(
  child: TableStructure,
  key: ForeignKeyStructure,
  condition: string,
  table: string | null = null,
): string {
  const name = quoteIdentifier(table ?? child.name);
  const nullable = key.columns.every(
    (column) => child.columns.find((known) => sameName(known.name, column))?.notNull === false,
  );
  const where = condition.length < 400 ? condition : '…';
  return nullable
    ? `-- before it, in the same file:\nUPDATE ${name} SET ${key.columns.map((column) => `${quoteIdentifier(findStructureColumn(child, column)?.name ?? column)} = NULL`).join(', ')} WHERE ${where};`
    : `-- before it, add the missing rows to ${quoteIdentifier(key.references)}, or take these away:\nDELETE FROM ${name} WHERE ${where};`;
}
