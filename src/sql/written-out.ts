/** Whether an expression says in so many words what becomes of a value, or only hands it on. */

import { splitAtCommas } from './commas.ts';
import { Cursor, isKeyword, isName, isOperator } from './cursor.ts';
import { type Token, tokenize } from './tokenize.ts';

/** They give back one of the values that they are given; MIN and MAX of a group leave out rows. */
const handing = ['CAST', 'COALESCE', 'IFNULL', 'MIN', 'MAX'];

/** @returns false for a column, a literal, and a CAST, COALESCE or IFNULL of these alone */
export function isWrittenOut(expression: string): boolean {
  const tokens = tokenize(expression);
  return tokens.length > 0 && !handsOn(tokens);
}

function handsOn(tokens: readonly Token[]): boolean {
  const isSigned = isOperator(tokens[0], '-') && tokens[1]?.kind === 'number';
  if (isSigned || isOperator(tokens[0], '+')) return handsOn(tokens.slice(1));
  if (isKeyword(tokens.at(-2), 'COLLATE')) return handsOn(tokens.slice(0, -2));
  if (tokens.length === 1 || (isOperator(tokens.at(-2), '.') && tokens.every(isPartOfName))) return true;
  const isCall = handing.some((word) => isKeyword(tokens[0], word));
  const cursor = new Cursor(tokens);
  cursor.index = isCall ? 1 : 0;
  const start = cursor.index + 1;
  if (!cursor.skipParentheses() || cursor.peek() !== undefined) return false;
  return splitAtCommas(tokens.slice(start, -1)).every((part) => handsOn(withoutType(part)));
}

function isPartOfName(token: Token): boolean {
  return isName(token) || isOperator(token, '.');
}

/** Of `value AS type`. */
function withoutType(tokens: readonly Token[]): readonly Token[] {
  const cursor = new Cursor(tokens);
  while (cursor.peek() !== undefined && !isKeyword(cursor.peek(), 'AS')) {
    if (!cursor.skipParentheses()) cursor.index += 1;
  }
  return tokens.slice(0, cursor.index);
}
