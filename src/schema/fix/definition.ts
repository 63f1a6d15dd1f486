/** Reads and changes pieces of SQL text that the structure of a column or table does not have. */

import { parseCreateHead } from '../../sql/create.ts';
import { Cursor, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { splitStatements } from '../../sql/split.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';

/** The text of an object without a comment at its end, which would swallow the `;`. */
export function cutStatement(sql: string): string {
  return splitStatements(sql)[0]?.sql ?? sql;
}

/**
 * @param taken folded names
 * @returns the name itself, or the name with a number after it
 */
export function findFreeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(foldName(free)); number += 1) free = `${name}_${number}`;
  return free;
}

/** The CREATE of the same table or index under another name; unchanged if the text has no such name. */
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

/** The CREATE TABLE with one more column at its end; null if it has no list of columns. */
export function appendColumn(createTableSql: string, definition: string): string | null {
  const cursor = new Cursor(tokenize(createTableSql));
  cursor.index = parseCreateHead(cursor.tokens)?.restIndex ?? 0;
  const close = cursor.skipParentheses() ? cursor.tokens[cursor.index - 1] : undefined;
  if (close === undefined) return null;
  return `${createTableSql.slice(0, close.start)}, ${definition}${createTableSql.slice(close.start)}`;
}
