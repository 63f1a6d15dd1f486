/** What a table holds when a pending statement meets it: a query over production's tables, where that is simple. */

import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findCollation } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { listWords, rowidNames } from '../../sql/words.ts';

export interface RowsColumn {
  /** As it is written. */
  readonly name: string;
  /** How the table compares its values; null where the query may compare them in another way. */
  readonly as: Comparison | null;
}

/** Comparisons go by affinity and collation (sqlite.org/datatype3.html, sections 4 and 7). */
export interface Comparison {
  readonly affinity: Affinity;
  readonly collation: string;
}

export interface KnownRows {
  readonly type: 'known';
  /** Reads nothing but tables of production: the expressions of its columns, and what follows FROM. */
  readonly select: string;
  readonly list: readonly string[];
  readonly from: string;
  /** How many SELECTs stand within each other. */
  readonly depth: number;
  /** The table of production that it is, unchanged and under its own name; null for any other. */
  readonly asIs: string | null;
  /** False if it may have other rows than the table: a condition compared values in another way. */
  readonly isSure: boolean;
  readonly columns: readonly RowsColumn[];
}

export type TableRows =
  | KnownRows
  /** The plan makes the table, and has put nothing into it. */
  | { readonly type: 'none' }
  | { readonly type: 'unknown' };

export const unknownRows: TableRows = { type: 'unknown' };

/** A longer query is not worth its price. */
const longestSelect = 5_000;

/** SQLite's parser takes about 15 SELECTs within each other, and a question adds a few. */
const deepestSelect = 8;

export function rowsOfProduction(table: TableStructure): KnownRows {
  const columns = table.columns.map((column) => ({ name: column.name, as: compareAs(column, table) }));
  const list = columns.map(({ name }) => quoteIdentifier(name));
  const picked = { list, from: `main.${quoteIdentifier(table.name)}`, depth: 1 };
  return { type: 'known', select: writeSelect(picked, columns), ...picked, asIs: table.name, isSure: true, columns };
}

export function compareAs(column: ColumnStructure, table: TableStructure): Comparison {
  return { affinity: findAffinity(column, table), collation: findCollation(table, column.name) };
}

export interface PickedColumn extends RowsColumn {
  /** SQL over the rows it is picked from. */
  readonly expression: string;
}

/** Each column as it is. */
export function keepColumns({ columns }: KnownRows): readonly PickedColumn[] {
  return columns.map((column) => ({ ...column, expression: quoteIdentifier(column.name) }));
}

/** The rows with these columns in place of their own; with a condition, those that it finds. */
export function pickRows(rows: KnownRows, columns: readonly PickedColumn[], where: string | null = null): TableRows {
  if ([...columns.map(({ expression }) => expression), where ?? ''].some((sql) => namesHiddenRowid(rows, sql)))
    return unknownRows;
  const flat = columns.map(({ expression }) => flatten(rows, expression));
  const known = flat.filter((each) => each !== null);
  const isSure = rows.isSure && (where === null || comparesAsStored(rows, where));
  if (where === null && known.length === flat.length)
    return knownRows({ list: known, from: rows.from, depth: rows.depth }, columns, isSure);
  const from = `(${rows.select})${where === null ? '' : ` WHERE ${where}`}`;
  return knownRows({ list: columns.map(({ expression }) => expression), from, depth: rows.depth + 1 }, columns, isSure);
}

/** A SELECT has no rowid of its own. */
function namesHiddenRowid({ columns }: KnownRows, sql: string): boolean {
  const words = listWords(sql);
  return [...rowidNames].some((name) => words.has(name) && !columns.some((column) => sameName(column.name, name)));
}

/** The same over what the rows are picked from; null where it computes something of them. */
function flatten({ columns, list }: KnownRows, expression: string): string | null {
  const own = list[columns.findIndex(({ name }) => quoteIdentifier(name) === expression)];
  if (own !== undefined) return own;
  const words = listWords(expression);
  return expression.includes('"') || columns.some(({ name }) => words.has(foldName(name))) ? null : expression;
}

type Picked = Pick<KnownRows, 'list' | 'from' | 'depth'>;

export function knownRows(picked: Picked, named: readonly RowsColumn[], isSure: boolean): TableRows {
  const columns = named.map(({ name, as }) => ({ name, as }));
  const select = writeSelect(picked, columns);
  if (select.length > longestSelect || picked.depth > deepestSelect) return unknownRows;
  return { type: 'known', select, ...picked, asIs: null, isSure, columns };
}

function writeSelect({ list, from }: Picked, columns: readonly RowsColumn[]): string {
  const named = list.map((expression, index) => {
    const name = quoteIdentifier(columns[index]?.name ?? '');
    return expression === name ? name : `${expression} AS ${name}`;
  });
  return `SELECT ${named.join(', ')} FROM ${from}`;
}

/** @param compared SQL over the rows. */
export function comparesAsStored({ columns }: KnownRows, compared: string): boolean {
  const words = listWords(compared);
  return !columns.some(({ name, as }) => as === null && words.has(foldName(name)));
}

export function findColumn(rows: KnownRows, name: string): RowsColumn | undefined {
  return rows.columns.find((column) => sameName(column.name, name));
}
