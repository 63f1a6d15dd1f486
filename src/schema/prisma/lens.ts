/** Reduces a schema to what Prisma's engine can see on SQLite. schema.prisma cannot say anything else. */

import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import type { Both } from '../compare/compare-table.ts';
import { isInPrimaryKey, isRequiredByKey } from '../model/columns.ts';
import type { IndexedSchema } from '../model/indexed-schema.ts';
import { isVirtualTable, type SchemaObject } from '../model/objects.ts';
import type { ColumnStructure, KeyStructure, TableStructure } from '../model/structure.ts';
import { parseKeyColumn } from '../parse/build-constraint.ts';
import { findIndexedColumns, type IndexStructure, parseIndexStructure } from '../parse/create-index.ts';
import { findFamily, reduceDefault } from './types.ts';

/** The parts by which Prisma compares an index; null if it contains an expression. Collations are not among them (sqlite.rs, `push_indexes`). */
function reduceIndex(index: IndexStructure | null): string | null {
  const columns = index && findIndexedColumns(index);
  return index && columns && JSON.stringify([index.unique, foldName(index.table), columns]);
}

/**
 * True if Prisma sees the same on both sides: nothing, or an index of the same columns in the same order. A partial
 * index counts as an index of its columns if the other one is not partial, as with `@@index` and an edited migration.
 */
export function isSameIndex({ left, right }: Both<SchemaObject>, sides: Both<IndexedSchema>): boolean {
  const [before, after] = [parseIndexStructure(left.sql ?? ''), parseIndexStructure(right.sql ?? '')];
  if (reduceIndex(before) === reduceIndex(after)) return true;
  return !isVisible(left, sides) && !isVisible(right, { left: sides.right, right: sides.left });
}

/**
 * True if Prisma reports the object when the other side does not have it.
 * @param sides left is the object's side
 */
export function isVisible(object: SchemaObject, { left, right }: Both<IndexedSchema>): boolean {
  if (object.type === 'table') return !isVirtualTable(object);
  const index = object.type === 'index' ? parseIndexStructure(object.sql ?? '') : null;
  if (index === null || index.where !== null) return false;
  const columns = findIndexedColumns(index);
  if (columns === null) return false;
  const generated = findGenerated([left.findTable(index.table), right.findTable(index.table)]);
  return !columns.some(({ name }) => generated.has(name)) && !isUniqueConstraint(object.sql, right);
}

/** A unique index and a UNIQUE constraint over the same columns are the same to schema.prisma. */
export function isUniqueConstraint(createIndexSql: string | null, side: IndexedSchema): boolean {
  const index = parseIndexStructure(createIndexSql ?? '');
  if (!index?.unique || index.where !== null) return false;
  const columns = JSON.stringify(findIndexedColumns(index));
  const uniques = side.findTable(index.table)?.uniques ?? [];
  return uniques.some((unique) => JSON.stringify(unique.columns.map(parseKeyColumn)) === columns);
}

export function reduceTables(tables: Both<TableStructure>, sides: Both<IndexedSchema>): Both<TableStructure> {
  return {
    left: reduceTable(tables.left, tables.right, sides),
    right: reduceTable(tables.right, tables.left, { left: sides.right, right: sides.left }),
  };
}

/** @param sides left is the table's side */
function reduceTable(table: TableStructure, other: TableStructure, sides: Both<IndexedSchema>): TableStructure {
  const generated = findGenerated([table, other]);
  return {
    name: table.name,
    columns: table.columns
      .filter(({ name }) => !generated.has(foldName(name)))
      .map((column) => reduceColumn(column, table)),
    primaryKey: table.primaryKey && reduceKey(table.primaryKey, ({ name }) => quoteIdentifier(name)),
    autoincrement: false,
    uniques: findUniques(table, sides.right, generated),
    checks: [],
    foreignKeys: table.foreignKeys
      // Prisma leaves out a key to a table that is not there (sqlite.rs, `push_foreign_keys`).
      .filter(({ references }) => sides.left.findTable(references) !== null)
      .filter(({ columns }) => !columns.some((column) => generated.has(column)))
      .map((key) => ({ ...key, name: null, deferred: false })),
    options: [],
  };
}

/**
 * Prisma does not see generated columns, so schema.prisma may have such a column as an ordinary one, or not at all.
 * @returns folded names
 */
function findGenerated(tables: readonly (TableStructure | null)[]): ReadonlySet<string> {
  const columns = tables.flatMap((table) => table?.columns ?? []);
  return new Set(columns.filter(({ generated }) => generated !== null).map(({ name }) => foldName(name)));
}

function reduceColumn(column: ColumnStructure, table: TableStructure): ColumnStructure {
  const type = findFamily(column.type);
  return {
    ...column,
    type,
    notNull: column.notNull || isRequired(column, table),
    notNullConflict: null,
    default: reduceDefault(column.default, type),
    collation: null,
  };
}

/** To Prisma a primary key of one INTEGER column is always required (sqlite.rs, `push_columns`). */
function isRequired({ name, type }: ColumnStructure, table: TableStructure): boolean {
  if (!isInPrimaryKey(table, name)) return false;
  return isRequiredByKey(table, name) || (type === 'integer' && table.primaryKey?.columns.length === 1);
}

/** The constraints for which SQLite creates an index, unless the other side has that index as an object. */
function findUniques(
  table: TableStructure,
  other: IndexedSchema,
  generated: ReadonlySet<string>,
): readonly KeyStructure[] {
  const list = (columns: readonly { readonly name: string; readonly order: string }[]) => JSON.stringify(columns);
  const known = new Set<string>();
  for (const index of other.findUniqueIndexes(table.name)) {
    const columns = index.where === null ? findIndexedColumns(index) : null;
    if (columns !== null) known.add(list(columns));
  }
  if (table.primaryKey !== null) known.add(list(table.primaryKey.columns.map(parseKeyColumn)));
  return table.uniques.flatMap((unique) => {
    const columns = list(unique.columns.map(parseKeyColumn));
    const isHidden = unique.columns.some((column) => generated.has(parseKeyColumn(column).name));
    if (isHidden || known.has(columns)) return [];
    known.add(columns);
    return [reduceKey(unique, ({ name, order }) => `${quoteIdentifier(name)}${order === 'descending' ? ' desc' : ''}`)];
  });
}

function reduceKey(key: KeyStructure, render: (column: ReturnType<typeof parseKeyColumn>) => string): KeyStructure {
  const columns = key.columns.map(parseKeyColumn).map(render);
  return { ...key, name: null, columns, conflict: null };
}
