/** Which tables the SELECTs of a text read, those in parentheses too. */

import { isKeyword, isOperator } from './cursor.ts';
import type { Token } from './tokenize.ts';
import { isNameToken, readName } from './words.ts';

function beginsSource(before: Token | undefined): boolean {
  return isKeyword(before, 'FROM') || isKeyword(before, 'JOIN') || isOperator(before, ',');
}

/** @param table folded */
export function readsWithin(tokens: readonly Token[], table: string): boolean {
  return tokens.some(
    (token, index) =>
      isNameToken(token) &&
      readName(token) === table &&
      !isOperator(tokens[index + 1], '.') &&
      beginsSource(tokens[index - 1]),
  );
}
