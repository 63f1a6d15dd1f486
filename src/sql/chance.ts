/** Functions that answer otherwise each time that they run, or by what a connection did before. */

import { isOperator } from './cursor.ts';
import { tokenize } from './tokenize.ts';
import { mentionsAny, readName } from './words.ts';

const random = ['random', 'randomblob'];
const ofConnection = ['last_insert_rowid', 'changes', 'total_changes'];

export function isLeftToChance(sql: string): boolean {
  return calls(sql, [...random, ...ofConnection]);
}

/** Whether it has other values each time; what a connection did before stays the same here, and may be something else there. */
export function isRandom(sql: string): boolean {
  return calls(sql, random);
}

export function asksConnection(sql: string): boolean {
  return calls(sql, ofConnection);
}

/** A column may have such a name, too. */
function calls(sql: string, names: readonly string[]): boolean {
  if (!mentionsAny(sql, names)) return false;
  const tokens = tokenize(sql);
  return tokens.some((token, index) => names.includes(readName(token)) && isOperator(tokens[index + 1], '('));
}
