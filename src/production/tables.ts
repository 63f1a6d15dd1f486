/** A table of production as the questions need it: its parts, and what is unique in it. */

import { straightenSchema } from '../mirror/texts.ts';
import { findCollation, listKeys } from '../schema/model/columns.ts';
import { isCompared, type Schema } from '../schema/model/objects.ts';
import type { KeyStructure, TableStructure } from '../schema/model/structure.ts';
import { parseKeyColumn } from '../schema/parse/build-constraint.ts';
import { parseIndexStructure } from '../schema/parse/create-index.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { splitCollate } from '../sql/contents.ts';
import { foldName, sameName } from '../sql/identifiers.ts';

export interface UniqueColumn {
  /** Folded. */
  readonly name: string;
  readonly collation: string;
}

export interface ProductionTable {
  readonly name: string;
  readonly sql: string;
  readonly structure: TableStructure;
  /** Whether a module does with its rows as it likes: a virtual table, or one that such a table keeps for itself. */
  readonly isVirtual: boolean;
  /** Whether what statements make of its rows can be followed. */
  readonly isFollowed: boolean;
  /** Columns that are unique together. */
  readonly uniques: readonly (readonly UniqueColumn[])[];
}

/**
 * @param describe what is known of a table whose text cannot be taken apart, or is none of a table's.
 * @returns the tables, by folded name, but for the tracker and SQLite's own.
 */
export function readProductionTables(
  schema: Schema,
  describe: (name: string) => TableStructure | null,
): ReadonlyMap<string, ProductionTable> {
  const { objects, kinds } = straightenSchema(schema);
  const tables = new Map<string, ProductionTable>();
  for (const object of objects) {
    const { type, name, sql } = object;
    if (type !== 'table' || sql === null || !isCompared(object, schema.tracker)) continue;
    const parsed = parseTableStructure(sql);
    const structure = parsed ?? describe(name);
    if (structure === null) continue;
    const indexes = objects.filter((each) => each.type === 'index' && sameName(each.table, name));
    tables.set(foldName(name), {
      name,
      sql,
      structure,
      isVirtual: kinds.get(name) !== 'table',
      isFollowed: parsed !== null && kinds.get(name) === 'table',
      uniques: [
        ...listKeys(structure).map((key) => findUniqueColumns(key, structure)),
        ...indexes.flatMap((index) => findIndexUniques(index.sql ?? '', structure)),
      ],
    });
  }
  return tables;
}

export function findUniqueColumns({ columns }: KeyStructure, table: TableStructure): readonly UniqueColumn[] {
  return columns.map((canonical) => {
    const { name } = parseKeyColumn(canonical);
    const given = splitCollate(canonical)?.collation;
    return { name, collation: given ?? findCollation(table, name) };
  });
}

function findIndexUniques(sql: string, table: TableStructure): readonly (readonly UniqueColumn[])[] {
  const index = parseIndexStructure(sql);
  if (index === null || !index.unique || index.where !== null) return [];
  const columns = index.columns.flatMap((column) =>
    column.type === 'column'
      ? [{ name: foldName(column.name), collation: column.collation ?? findCollation(table, column.name) }]
      : [],
  );
  return columns.length === index.columns.length ? [columns] : [];
}

/** Whether a constraint of the table itself says what becomes of rows that break it. */
export function hasOwnConflicts(table: TableStructure): boolean {
  const conflicts = [
    ...listKeys(table).map(({ conflict }) => conflict),
    ...table.columns.map((column) => column.notNullConflict),
  ];
  return conflicts.some((conflict) => conflict === 'ignore' || conflict === 'replace');
}
