/** Tables that are dropped with what is in them. */

import type { DroppedTable as DroppedTableLoss } from '../../findings/data-loss-tables.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { listQualified } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import { type RowsColumn, rowsOfProduction, type TableRows } from '../state/table-rows.ts';
import { hasFewer } from './dropped-column.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { askToday, columnsOf, findSubject, guardLoss, reportLoss, tellCleared } from './loss.ts';

/** Folded names of the tables of production that a table's rows were taken from. */
type TableSources = ReadonlySet<string>;

/** Rows that an earlier migration of the plan moved into a table of its own are production's still, where they are nowhere else. */
function mayHoldOld(scene: Scene, table: TrackedTable, sources: TableSources, { analysed }: StatementPlace): boolean {
  const { origin, madeIn, isFilled } = table;
  return origin !== null || (isFilled && madeIn !== analysed.migration.name && holdsMoved(scene, table, sources));
}

/** Whether rows of other tables are in it that are not there any more. */
function holdsMoved(scene: Scene, { origin, rows }: TrackedTable, sources: TableSources): boolean {
  const select = rows.type === 'known' ? rows.select : '';
  const read = listQualified(select, 'main');
  return [...sources, ...read].some(
    (source) => (origin === null || !sameName(source, origin)) && hasLost(scene, source),
  );
}

/** Whether the plan has taken the table of production away, or a row or column of it. */
function hasLost(scene: Scene, source: string): boolean {
  const rows = scene.rows.findByOrigin(source)?.rows;
  const columns = scene.production.get(foldName(source))?.structure.columns ?? [];
  return (
    rows?.type !== 'known' ||
    rows.wholeOf === null ||
    columns.some(({ name }) => !rows.columns.some((column) => isFrom(column, name)))
  );
}

function isFrom({ name, source }: RowsColumn, original: string): boolean {
  return source.type === 'column' ? sameName(source.column, original) : sameName(name, original);
}

interface TableDrop {
  readonly name: string;
  /** The table that it may be renamed to. */
  readonly twin: string | undefined;
  readonly sources: TableSources;
}

/** A table that is dropped and does not come back. @returns what must hold before it. */
export function askDroppedTable(
  scene: Scene,
  place: StatementPlace,
  { name, twin, sources }: TableDrop,
): readonly DataGuard[] {
  const table = scene.rows.find(name);
  if (table === null || !mayHoldOld(scene, table, sources, place)) return [];
  const isMoved = table.origin === null || holdsMoved(scene, table, sources);
  const subject = findSubject(scene, isMoved ? table.rows : findOldRows(scene, table));
  // The plan's own rows are no loss.
  const isGuarded =
    !table.isFilled ||
    scene.early.add(place, table, (before) => (before.isFilled ? null : guardRowsOf(before.name, name)));
  const today = hasFewer(table) ? askToday(scene, table, null) : null;
  const args: DroppedTableLoss = {
    what: 'dropped-table',
    table: name,
    twin: twin ?? null,
    cleared: null,
    isGuarded,
    copy: findCopyKeeps(scene, name),
  };
  reportLoss(scene, place, {
    loss: { kind: 'rows', table: name },
    args,
    count: subject && scene.questions.countRows(subject.select),
    query: subject && `SELECT * FROM ${subject.from}`,
    columns: columnsOf(table.rows),
    nothing: (replies) => tellCleared(args, today?.(replies) ?? null),
  });
  return table.isFilled ? [] : [guardRowsOf(name)];
}

/** @param later what it is called where it is dropped. */
function guardRowsOf(name: string, later = name): DataGuard {
  return guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(name)})`, { kind: 'rows', table: later });
}

/** What the plan itself puts there is no loss; of what cannot be followed, no more can be lost than is there today. */
function findOldRows({ production }: Scene, { origin, rows }: TrackedTable): TableRows {
  if (rows.type === 'known' && rows.before !== null) return rows.before;
  const today = rows.type === 'unknown' ? production.get(foldName(origin ?? '')) : undefined;
  return today
    ? rowsOfProduction(
        today.name,
        today.structure.columns.map(({ name }) => name),
      )
    : rows;
}
