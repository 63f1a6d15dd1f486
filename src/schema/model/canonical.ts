/** Canonical texts of indexes and triggers: equal texts mean the same object. */

import { parseCreateHead } from '../../sql/create.ts';
import { Cursor, isKeyword, withoutFinalSemicolon } from '../../sql/cursor.ts';
import { normalizeName, normalizeStatement, normalizeTokens } from '../../sql/normalize.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { normalizeKeyColumn } from '../parse/build-constraint.ts';
import { type IndexColumn, parseIndexStructure } from '../parse/create-index.ts';

/**
 * Without the index's name.
 * @param findCollation the collation that a column of its table has by default
 */
export function normalizeIndex(sql: string, findCollation: (table: string, column: string) => string | null): string {
  const index = parseIndexStructure(sql);
  if (index === null) return normalizeStatement(sql);
  const { table, unique, columns, where } = index;
  const normalizeColumn = (column: IndexColumn): string =>
    column.type === 'column'
      ? normalizeKeyColumn(column, findCollation(table, column.name))
      : `(${column.expression})${column.order === 'descending' ? ' desc' : ''}`;
  const list = columns.map(normalizeColumn).join(' , ');
  return `${unique ? 'unique ' : ''}index on ${normalizeName(table)} ( ${list} )${where === null ? '' : ` where ${where}`}`;
}

/**
 * Without the trigger's name. SQLite knows only FOR EACH ROW, and takes BEFORE if no time is given (parse.y,
 * `foreach_clause`, `trigger_time`).
 */
export function normalizeTrigger(sql: string): string {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const head = parseCreateHead(tokens);
  if (head?.object !== 'trigger' || head.temporary) return normalizeStatement(sql);
  const cursor = new Cursor(tokens);
  cursor.index = head.restIndex;
  const time = cursor.skipWords('INSTEAD', 'OF') ? 'instead' : (cursor.skipOneOf(['before', 'after']) ?? 'before');
  const from = cursor.index;
  while (cursor.peek() !== undefined && !isKeyword(cursor.peek(), 'ON')) cursor.index += 1;
  const event = normalizeTokens(tokens.slice(from, cursor.index));
  const table = cursor.skipWords('ON') ? cursor.takeQualifiedName() : null;
  if (table === null) return normalizeStatement(sql);
  cursor.skipWords('FOR', 'EACH', 'ROW');
  return `${time} ${event} on ${normalizeName(table.name)} ${normalizeTokens(tokens.slice(cursor.index))}`;
}
