/** SELECTs in parentheses within a text: how deep they are, and whether one runs again for every row around it. */

import { Cursor, isKeyword, isOperator } from './cursor.ts';
import type { Token } from './tokenize.ts';
import { isNameToken, listNames, readName } from './words.ts';

function isSelect(token: Token | undefined): boolean {
  return isKeyword(token, 'SELECT') || isKeyword(token, 'WITH');
}

/** How many SELECTs stand within each other's parentheses. */
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

/** The folded names in SELECTs that name a table outside of them: those run again for every row. */
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

/** Whether something is qualified by what no FROM within it brings in. */
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

/** Whether the name stands for a table there: an alias, or a table that has none. */
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

/** Whether one of the SELECTs within the text reads the table itself. */
export function readsWithin(tokens: readonly Token[], table: string): boolean {
  return tokens.some(
    (token, index) =>
      isNameToken(token) &&
      readName(token) === table &&
      !isOperator(tokens[index + 1], '.') &&
      beginsSource(tokens[index - 1]),
  );
}
