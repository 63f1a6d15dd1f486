/**
 * Questions about a table's columns: which is the rowid, which take no NULL, how they compare, which keys they are in.
 * No other file answers them.
 */

import { foldName, sameName } from '../../sql/identifiers.ts';
import { rowidNames } from '../../sql/words.ts';
import { parseKeyColumn } from '../parse/build-constraint.ts';
import type { ColumnStructure, KeyStructure, TableStructure } from './structure.ts';

export function findStructureColumn(table: TableStructure, name: string): ColumnStructure | undefined {
  return table.columns.find((column) => sameName(column.name, name));
}

/** The name as the table writes it; the given name if there is no such column. */
export function findWrittenName(table: TableStructure, column: string): string {
  return findStructureColumn(table, column)?.name ?? column;
}

/** The collation that comparisons of the column use by default; lower case. */
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

/** True if the name means the rowid and not a column of that name. */
export function namesRowid(table: TableStructure, name: string): boolean {
  return hasRowid(table) && rowidNames.has(foldName(name)) && findStructureColumn(table, name) === undefined;
}

/**
 * True if the column is the rowid under another name: it is never NULL, and gets a number if it is given none. A column
 * with DESC beside its PRIMARY KEY is not the rowid; a key of the table ignores DESC there (see `buildKey`).
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
 * True if the primary key by itself refuses NULL: without a rowid and in STRICT tables (SQLite's documentation of
 * both), but never for the rowid itself.
 */
export function isRequiredByKey(table: TableStructure, column: string): boolean {
  const keepsOut = !hasRowid(table) || table.options.includes('strict');
  return keepsOut && isInPrimaryKey(table, column) && !isRowidColumn(table, column);
}

/** True if NULL is refused. A rowid takes NULL for a new number, even with NOT NULL. */
export function takesNoNull(table: TableStructure, { name, notNull }: ColumnStructure): boolean {
  return isRowidColumn(table, name) ? false : notNull || isRequiredByKey(table, name);
}

export function isNeverNull(table: TableStructure, column: ColumnStructure): boolean {
  return isRowidColumn(table, column.name) || takesNoNull(table, column);
}

/** The columns that an INSERT without a list gives values to (sqlite.org/lang_insert.html). */
export function listInsertable({ columns }: TableStructure): readonly string[] {
  return columns.filter(({ generated }) => generated === null).map(({ name }) => name);
}

/** Whether a foreign key does something with the rows that refer to one which goes, or changes. */
export function isAction(action: string): boolean {
  return action === 'cascade' || action === 'set null' || action === 'set default';
}
