/** What a table holds when a pending statement meets it, told as a query over what production holds now. */

import { findPlainLiteral } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { measureDepth } from '../../sql/nested-selects.ts';
import type { LiteralKind } from '../../sql/plain-select.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { listWords } from '../../sql/words.ts';

/** Where a column's values come from. */
export type ColumnSource =
  /** As they are in a column of production. */
  | { readonly type: 'column'; readonly table: string; readonly column: string }
  /** Never NULL: `coalesce(column, literal)`. */
  | { readonly type: 'filled'; readonly table: string; readonly column: string; readonly kind: LiteralKind }
  /** Never NULL. */
  | { readonly type: 'literal'; readonly kind: LiteralKind }
  /** Anything else. */
  | { readonly type: 'computed' };

/**
 * With what a comparison sees in the query what it would see in the table. Comparisons go by affinity and collation
 * (SQLite's "Datatypes", sections 4 and 7), and a value that a query computes has neither.
 */
export type Comparable = 'anything' | 'numbers' | 'texts' | 'nothing';

export interface RowsColumn {
  /** As it is written. */
  readonly name: string;
  readonly source: ColumnSource;
  /** Whether production has no such column: what is in it, the plan put there. */
  readonly isNew: boolean;
  readonly compares: Comparable;
}

/** What a column without a value of its own gets, by the text of its DEFAULT. */
export function sourceOfDefault(written: string | null): ColumnSource {
  if (written === null) return { type: 'computed' };
  const kind = findPlainLiteral(written);
  return kind === null ? { type: 'computed' } : { type: 'literal', kind };
}

/** What its select is made of, where the next one can be made without going a level deeper. */
type SelectForm =
  /** `SELECT expressions FROM from` */
  | { readonly type: 'picked'; readonly expressions: readonly string[]; readonly from: string }
  /** Rows of one table of production as they are, without some: it ends with conditions, and takes more of them behind AND. */
  | { readonly type: 'left' }
  /** Several with UNION ALL in between. */
  | { readonly type: 'united' }
  | { readonly type: 'other' };

/** Its rows are those of `select`, which reads nothing but tables of production. */
export interface KnownRows {
  readonly type: 'known';
  readonly select: string;
  readonly form: SelectForm;
  readonly columns: readonly RowsColumn[];
  /** The table of production whose rows these are, each exactly once; null where it cannot be told, or some are missing. */
  readonly wholeOf: string | null;
  /** The same without what the plan put into it; null where it put nothing there. */
  readonly before: KnownRows | null;
  /** The rowid's column where its numbers are handed out while the plan runs: nobody knows them before. */
  readonly numbered: string | null;
  /** Whether they are some of more rows, and which ones is up to the engine: nobody knows more than how many. */
  readonly vague: boolean;
}

export type TableRows =
  | KnownRows
  /** The plan makes the table, and puts nothing into it. */
  | { readonly type: 'none' }
  /**
   * It cannot be told; `wholeOf` as of known rows, whatever became of their values. Where there is an `atMost` they are some
   * of those, each as it is there, but that foreign keys may have become NULL.
   */
  | { readonly type: 'unknown'; readonly wholeOf: string | null; readonly atMost?: KnownRows | null };

export const unknownRows: TableRows = { type: 'unknown', wholeOf: null };

/** What rows of which some are deleted are some of; null where that cannot be told. */
export function findAtMost(rows: TableRows): KnownRows | null {
  if (rows.type === 'known') return rows.before === null && rows.numbered === null && !rows.vague ? rows : null;
  return rows.type === 'unknown' ? (rows.atMost ?? null) : null;
}

/**
 * Rows of a table of production without those that a condition finds, by the names that the table has there.
 * @returns null for rows that are not simply such.
 */
export function leaveOut(rows: KnownRows, table: string, condition: string): TableRows | null {
  const { select, form, columns } = rows;
  if (!isLeftOf(rows, table)) return null;
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const base =
    form.type !== 'left' ? `SELECT ${names.join(', ')} FROM (${select}) AS ${quoteIdentifier(table)} WHERE 1` : select;
  return limitLeft({
    ...rows,
    select: `${base} AND (${condition}) IS NOT TRUE`,
    form: { type: 'left' },
    wholeOf: null,
  });
}

/** Whether they are rows of that table of production as they are, all of them or without some. */
function isLeftOf({ form, columns, before, numbered, vague }: KnownRows, table: string): boolean {
  if (before !== null || numbered !== null || vague) return false;
  if (form.type !== 'picked') return form.type === 'left';
  return (
    form.from === `main.${quoteIdentifier(table)}` &&
    form.expressions.every((expression, index) => expression === quoteIdentifier(columns[index]?.name ?? ''))
  );
}

function limitLeft(left: KnownRows): TableRows | null {
  const limited = limitSelect(left);
  return limited.type === 'known' ? limited : null;
}

