/** What NOT NULL, CHECK and an INTEGER PRIMARY KEY ask of the rows that are put into a table. */

import type { CheckMend } from '../../findings/check-fails.ts';
import { findMeantRename, suggestValue } from '../../plan/structure/safe-ways.ts';
import { findRowidColumn, isNeverNull, isRowidColumn, takesNoNull } from '../../schema/model/columns.ts';
import type { CheckStructure, ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { listReadIn } from '../../schema/model/unique-keys.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { findRows, type PutRows } from './put-rows.ts';
import { report } from './report.ts';

export function askValues(scene: Scene, place: StatementPlace, rows: PutRows): void {
  for (const column of rows.table.columns) askNulls(scene, place, rows, column);
  const key = findRowidColumn(rows.table);
  if (key !== undefined) askWholeNumbers(scene, place, rows, key);
  for (const check of rows.table.checks) askCheck(scene, place, rows, check);
}

function isNamed({ named }: PutRows, column: string): boolean {
  return named.some((name) => sameName(name, column));
}

function askNulls(scene: Scene, place: StatementPlace, rows: PutRows, column: ColumnStructure): void {
  const { notNullConflict: conflict, generated } = column;
  const { table, from, shown } = rows;
  if (!takesNoNull(table, column) || generated !== null || (conflict !== null && conflict !== 'ignore')) return;
  const hasNone = !isNamed(rows, column.name);
  // OR REPLACE puts the default in the place of a NULL, and fails where there is none (SQLite's "ON CONFLICT clause").
  if (column.default !== null && (hasNone || rows.consequence === 'replaces')) return;
  const own = conflict === 'ignore' ? 'left-out' : 'fails';
  const consequence = rows.consequence === 'left-out' ? 'left-out' : rows.consequence === 'fails' ? own : 'fails';
  const original = rows.copied(column.name);
  if (rows.isFilled(column.name) || (original && from && isNeverNull(from, original))) return;
  const value = suggestValue(scene, place, { table, shown }, column);
  if (hasNone) {
    const renamed = findMeantRename(scene, place, { table, shown }, column);
    const told = { what: 'copied', table: shown, column: column.name, into: table.name, value, renamed } as const;
    // It finds every row of those that are put there.
    const all = findRows(
      scene,
      rows,
      () => (rows.isWhole ? '1' : `${quoteIdentifier(column.name)} IS NULL`),
      [],
      'null',
    );
    const broken = () => ({ code: 'needs-default', args: told }) as const;
    report(scene, place, consequence, { ...all, query: null, broken });
    return;
  }
  const isNull = `${quoteIdentifier(column.name)} IS NULL`;
  const fill = { table: from?.name ?? table.name, column: original?.name ?? column.name, value };
  report(scene, place, consequence, {
    ...findRows(scene, rows, () => isNull, [column.name], 'null'),
    broken: () => ({ code: 'nulls', args: { table: shown, column: column.name, fill } }),
  });
}

/** Whether the old table has a CHECK of its own for one of the columns: it may not take what the new one asks for. */
function isCheckedOtherwise(old: TableStructure, made: TableStructure, read: readonly string[]): boolean {
  const own = old.checks.filter(({ expression }) => !made.checks.some((check) => check.expression === expression));
  return (
    !sameName(old.name, made.name) &&
    own.some(({ written }) => listReadIn(old, written).some((name) => read.some((each) => sameName(each, name))))
  );
}

/** @param added the new column that it comes with. */
export function askCheck(
  scene: Scene,
  place: StatementPlace,
  rows: PutRows,
  { written, expression, sql }: CheckStructure,
  added: string | null = null,
): void {
  const { from, shown, table } = rows;
  const read = listReadIn(table, written);
  const isAsBefore = read.every((name) => sameName(rows.copied(name)?.name ?? '', name));
  if (added === null && isAsBefore && from?.checks.some((check) => check.expression === expression)) return;
  const old = { table: from?.name ?? shown, column: read[0] ?? null };
  const mend: CheckMend =
    added !== null
      ? { how: 'add-column', table: shown, column: added, check: sql }
      : from !== null && isCheckedOtherwise(from, table, read)
        ? { how: 'copy', ...old, into: table.name }
        : { how: 'update', ...old };
  const key = findRowidColumn(table)?.name;
  // In the place of NULL there it gets a number that nobody knows yet.
  const isMadeUp = key !== undefined && read.some((name) => sameName(name, key));
  const fails = isMadeUp ? `${quoteIdentifier(key)} IS NOT NULL AND NOT (${written})` : `NOT (${written})`;
  report(scene, place, rows.consequence, {
    ...findRows(scene, rows, () => fails, read, 'value'),
    broken: () => ({ code: 'check-fails', args: { what: 'check', table: shown, written, mend } }),
  });
}

/**
 * A column that becomes an INTEGER PRIMARY KEY, which is the rowid: it takes whole numbers alone, whatever the statement says of
 * conflicts (sqlite.org/lang_createtable.html, "ROWIDs and the INTEGER PRIMARY KEY").
 */
function askWholeNumbers(scene: Scene, place: StatementPlace, rows: PutRows, { name }: ColumnStructure): void {
  const { from, shown } = rows;
  const original = rows.copied(name);
  if (!isNamed(rows, name) || (from && original && isRowidColumn(from, original.name))) return;
  // A text is compared as the number that it is: '1e3' is a whole one, and '1.5' is none.
  const condition = `${quoteIdentifier(name)} <> CAST(CAST(${quoteIdentifier(name)} AS NUMERIC) AS INTEGER)`;
  const today = { table: from?.name ?? shown, column: original?.name ?? name, condition };
  report(scene, place, 'fails', {
    ...findRows(scene, rows, () => condition, [name], 'null'),
    broken: () => ({ code: 'check-fails', args: { what: 'whole-numbers', table: shown, column: name, today } }),
  });
}
