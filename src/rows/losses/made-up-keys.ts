/** An INTEGER PRIMARY KEY that gets NULL makes a number up: nobody chose it, and it is not the one that the row had. */

import type { DataGuard } from '../../plan/plan.ts';
import { findRowidColumn, findStructureColumn, isNeverNull, namesRowid } from '../../schema/model/columns.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import { parseInsert } from '../../sql/row-statements.ts';
import { readTaken } from '../../sql/taken-columns.ts';
import { listInsertable } from '../constraints/put-rows.ts';
import { findShown, rowsNow, type Scene, type StatementPlace } from '../context.ts';
import { guardLoss, reportLoss } from './loss.ts';

/** Before an INSERT into a table that the plan makes. @returns what must hold before it. */
export function askMadeUp(scene: Scene, place: StatementPlace): readonly DataGuard[] {
  const { kind, sql } = place.statement;
  const parts = kind.type === 'insert' && hasKeyword(sql, 'SELECT') ? parseInsert(sql) : null;
  if (parts === null || parts.source === null || scene.rows.find(parts.table)?.origin !== null) return [];
  const table = scene.structures.find(parts.table);
  const key = table === null ? undefined : findRowidColumn(table);
  if (table === null || key === undefined) return [];
  const named = parts.columns ?? listInsertable(table);
  const index = named.findIndex((column) => sameName(column, key.name));
  const read = index < 0 ? null : findRead(scene, parts.source, index);
  if (read === null) return [];
  const list = named.map(quoteIdentifier).join(', ');
  const unnamed = `WITH migrate_prod_rows (${list}) AS (${parts.source}) SELECT * FROM migrate_prod_rows WHERE ${quoteIdentifier(key.name)} IS NULL`;
  const asked = rowsNow(scene, unnamed);
  const filled = findShown(place, table.name);
  const loss = { kind: 'rows-without-key', table: filled, column: key.name } as const;
  const count = scene.asking.count(asked);
  // Rows that nobody can tell are most likely those of the table of that name, where none is without a key.
  const before = scene.production.get(foldName(filled))?.structure;
  const column = before && findStructureColumn(before, key.name);
  const hadNone = asked.bound === null && before && column && isNeverNull(before, column);
  reportLoss(scene, place, {
    loss,
    args: {
      ...{ what: 'made-up-keys', table: filled, key: key.name },
      from: { table: read.table ?? table.name, column: read.column ?? key.name },
    },
    count: (answers) => count(answers) ?? (hadNone ? { rows: 0, atLeast: false } : null),
    query: asked.bound,
    columns: named,
    nothing: null,
  });
  return [guardLoss(`NOT EXISTS (${unnamed})`, loss)];
}

interface Read {
  readonly table: string | null;
  readonly column: string | null;
}

/** Where the value at that place comes from; null where it is never NULL, or reads nothing: who writes NULL wants a new number. */
function findRead({ structures }: Scene, source: string, index: number): Read | null {
  const select = parsePlainSelect(source);
  const from = select && structures.find(select.table);
  const isAll = select?.items.length === 1 && select.items[0]?.type === 'star';
  const item = isAll ? ({ type: 'column', name: from?.columns[index]?.name ?? '' } as const) : select?.items[index];
  if (item?.type === 'literal' || item?.type === 'filled') return null;
  if (item?.type !== 'column' || from === null) {
    const taken = readTaken(source).items;
    const isConstant = !taken?.some(({ text }) => text.endsWith('*')) && taken?.[index]?.read.size === 0;
    return isConstant ? null : { table: select?.table ?? null, column: null };
  }
  const column = findStructureColumn(from, item.name);
  const isKept = namesRowid(from, item.name) || (column !== undefined && isNeverNull(from, column));
  return isKept ? null : { table: from.name, column: item.name };
}
