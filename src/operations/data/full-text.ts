/** Full-text indexes, and the tables whose rows they are over. */

import { isOperator } from '../../core/sql/cursor.ts';
import { unquoteIdentifier } from '../../core/sql/identifiers.ts';
import { tokenize } from '../../core/sql/tokenize.ts';
import { isNameToken, readName } from '../../core/sql/words.ts';

/**
 * The table whose rows it is over (sqlite.org/fts5.html, section 4.4.3; fts3.html, section 6.2.2).
 * @returns null for what keeps rows of its own, or is no full-text index
 */
export function findContent(createVirtualTableSql: string): string | null {
  if (!/\busing\s+["'`[]?fts[345]\b/i.test(createVirtualTableSql)) return null;
  const content = readOption(createVirtualTableSql, 'content');
  return content === '' ? null : content;
}

export function readOption(sql: string, option: string): string | null {
  const tokens = tokenize(sql);
  const index = tokens.findIndex(
    (token, at) => isNameToken(token) && readName(token) === option && isOperator(tokens[at + 1], '='),
  );
  const value = index < 0 ? undefined : tokens[index + 2];
  return value === undefined ? null : unquoteIdentifier(value.text);
}
