/** Changes the text of a copy, `INSERT INTO … (columns) SELECT … FROM …`: what is put into one of its columns. */

import { findOutside, splitAtCommas } from './commas.ts';
import { Cursor, isKeyword, isOperator, withoutFinalSemicolon } from './cursor.ts';
import { quoteIdentifier, sameName } from './identifiers.ts';
import { type Token, tokenize } from './tokenize.ts';

interface CopyText {
  readonly columns: readonly string[];
  /** What is put into each. */
  readonly items: readonly string[];
  /** Up to the list of columns, between the lists, and behind them. */
  readonly head: string;
  readonly middle: string;
  readonly tail: string;
}

/** @returns the statement with another expression in the column's place; null where it is no such copy. */
export function replaceInCopy(sql: string, column: string, write: (expression: string) => string): string | null {
  const copy = readCopy(sql, null);
  const place = copy?.columns.findIndex((name) => sameName(name, column)) ?? -1;
  const item = copy?.items[place];
  if (copy === null || item === undefined) return null;
  return writeCopy(copy, copy.columns, copy.items.toSpliced(place, 1, write(item)));
}

/** @returns the statement with one more column; null where it is no such copy, or has it already. */
export function addToCopy(sql: string, column: string, expression: string): string | null {
  const copy = readCopy(sql, null);
  if (copy === null || copy.columns.some((name) => sameName(name, column))) return null;
  const item = `${expression} AS ${quoteIdentifier(column)}`;
  return writeCopy(copy, [...copy.columns, column], [...copy.items, item]);
}

/**
 * @param all the table's columns, for a copy that names none
 * @returns the statement without the column; null where it is no such copy, or has no other column.
 */
export function leaveOutOfCopy(sql: string, column: string, all: readonly string[]): string | null {
  const copy = readCopy(sql, all);
  const place = copy?.columns.findIndex((name) => sameName(name, column)) ?? -1;
  if (copy === null || place < 0 || copy.columns.length === 1) return null;
  return writeCopy(copy, copy.columns.toSpliced(place, 1), copy.items.toSpliced(place, 1));
}

function writeCopy({ head, middle, tail }: CopyText, columns: readonly string[], items: readonly string[]): string {
  return `${head} (${columns.map(quoteIdentifier).join(', ')}) ${middle} ${items.join(', ')} ${tail}`;
}

/** @param all the columns where the statement names none; null if it has to name them. */
function readCopy(sql: string, all: readonly string[] | null): CopyText | null {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('INSERT', 'INTO') || cursor.takeQualifiedName() === null) return null;
  const listed = cursor.index;
  const columns = isOperator(cursor.peek(), '(') ? takeNames(cursor) : all;
  const from = cursor.index;
  if (columns === null || !cursor.skipWords('SELECT') || isKeyword(cursor.peek(), 'DISTINCT')) return null;
  const start = cursor.index;
  const end = findOutside(tokens, start, (token) => isKeyword(token, 'FROM'));
  const isCompound = findOutside(tokens, end, (token) => compounds.some((word) => isKeyword(token, word))) >= 0;
  if (end < 0 || isCompound) return null;
  const items = splitAtCommas(tokens.slice(start, end));
  if (
    items.length !== columns.length ||
    items.some((item) => item.some((token) => token.text === '*' && item.length < 4))
  )
    return null;
  return {
    columns,
    items: items.map((item) => slice(sql, withoutAlias(item))),
    head: slice(sql, tokens.slice(0, listed)),
    middle: slice(sql, tokens.slice(from, start)),
    tail: slice(sql, tokens.slice(end)),
  };
}

const compounds = ['UNION', 'INTERSECT', 'EXCEPT'];

function takeNames(cursor: Cursor): readonly string[] | null {
  const names: string[] = [];
  cursor.skipOperator('(');
  do {
    const name = cursor.takeName();
    if (name === null) return null;
    names.push(name);
  } while (cursor.skipOperator(','));
  return cursor.skipOperator(')') ? names : null;
}

function withoutAlias(item: readonly Token[]): readonly Token[] {
  const as = findOutside(item, 0, (token) => isKeyword(token, 'AS'));
  return as < 0 ? item : item.slice(0, as);
}

function slice(sql: string, tokens: readonly Token[]): string {
  return sql.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
}
