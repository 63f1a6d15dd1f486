/**
 * What a table says of its columns: which of them is the rowid, which take no NULL, how they compare, and which keys they are
 * in. Each is answered here and nowhere else.
 */

import { foldName, sameName } from '../../sql/identifiers.ts';
import { rowidNames } from '../../sql/words.ts';
import { parseKeyColumn } from '../parse/build-constraint.ts';
import type { ColumnStructure, KeyStructure, TableStructure } from './structure.ts';

export function findStructureColumn(table: TableStructure, name: string): ColumnStructure | undefined {
  return table.columns.find((column) => sameName(column.name, name));
}

/** As the table writes it, whatever the case it is asked by; as it was asked by where there is no such column. */
export function findWrittenName(table: TableStructure, column: string): string {
  return findStructureColumn(table, column)?.name ?? column;
}

/** What the column compares by where nothing else is said; lower case. */
export function findCollation(table: TableStructure, column: string): string {
  return findStructureColumn(table, column)?.collation ?? 'binary';
}

export function listKeys({ primaryKey, uniques }: TableStructure): readonly KeyStructure[] {
  return primaryKey === null ? uniques : [primaryKey, ...uniques];
}

/** The columns of a key, folded, in its order. */
export function listKeyColumns({ columns }: KeyStructure): readonly string[] {
  return columns.map((column) => parseKeyColumn(column).name);
}

export function isInPrimaryKey({ primaryKey }: TableStructure, column: string): boolean {
  return primaryKey !== null && listKeyColumns(primaryKey).includes(foldName(column));
}

export function hasRowid({ options }: TableStructure): boolean {
  return !options.includes('without rowid');
}

/** Whether the name means the rowid of the table, and no column. */
export function namesRowid(table: TableStructure, name: string): boolean {
  return hasRowid(table) && rowidNames.has(foldName(name)) && findStructureColumn(table, name) === undefined;
}

/**
 * Whether the column is the rowid by another name: it is never NULL, and gets a number where it is given none. With DESC it is
 * not, where that is written with the column; elsewhere a rowid has no order (see `buildKey`).
 */
export function isRowidColumn(table: TableStructure, column: string): boolean {
  const [key, ...more] = table.primaryKey?.columns.map(parseKeyColumn) ?? [];
  return (
    hasRowid(table) &&
    more.length === 0 &&
    key?.order === 'ascending' &&
    sameName(key.name, column) &&
    findStructureColumn(table, column)?.type === 'integer'
  );
}

export function findRowidColumn(table: TableStructure): ColumnStructure | undefined {
  return table.columns.find(({ name }) => isRowidColumn(table, name));
}

/**
 * Whether the primary key by itself keeps NULL out: it does where there is no rowid, and in STRICT tables (SQLite's
 * documentation of both), but never for the rowid itself.
 */
export function isRequiredByKey(table: TableStructure, column: string): boolean {
  const keepsOut = !hasRowid(table) || table.options.includes('strict');
  return keepsOut && isInPrimaryKey(table, column) && !isRowidColumn(table, column);
}

/** Whether a NULL that is put there is refused. A rowid takes it for a new number, whatever it says of NOT NULL. */
export function takesNoNull(table: TableStructure, { name, notNull }: ColumnStructure): boolean {
  return isRowidColumn(table, name) ? false : notNull || isRequiredByKey(table, name);
}

/** Whether there is no NULL in the column. */
export function isNeverNull(table: TableStructure, column: ColumnStructure): boolean {
  return isRowidColumn(table, column.name) || takesNoNull(table, column);
}
