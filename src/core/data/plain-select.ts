/** A SELECT over one table, as a table rebuild copies it: which value each item is. */

import { findOutside, splitAtCommas } from '../sql/commas.ts';
import { Cursor, isKeyword, isName, isOperator } from '../sql/cursor.ts';
import { sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';

export type SelectItem =
  | { readonly type: 'column'; readonly name: string }
  | { readonly type: 'star' }
  /** `coalesce(column, literal)` or `ifnull(column, literal)`, the literal not NULL. */
  | { readonly type: 'filled'; readonly name: string }
  /** A literal other than NULL. */
  | { readonly type: 'literal' }
  | { readonly type: 'other' };

export interface PlainSelect {
  readonly items: readonly SelectItem[];
  /** The one table that it reads. */
  readonly table: string;
  /** Whether it reads every row of it, each once. */
  readonly whole: boolean;
}

const clauses = ['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'UNION', 'INTERSECT', 'EXCEPT', 'LIMIT'] as const;

/** @returns null for everything else: joins, several selects, common table expressions, VALUES. */
export function parsePlainSelect(sql: string): PlainSelect | null {
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
  const names = [source.name, ...(alias === null ? [] : [alias])];
  return {
    items: items.map((item) => parseItem(item, names)),
    table: source.name,
    whole: !distinct && !items.flat().some(isAggregate) && (next === undefined || ordered),
  };
}

/** Makes one row of many; `min` and `max` of several values do not, which is not told apart here. */
function isAggregate({ kind, text }: Token): boolean {
  return kind === 'word' && /^(?:count|sum|total|avg|min|max|group_concat|string_agg|json_group_\w+)$/i.test(text);
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
  const isAliased = cursor.peek() !== undefined && cursor.index === tokens.length - 1 && isName(cursor.peek());
  return cursor.peek() === undefined || isAliased ? value : { type: 'other' };
}

function takeValue(cursor: Cursor, tables: readonly string[]): SelectItem | null {
  if (cursor.skipOperator('*')) return { type: 'star' };
  if (isKeyword(cursor.peek(), 'COALESCE') || isKeyword(cursor.peek(), 'IFNULL')) return takeFilled(cursor, tables);
  if (skipLiteral(cursor)) return { type: 'literal' };
  return takeColumn(cursor, tables);
}

function takeFilled(cursor: Cursor, tables: readonly string[]): SelectItem | null {
  cursor.index += 1;
  if (!cursor.skipOperator('(')) return null;
  const column = takeColumn(cursor, tables);
  if (column?.type !== 'column' || !cursor.skipOperator(',')) return null;
  return skipLiteral(cursor) && cursor.skipOperator(')') ? { type: 'filled', name: column.name } : null;
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

/** A string in single quotes is a text here, whatever it spells. */
function takePlainName(cursor: Cursor): string | null {
  const token = cursor.peek();
  if (token?.kind !== 'word' && token?.kind !== 'quoted') return null;
  if (notColumns.some((word) => isKeyword(token, word)) || isOperator(cursor.tokens[cursor.index + 1], '('))
    return null;
  cursor.index += 1;
  return unquoteIdentifier(token.text);
}

function skipLiteral(cursor: Cursor): boolean {
  const start = cursor.index;
  cursor.skipOperator('-');
  const token = cursor.peek();
  const words = ['TRUE', 'FALSE', 'CURRENT_TIMESTAMP', 'CURRENT_DATE', 'CURRENT_TIME'];
  const isLiteral =
    token !== undefined &&
    (['string', 'number', 'blob'].includes(token.kind) || words.some((word) => isKeyword(token, word)));
  cursor.index = isLiteral ? cursor.index + 1 : start;
  return isLiteral;
}
