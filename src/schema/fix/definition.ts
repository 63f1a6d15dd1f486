/** What a fix has to know of a column's definition and of a CREATE statement beyond their structure: pieces of their text. */

import { parseCreateHead } from '../../sql/create.ts';
import { Cursor, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { splitStatements } from '../../sql/split.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';

/** The stored text of an object without what follows it: it may end in a comment, which would swallow the `;`. */
export function cutStatement(sql: string): string {
  return splitStatements(sql)[0]?.sql ?? sql;
}

/** @param taken folded. @returns the name itself, or with a number behind it. */
export function findFreeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(foldName(name)); number += 1) name = `${wanted}_${number}`;
  return name;
}

/** The CREATE of the same table or index under another name; a text without such a name as it is. */
export function renameCreated(createSql: string, to: string): string {
  const tokens = tokenize(createSql);
  const head = parseCreateHead(tokens);
  if (head === null) return createSql;
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
    text += createSql.slice(from, token.start) + quoteIdentifier(to);
    from = token.end;
  }
  return text + createSql.slice(from);
}

/** The CREATE TABLE with one more column at its end; null where there are no columns to follow. */
export function appendColumn(createTableSql: string, definition: string): string | null {
  const cursor = new Cursor(tokenize(createTableSql));
  cursor.index = parseCreateHead(cursor.tokens)?.restIndex ?? 0;
  const close = cursor.skipParentheses() ? cursor.tokens[cursor.index - 1] : undefined;
  if (close === undefined) return null;
  return `${createTableSql.slice(0, close.start)}, ${definition}${createTableSql.slice(close.start)}`;
}
