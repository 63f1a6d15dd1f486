/** Words for a rebuild that puts values into another column although both tables have both. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import type { RowCount } from './finding.ts';

export interface SwappedColumns {
  readonly what: 'swapped';
  readonly table: string;
  /** The new table, as it is called until it is renamed. */
  readonly replacement: string;
  readonly swapped: readonly { readonly from: string; readonly into: string }[];
  /** The columns that both tables have, as they are to be named. */
  readonly shared: readonly string[];
}

export const whyOrderMatters =
  'SQLite puts each value where its place says and takes nearly any kind of it; no schema shows afterwards what happened.';

/** @param count of rows in which they differ; null where they could not be counted. */
export function saySwapped({ table, swapped }: SwappedColumns, count: RowCount | null): string {
  const list = listSome(swapped.map(({ from, into }) => `${quoteColumn(table, from)} into ${quoteIdentifier(into)}`));
  const rows = count === null ? '' : `: ${describeRows(count)} would have them in the wrong one`;
  return `The rebuild puts the values of ${list}, though both tables have both columns${rows}. Name the columns.`;
}

export function writeSwappedWay({ table, replacement, shared }: SwappedColumns): string {
  const list = shared.map(quoteIdentifier).join(', ');
  return `-- in the copy:\nINSERT INTO ${quoteIdentifier(replacement)} (${list}) SELECT ${list} FROM ${quoteIdentifier(table)};`;
}
