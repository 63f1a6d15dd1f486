/** How a column changes the values that are put into it, by its declared type. */

import type { ColumnStructure, TableStructure } from './structure.ts';

/** INTEGER counts as `numeric`: only a CAST tells the two apart (SQLite's "Datatypes", section 3). */
export type Affinity = 'numeric' | 'text' | 'real' | 'none';

/** The rules in the order in which they count (SQLite's "Datatypes", section 3.1). */
const rules: readonly (readonly [RegExp, Affinity])[] = [
  [/int/, 'numeric'],
  [/char|clob|text/, 'text'],
  [/blob|^$/, 'none'],
  [/real|floa|doub/, 'real'],
];

export function findAffinity({ type }: ColumnStructure, { options }: TableStructure): Affinity {
  // In STRICT tables ANY keeps what it gets (SQLite's "STRICT Tables", section 3); elsewhere it is a type like any other.
  if (type === 'any' && options.includes('strict')) return 'none';
  return rules.find(([pattern]) => pattern.test(type))?.[1] ?? 'numeric';
}

/** A column and the table that it is in. */
export interface PlacedColumn {
  readonly column: ColumnStructure;
  readonly table: TableStructure;
}

/** Whether a value of one column may become another one in the other, as the text 007 becomes a number. */
export function mayConvert(from: PlacedColumn, to: PlacedColumn): boolean {
  const affinity = findAffinity(to.column, to.table);
  return affinity !== 'none' && affinity !== findAffinity(from.column, from.table);
}
