/** Columns that go with the values that are in them. */

import type { DroppedColumn as DroppedColumnLoss } from '../../findings/data-loss-columns.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { findRename } from '../../plan/structure/safe-ways.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { countBefore, countToday, guardBefore, listColumns, reportLoss, tellCleared } from './loss.ts';
import { isLost } from './same-value.ts';

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
  const given = place.statement.kind.type === 'drop-column' ? listGiven(scene, tracked, column) : [];
  // They have production's values now.
  scene.own.takeColumns(table, given);
  const lost = writeLost(scene, tracked, column, given);
  const fill = given.length > 0 ? null : scene.own.findFill(tracked.origin, column.name);
  const loss = { kind: 'values', table, column: column.name } as const;
  const guards = guardBefore(scene, place, fill, { table, condition: lost, column: column.name, loss });
  const today = isInProduction(scene, tracked, column) ? countToday(scene, tracked, lost) : () => null;
  const args: DroppedColumnLoss = {
    what: 'dropped-column',
    table,
    column: column.name,
    rename: twin ? findRename(scene, table, column.name, twin.name) : null,
    cleared: null,
    hasOwnValues: fill !== null,
    copy: findCopyKeeps(scene, table),
  };
  reportLoss(scene, place, {
    loss,
    args,
    ...countBefore(scene, table, fill, lost, column.name),
    columns: listColumns(scene, table),
    nothing: given.length > 0 ? null : (replies) => tellCleared(args, today(replies)),
  });
  return guards;
}

/** A virtual table may give NULL for what it holds all the same, as FTS5 does without content. */
function writeLost(
  { production }: Scene,
  { origin }: TrackedTable,
  { name }: ColumnStructure,
  given: readonly string[],
) {
  const value = quoteIdentifier(name);
  if (given.length > 0)
    return isLost(
      value,
      given.map((each) => ({ value: quoteIdentifier(each), by: 'equal' })),
    );
  return production.get(foldName(origin ?? ''))?.isFollowed === false ? '1' : `${value} IS NOT NULL`;
}

function listGiven({ own, structures }: Scene, tracked: TrackedTable, { name }: ColumnStructure): readonly string[] {
  const structure = structures.find(tracked.name);
  return own
    .listGiven(tracked.origin, name)
    .filter((each) => structure !== null && findStructureColumn(structure, each));
}

function isInProduction({ production }: Scene, { origin }: TrackedTable, { name }: ColumnStructure): boolean {
  const table = production.get(foldName(origin ?? ''));
  return table !== undefined && findStructureColumn(table.structure, name) !== undefined;
}

/** Whether production's values may be in it. */
export function isOld(scene: Scene, tracked: TrackedTable, { name, generated }: ColumnStructure): boolean {
  return tracked.origin !== null && generated === null && !isNewColumn(scene, tracked, name);
}

/** Whether the plan made the column, so that it holds nothing of production's. */
export function isNewColumn({ own }: Scene, { name }: TrackedTable, column: string): boolean {
  return own.listColumns(name).some((each) => sameName(each, column));
}
