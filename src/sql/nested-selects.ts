/** SELECTs in parentheses: how deep they are nested, and which of them run again for every row of the outer query. */

import { Cursor, isKeyword, isOperator } from './cursor.ts';
import type { Token } from './tokenize.ts';
import { isNameToken, listNames, readName } from './words.ts';

function isSelect(token: Token | undefined): boolean {
  return isKeyword(token, 'SELECT') || isKeyword(token, 'WITH');
}

export function measureDepth(tokens: readonly Token[]): number {
  const open: number[] = [];
  let [depth, most] = [0, 0];
  for (const [index, token] of tokens.entries()) {
    if (isOperator(token, '(')) {
      open.push(isSelect(tokens[index + 1]) ? 1 : 0);
      depth += open.at(-1) ?? 0;
      most = Math.max(most, depth);
    } else if (isOperator(token, ')')) depth -= open.pop() ?? 0;
  }
  return most;
}

/** The folded names in SELECTs that refer to a table outside of them: such a SELECT runs again for every row. */
export function listCorrelated(tokens: readonly Token[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (!isOperator(token, '(') || !isSelect(tokens[index + 1])) continue;
    const cursor = new Cursor(tokens);
    cursor.index = index;
    const inside = cursor.skipParentheses() ? tokens.slice(index + 1, cursor.index - 1) : [];
    if (namesOutside(inside)) for (const name of listNames(inside)) found.add(name);
  }
  return found;
}

/** True if a name is qualified by a table that no FROM within it has. */
function namesOutside(tokens: readonly Token[]): boolean {
  const own = new Set(tokens.flatMap((token, index) => (bringsIn(tokens, index) ? [readName(token)] : [])));
  return tokens.some(
    (token, index) =>
      isNameToken(token) &&
      isOperator(tokens[index + 1], '.') &&
      !isOperator(tokens[index - 1], '.') &&
      !own.has(readName(token)),
  );
}

/** True if the token is a table's alias there, or the name of a table without an alias. */
function bringsIn(tokens: readonly Token[], index: number): boolean {
  const [before, token, next] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (!isNameToken(token) || isOperator(next, '.')) return false;
  if (beginsSource(before)) return !isKeyword(next, 'AS') && (!isNameToken(next) || isJoinWord(next));
  return isKeyword(before, 'AS') || isOperator(before, ')') || isNameToken(before) || isOperator(before, '.');
}

function beginsSource(before: Token | undefined): boolean {
  return isKeyword(before, 'FROM') || isKeyword(before, 'JOIN') || isOperator(before, ',');
}

function isJoinWord(token: Token | undefined): boolean {
  return ['LEFT', 'RIGHT', 'FULL', 'INNER', 'OUTER', 'CROSS', 'NATURAL', 'INDEXED'].some((word) =>
    isKeyword(token, word),
  );
}

export function readsWithin(tokens: readonly Token[], table: string): boolean {
  return tokens.some(
    (token, index) =>
      isNameToken(token) &&
      readName(token) === table &&
      !isOperator(tokens[index + 1], '.') &&
      beginsSource(tokens[index - 1]),
  );
}
