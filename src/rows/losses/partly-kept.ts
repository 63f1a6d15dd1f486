/** Columns that only some of a copy's statements take over: whose values are kept depends on the rows that each of them takes. */

import type { DataGuard } from '../../plan/plan.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { CopiedPart } from '../state/copies.ts';
import { isConverted } from './changed-values.ts';
import { isOld } from './dropped-column.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { columnsOf, findSubject, guardLoss, reportLoss } from './loss.ts';
import { findSharedKeys, notAmong } from './rows-left.ts';

interface PartlyKeptColumn {
  readonly old: TableStructure;
  readonly column: ColumnStructure;
  readonly made: TableStructure;
  /** The statements that copied from it. */
  readonly parts: readonly CopiedPart[];
}

/** Before the old table is dropped. @returns what must hold then; null where the column is none of these. */
export function askPartlyKept(
  scene: Scene,
  place: StatementPlace,
  partly: PartlyKeptColumn,
): readonly DataGuard[] | null {
  const { old, column, made, parts } = partly;
  const keeping = parts.filter(({ kept }) => takesColumn(kept, old.name, column.name));
  const keys = findSharedKeys(scene, old.name, made.name, parts);
  const isComparable =
    parts.length > 1 &&
    keeping.length > 0 &&
    findStructureColumn(made, column.name) !== undefined &&
    !keeping.some((part) => isConverted({ old, column, made }, part));
  const tracked = scene.rows.find(old.name);
  if (keys === null || !isComparable || tracked === null || !isOld(scene, tracked, column)) return null;
  const name = quoteIdentifier(column.name);
  const build = (from: string) => `${name} IS NOT NULL AND ${notAmong([...keys, name], from)}`;
  const [before, after] = [tracked.rows, scene.rows.rowsOf(made.name)];
  const [from, to] = [findSubject(scene, before), findSubject(scene, after)];
  const changed = to && build(to.from);
  const loss = { kind: 'values-not-kept', table: old.name, column: column.name } as const;
  reportLoss(scene, place, {
    loss,
    args: { what: 'partly-kept', table: old.name, column: column.name, copy: findCopyKeeps(scene, old.name) },
    count: from && changed ? scene.questions.countWhere(from.select, changed) : null,
    query: from && changed ? `SELECT * FROM ${from.from} WHERE ${changed}` : null,
    columns: columnsOf(before),
    nothing: null,
  });
  const holds = `NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(old.name)} WHERE ${build(quoteIdentifier(made.name))})`;
  return [guardLoss(holds, loss)];
}
