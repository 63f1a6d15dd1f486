/** What a table holds when a pending statement meets it: a query over production's tables, where that is simple. */

import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findCollation } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';

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
  /** Reads nothing but tables of production. */
  readonly select: string;
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

export function rowsOfProduction(table: TableStructure): KnownRows {
  return {
    type: 'known',
    select: `SELECT ${listNames(table.columns)} FROM main.${quoteIdentifier(table.name)}`,
    asIs: table.name,
    isSure: true,
    columns: table.columns.map((column) => ({ name: column.name, as: compareAs(column, table) })),
  };
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
  const list = columns.map(({ name, expression }) => {
    const quoted = quoteIdentifier(name);
    return expression === quoted ? quoted : `${expression} AS ${quoted}`;
  });
  const from = rows.asIs === null ? `(${rows.select})` : `main.${quoteIdentifier(rows.asIs)}`;
  const select = `SELECT ${list.join(', ')} FROM ${from}${where === null ? '' : ` WHERE ${where}`}`;
  const isSure = rows.isSure && (where === null || comparesAsStored(rows, where));
  return knownRows(
    select,
    columns.map(({ name, as }) => ({ name, as })),
    isSure,
  );
}

export function knownRows(select: string, columns: readonly RowsColumn[], isSure: boolean): TableRows {
  return select.length > longestSelect ? unknownRows : { type: 'known', select, asIs: null, isSure, columns };
}

/** @param compared SQL over the rows. */
export function comparesAsStored({ columns }: KnownRows, compared: string): boolean {
  const words = listWords(compared);
  return !columns.some(({ name, as }) => as === null && words.has(foldName(name)));
}

export function findColumn(rows: KnownRows, name: string): RowsColumn | undefined {
  return rows.columns.find((column) => sameName(column.name, name));
}

function listNames(columns: readonly Pick<RowsColumn, 'name'>[]): string {
  return columns.map(({ name }) => quoteIdentifier(name)).join(', ');
}
