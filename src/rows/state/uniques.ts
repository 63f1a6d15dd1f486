/** What has to be unique in a table: its own keys, and its unique indexes. */

import { findUniqueColumns, type UniqueColumn } from '../../production/tables.ts';
import { findStructureColumn, findWrittenName, listKeys } from '../../schema/model/columns.ts';
import type { KeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { type IndexStructure, parseIndexStructure } from '../../schema/parse/create-index.ts';
import { splitCollate } from '../../sql/contents.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
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
  const keys = listKeys(table).map((key) => ({
    columns: findUniqueColumns(key, table),
    where: null,
    name: null,
    conflict: key.conflict,
  }));
  return [...keys, ...structures.listIndexes(table.name).flatMap((sql) => readUniqueIndex(sql, table) ?? [])];
}

export function readUniqueIndex(sql: string, table: TableStructure): UniqueKey | null {
  const index = parseIndexStructure(sql);
  if (index === null || !index.unique) return null;
  return { columns: listIndexed(index, table), where: index.whereWritten, name: index.name, conflict: null };
}

function listIndexed(index: IndexStructure, table: TableStructure): UniqueKey['columns'] {
  return index.columns.map((column) => {
    if (column.type === 'expression') return splitCollation(column.written);
    const own = findStructureColumn(table, column.name)?.collation ?? 'binary';
    return { name: foldName(column.name), collation: column.collation ?? own };
  });
}

/** `lower("email") COLLATE nocase` */
function splitCollation(written: string): UniqueKey['columns'][number] {
  return { name: '', ...(splitCollate(written) ?? { expression: written, collation: 'binary' }) };
}

/** SQL of each column or expression, with the names as the table writes them. */
export function listWritten(columns: UniqueKey['columns'], table: TableStructure): readonly string[] {
  return columns.map(({ name, expression }) => expression ?? quoteIdentifier(findWrittenName(table, name)));
}

export function describeUnique({ columns, where }: Pick<UniqueKey, 'columns' | 'where'>, table: TableStructure) {
  return { type: 'unique', key: listWritten(columns, table), where } as const;
}
