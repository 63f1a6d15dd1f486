/** What NOT NULL asks of rows that are put into a table. */

import { findRenamedInRebuild } from '../../plan/structure/drop-and-add.ts';
import { findRename, suggestValue } from '../../plan/structure/safe-ways.ts';
import { findStructureColumn, isNeverNull, takesNoNull } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type Scene, type StatementPlace, type Subject, subjectOf, subjectOfTable } from '../context.ts';
import { findColumn } from '../state/table-rows.ts';
import { type PutRows, report } from './report.ts';

export function askNulls(scene: Scene, place: StatementPlace, put: PutRows, column: ColumnStructure): void {
  if (
    !takesNoNull(put.table, column) ||
    (column.notNullConflict !== null && column.notNullConflict !== 'ignore') ||
    column.generated !== null
  )
    return;
  const name = foldName(column.name);
  // OR REPLACE puts the default in the place of a NULL, and fails where there is none (SQLite's "ON CONFLICT clause").
  if (put.consequence === 'replaces' && column.default !== null) return;
  const isIgnored = put.consequence === 'fails' && column.notNullConflict === 'ignore';
  const consequence = isIgnored ? 'left-out' : put.consequence === 'replaces' ? 'fails' : put.consequence;
  if (!put.given.has(name)) {
    if (column.default === null) askNeedsDefault(scene, place, { ...put, consequence }, column);
    return;
  }
  const source = findColumn(put.rows, name)?.source;
  if (source === undefined || source.type === 'filled' || source.type === 'literal') return;
  const from = source.type === 'column' ? scene.production.get(foldName(source.table)) : undefined;
  const original = from && source.type === 'column' ? findStructureColumn(from.structure, source.column) : undefined;
  if (from && original && isNeverNull(from.structure, original)) return;
  const isWhole = from !== undefined && put.rows.wholeOf !== null && sameName(put.rows.wholeOf, from.name);
  const subject = isWhole ? subjectOfTable(from) : subjectOf(scene, put.rows);
  const asked = quoteIdentifier(isWhole && original ? original.name : column.name);
  const fill = {
    table: from?.name ?? put.table.name,
    column: original?.name ?? column.name,
    value: suggestValue(scene, place, put, column),
  };
  report(scene, place, consequence, {
    count: scene.questions.countWhere(subject.select, `${asked} IS NULL`),
    query: `SELECT * FROM ${subject.from} WHERE ${asked} IS NULL`,
    columns: listSubjectColumns(put, subject, from?.structure),
    broken: () => ({ code: 'nulls', args: { table: put.shown, column: column.name, fill } }),
  });
}

function askNeedsDefault(scene: Scene, place: StatementPlace, put: PutRows, column: ColumnStructure): void {
  const subject = subjectOf(scene, put.rows);
  const value = suggestValue(scene, place, put, column);
  const twin = findUncopied(scene, place, put, column);
  const renamed = twin === null ? null : findRename(scene, put.shown, twin, column.name);
  report(scene, place, put.consequence, {
    count: scene.questions.countRows(subject.select),
    query: null,
    columns: null,
    broken: () => ({
      code: 'needs-default',
      args: { what: 'copied', table: put.shown, column: column.name, into: put.table.name, value, renamed },
    }),
  });
}

/** What a rebuild leaves behind that could be the column under its old name. */
function findUncopied(
  scene: Scene,
  { analysed }: StatementPlace,
  put: PutRows,
  column: ColumnStructure,
): string | null {
  const isRebuild = analysed.rebuilds.some(({ replacement }) => sameName(replacement, put.table.name));
  const old = isRebuild ? scene.structures.find(put.shown) : null;
  if (old === null) return null;
  const twinOf = findRenamedInRebuild(analysed, old, put.table);
  return old.columns.find((each) => twinOf(each)?.name === column.name)?.name ?? null;
}

function listSubjectColumns(put: PutRows, subject: Subject, from: TableStructure | undefined): readonly string[] {
  const isTable = from !== undefined && subject.from === quoteIdentifier(from.name);
  return (isTable ? from.columns : put.rows.columns).map(({ name }) => name);
}
