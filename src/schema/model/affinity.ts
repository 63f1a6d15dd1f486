/** How a column converts its values, by its declared type. */

import type { ColumnStructure, TableStructure } from './structure.ts';

/** INTEGER counts as `numeric`: the two differ only in a CAST (SQLite's "Datatypes", section 3). */
export type Affinity = 'numeric' | 'text' | 'real' | 'none';

/** The rules in the order in which they apply (SQLite's "Datatypes", section 3.1). */
const rules: readonly (readonly [RegExp, Affinity])[] = [
  [/int/, 'numeric'],
  [/char|clob|text/, 'text'],
  [/blob|^$/, 'none'],
  [/real|floa|doub/, 'real'],
];

export function findAffinity({ type }: ColumnStructure, { options }: TableStructure): Affinity {
  // In STRICT tables ANY converts nothing (SQLite's "STRICT Tables", section 3); elsewhere it is a type like any other.
  if (type === 'any' && options.includes('strict')) return 'none';
  return rules.find(([pattern]) => pattern.test(type))?.[1] ?? 'numeric';
}

export interface PlacedColumn {
  readonly column: ColumnStructure;
  readonly table: TableStructure;
}

/** True if a value may change on its way from one column to the other, as the text 007 becomes the number 7. */
export function mayConvert(from: PlacedColumn, to: PlacedColumn): boolean {
  const affinity = findAffinity(to.column, to.table);
  return affinity !== 'none' && affinity !== findAffinity(from.column, from.table);
}
