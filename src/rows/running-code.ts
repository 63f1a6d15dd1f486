/** What the application that is running now would trip over: a plan is applied before its next deployment, or after it. */

import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import type { ColumnStructure, TableStructure } from '../schema/model/structure.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { listSome } from '../text/list.ts';
import { findShortInserts } from './constraints/short-inserts.ts';
import type { Place, Scene } from './context.ts';
import { findRenamedInRebuild, type RenamedColumns } from './losses/drop-and-add.ts';
import { isNewColumn, nameColumn } from './losses/dropped-column.ts';
import { dropColumn } from './safe-ways.ts';
import { findStructureColumn, isRowidColumn } from './state/production-table.ts';

function note({ migration, statement }: Place, names: readonly string[], message: string, way: string): Finding {
  return worded({
    kind: 'note',
    code: 'breaks-running-code',
    migration: migration.migration.name,
    line: statement.line,
    message,
    names,
    why: 'Between the migration and the deployment one of the two versions of the application does not fit the database.',
    way,
    sql: null,
  });
}

function add(scene: Scene, finding: Finding): void {
  scene.findings.push(() => [finding]);
}

/** Whether the running application can know the table. */
function isOfProduction(scene: Scene, table: string, column: string | null = null): boolean {
  const tracked = scene.rows.find(table);
  if (tracked === null || tracked.origin === null) return false;
  return column === null || !isNewColumn(scene, tracked, column);
}

export function noteDroppedTable(scene: Scene, place: Place, table: string): void {
  if (!isOfProduction(scene, table)) return;
  const message = `An application that still reads or writes ${quoteIdentifier(table)} fails from then on.`;
  add(
    scene,
    note(
      place,
      [quoteIdentifier(table)],
      message,
      `-- 1. deploy an application that does not use ${quoteInComment(table)}\n-- 2. then drop it, in a migration of its own:\nDROP TABLE ${quoteIdentifier(table)};`,
    ),
  );
}

export function noteRenamedTable(scene: Scene, place: Place, table: string, to: string): void {
  if (!isOfProduction(scene, table)) return;
  const [from, made] = [quoteIdentifier(table), quoteIdentifier(to)];
  const message = `An application that still calls it ${quoteIdentifier(table)} fails from then on.`;
  add(
    scene,
    note(
      place,
      [from],
      message,
      `-- 1. rename it, and let the old name stand for it meanwhile (for reading):\nALTER TABLE ${from} RENAME TO ${made};\nCREATE VIEW ${from} AS SELECT * FROM ${made};\n-- 2. deploy, then, in a migration of its own:\nDROP VIEW ${from};`,
    ),
  );
}

/** @param twinOf which column one of them may be renamed to */
export function noteDroppedColumns(
  scene: Scene,
  place: Place,
  table: string,
  columns: readonly ColumnStructure[],
  twinOf: RenamedColumns,
): void {
  const known = columns.filter(({ name }) => isOfProduction(scene, table, name));
  if (known.length === 0) return;
  const names = known.map((column) => nameColumn(table, column));
  const message = `An application that still reads or writes ${listSome(names)} fails from then on.`;
  const renames = known.flatMap((column) => {
    const twin = twinOf(column);
    if (twin === undefined) return [];
    const [old, made] = [column, twin].map(({ name }) => quoteInComment(name));
    return [`-- if ${made} is ${old} renamed:\n${renameSlowly(scene, table, column, twin.name)}`];
  });
  const dropped = known.filter((column) => twinOf(column) === undefined);
  const drops =
    dropped.length === 0 ? [] : [dropSlowly(scene, table, dropped, renames.length > 0 ? 'further' : 'alone')];
  add(scene, note(place, names, message, [...renames, ...drops].join('\n')));
}

/** @param order whether the lines before it have numbers of their own. */
function dropSlowly(
  scene: Scene,
  table: string,
  columns: readonly ColumnStructure[],
  order: 'alone' | 'further',
): string {
  const them =
    order === 'further'
      ? listSome(columns.map(({ name }) => quoteInComment(name)))
      : columns.length === 1
        ? 'it'
        : 'them';
  return [
    ...(order === 'further' ? [`-- ${them}:`] : []),
    `-- 1. deploy an application that does not use ${them}`,
    `-- 2. then drop ${them}, in a migration of its own:`,
    ...columns.map(({ name }) => dropColumn(scene, table, name)),
  ].join('\n');
}

/** Filled only once nobody writes the old one alone. */
function renameSlowly(scene: Scene, table: string, { name, written }: ColumnStructure, to: string): string {
  const [quoted, old, made] = [table, name, to].map(quoteIdentifier);
  return [
    '-- 1. add the new one:',
    `ALTER TABLE ${quoted} ADD COLUMN ${made}${written.type === null ? '' : ` ${written.type}`};`,
    '-- 2. deploy an application that writes both, then fill what was there before, in a migration of its own:',
    `UPDATE ${quoted} SET ${made} = ${old} WHERE ${made} IS NOT ${old};`,
    '-- 3. deploy an application that uses only the new one, then, in a migration of its own:',
    dropColumn(scene, table, name),
  ].join('\n');
}

export function noteRenamedColumn(scene: Scene, place: Place, table: string, column: string, to: string): void {
  if (!isOfProduction(scene, table, column)) return;
  const structure = scene.structures.find(table);
  const known = structure === null ? undefined : findStructureColumn(structure, column);
  if (known === undefined) return;
  const name = nameColumn(table, known);
  const message = `An application that still calls it ${name} fails from then on.`;
  add(scene, note(place, [name], message, renameSlowly(scene, table, known, to)));
}

/** New columns that an INSERT of the running application does not know, and must fill. */
export function noteRequiredColumns(
  scene: Scene,
  place: Place,
  table: string,
  columns: readonly ColumnStructure[],
  existing: TableStructure | null = null,
): void {
  const required = columns.filter((column) => column.notNull && column.default === null && column.generated === null);
  if (required.length === 0 || !isOfProduction(scene, table)) return;
  findShortInserts(scene, place, table, required);
  const names = required.map((column) => nameColumn(table, column));
  const [are, them] = required.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const message = `${listSome(names)} ${are} NOT NULL without a default: an application that leaves ${them} out cannot insert into ${quoteIdentifier(table)} from then on.`;
  const made = required.filter(({ name }) => existing === null || findStructureColumn(existing, name) === undefined);
  const lines = made.map(
    ({ name, written }) =>
      `ALTER TABLE ${quoteIdentifier(table)} ADD COLUMN ${quoteIdentifier(name)}${written.type === null ? '' : ` ${written.type}`};`,
  );
  const before =
    made.length === 0
      ? `-- 1. deploy an application that always fills ${them}`
      : `-- 1. add ${made.length === 1 ? 'it' : 'them'} without NOT NULL, or with a default:\n${lines.join('\n')}\n--    and deploy an application that always fills ${them}`;
  add(scene, note(place, names, message, `${before}\n-- 2. then make ${them} NOT NULL, in a migration of its own`));
}

/** A rebuild changes a table for the application as ALTER TABLE does. */
export function noteRebuilt(scene: Scene, place: Place, old: TableStructure, made: TableStructure): void {
  const gone = old.columns.filter(({ name }) => !findStructureColumn(made, name));
  noteDroppedColumns(scene, place, old.name, gone, findRenamedInRebuild(place.migration, old, made));
  noteRequiredColumns(
    scene,
    place,
    old.name,
    made.columns.filter(({ name }) => findStructureColumn(old, name)?.notNull !== true && !isRowidColumn(made, name)),
    old,
  );
}
