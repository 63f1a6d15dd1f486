/** Expressions that fail on some values and not on others, whatever the table asks of them. */

import { isOperator } from './cursor.ts';
import { tokenize } from './tokenize.ts';
import { readName } from './words.ts';

/** JSON that is none, vectors of another dimension, sums that overflow; `RAISE`. */
const functions = /^(?:jsonb?(?!_valid$)(?:_.*)?|vector.*|libsql_vector_idx|sum|abs|raise)$/;
const quickLook = /json|vector|->|\b(?:sum|abs|raise)\b/i;

export function mayRaise(sql: string): boolean {
  if (!quickLook.test(sql)) return false;
  const tokens = tokenize(sql);
  return tokens.some(
    (token, index) =>
      (isOperator(token, '-') && isOperator(tokens[index + 1], '>')) ||
      token.text.startsWith('->') ||
      (isOperator(tokens[index + 1], '(') && functions.test(readName(token))),
  );
}
