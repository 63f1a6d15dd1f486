/** Tables that are dropped with what is in them. */

import type { DataGuard } from '../../plan/plan.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import type { Copied, CopiedPart } from './copies.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { askGone, askLoss, guardLoss, guardRows } from './loss.ts';

interface TableDrop {
  readonly name: string;
  /** The table that it may be renamed to. */
  readonly twin: string | undefined;
  readonly copied: Copied | null;
}

/** A table that is dropped and does not come back. @returns what must hold before it. */
export function askDroppedTable(scene: Scene, place: StatementPlace, drop: TableDrop): readonly DataGuard[] {
  const { name, twin, copied } = drop;
  const { origin = null, madeIn = null } = scene.rows.find(name) ?? {};
  const moved = madeIn === place.analysed.migration.name ? [] : listMoved(scene, origin, copied);
  const loss = { kind: 'rows', table: name } as const;
  const copy = findCopyKeeps(scene, name);
  const args = { what: 'dropped-table', table: name, twin: twin ?? null, cleared: null, copy } as const;
  // The plan's own rows are no loss.
  const fill = origin === null ? null : scene.own.findFirst(origin, place);
  if (origin !== null && moved.length === 0) {
    return askGone(scene, place, { table: { name, origin }, condition: null, isThere: true, fill, loss, args });
  }
  if (moved.length === 0) return [];
  if (fill !== null) scene.own.guard(fill.place, guardRows(fill.name, null, loss), place);
  for (const { place: filled, source } of moved)
    if (source !== null) scene.own.guard(filled, guardLoss(`NOT EXISTS (SELECT 1 FROM (${source}))`, loss), place);
  askLoss(scene, place, { table: name, condition: null, loss, args });
  return [];
}

/** The statements that put rows there from tables of production where they may not be any more. */
function listMoved(scene: Scene, origin: string | null, copied: Copied | null): readonly CopiedPart[] {
  const hasLost = (source: string) => foldName(origin ?? '') !== source && isLessened(scene, source);
  return copied?.parts.filter(({ sources }) => [...sources].some(hasLost)) ?? [];
}

/** Whether the plan has taken the table of production away, or rows or columns of it. */
function isLessened({ rows, own, structures, production }: Scene, origin: string): boolean {
  const tracked = rows.findByOrigin(origin);
  const columns = (tracked && structures.find(tracked.name)?.columns) ?? [];
  const kept = columns.filter(({ name }) => own.isOld(origin, name)).length;
  return own.of(origin).hasLessened || kept < (production.get(origin)?.structure.columns.length ?? 0);
}
