/** Full-text indexes, and the tables whose rows they are over. */

import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, sameName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isNameToken, readName } from '../../sql/words.ts';
import type { AnalysedStatement } from '../analyse.ts';

/**
 * The table whose rows it is over (sqlite.org/fts5.html, section 4.4.3; fts3.html, section 6.2.2).
 * @returns null for what keeps rows of its own, or is no full-text index
 */
export function findContent(createVirtualTableSql: string): string | null {
  if (!isFullText(createVirtualTableSql)) return null;
  const content = readOption(createVirtualTableSql, 'content');
  return content === '' ? null : content;
}

function isFullText(createVirtualTableSql: string): boolean {
  const tokens = tokenize(createVirtualTableSql);
  const using = tokens.findIndex((token) => isKeyword(token, 'USING'));
  const module = using < 0 ? undefined : tokens[using + 1];
  return module !== undefined && isNameToken(module) && ['fts3', 'fts4', 'fts5'].includes(readName(module));
}

/** Whether it gives back what it was filled with by itself. */
export function givesTexts(createVirtualTableSql: string): boolean {
  return !isFullText(createVirtualTableSql) || readOption(createVirtualTableSql, 'content') === null;
}

/** Whether a statement has the index made again from the table whose rows it is over. */
export function buildsAnew({ kind, sql }: Pick<AnalysedStatement, 'kind' | 'sql'>, index: string): boolean {
  const isOfIndex = kind.type === 'insert' && sameName(kind.table, index);
  return isOfIndex && tokenize(sql).some((token) => token.kind === 'string' && foldName(token.text) === "'rebuild'");
}

export function readOption(sql: string, option: string): string | null {
  const tokens = tokenize(sql);
  const index = tokens.findIndex(
    (token, at) => isNameToken(token) && readName(token) === option && isOperator(tokens[at + 1], '='),
  );
  const value = index < 0 ? undefined : tokens[index + 2];
  return value === undefined ? null : unquoteIdentifier(value.text);
}
