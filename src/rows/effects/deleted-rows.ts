/** DELETE: what a table holds afterwards. */

import { isOfRowAlone } from '../../sql/delete-conditions.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type DeleteParts, parseDelete } from '../../sql/row-statements.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { forgetReached } from '../state/reached.ts';
import { findAtMost, leaveOut, limitSelect, type TableRows } from '../state/table-rows.ts';

export function deleteRows(scene: Scene, place: StatementPlace, table: string): void {
  const rows = findLeft(scene, table, parseDelete(place.statement.sql));
  if (scene.rows.rowsOf(table).type !== 'none') scene.rows.setRows(table, rows);
  forgetReached(scene, place, table);
}

/** Some of the rows, and nobody can tell which. */
function someOf(rows: TableRows): TableRows {
  return { type: 'unknown', wholeOf: null, atMost: findAtMost(rows) };
}

function findLeft(scene: Scene, table: string, parts: DeleteParts | null): TableRows {
  const tracked = scene.rows.find(table);
  const rows = scene.rows.rowsOf(table);
  if (tracked === null || rows.type !== 'known' || parts === null) return someOf(rows);
  const { name, origin } = tracked;
  const condition = parts.where === null ? '1' : `(${parts.where})`;
  const list = rows.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const left = `SELECT ${list} FROM ${quoteIdentifier(name)} WHERE (${condition}) IS NOT TRUE`;
  const select = scene.rows.bind(left, parts.where ?? '');
  if (select === null) return someOf(rows);
  const isPlain = origin !== null && sameName(name, origin) && isOfRowAlone(condition);
  const known = { form: { type: 'other' }, wholeOf: null, before: null, numbered: null, vague: false } as const;
  const limited = (isPlain && leaveOut(rows, origin, condition)) || limitSelect({ ...rows, select, ...known });
  return limited.type === 'known' ? limited : someOf(rows);
}
