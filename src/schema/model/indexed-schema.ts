/** A schema prepared for comparisons: objects by name; tables are parsed when they are first asked for. */

import { foldName, sameName } from '../../sql/identifiers.ts';
import { groupBy } from '../../text/group.ts';
import { type IndexStructure, parseIndexStructure } from '../parse/create-index.ts';
import { parseTableStructure } from '../parse/create-table.ts';
import { listKeyColumns } from './columns.ts';
import type { SchemaObject } from './objects.ts';
import type { ForeignKeyStructure, TableStructure } from './structure.ts';

export interface IndexedSchema {
  /** By `buildObjectKey`; without the indexes that constraints make. */
  readonly objects: ReadonlyMap<string, SchemaObject>;
  /** null if it is not there or cannot be parsed. A foreign key has the columns that it refers to, if they are known. */
  findTable(name: string): TableStructure | null;
  /** The table or view of that name. */
  findSource(name: string): SchemaObject | null;
  /** Every CREATE UNIQUE INDEX of the table that can be parsed. */
  findUniqueIndexes(table: string): readonly IndexStructure[];
  /** The column's default collation; null if the table is not known. */
  findCollation(table: string, column: string): string | null;
}

export function buildObjectKey({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string {
  return `${type} ${foldName(name)}`;
}

export function buildIndexedSchema(all: readonly SchemaObject[]): IndexedSchema {
  const objects = new Map<string, SchemaObject>();
  for (const object of all) if (object.sql !== null) objects.set(buildObjectKey(object), object);
  const parsed = new Map<string, TableStructure | null>();
  let uniqueIndexes: ReadonlyMap<string, readonly IndexStructure[]> | undefined;

  const parse = (name: string): TableStructure | null => {
    const key = foldName(name);
    const known = parsed.get(key);
    if (known !== undefined) return known;
    const structure = parseTableStructure(objects.get(buildObjectKey({ type: 'table', name }))?.sql ?? '');
    parsed.set(key, structure);
    return structure;
  };
  const resolve = (key: ForeignKeyStructure): ForeignKeyStructure => {
    if (key.referencedColumns.length > 0) return key;
    const parent = parse(key.references)?.primaryKey ?? null;
    return { ...key, referencedColumns: parent === null ? [] : listKeyColumns(parent) };
  };
  return {
    objects,
    findTable: (name) => {
      const structure = parse(name);
      return structure && { ...structure, foreignKeys: structure.foreignKeys.map(resolve) };
    },
    findSource: (name) =>
      objects.get(buildObjectKey({ type: 'table', name })) ??
      objects.get(buildObjectKey({ type: 'view', name })) ??
      null,
    findUniqueIndexes: (table) => {
      uniqueIndexes ??= groupUniqueIndexes(objects);
      return uniqueIndexes.get(foldName(table)) ?? [];
    },
    findCollation: (table, column) => {
      const found = parse(table)?.columns.find(({ name }) => sameName(name, column));
      return found === undefined ? null : (found.collation ?? 'binary');
    },
  };
}

function groupUniqueIndexes(
  objects: ReadonlyMap<string, SchemaObject>,
): ReadonlyMap<string, readonly IndexStructure[]> {
  const indexes = [...objects.values()].flatMap(({ type, sql }) =>
    type === 'index' ? (parseIndexStructure(sql ?? '') ?? []) : [],
  );
  return groupBy(
    indexes.filter(({ unique }) => unique),
    ({ table }) => foldName(table),
  );
}
