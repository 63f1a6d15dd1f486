/** Parses a SELECT over one table, as in the copy of a table rebuild: which value each item is. */

import { findOutside, splitAtCommas } from './commas.ts';
import { Cursor, isKeyword, isName, isOperator } from './cursor.ts';
import { sameName, unquoteIdentifier } from './identifiers.ts';
import { type Token, tokenize } from './tokenize.ts';
import { isNameToken, readName } from './words.ts';

/** `other` if the kind was not examined. */
export type LiteralKind = 'text' | 'number' | 'other';

export type SelectItem =
  | { readonly type: 'column'; readonly name: string }
  | { readonly type: 'star' }
  /** `coalesce(column, literal)` or `ifnull(column, literal)`, with a literal other than NULL. */
  | { readonly type: 'filled'; readonly name: string; readonly kind: LiteralKind }
  /** A literal other than NULL. */
  | { readonly type: 'literal'; readonly kind: LiteralKind }
  | { readonly type: 'other' };

export interface PlainSelect {
  readonly items: readonly SelectItem[];
  /** The one table that it reads. */
  readonly table: string;
  /** True if it reads every row of the table, each once. */
  readonly whole: boolean;
  /** FROM and WHERE as they are written, if it reads the rows that satisfy a condition, each once. */
  readonly filtered?: { readonly from: string; readonly where: string };
}

const clauses = ['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'UNION', 'INTERSECT', 'EXCEPT', 'LIMIT'] as const;

/** @returns null for any other query: joins, several selects, common table expressions, VALUES */
export function parsePlainSelect(sql: string): PlainSelect | null {
  if (/^\s*VALUES\b/i.test(sql)) return null;
  const tokens = tokenize(sql);
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('SELECT')) return null;
  const distinct = cursor.skipWords('DISTINCT');
  cursor.skipWords('ALL');
  const from = findOutside(tokens, cursor.index, (token) => isKeyword(token, 'FROM'));
  if (from < 0) return null;
  const items = splitAtCommas(tokens.slice(cursor.index, from));
  cursor.index = from + 1;
  const source = cursor.takeQualifiedName();
  if (source === null || (source.schema !== null && source.schema.toLowerCase() !== 'main')) return null;
  const alias = takeAlias(cursor);
  const rest = tokens.slice(cursor.index);
  const [next] = rest;
  const ordered = isKeyword(next, 'ORDER') && findOutside(rest, 0, (token) => isClause(token)) < 0;
  if (next !== undefined && !isClause(next) && !ordered) return null;
  if (findOutside(rest, 0, (token) => isSetOperator(token) || isOperator(token, ',')) >= 0 && !ordered) return null;
  const isEach = !distinct && !items.some(hasAggregate);
  const names = [source.name, ...(alias === null ? [] : [alias])];
  return {
    items: items.map((item) => parseItem(item, names)),
    table: source.name,
    whole: isEach && (next === undefined || ordered),
    ...(isEach ? readFilter(sql, tokens.slice(from + 1, cursor.index), rest) : {}),
  };
}

function readFilter(
  sql: string,
  from: readonly Token[],
  [where, ...condition]: readonly Token[],
): Pick<PlainSelect, 'filtered'> {
  const isMore = findOutside(condition, 0, (token) => isClause(token) || isKeyword(token, 'ORDER')) >= 0;
  if (!isKeyword(where, 'WHERE') || condition.length === 0 || isMore) return {};
  return { filtered: { from: sliceText(sql, from), where: sliceText(sql, condition) } };
}

function sliceText(sql: string, tokens: readonly Token[]): string {
  return sql.slice(tokens[0]?.start, tokens.at(-1)?.end);
}

const aggregates = /^(?:count|sum|total|avg|min|max|group_concat|string_agg|json_group_\w+)$/;

/** True if a function combines many rows into one: not over a window, not within a SELECT of its own, not `max` of several values. */
function hasAggregate(tokens: readonly Token[]): boolean {
  const cursor = new Cursor(tokens);
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    const start = cursor.index;
    if (isOperator(token, '(') && isKeyword(tokens[start + 1], 'SELECT') && cursor.skipParentheses()) continue;
    cursor.index = start + 1;
    if (!isNameToken(token) || !aggregates.test(readName(token)) || !cursor.skipParentheses()) continue;
    const given = splitAtCommas(tokens.slice(start + 2, cursor.index - 1));
    if (cursor.skipWords('FILTER')) cursor.skipParentheses();
    const isScalar = given.length > 1 && ['min', 'max'].includes(readName(token));
    if (!isScalar && !isKeyword(cursor.peek(), 'OVER')) return true;
    cursor.index = start + 1;
  }
  return false;
}

