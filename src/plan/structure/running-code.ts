/** What the application that is running now would trip over: a plan is applied before its next deployment, or after it. */

import { type BreaksRunningCodeArgs, breaksRunningCode, type SlowRename } from '../../findings/breaks-running-code.ts';
import { find } from '../../findings/finding.ts';
import { placeAt, type Scene, type StatementPlace } from '../../rows/ask/context.ts';
import { findStructureColumn, takesNoNull } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { findRenamedInRebuild, type RenamedColumns } from './drop-and-add.ts';
import { findDrop } from './safe-ways.ts';
import { findShortInserts } from './short-inserts.ts';

function note(scene: Scene, place: StatementPlace, args: BreaksRunningCodeArgs): void {
  scene.findings.push(() => [find(breaksRunningCode, 'note', placeAt(place, null), args)]);
}

/** Whether the running application can know the table. */
function isOfProduction(scene: Scene, table: string, column: string | null = null): boolean {
  const tracked = scene.rows.find(table);
  if (tracked === null || tracked.origin === null) return false;
  return column === null || scene.own.isOld(tracked.origin, column);
}

export function noteDroppedTable(scene: Scene, place: StatementPlace, table: string): void {
  if (isOfProduction(scene, table)) note(scene, place, { what: 'table-dropped', table });
}

export function noteRenamedTable(scene: Scene, place: StatementPlace, table: string, to: string): void {
  if (isOfProduction(scene, table)) note(scene, place, { what: 'table-renamed', table, to });
}

/** @param twinOf which column one of them may be renamed to */
export function noteDroppedColumns(
  scene: Scene,
  place: StatementPlace,
  table: string,
  columns: readonly ColumnStructure[],
  twinOf: RenamedColumns,
): void {
  const known = columns.filter(({ name }) => isOfProduction(scene, table, name));
  if (known.length === 0) return;
  const renames = known.flatMap((column) => {
    const twin = twinOf(column);
    return twin === undefined ? [] : [renameSlowly(scene, table, column, twin.name)];
  });
  const dropped = known.filter((column) => twinOf(column) === undefined);
  const drops = dropped.map(({ name }) => findDrop(scene, table, name));
  note(scene, place, { what: 'columns-dropped', table, columns: known.map(({ name }) => name), renames, drops });
}

function renameSlowly(scene: Scene, table: string, { name, written }: ColumnStructure, to: string): SlowRename {
  return { to, type: written.type, drop: findDrop(scene, table, name) };
}

export function noteRenamedColumn(
  scene: Scene,
  place: StatementPlace,
  table: string,
  column: string,
  to: string,
): void {
  if (!isOfProduction(scene, table, column)) return;
  const structure = scene.structures.find(table);
  const known = structure === null ? undefined : findStructureColumn(structure, column);
  if (known === undefined) return;
  note(scene, place, { what: 'column-renamed', rename: renameSlowly(scene, table, known, to) });
}

/** @param columns that take no NULL, and took it before or were not there: an INSERT of the running application may leave them out. */
export function noteRequiredColumns(
  scene: Scene,
  place: StatementPlace,
  table: string,
  columns: readonly ColumnStructure[],
  existing: TableStructure | null = null,
): void {
  const required = columns.filter((column) => column.default === null && column.generated === null);
  if (required.length === 0 || !isOfProduction(scene, table)) return;
  findShortInserts(scene, place, table, required);
  const added = required
    .filter(({ name }) => existing === null || findStructureColumn(existing, name) === undefined)
    .map(({ name, written }) => ({ column: name, type: written.type }));
  note(scene, place, { what: 'columns-required', table, columns: required.map(({ name }) => name), added });
}

/** A rebuild changes a table for the application as ALTER TABLE does. */
export function noteRebuilt(scene: Scene, place: StatementPlace, old: TableStructure, made: TableStructure): void {
  const gone = old.columns.filter(({ name }) => !findStructureColumn(made, name));
  noteDroppedColumns(scene, place, old.name, gone, findRenamedInRebuild(place.analysed, old, made));
  noteRequiredColumns(
    scene,
    place,
    old.name,
    made.columns.filter((column) => {
      const before = findStructureColumn(old, column.name);
      return takesNoNull(made, column) && (before === undefined || !takesNoNull(old, before));
    }),
    old,
  );
}
