/** Columns that go with the values that are in them. */

import type { DataGuard } from '../../plan/plan.ts';
import { findRename } from '../../plan/structure/safe-ways.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { askGone, askLoss } from './loss.ts';
import { isLost } from './same-value.ts';

export interface ColumnDrop {
  readonly table: string;
  readonly column: ColumnStructure;
  /** The column that it may be renamed to. */
  readonly twin: ColumnStructure | undefined;
}

/** A column of which no copy is made. @returns what must hold before it. */
export function askDroppedColumn(scene: Scene, place: StatementPlace, drop: ColumnDrop): readonly DataGuard[] {
  const { table, column, twin } = drop;
  const origin = scene.rows.find(table)?.origin ?? null;
  if (origin === null || column.generated !== null || !scene.own.isOld(origin, column.name)) return [];
  const fill = scene.own.findFill(origin, column.name);
  const loss = { kind: 'values', table, column: column.name } as const;
  const args = {
    ...({ what: 'dropped-column', table, column: column.name, cleared: null, hasOwnValues: fill !== null } as const),
    rename: twin ? findRename(scene, table, column.name, twin.name) : null,
    copy: findCopyKeeps(scene, table),
  };
  const value = quoteIdentifier(column.name);
  const structure = scene.structures.find(table);
  const given = scene.own
    .listGiven(origin, column.name)
    .filter((name) => structure && findStructureColumn(structure, name));
  if (place.statement.kind.type !== 'drop-column' || given.length === 0) {
    // A virtual table may give NULL for what it holds all the same, as FTS5 does without content.
    const condition = scene.production.get(foldName(origin))?.isFollowed === false ? '1' : `${value} IS NOT NULL`;
    const isThere = scene.own.hasColumn(origin, column.name);
    return askGone(scene, place, { table: { name: table, origin }, condition, isThere, fill, loss, args });
  }
  // An UPDATE took the values to other columns of the same row.
  for (const name of given) scene.own.setOld(origin, name, true);
  const lost = isLost(
    value,
    given.map((name) => ({ value: quoteIdentifier(name), by: 'equal' })),
  );
  return askLoss(scene, place, { table, condition: lost, loss, args });
}
