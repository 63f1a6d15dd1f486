/** The condition of a DELETE. */

import { isKeyword, isOperator } from './cursor.ts';
import { tokenize } from './tokenize.ts';

/** True if the condition depends only on the row itself, so that other deleted rows do not matter. */
export function isOfRowAlone(where: string | null): boolean {
  const tokens = tokenize(where ?? '');
  return tokens.every(
    (token, index) =>
      !isKeyword(token, 'SELECT') &&
      // `IN t` reads a table.
      (!isKeyword(token, 'IN') || isOperator(tokens[index + 1], '(')),
  );
}
