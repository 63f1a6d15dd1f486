/** What has to be unique in a table: its own keys, and its unique indexes. */

import { findUniqueColumns, type UniqueColumn } from '../../production/tables.ts';
import { findCollation, findWrittenName, listKeys } from '../../schema/model/columns.ts';
import type { KeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { splitCollate } from '../../sql/contents.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import type { Scene } from '../context.ts';

/** What has to be unique in a table. */
export interface UniqueKey {
  readonly columns: readonly (UniqueColumn & { readonly expression?: string })[];
  /** The condition of a partial index, as it is written. */
  readonly where: string | null;
  /** The index; null for a constraint of the table. */
  readonly name: string | null;
  /** What the table says of rows that break it. */
  readonly conflict: KeyStructure['conflict'];
}

/** The table's own keys, and the indexes that it has at this moment. */
export function listUniques({ structures }: Scene, table: TableStructure): readonly UniqueKey[] {
  const keys = listKeys(table).map((key) => {
    const columns = findUniqueColumns(key, table);
    return { columns, where: null, name: null, conflict: key.conflict };
  });
  return [...keys, ...structures.listIndexes(table.name).flatMap((sql) => readUniqueIndex(sql, table) ?? [])];
}

export function readUniqueIndex(sql: string, table: TableStructure): UniqueKey | null {
  const index = parseIndexStructure(sql);
  if (index === null || !index.unique) return null;
  const columns = index.columns.map((column) =>
    column.type === 'expression'
      ? { name: '', ...(splitCollate(column.written) ?? { expression: column.written, collation: 'binary' }) }
      : { name: foldName(column.name), collation: column.collation ?? findCollation(table, column.name) },
  );
  return { columns, where: index.whereWritten, name: index.name, conflict: null };
}

/** SQL of each column or expression, with the names as the table writes them. */
export function listWritten({ columns }: UniqueKey, table: TableStructure): readonly string[] {
  return columns.map(({ name, expression }) => expression ?? quoteIdentifier(findWrittenName(table, name)));
}

/** The columns that it reads, as the table writes them. */
export function listReadBy(unique: UniqueKey, table: TableStructure): readonly string[] {
  return listReadIn(table, [...listWritten(unique, table), unique.where ?? ''].join(' '));
}

/** The columns of a table that an expression reads. */
export function listReadIn(table: TableStructure, expression: string): readonly string[] {
  const words = listWords(expression);
  return table.columns.map(({ name }) => name).filter((name) => words.has(foldName(name)));
}
