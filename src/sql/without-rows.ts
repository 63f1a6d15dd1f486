/** A `CREATE TABLE … AS SELECT` that makes the table and computes no row. */

import { parseCreateHead } from './create.ts';
import { isKeyword, withoutFinalSemicolon } from './cursor.ts';
import { tokenize } from './tokenize.ts';

/** @returns null where the text is no such statement. */
export function makeWithoutRows(sql: string): string | null {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const head = parseCreateHead(tokens);
  const [as, select] = head === null ? [] : tokens.slice(head.restIndex, head.restIndex + 2);
  if (head?.object !== 'table' || !isKeyword(as, 'AS') || select === undefined) return null;
  return `${sql.slice(0, select.start)}SELECT * FROM (${sql.slice(select.start, tokens.at(-1)?.end)}) WHERE 0 LIMIT 0`;
}
