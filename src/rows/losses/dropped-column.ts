/** Columns that go with the values that are in them. */

import type { DroppedColumn as DroppedColumnLoss } from '../../findings/data-loss-columns.ts';
import type { RowCount } from '../../findings/finding.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { findNameBefore } from '../../plan/structure/drop-and-add.ts';
import { findRename } from '../../plan/structure/safe-ways.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { type Scene, type StatementPlace, subjectOfTable } from '../context.ts';
import type { Answers } from '../questions.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import { findColumn } from '../state/table-rows.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { askToday, columnsOf, findSubject, guardLoss, reportLoss, tellCleared } from './loss.ts';

export interface ColumnDrop {
  readonly table: string;
  readonly column: ColumnStructure;
  /** The column that it may be renamed to. */
  readonly twin: ColumnStructure | undefined;
}

/** A column of which no copy is made. @returns what must hold before it. */
export function askDroppedColumn(
  scene: Scene,
  place: StatementPlace,
  { table, column, twin }: ColumnDrop,
): readonly DataGuard[] {
  const tracked = scene.rows.find(table);
  if (tracked === null || !isOld(scene, tracked, column)) return [];
  const filled = isFilledIn(scene, tracked, column);
  const loss = { kind: 'values', table, column: column.name } as const;
  const { count, query } = countFilled(scene, tracked, column);
  const guardOf = (name: string) =>
    guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(name)} WHERE ${filled})`, loss);
  // The plan may have put values of its own there.
  const isUnknown = tracked.rows.type === 'unknown' && (tracked.isFilled || isFollowed(scene, tracked));
  const mayBeOwn = isUnknown || (tracked.rows.type === 'known' && tracked.rows.before !== null);
  const isGuarded =
    !mayBeOwn ||
    scene.early.add(place, tracked, (before) => (isUntouched(before, column) ? guardOf(before.name) : null));
  const isCleared = tracked.rows.type === 'known' && tracked.rows.before === null && !isUntouched(tracked, column);
  const today = isCleared || hasFewer(tracked) ? askToday(scene, tracked, filled) : null;
  const args: DroppedColumnLoss = {
    what: 'dropped-column',
    table,
    column: column.name,
    // It takes the place of what puts the table aside, too.
    rename: twin
      ? findRename(scene, findNameBefore(place.analysed, table, scene.structures), column.name, twin.name)
      : null,
    cleared: null,
    isGuarded,
    hasOwnValues: mayBeOwn,
    copy: findCopyKeeps(scene, table),
  };
  reportLoss(scene, place, {
    loss,
    args,
    count,
    query,
    columns: columnsOf(tracked.rows),
    nothing: (replies) => tellCleared(args, today?.(replies) ?? null),
  });
  return mayBeOwn ? [] : [guardOf(table)];
}

/** Whether its rows could be followed at all. */
function isFollowed({ production }: Scene, { origin }: TrackedTable): boolean {
  return production.get(foldName(origin ?? ''))?.isFollowed !== false;
}

/** A virtual table may give NULL for what it holds all the same, as FTS5 does without content. */
function isFilledIn(scene: Scene, tracked: TrackedTable, { name }: ColumnStructure): string {
  return isFollowed(scene, tracked) ? `${quoteIdentifier(name)} IS NOT NULL` : '1';
}

/** Whether the plan has not yet put anything into the column. */
function isUntouched({ rows }: TrackedTable, { name }: ColumnStructure): boolean {
  return rows.type === 'known' && rows.before === null && findColumn(rows, name)?.source.type === 'column';
}

/** Whether the plan has taken rows away. */
export function hasFewer({ rows }: TrackedTable): boolean {
  return rows.type === 'known' && rows.before === null && rows.wholeOf === null;
}

/** Whether production's values may be in it. */
export function isOld(scene: Scene, tracked: TrackedTable, { name, generated }: ColumnStructure): boolean {
  return tracked.origin !== null && generated === null && !isNewColumn(scene, tracked, name);
}

/** Whether the plan made the column, so that it holds nothing of production's. */
export function isNewColumn(scene: Scene, { origin, rows }: TrackedTable, column: string): boolean {
  if (rows.type === 'known') return findColumn(rows, column)?.isNew === true;
  const table = scene.production.get(foldName(origin ?? ''));
  return rows.type === 'none' && table !== undefined && findStructureColumn(table.structure, column) === undefined;
}

/** Rows with a value in the column, but for the plan's own; of what cannot be followed, no more can be lost than is there today. */
export function countFilled(
  scene: Scene,
  tracked: TrackedTable,
  column: ColumnStructure,
): { readonly count: ((replies: Answers) => RowCount | null) | null; readonly query: string | null } {
  const { origin, rows } = tracked;
  const filled = isFilledIn(scene, tracked, column);
  const today = rows.type === 'unknown' ? scene.production.get(foldName(origin ?? '')) : undefined;
  const isThere = today !== undefined && findStructureColumn(today.structure, column.name) !== undefined;
  const old = rows.type === 'known' && rows.before !== null ? rows.before : rows;
  const subject = isThere ? subjectOfTable(today) : findSubject(scene, old);
  if (subject === null) return { count: null, query: null };
  if (rows.type === 'none' || (rows.type === 'known' && rows.vague))
    return { count: scene.questions.countRows(subject.select), query: null };
  return {
    count: scene.questions.countWhere(subject.select, filled),
    query: `SELECT * FROM ${subject.from} WHERE ${filled}`,
  };
}
