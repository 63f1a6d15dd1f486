/** INSERTs that depend on the order of columns, because one of their lists has no names. */

import { Cursor, isKeyword, isOperator } from './cursor.ts';
import { foldName, unquoteIdentifier } from './identifiers.ts';
import { tokenize } from './tokenize.ts';

/** @returns the folded names that the statement mentions; null if it names every column, or is no INSERT */
export function findPositionalNames(sql: string): ReadonlySet<string> | null {
  const tokens = tokenize(sql);
  const into = tokens.findIndex((token) => isKeyword(token, 'INTO'));
  if (into < 0) return null;
  const cursor = new Cursor(tokens);
  cursor.index = into + 1;
  if (cursor.takeQualifiedName() === null) return null;
  const namesColumns = isOperator(cursor.peek(), '(');
  if (namesColumns && !hasStar(tokens)) return null;
  const names = tokens.filter(({ kind }) => kind === 'word' || kind === 'quoted');
  return new Set(names.map(({ text }) => foldName(unquoteIdentifier(text))));
}

export function selectsEverything(sql: string): boolean {
  return hasStar(tokenize(sql));
}

function hasStar(tokens: ReturnType<typeof tokenize>): boolean {
  return tokens.some((token, index) => isOperator(token, '*') && isBeforeStar(tokens[index - 1]));
}

/** True for `SELECT *`, `, *` and `t.*`; any other star is a product. */
function isBeforeStar(token: Parameters<typeof isOperator>[0]): boolean {
  return isKeyword(token, 'SELECT') || isOperator(token, ',') || isOperator(token, '.');
}
