/** What a fix has to know of a column's definition and of a CREATE TABLE beyond their structure: pieces of their text. */

import { parseCreateHead } from '../sql/create.ts';
import { Cursor, isKeyword, isOperator } from '../sql/cursor.ts';
import { quoteIdentifier, sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';

/** Whether the keyword, a reserved word, is in the definition. */
export function hasKeyword(definition: string, keyword: string): boolean {
  return tokenize(definition).some((token) => isKeyword(token, keyword));
}

/** The CREATE TABLE of the same table under another name; a text without a table's name as it is. */
export function renameCreatedTable(createTableSql: string, to: string): string {
  const tokens = tokenize(createTableSql);
  const head = parseCreateHead(tokens);
  if (head === null) return createTableSql;
  // A CHECK may call its own table by name: `CHECK ("Customer"."age" > 0)`. RENAME changes that back.
  const isOwnName = (token: Token, index: number): boolean =>
    index === head.restIndex - 1 ||
    ((token.kind === 'word' || token.kind === 'quoted') &&
      isOperator(tokens[index + 1], '.') &&
      sameName(unquoteIdentifier(token.text), head.name));
  let text = '';
  let from = 0;
  for (const [index, token] of tokens.entries()) {
    if (!isOwnName(token, index)) continue;
    text += createTableSql.slice(from, token.start) + quoteIdentifier(to);
    from = token.end;
  }
  return text + createTableSql.slice(from);
}

/** The CREATE TABLE with one more column at its end; null where there are no columns to follow. */
export function appendColumn(createTableSql: string, definition: string): string | null {
  const cursor = new Cursor(tokenize(createTableSql));
  cursor.index = parseCreateHead(cursor.tokens)?.restIndex ?? 0;
  const close = cursor.skipParentheses() ? cursor.tokens[cursor.index - 1] : undefined;
  if (close === undefined) return null;
  return `${createTableSql.slice(0, close.start)}, ${definition}${createTableSql.slice(close.start)}`;
}
