/** What NOT NULL asks of rows that are put into a table. */

import { findRenamedInRebuild } from '../../plan/structure/drop-and-add.ts';
import { findRename, suggestValue } from '../../plan/structure/safe-ways.ts';
import { isNeverNull, takesNoNull } from '../../schema/model/columns.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { Put } from './constraints.ts';
import { type Consequence, report } from './report.ts';

export function askNulls(scene: Scene, place: StatementPlace, put: Put, column: ColumnStructure): void {
  const { notNullConflict: conflict, generated } = column;
  const { rows, given, shown } = put;
  const { table } = rows;
  if (!takesNoNull(table, column) || generated !== null || (conflict !== null && conflict !== 'ignore')) return;
  // OR REPLACE puts the default in the place of a NULL, and fails where there is none (SQLite's "ON CONFLICT clause").
  const isReplaced = put.consequence === 'replaces';
  if (isReplaced && column.default !== null) return;
  const isIgnored = put.consequence === 'fails' && conflict === 'ignore';
  const consequence = isIgnored ? 'left-out' : isReplaced ? 'fails' : put.consequence;
  if (!given.has(foldName(column.name))) {
    if (column.default === null) askNeedsDefault(scene, place, put, column, consequence);
    return;
  }
  const original = rows.copied(column.name);
  if (rows.isFilled(column.name) || (original && rows.from && isNeverNull(rows.from, original))) return;
  const name = quoteIdentifier(column.name);
  const asked = rows.ask((from) => `SELECT * FROM ${from} WHERE ${name} IS NULL`, [column.name], 'null');
  const fill = {
    table: rows.from?.name ?? table.name,
    column: original?.name ?? column.name,
    value: suggestValue(scene, place, { table, shown }, column),
  };
  report(scene, place, consequence, {
    count: asked === null ? () => null : scene.asking.count(asked),
    query: asked?.bound ?? null,
    columns: put.columns,
    broken: () => ({ code: 'nulls', args: { table: shown, column: column.name, fill } }),
  });
}

/** Every row would get NULL there. */
function askNeedsDefault(
  scene: Scene,
  place: StatementPlace,
  { rows, shown }: Put,
  column: ColumnStructure,
  consequence: Consequence,
): void {
  const isNull = `${quoteIdentifier(column.name)} IS NULL`;
  const asked = rows.ask((from) => `SELECT 1 FROM ${from} WHERE ${isNull}`, [column.name], 'null');
  const value = suggestValue(scene, place, { table: rows.table, shown }, column);
  const twin = findUncopied(scene, place, { rows, shown }, column);
  const renamed = twin === null ? null : findRename(scene, shown, twin, column.name);
  const into = rows.table.name;
  report(scene, place, consequence, {
    count: asked === null ? () => null : scene.asking.count(asked),
    query: null,
    columns: null,
    broken: () => ({
      code: 'needs-default',
      args: { what: 'copied', table: shown, column: column.name, into, value, renamed },
    }),
  });
}

/** What a rebuild leaves behind that could be the column under its old name. */
function findUncopied(
  scene: Scene,
  { analysed }: StatementPlace,
  { rows, shown }: Pick<Put, 'rows' | 'shown'>,
  column: ColumnStructure,
): string | null {
  const isRebuild = analysed.rebuilds.some(({ replacement }) => sameName(replacement, rows.table.name));
  const old = isRebuild ? scene.structures.find(shown) : null;
  if (old === null) return null;
  const twinOf = findRenamedInRebuild(analysed, old, rows.table);
  return old.columns.find((each) => twinOf(each)?.name === column.name)?.name ?? null;
}
