/** Tables that are dropped with what is in them. */

import type { DroppedTable as DroppedTableLoss } from '../../findings/data-loss-tables.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { Copied, CopiedPart } from '../state/copies.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { countBefore, countToday, guardBefore, guardLoss, listColumns, reportLoss, tellCleared } from './loss.ts';

interface TableDrop {
  readonly name: string;
  /** The table that it may be renamed to. */
  readonly twin: string | undefined;
  readonly copied: Copied | null;
}

/** A table that is dropped and does not come back. @returns what must hold before it. */
export function askDroppedTable(scene: Scene, place: StatementPlace, drop: TableDrop): readonly DataGuard[] {
  const { name, twin, copied } = drop;
  const table = scene.rows.find(name);
  if (table === null || scene.rows.rowsOf(name).type === 'none') return [];
  const moved = table.madeIn === place.analysed.migration.name ? [] : listMoved(scene, table.origin, copied);
  if (table.origin === null && moved.length === 0) return [];
  const loss = { kind: 'rows', table: name } as const;
  for (const { place: filled, source } of moved)
    if (source !== null) scene.own.guard(filled, guardLoss(`NOT EXISTS (SELECT 1 FROM (${source}))`, loss), place);
  // The plan's own rows are no loss; those that it moved are production's.
  const fill = scene.own.findFill(table.origin, null);
  const guards =
    table.origin === null ? [] : guardBefore(scene, place, fill, { table: name, condition: null, column: null, loss });
  const today = countToday(scene, table, null);
  const args: DroppedTableLoss = {
    what: 'dropped-table',
    table: name,
    twin: twin ?? null,
    cleared: null,
    copy: findCopyKeeps(scene, name),
  };
  reportLoss(scene, place, {
    loss,
    args,
    ...countBefore(scene, name, moved.length > 0 ? null : fill, null, null),
    columns: listColumns(scene, name),
    nothing: (replies) => tellCleared(args, today(replies)),
  });
  return guards;
}

/** The statements that put rows there from tables of production where they may not be any more. */
function listMoved(scene: Scene, origin: string | null, copied: Copied | null): readonly CopiedPart[] {
  const hasLost = (source: string) => foldName(origin ?? '') !== source && isLessened(scene, source);
  return copied?.parts.filter(({ sources }) => [...sources].some(hasLost)) ?? [];
}

/** Whether the plan has taken the table of production away, or rows or columns of it. */
function isLessened({ rows, own, structures, production }: Scene, origin: string): boolean {
  const tracked = rows.findByOrigin(origin);
  const columns = (tracked === null ? null : structures.find(tracked.name)?.columns.length) ?? 0;
  const kept = columns - own.listColumns(tracked?.name ?? '').length;
  return own.hasLessened(origin) || kept < (production.get(origin)?.structure.columns.length ?? 0);
}
