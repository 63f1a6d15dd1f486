/** A table of production as the questions need it: its parts. */

import { straightenSchema } from '../mirror/texts.ts';
import { listKeys } from '../schema/model/columns.ts';
import { isCompared, type Schema } from '../schema/model/objects.ts';
import type { TableStructure } from '../schema/model/structure.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { foldName } from '../sql/identifiers.ts';

export interface ProductionTable {
  readonly name: string;
  readonly sql: string;
  readonly structure: TableStructure;
  /** Whether a module does with its rows as it likes: a virtual table, or one that such a table keeps for itself. */
  readonly isVirtual: boolean;
  /** Whether what statements make of its rows can be followed. */
  readonly isFollowed: boolean;
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
    tables.set(foldName(name), {
      name,
      sql,
      structure,
      isVirtual: kinds.get(name) !== 'table',
      isFollowed: parsed !== null && kinds.get(name) === 'table',
    });
  }
  return tables;
}

/** Whether a constraint of the table itself says what becomes of rows that break it. */
export function hasOwnConflicts(table: TableStructure): boolean {
  const conflicts = [
    ...listKeys(table).map(({ conflict }) => conflict),
    ...table.columns.map((column) => column.notNullConflict),
  ];
  return conflicts.some((conflict) => conflict === 'ignore' || conflict === 'replace');
}
