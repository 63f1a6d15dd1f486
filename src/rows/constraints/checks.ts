/** Rows that break a new CHECK, or have no whole number for an INTEGER PRIMARY KEY. */

import type { CheckMend } from '../../findings/check-fails.ts';
import { findRowidColumn, isRowidColumn } from '../../schema/model/columns.ts';
import type { CheckStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { Put } from './constraints.ts';
import { report } from './report.ts';
import { listReadIn } from './uniques.ts';

/** @param added the new column that it comes with. */
export function askCheck(
  scene: Scene,
  place: StatementPlace,
  { rows, shown, consequence, columns }: Pick<Put, 'rows' | 'shown' | 'consequence' | 'columns'>,
  { written, expression, sql }: CheckStructure,
  added: string | null = null,
): void {
  const read = listReadIn(rows.table, written);
  const isAsBefore = read.every((name) => sameName(rows.copied(name)?.name ?? '', name));
  if (added === null && isAsBefore && rows.from?.checks.some((check) => check.expression === expression)) return;
  const broken = `NOT (${written})`;
  const all = rows.ask((from) => `SELECT * FROM ${from}`, read, 'comparison');
  const query = rows.ask((from) => `SELECT * FROM ${from} WHERE ${broken}`, read, 'comparison')?.bound ?? null;
  const mend: CheckMend =
    added === null
      ? { how: 'update', table: rows.from?.name ?? shown, column: read[0] ?? null }
      : { how: 'add-column', table: shown, column: added, check: sql };
  report(scene, place, consequence, {
    count: all === null ? () => null : scene.asking.countWhere(all, broken),
    query,
    columns,
    broken: () => ({ code: 'check-fails', args: { what: 'check', table: shown, written, mend } }),
  });
}

/**
 * A column that becomes an INTEGER PRIMARY KEY, which is the rowid: it takes whole numbers alone, whatever the statement says of
 * conflicts (sqlite.org/lang_createtable.html, "ROWIDs and the INTEGER PRIMARY KEY").
 */
export function askWholeNumbers(scene: Scene, place: StatementPlace, { rows, shown, given, columns }: Put): void {
  const key = findRowidColumn(rows.table);
  if (key === undefined || !given.has(foldName(key.name))) return;
  const { from } = rows;
  const original = rows.copied(key.name);
  if (from && original && isRowidColumn(from, original.name)) return;
  const quoted = quoteIdentifier(key.name);
  // A text is compared as the number that it is: '1e3' is a whole one, and '1.5' is none.
  const condition = `${quoted} <> CAST(CAST(${quoted} AS NUMERIC) AS INTEGER)`;
  const asked = rows.ask((all) => `SELECT * FROM ${all} WHERE ${condition}`, [key.name], 'null');
  const today = { table: from?.name ?? shown, column: original?.name ?? key.name, condition };
  report(scene, place, 'fails', {
    count: asked === null ? () => null : scene.asking.count(asked),
    query: asked?.bound ?? null,
    columns,
    broken: () => ({
      code: 'check-fails',
      args: { what: 'whole-numbers', table: shown, column: key.name, today },
    }),
  });
}
