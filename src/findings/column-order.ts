/** `column-order`: values are put into columns by position, and production has the columns in another order. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found, type RowCount } from './finding.ts';
import { tryable, type Way, wayOf } from './way.ts';

export type ColumnOrderArgs =
  /** Production has the columns of these tables in another order than the migrations make. */
  | { readonly what: 'reordered'; readonly tables: readonly TableByPlace[] }
  /** `SELECT *` reads columns that only production has. */
  | {
      readonly what: 'more-columns';
      readonly tables: readonly TableByPlace[];
      readonly columns: readonly OrderedColumn[];
    }
  /** A rebuild puts values into another column although both tables have both columns. */
  | SwappedColumns;

type ByPlace = Exclude<ColumnOrderArgs, SwappedColumns>;

/** A table whose columns the statement does not name. */
export interface TableByPlace {
  readonly table: string;
  readonly role: 'written' | 'read';
  /** As the migrations make them, in this order. */
  readonly columns: readonly string[];
}

export interface SwappedColumns {
  readonly what: 'swapped';
  readonly table: string;
  /** The name of the new table before it is renamed. */
  readonly replacement: string;
  readonly swapped: readonly { readonly from: string; readonly into: string }[];
  /** The columns that both tables have, spelled for the SQL. */
  readonly shared: readonly string[];
}

interface OrderedColumn {
  readonly table: string;
  readonly column: string;
}

export const columnOrder = defineFinding({
  code: 'column-order',
  kinds: ['hazard'],
  title: 'an `INSERT` relies on a column order that production does not have',
  say: ({ args, evidence }: Found<'column-order', 'hazard', ColumnOrderArgs>) =>
    args.what === 'swapped'
      ? saySwapped(args, evidence?.count ?? null)
      : `It relies on the order of columns. ${sayDifference(args)}. Name the columns.`,
  why: () =>
    'SQLite fills columns by position and accepts almost any kind of value. No schema shows afterwards that values are in the wrong place.',
  way: ({ args }) => (args.what === 'swapped' ? writeCopy(args) : args.tables.map(writeNamed).join('\n')),
});

/** @param count of rows in which they differ; null if it is not known */
function saySwapped({ table, swapped }: SwappedColumns, count: RowCount | null): string {
  const list = listSome(swapped.map(({ from, into }) => `${quoteColumn(table, from)} into ${quoteIdentifier(into)}`));
  const rows = count === null ? '' : `: ${describeRows(count)} would have values in the wrong column`;
  return `The rebuild copies ${list}, although both tables have both columns${rows}. Name the columns.`;
}

function writeCopy({ table, replacement, shared }: SwappedColumns): Way {
  const list = shared.map(quoteIdentifier).join(', ');
  const sql = `INSERT INTO ${quoteIdentifier(replacement)} (${list}) SELECT ${list} FROM ${quoteIdentifier(table)};`;
  return wayOf(
    [tryable('-- in the copy:', [{ at: 'copy', into: replacement, sql }])],
    `-- in the copy, name the columns that it fills, and those that it reads in the same order`,
  );
}

function sayDifference(args: ByPlace): string {
  if (args.what === 'reordered') {
    const tables = args.tables.map(({ table }) => quoteIdentifier(table)).join(', ');
    return `In production the columns of ${tables} are in another order than the migrations make, so values would end up in the wrong columns`;
  }
  const columns = args.columns.map(({ table, column }) => `${quoteIdentifier(table)}.${quoteIdentifier(column)}`);
  return `Production has ${listSome(columns)}, which the migrations do not make: the values would end up in another column`;
}

function writeNamed({ table, role, columns }: TableByPlace): string {
  const [name, list] = [quoteIdentifier(table), columns.map(quoteIdentifier).join(', ')];
  return role === 'written' ? `INSERT INTO ${name} (${list}) …;` : `INSERT INTO … SELECT ${list} FROM ${name};`;
}
