/** Functions that answer otherwise each time that they run, or by what a connection did before. */

import { isOperator } from './cursor.ts';
import { tokenize } from './tokenize.ts';
import { mentionsAny, readName } from './words.ts';

const byChance = ['random', 'randomblob', 'last_insert_rowid', 'changes', 'total_changes'];

/** A column may have such a name, too. */
export function isLeftToChance(sql: string): boolean {
  if (!mentionsAny(sql, byChance)) return false;
  const tokens = tokenize(sql);
  return tokens.some((token, index) => byChance.includes(readName(token)) && isOperator(tokens[index + 1], '('));
}
