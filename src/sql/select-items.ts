/** Parses the SELECTs of a query: which columns each item reads, and of which tables. */

import { findOutside, splitAtCommas } from './commas.ts';
import { Cursor, isKeyword, isName, isOperator } from './cursor.ts';
import { foldName, unquoteIdentifier } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import type { Token } from './tokenize.ts';

interface ColumnName {
  /** Folded; null if it is not qualified, and empty for a SELECT. */
  readonly table: string | null;
  /** Folded; `*` for all. */
  readonly column: string;
}

export interface SelectedItem {
  readonly text: string;
  /** The name of the result column; null if it is not written. */
  readonly name: string | null;
  readonly read: readonly ColumnName[];
  /** The column whose value the item returns unchanged, if it is not NULL. */
  readonly kept: readonly ColumnName[];
}

export interface Select {
  readonly items: readonly SelectedItem[];
  /** Folded names of the tables that this SELECT itself reads. */
  readonly tables: readonly string[];
  /** The alias of the first of them, folded. */
  readonly alias: string | null;
  /** SELECTs in its FROM. */
  readonly inner: readonly Select[];
}

const clauses = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'UNION', 'INTERSECT', 'EXCEPT'];

/** The SELECTs of one level, with those in parentheses before and after their FROM. */
export function readSelects(sql: string, tokens: readonly Token[]): readonly Select[] {
  const selects: Select[] = [];
  let start = findOutside(tokens, 0, (token) => isKeyword(token, 'SELECT'));
  const common = tokens.slice(0, Math.max(0, start));
  const isRenamed = common.some((token, index) => isOperator(token, '(') && !isSelect(common[index + 1]));
  const commonSelects = readInner(sql, common).map((select) => (isRenamed ? forgetNames(select) : select));
  while (start >= 0) {
    const cursor = new Cursor(tokens);
    cursor.index = start + 1;
    if (!cursor.skipWords('DISTINCT')) cursor.skipWords('ALL');
    const end = findEnd(tokens, cursor.index);
    const next = findOutside(tokens, end, (token) => isKeyword(token, 'SELECT'));
    const behind = tokens.slice(end, next < 0 ? tokens.length : next);
    const { aliases, names } = readTables(behind);
    const items = splitAtCommas(tokens.slice(cursor.index, end)).map((item) => readItem(sql, item, aliases));
    const tables = names.filter((name) => !nameOutside(common, name));
    const alias = [...aliases.keys()][0] ?? tables[0] ?? null;
    selects.push({ items, tables, alias, inner: [...commonSelects, ...readInner(sql, behind)] });
    start = next;
  }
  return selects;
}

function isSelect(token: Token | undefined): boolean {
  return ['SELECT', 'WITH', 'VALUES'].some((word) => isKeyword(token, word));
}

/** `w (a, b) AS (SELECT …)` renames the columns. */
function forgetNames(select: Select): Select {
  return { ...select, items: select.items.map((item) => ({ ...item, name: null })) };
}

/** True if the name is that of a common table expression. */
function nameOutside(common: readonly Token[], name: string): boolean {
  return findOutside(common, 0, (token) => isName(token) && foldName(unquoteIdentifier(token.text)) === name) >= 0;
}

/** The FROM in `IS DISTINCT FROM` does not end the list. */
function findEnd(tokens: readonly Token[], start: number): number {
  for (let index = start; ; index += 1) {
    index = findOutside(tokens, index, (token) => clauses.some((clause) => isKeyword(token, clause)));
    if (index < 0) return tokens.length;
    if (!isKeyword(tokens[index - 1], 'DISTINCT')) return index;
  }
}

/** The SELECTs in parentheses, up to a WHERE. */
function readInner(sql: string, tokens: readonly Token[]): readonly Select[] {
  const end = findOutside(tokens, 0, (token) => isKeyword(token, 'WHERE'));
  const cursor = new Cursor(end < 0 ? tokens : tokens.slice(0, end));
  const found: Select[] = [];
  while (cursor.peek() !== undefined) {
    const start = cursor.index;
    if (!cursor.skipParentheses()) cursor.index += 1;
    else found.push(...readSelects(sql, cursor.tokens.slice(start + 1, cursor.index - 1)));
  }
  return found;
}

