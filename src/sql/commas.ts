/** Lists in SQL: the parts between commas that are not in parentheses. */

import { isOperator } from './cursor.ts';
import type { Token } from './tokenize.ts';

export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    if (depth === 0 && isOperator(token, ',')) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** The index of the first token that satisfies the test and is not within parentheses; -1 for none. */
export function findOutside(tokens: readonly Token[], start: number, test: (token: Token) => boolean): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    else if (depth === 0 && test(token)) return index;
  }
  return -1;
}
