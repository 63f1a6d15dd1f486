/** A foreign key with its rows on both sides, and the question which of them are without a parent. */

import type { RowCount } from '../../findings/finding.ts';
import type { OrphanMend } from '../../findings/foreign-keys.ts';
import { findReferenced } from '../../mirror/structures.ts';
import type { ProductionTable } from '../../production/tables.ts';
import { findStructureColumn, isNeverNull } from '../../schema/model/columns.ts';
import type { ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type Scene, showQuery, subjectOf, subjectOfTable } from '../context.ts';
import type { Answers } from '../questions.ts';
import { writeColumns, writeOwnKey } from './key-links.ts';
import { findColumn, type KnownRows, type TableRows } from './table-rows.ts';

/** One foreign key with its rows on both sides. */
export interface Reference {
  readonly child: TableStructure;
  readonly key: ForeignKeyStructure;
  readonly referenced: readonly string[];
  readonly rows: KnownRows;
  readonly parents: TableRows;
}

export function findReference(
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

/**
 * Whether a row without a parent is surely one: the parent's affinity and collation decide (SQLite's foreign key
 * documentation, section 3), and a column that a query computes has none. The child's own only make more rows equal.
 */
export function isSure({ referenced, parents }: Reference): boolean {
  return parents.type !== 'known' || referenced.every((name) => findColumn(parents, name)?.compares === 'anything');
}

/** Whether production has the key already, and both sides' rows are as they are there. */
export function isKept(scene: Scene, reference: Reference): boolean {
  const before = findBefore(scene, reference);
  return before !== null && isWhole(scene, reference.parents, reference.referenced);
}

/** The key as production has it, with the child's table there; null for a new one. */
export function findBefore(
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
export function isWhole(scene: Scene, rows: TableRows, columns: readonly string[]): boolean {
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

export function buildOrphans(scene: Scene, { child, key, referenced, rows, parents }: Reference): Orphans {
  const subject = subjectOf(scene, rows);
  const condition = buildMissing(child, key, referenced, findParents(scene, parents, key.references, referenced));
  return {
    select: subject.select,
    condition,
    query: `SELECT * FROM ${subject.from} WHERE ${condition}`,
    columns: rows.columns.map(({ name }) => name),
  };
}

/** @param parents null where there are none. */
function buildMissing(
  child: TableStructure,
  key: ForeignKeyStructure,
  referenced: readonly string[],
  parents: Parents | null,
): string {
  const filled = writeColumns(child, key.columns)
    .map((column) => `${column} IS NOT NULL`)
    .join(' AND ');
  if (parents === null) return filled;
  const theirs = writeColumns(parents.structure, referenced);
  const own = writeOwnKey(child, key.columns, parents.structure, referenced);
  // One NULL in the list, and NOT IN is never true.
  const present = parents.isFilled ? '' : ` WHERE ${theirs.map((name) => `${name} IS NOT NULL`).join(' AND ')}`;
  return `${filled} AND ${own} NOT IN (SELECT ${theirs.join(', ')} FROM ${parents.from}${present})`;
}

interface Parents {
  /** As it stands after FROM. */
  readonly from: string;
  /** Whether the columns that are referred to are never NULL. */
  readonly isFilled: boolean;
  readonly structure: TableStructure | null;
}

function findParents(scene: Scene, rows: TableRows, parent: string, referenced: readonly string[]): Parents | null {
  if (rows.type !== 'known') return null;
  const table = rows.wholeOf === null ? undefined : scene.production.get(foldName(rows.wholeOf));
  const isTable = table !== undefined && subjectOfTable(table).select === rows.select;
  return isTable
    ? parentsOf(table, referenced)
    : { from: `(${rows.select})`, isFilled: false, structure: scene.structures.find(parent) };
}

function parentsOf({ name, structure }: ProductionTable, referenced: readonly string[]): Parents {
  const isFilled = referenced.every((name) => {
    const column = findStructureColumn(structure, name);
    return column !== undefined && isNeverNull(structure, column);
  });
  return { from: quoteIdentifier(name), isFilled, structure };
}

export function countBroken(
  scene: Scene,
  table: string,
  key: ForeignKeyStructure,
): ((replies: Answers) => RowCount | null) | null {
  const child = scene.production.get(foldName(table));
  const parent = scene.production.get(foldName(key.references));
  const referenced = findReferencedBefore(scene, key);
  if (child === undefined || referenced === null) return null;
  const parents = parent === undefined ? null : parentsOf(parent, referenced);
  const condition = buildMissing(child.structure, key, referenced, parents);
  return scene.questions.countWhere(subjectOfTable(child).select, condition);
}

/**
 * Rows of these tables that are without a parent today. SQLite counts rows without a parent all in one, up and down
 * (fkey.c): where such a row is deleted or mended, one that is new goes through.
 */
export function countOrphans(scene: Scene, tables: readonly ProductionTable[]): (replies: Answers) => number | null {
  const counts = tables.flatMap(({ name, structure }) =>
    structure.foreignKeys.map((key) => countBroken(scene, name, key)),
  );
  return (replies) => {
    const rows = counts.map((count) => count?.(replies)?.rows ?? null);
    return rows.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  };
}

/** A condition that is longer is not shown. */
const longestCondition = 400;

/** How rows without a parent are mended before the statement. @param table as it is called now. */
export function mendOrphans(
  scene: Scene,
  child: TableStructure,
  key: ForeignKeyStructure,
  condition: string,
  table: string | null = null,
): OrphanMend {
  const columns = key.columns.map((column) => child.columns.find((known) => sameName(known.name, column)));
  const names = columns.flatMap((column) => (column?.notNull === false ? [column.name] : []));
  const shown = showQuery(scene, condition);
  return {
    table: table ?? child.name,
    columns: names.length === columns.length ? names : null,
    where: shown.length < longestCondition ? shown : null,
  };
}