function isClause(token: Token): boolean {
  return clauses.some((clause) => isKeyword(token, clause));
}

function isSetOperator(token: Token): boolean {
  return ['UNION', 'INTERSECT', 'EXCEPT'].some((word) => isKeyword(token, word));
}

function takeAlias(cursor: Cursor): string | null {
  if (cursor.skipWords('AS')) return cursor.takeName();
  const token = cursor.peek();
  if (token === undefined || !isName(token) || isClause(token) || isKeyword(token, 'ORDER')) return null;
  const joins = ['JOIN', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'NATURAL', 'INDEXED', 'NOT', 'ON', 'USING'];
  return joins.some((word) => isKeyword(token, word)) ? null : cursor.takeName();
}

function parseItem(tokens: readonly Token[], tables: readonly string[]): SelectItem {
  const cursor = new Cursor(tokens);
  const value = takeValue(cursor, tables);
  if (value === null) return { type: 'other' };
  if (cursor.skipWords('AS'))
    return cursor.takeName() !== null && cursor.peek() === undefined ? value : { type: 'other' };
  const token = cursor.peek();
  const isOperand = isKeyword(token, 'NOTNULL') || isKeyword(token, 'ISNULL');
  const isAliased = isName(token) && !isOperand && cursor.index === tokens.length - 1;
  return cursor.peek() === undefined || isAliased ? value : { type: 'other' };
}

function takeValue(cursor: Cursor, tables: readonly string[]): SelectItem | null {
  if (cursor.skipOperator('*')) return { type: 'star' };
  if (isKeyword(cursor.peek(), 'COALESCE') || isKeyword(cursor.peek(), 'IFNULL')) return takeFilled(cursor, tables);
  const kind = takeLiteral(cursor);
  if (kind !== null) return { type: 'literal', kind };
  return takeColumn(cursor, tables);
}

function takeFilled(cursor: Cursor, tables: readonly string[]): SelectItem | null {
  cursor.index += 1;
  if (!cursor.skipOperator('(')) return null;
  const column = takeColumn(cursor, tables);
  if (column?.type !== 'column' || !cursor.skipOperator(',')) return null;
  const kind = takeLiteral(cursor);
  return kind !== null && cursor.skipOperator(')') ? { type: 'filled', name: column.name, kind } : null;
}

/** `column`, `table.column` or `table.*`. */
function takeColumn(
  cursor: Cursor,
  tables: readonly string[],
): Extract<SelectItem, { type: 'column' | 'star' }> | null {
  const first = takePlainName(cursor);
  if (first === null) return null;
  if (!cursor.skipOperator('.')) return { type: 'column', name: first };
  if (!tables.some((table) => sameName(table, first))) return null;
  if (cursor.skipOperator('*')) return { type: 'star' };
  const name = takePlainName(cursor);
  return name === null ? null : { type: 'column', name };
}

const notColumns = [
  'NULL',
  'TRUE',
  'FALSE',
  'CASE',
  'NOT',
  'EXISTS',
  'CAST',
  'SELECT',
  'CURRENT_TIMESTAMP',
  'CURRENT_DATE',
  'CURRENT_TIME',
];

/** A string in single quotes is a text here, even if it spells a column's name. */
function takePlainName(cursor: Cursor): string | null {
  const token = cursor.peek();
  if (token?.kind !== 'word' && token?.kind !== 'quoted') return null;
  if (notColumns.some((word) => isKeyword(token, word)) || isOperator(cursor.tokens[cursor.index + 1], '('))
    return null;
  cursor.index += 1;
  return unquoteIdentifier(token.text);
}

function takeLiteral(cursor: Cursor): LiteralKind | null {
  const start = cursor.index;
  cursor.skipOperator('-');
  const token = cursor.peek();
  cursor.index += 1;
  if (token?.kind === 'number') return 'number';
  if (token?.kind === 'string' && cursor.index === start + 1) return 'text';
  const words = ['TRUE', 'FALSE', 'CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME'];
  if (token?.kind === 'string' || token?.kind === 'blob' || words.some((word) => isKeyword(token, word)))
    return 'other';
  cursor.index = start;
  return null;
}
