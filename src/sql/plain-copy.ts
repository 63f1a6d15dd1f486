/** Whether an INSERT only copies columns of one table into the same columns of another, as a table rebuild does. */

import { isKeyword } from './cursor.ts';
import { sameName } from './identifiers.ts';
import { parsePlainSelect } from './plain-select.ts';
import { parseInsert } from './row-statements.ts';
import { tokenize } from './tokenize.ts';

/**
 * True for `INSERT INTO to (a, b) SELECT a, coalesce(b, literal) AS b FROM from`, as Prisma writes it: every row, and each
 * value into the column of its own name. Running such a copy again changes nothing; a value that is computed, or that
 * changes its column, could change twice.
 */
export function isPlainCopy(sql: string, to: string, from: string): boolean {
  const insert = parseInsert(sql);
  if (insert === null || !sameName(insert.table, to) || insert.conflict !== 'abort') return false;
  const select = insert.source === null ? null : parsePlainSelect(insert.source);
  if (insert.columns === null || select === null || !select.whole || !sameName(select.table, from)) return false;
  // Whoever says which row comes first, or what becomes of one that breaks a constraint, expects some not to stay.
  if (tokenize(sql).some((token) => isKeyword(token, 'OR') || isKeyword(token, 'ORDER'))) return false;
  return (
    select.items.length === insert.columns.length &&
    insert.columns.every((column, index) => {
      const item = select.items[index];
      return (item?.type === 'column' || item?.type === 'filled') && sameName(item.name, column);
    })
  );
}
