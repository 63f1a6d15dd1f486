/** An INTEGER PRIMARY KEY that gets NULL makes a number up: nobody chose it, and it is not the one that the row had. */

import type { DataGuard } from '../../plan/plan.ts';
import { findRowidColumn, findStructureColumn, isNeverNull, namesRowid } from '../../schema/model/columns.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { readTaken } from '../../sql/taken-columns.ts';
import { rowsNow, type Scene, type StatementPlace } from '../ask/context.ts';
import type { PutRows } from '../constraints/put-rows.ts';
import { guardLoss, reportLoss } from './loss.ts';

/** Before an INSERT into a table that the plan makes. @param rows what it puts there. @returns what must hold before it. */
export function askMadeUp(scene: Scene, place: StatementPlace, rows: PutRows | null): readonly DataGuard[] {
  if (rows === null || !hasKeyword(place.statement.sql, 'SELECT') || scene.rows.find(rows.table.name)?.origin !== null)
    return [];
  const { table, shown, named, select, from } = rows;
  const key = findRowidColumn(table)?.name ?? '';
  const index = named.findIndex((column) => sameName(column, key));
  if (index < 0 || rows.isFilled(key)) return [];
  const [read, taken] = [rows.read(key), readTaken(select).items];
  if (from && read && isNeverNull(from, read)) return [];
  // Who writes NULL wants a new number.
  const isConstant = !taken?.some(({ text }) => text.endsWith('*')) && taken?.[index]?.read.size === 0;
  const isRowid = from !== null && namesRowid(from, [...(taken?.[index]?.read ?? [])].join());
  if (read === null && (isConstant || isRowid)) return [];
  const list = named.map(quoteIdentifier).join(', ');
  const unnamed = `WITH migrate_prod_rows (${list}) AS (${select}) SELECT * FROM migrate_prod_rows WHERE ${quoteIdentifier(key)} IS NULL`;
  const asked = rowsNow(scene, unnamed);
  const loss = { kind: 'rows-without-key', table: shown, column: key } as const;
  const count = scene.asking.count(asked);
  // Rows that nobody can tell are most likely those of the table of that name, where none is without a key.
  const before = scene.production.get(foldName(shown))?.structure;
  const column = before && findStructureColumn(before, key);
  const hadNone = asked.bound === null && before && column && isNeverNull(before, column);
  const told = { what: 'made-up-keys', table: shown, key } as const;
  reportLoss(scene, place, {
    loss,
    args: { ...told, from: { table: from?.name ?? table.name, column: read?.name ?? key } },
    count: (answers) => count(answers) ?? (hadNone ? { rows: 0, atLeast: false } : null),
    query: asked.bound?.sql ?? null,
    columns: named,
    nothing: null,
  });
  return [guardLoss(`NOT EXISTS (${unnamed})`, loss)];
}
