/** Rows that break a new CHECK. */

import type { CheckMend } from '../../findings/check-fails.ts';
import type { ProductionTable } from '../../production/tables.ts';
import type { CheckStructure, ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import { type Scene, type StatementPlace, subjectOf, subjectOfTable } from '../context.ts';
import { keepsKind } from '../state/same-values.ts';
import { seesAsStored } from '../state/stored-value.ts';
import { findColumn, type KnownRows } from '../state/table-rows.ts';
import { type PutRows, report } from './report.ts';
import { noteUnasked } from './unasked.ts';

/** Only where the values it sees are surely those that the table would hold. */
export function askCheck(
  scene: Scene,
  place: StatementPlace,
  { rows, table, shown, consequence }: Pick<PutRows, 'rows' | 'table' | 'shown' | 'consequence'>,
  check: CheckStructure,
  added: string | null = null,
): void {
  const read = listRead(table, check.written);
  const isSure = read.every(
    (column) => (added !== null && sameName(column.name, added)) || keepsKind(scene, rows, table, column),
  );
  if (isCheckedAlready(scene, rows, check, read)) return;
  if (!isSure || !seesAsStored(rows, check.written)) {
    const old = scene.structures.find(shown);
    const isOld =
      old !== null && old.name !== table.name && old.checks.some((each) => each.expression === check.expression);
    if (consequence === 'fails' && !isOld)
      noteUnasked(scene, place, shown, [{ type: 'check', written: check.written }]);
    return;
  }
  const whole = findOriginal(scene, rows, read);
  const subject = whole === null ? subjectOf(scene, rows) : subjectOfTable(whole);
  const broken = `NOT (${check.written})`;
  const from = rows.wholeOf ?? table.name;
  const column = read[0]?.name ?? null;
  const mend: CheckMend =
    added !== null
      ? { how: 'add-column', table: shown, column: added, check: check.sql }
      : isCheckedOtherwise(scene, from, table, read)
        ? { how: 'copy', table: from, column, into: table.name }
        : { how: 'update', table: from, column };
  report(scene, place, consequence, {
    count: scene.questions.countApart(subject.select, broken),
    query: `SELECT * FROM ${subject.from} WHERE ${broken}`,
    columns: (whole?.structure ?? rows).columns.map(({ name }) => name),
    broken: () => ({ code: 'check-fails', args: { what: 'check', table: shown, written: check.written, mend } }),
  });
}

/** Whether the rows are in a table that has a CHECK of its own for one of the columns: it may not take what the new one asks for. */
function isCheckedOtherwise(
  { structures }: Scene,
  from: string,
  table: TableStructure,
  read: readonly ColumnStructure[],
): boolean {
  const old = sameName(from, table.name) ? null : structures.find(from);
  const own = (old?.checks ?? []).filter(
    ({ expression }) => !table.checks.some((check) => check.expression === expression),
  );
  return own.some(({ written }) => read.some(({ name }) => listWords(written).has(foldName(name))));
}

export function listRead(table: TableStructure, written: string): readonly ColumnStructure[] {
  const words = listWords(written);
  return table.columns.filter((column) => words.has(foldName(column.name)));
}

/** The table of production whose rows these are, where they have the same values in these columns, by the same names. */
function findOriginal(scene: Scene, rows: KnownRows, read: readonly ColumnStructure[]): ProductionTable | null {
  const table = rows.wholeOf === null ? undefined : scene.production.get(foldName(rows.wholeOf));
  const isKept = read.every(({ name }) => {
    const source = findColumn(rows, name)?.source;
    return source?.type === 'column' && sameName(source.table, table?.name ?? '') && sameName(source.column, name);
  });
  return table !== undefined && isKept ? table : null;
}

/** The same CHECK over the same columns holds in production. */
function isCheckedAlready(
  scene: Scene,
  rows: KnownRows,
  { expression }: CheckStructure,
  read: readonly ColumnStructure[],
): boolean {
  const sources = read.map((column) => findColumn(rows, column.name)?.source);
  const [first] = sources;
  const table = first?.type === 'column' ? scene.production.get(foldName(first.table)) : undefined;
  return (
    table?.structure.checks.some((check) => check.expression === expression) === true &&
    sources.every(
      (source, index) =>
        source?.type === 'column' &&
        sameName(source.table, table.name) &&
        sameName(source.column, read[index]?.name ?? ''),
    )
  );
}