interface Tables {
  /** The table of each alias; an empty text for a SELECT. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly names: readonly string[];
}

function readTables(tokens: readonly Token[]): Tables {
  const aliases = new Map<string, string>();
  const names: string[] = [];
  const cursor = new Cursor(tokens);
  while (cursor.peek() !== undefined) {
    const begins = cursor.skipOneOf(['FROM', 'JOIN']) !== null || cursor.skipOperator(',');
    if (!begins) {
      if (!cursor.skipParentheses()) cursor.index += 1;
      continue;
    }
    const name = cursor.skipParentheses() ? '' : foldName(cursor.takeQualifiedName()?.name ?? '');
    if (name !== '') names.push(name);
    cursor.skipWords('AS');
    const token = cursor.peek();
    const isAlias = isName(token) && !(token?.kind === 'word' && (isReserved(token.text) || isJoin(token)));
    if (isAlias) aliases.set(foldName(cursor.takeName() ?? ''), name);
  }
  return { aliases, names };
}

function isJoin(token: Token): boolean {
  return ['LEFT', 'RIGHT', 'FULL', 'INNER', 'OUTER', 'CROSS', 'NATURAL', 'INDEXED', 'WINDOW'].some((word) =>
    isKeyword(token, word),
  );
}

function readItem(sql: string, tokens: readonly Token[], aliases: Tables['aliases']): SelectedItem {
  const alias = findAlias(tokens);
  const value = alias === null ? tokens : tokens.slice(0, alias.start);
  const read = readNames(value, aliases);
  const [only] = read;
  const isPlain = read.length === 1 && isColumn(value);
  return {
    text: sql.slice(value[0]?.start, value.at(-1)?.end),
    name: alias?.name ?? (isPlain && only?.column !== '*' ? (only?.column ?? null) : null),
    read,
    kept: isPlain ? read : readNames(findKept(value), aliases),
  };
}

function isColumn(tokens: readonly Token[]): boolean {
  return tokens.length === 1 || (tokens.length === 3 && isOperator(tokens[1], '.'));
}

const filling = ['COALESCE', 'IFNULL'];
const choosing = ['MIN', 'MAX'];

/**
 * The column that is returned unchanged: `coalesce(column, …)`. `min` and `max` of a group leave out rows, not values.
 * @returns an empty list if there is none
 */
function findKept(value: readonly Token[]): readonly Token[] {
  const [name] = value;
  const cursor = new Cursor(value);
  cursor.index = 1;
  const isCall = cursor.skipParentheses() && cursor.peek() === undefined;
  const isNamed = (words: readonly string[]) => words.some((word) => isKeyword(name, word));
  const [first = [], ...more] = isCall ? splitAtCommas(value.slice(2, -1)) : [];
  return isColumn(first) && isNamed(more.length > 0 ? filling : choosing) ? first : [];
}

function findAlias(tokens: readonly Token[]): { readonly name: string; readonly start: number } | null {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last === undefined || before === undefined || !isName(last)) return null;
  const name = foldName(unquoteIdentifier(last.text));
  if (isKeyword(before, 'AS')) return { name, start: tokens.length - 2 };
  const isOperand =
    isOperator(before, ')') ||
    ['quoted', 'string', 'number', 'blob'].includes(before.kind) ||
    (before.kind === 'word' && (!isReserved(before.text) || isKeyword(before, 'NULL'))) ||
    isKeyword(before, 'END');
  const isWord = last.kind === 'word' && (isKeyword(last, 'END') || isReserved(last.text));
  return isOperand && !isWord ? { name, start: tokens.length - 1 } : null;
}

/** Columns that a SELECT within the item reads belong to another table. */
function readNames(tokens: readonly Token[], aliases: Tables['aliases']): readonly ColumnName[] {
  const names: ColumnName[] = [];
  const cursor = new Cursor(tokens);
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    const next = tokens[cursor.index + 1];
    if (isOperator(token, '(') && isSelect(next)) {
      cursor.skipParentheses();
      continue;
    }
    cursor.index += 1;
    // What follows is the name of a type or of a collation.
    if (isKeyword(token, 'AS') || isKeyword(token, 'COLLATE')) cursor.index += 1;
    // Elsewhere a star is a product.
    if (isOperator(token, '*') && tokens.length === 1) names.push({ table: null, column: '*' });
    if ((token.kind !== 'word' && token.kind !== 'quoted') || isOperator(next, '(')) continue;
    if (token.kind === 'word' && (isReserved(token.text) || isKeyword(token, 'END'))) continue;
    const name = foldName(unquoteIdentifier(token.text));
    if (!isOperator(next, '.')) {
      names.push({ table: null, column: name });
      continue;
    }
    const column = tokens[cursor.index + 1];
    cursor.index += 2;
    const last = isOperator(column, '*') ? '*' : foldName(unquoteIdentifier(column?.text ?? ''));
    names.push({ table: aliases.get(name) ?? name, column: last });
  }
  return names;
}