export function findWholeOf(rows: TableRows): string | null {
  return rows.type === 'none' ? null : rows.wholeOf;
}

/** A longer query is not worth its price; what it would tell is not known then. */
const longestSelect = 20_000;

/** SQLite's parser takes about 15 SELECTs within each other, and a question adds a few. What is deeper takes long to prepare, too. */
const deepestSelect = 8;

export function isTooLong(select: string): boolean {
  return select.length > longestSelect;
}

export function limitSelect(rows: KnownRows): TableRows {
  return isTooLong(rows.select) || measureDepth(tokenize(rows.select)) > deepestSelect
    ? { type: 'unknown', wholeOf: rows.wholeOf }
    : rows;
}

export function rowsOfProduction(table: string, columns: readonly string[]): KnownRows {
  const [expressions, from] = [columns.map(quoteIdentifier), `main.${quoteIdentifier(table)}`];
  return {
    type: 'known',
    select: `SELECT ${expressions.join(', ')} FROM ${from}`,
    form: { type: 'picked', expressions, from },
    columns: columns.map((name) => ({
      name,
      source: { type: 'column', table, column: name },
      isNew: false,
      compares: 'anything',
    })),
    wholeOf: table,
    before: null,
    numbered: null,
    vague: false,
  };
}

export function findColumn(rows: KnownRows, name: string): RowsColumn | undefined {
  return rows.columns.find((column) => sameName(column.name, name));
}

export interface PickedColumn extends RowsColumn {
  /** SQL over the rows it is picked from. */
  readonly expression: string;
}

/** The rows with these columns in place of their own. */
export function pickColumns(rows: KnownRows, columns: readonly PickedColumn[]): TableRows {
  const { expressions, from } = pickExpressions(rows, columns);
  const before = rows.before === null ? null : pickColumns(rows.before, columns);
  const numbered = columns.find(({ expression }) => expression === quoteIdentifier(rows.numbered ?? ''))?.name;
  return limitSelect({
    type: 'known',
    select: `SELECT ${expressions.map((expression, index) => nameExpression(expression, columns[index]?.name ?? '')).join(', ')} FROM ${from}`,
    form: { type: 'picked', expressions, from },
    columns: columns.map(({ name, source, isNew, compares }) => ({ name, source, isNew, compares })),
    wholeOf: rows.wholeOf,
    before: before?.type === 'known' ? before : null,
    numbered: rows.numbered === null ? null : (numbered ?? null),
    vague: rows.vague,
  });
}

function nameExpression(expression: string, name: string): string {
  const quoted = quoteIdentifier(name);
  return expression === quoted ? quoted : `${expression} AS ${quoted}`;
}

/** Over what the rows themselves are picked from, where that is possible. */
function pickExpressions(
  { select, form, columns: own }: KnownRows,
  columns: readonly PickedColumn[],
): { readonly expressions: readonly string[]; readonly from: string } {
  const expressions = columns.map(({ expression }) => {
    if (form.type !== 'picked') return null;
    const index = own.findIndex(({ name }) => quoteIdentifier(name) === expression);
    if (index >= 0) return form.expressions[index] ?? null;
    const words = listWords(expression);
    return expression.includes('"') || own.some(({ name }) => words.has(foldName(name))) ? null : expression;
  });
  const known = expressions.filter((expression) => expression !== null);
  return form.type === 'picked' && known.length === columns.length
    ? { expressions: known, from: form.from }
    : { expressions: columns.map(({ expression }) => expression), from: `(${select})` };
}

/** Each column as it is. */
export function keepColumns({ columns }: KnownRows): readonly PickedColumn[] {
  return columns.map((column) => ({ ...column, expression: quoteIdentifier(column.name) }));
}

/** The rows of both; the columns are the left's. */
export function joinRows(left: TableRows, right: TableRows): TableRows {
  if (left.type === 'none') return right;
  if (right.type === 'none') return left;
  if (left.type === 'unknown' || right.type === 'unknown') return unknownRows;
  const first = left.form.type === 'united' ? left.select : `SELECT * FROM (${left.select})`;
  return limitSelect({
    type: 'known',
    select: `${first} UNION ALL SELECT * FROM (${right.select})`,
    form: { type: 'united' },
    columns: left.columns.map(({ name, isNew }) => ({
      name,
      source: { type: 'computed' },
      isNew,
      compares: 'nothing',
    })),
    wholeOf: null,
    before: left.before ?? left,
    numbered: left.numbered ?? right.numbered,
    vague: left.vague || right.vague,
  });
}

/** Text that makes the name stand for the rows in a query. */
export function nameRows(
  name: string,
  rows: Exclude<TableRows, { type: 'unknown' }>,
  columns: readonly string[],
): string {
  const select =
    rows.type === 'known'
      ? rows.select
      : `SELECT ${columns.map((column) => `NULL AS ${quoteIdentifier(column)}`).join(', ')} WHERE 0`;
  return `${quoteIdentifier(name)} AS (${select})`;
}
