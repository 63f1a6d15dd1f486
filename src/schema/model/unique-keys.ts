/** What has to be unique in a table: its own keys, and its unique indexes. */

import { splitCollate } from '../../sql/contents.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import { parseKeyColumn } from '../parse/build-constraint.ts';
import { parseIndexStructure } from '../parse/create-index.ts';
import { findCollation, findWrittenName, listKeys } from './columns.ts';
import type { KeyStructure, TableStructure } from './structure.ts';

export interface UniqueKey {
  readonly columns: readonly UniqueColumn[];
  /** The condition of a partial index, as it is written. */
  readonly where: string | null;
  /** The index; null for a constraint of the table. */
  readonly name: string | null;
  /** What the table says of rows that break it. */
  readonly conflict: KeyStructure['conflict'];
}

interface UniqueColumn {
  /** Folded; empty for an expression. */
  readonly name: string;
  readonly collation: string;
  readonly expression?: string;
}

/** @param indexes their texts. */
export function listUniqueKeys(table: TableStructure, indexes: readonly string[]): readonly UniqueKey[] {
  const keys = listKeys(table).map(({ columns, conflict }) => ({
    columns: columns.map((canonical) => {
      const { name } = parseKeyColumn(canonical);
      return { name, collation: splitCollate(canonical)?.collation ?? findCollation(table, name) };
    }),
    where: null,
    name: null,
    conflict,
  }));
  return [...keys, ...indexes.flatMap((sql) => readUniqueIndex(sql, table) ?? [])];
}

/** @returns null for an index that is not unique */
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

/** The same as the key compares them. */
export function listCompared(unique: UniqueKey, table: TableStructure): readonly string[] {
  return listWritten(unique, table).map((written, index) => {
    const { name, collation } = unique.columns[index] ?? { name: '', collation: 'binary' };
    const own = name === '' ? 'binary' : findCollation(table, name);
    return collation === own ? written : `${written} COLLATE ${collation}`;
  });
}

/** The columns of a table that an expression reads, as the table writes them. */
export function listReadIn(table: TableStructure, expression: string): readonly string[] {
  const words = listWords(expression);
  return table.columns.map(({ name }) => name).filter((name) => words.has(foldName(name)));
}

/** The columns that a key reads. */
export function listReadBy(unique: UniqueKey, table: TableStructure): readonly string[] {
  return listReadIn(table, [...listWritten(unique, table), unique.where ?? ''].join(' '));
}
