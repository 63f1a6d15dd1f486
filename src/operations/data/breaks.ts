/** What the application that is running now would trip over: a plan is applied before its next deployment, or after it. */

import { findStructureColumn, isRowidColumn } from '../../core/data/production-table.ts';
import type { Finding } from '../../core/plan/findings.ts';
import type { ColumnStructure, TableStructure } from '../../core/schema/structure.ts';
import { quoteIdentifier } from '../../core/sql/identifiers.ts';
import { listSome } from '../../core/text/list.ts';
import { isNewColumn } from './losses.ts';
import type { Place, Scene } from './scene.ts';

function note({ migration, statement }: Place, message: string, way: string): Finding {
  return {
    kind: 'note',
    code: 'breaks-running-code',
    migration: migration.migration.name,
    line: statement.line,
    message,
    why: 'Between the migration and the deployment one of the two versions of the application does not fit the database.',
    way,
    sql: null,
  };
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
  const message = `An application that still reads or writes "${table}" fails from then on.`;
  add(
    scene,
    note(
      place,
      message,
      `-- 1. deploy an application that does not use ${quoteIdentifier(table)}\n-- 2. then drop it, in a migration of its own:\nDROP TABLE ${quoteIdentifier(table)};`,
    ),
  );
}

export function noteRenamedTable(scene: Scene, place: Place, table: string, to: string): void {
  if (!isOfProduction(scene, table)) return;
  const [from, made] = [quoteIdentifier(table), quoteIdentifier(to)];
  const message = `An application that still calls it "${table}" fails from then on.`;
  add(
    scene,
    note(
      place,
      message,
      `-- 1. rename it, and let the old name stand for it meanwhile (for reading):\nALTER TABLE ${from} RENAME TO ${made};\nCREATE VIEW ${from} AS SELECT * FROM ${made};\n-- 2. deploy, then, in a migration of its own:\nDROP VIEW ${from};`,
    ),
  );
}

export function noteDroppedColumns(scene: Scene, place: Place, table: string, columns: readonly string[]): void {
  const known = columns.filter((name) => isOfProduction(scene, table, name));
  if (known.length === 0) return;
  const names = listSome(known.map((name) => `"${table}"."${name}"`));
  const [first = ''] = known;
  const message = `An application that still reads or writes ${names} fails from then on.`;
  add(
    scene,
    note(
      place,
      message,
      `-- 1. deploy an application that does not use ${known.length === 1 ? 'it' : 'them'}\n-- 2. then drop ${known.length === 1 ? 'it' : 'them'}, in a migration of its own:\nALTER TABLE ${quoteIdentifier(table)} DROP COLUMN ${quoteIdentifier(first)};`,
    ),
  );
}

export function noteRenamedColumn(scene: Scene, place: Place, table: string, column: string, to: string): void {
  if (!isOfProduction(scene, table, column)) return;
  const [quoted, old, made] = [table, column, to].map(quoteIdentifier);
  const structure = scene.structures.find(table);
  const type = structure === null ? null : (findStructureColumn(structure, column)?.written.type ?? null);
  const message = `An application that still calls it "${table}"."${column}" fails from then on.`;
  add(
    scene,
    note(
      place,
      message,
      `-- 1. add the new one, and fill it:\nALTER TABLE ${quoted} ADD COLUMN ${made}${type === null ? '' : ` ${type}`};\nUPDATE ${quoted} SET ${made} = ${old};\n-- 2. deploy an application that writes both and reads the new one, then, in a migration of its own:\nALTER TABLE ${quoted} DROP COLUMN ${old};`,
    ),
  );
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
  const [first] = required;
  if (first === undefined || !isOfProduction(scene, table)) return;
  const names = listSome(required.map(({ name }) => `"${table}"."${name}"`));
  const [quoted, name] = [quoteIdentifier(table), quoteIdentifier(first.name)];
  const message = `${names} ${required.length === 1 ? 'is' : 'are'} NOT NULL without a default: an application that leaves ${required.length === 1 ? 'it' : 'them'} out cannot insert into "${table}" from then on.`;
  const before =
    existing !== null && findStructureColumn(existing, first.name)
      ? '-- 1. deploy an application that always fills it'
      : `-- 1. add it without NOT NULL, or with a default:\nALTER TABLE ${quoted} ADD COLUMN ${name}${first.written.type === null ? '' : ` ${first.written.type}`};\n--    and deploy an application that always fills it`;
  add(scene, note(place, message, `${before}\n-- 2. then make it NOT NULL, in a migration of its own`));
}

/** A rebuild changes a table for the application as ALTER TABLE does. */
export function noteRebuilt(scene: Scene, place: Place, old: TableStructure, made: TableStructure): void {
  const gone = old.columns.filter(({ name }) => !findStructureColumn(made, name)).map(({ name }) => name);
  noteDroppedColumns(scene, place, old.name, gone);
  noteRequiredColumns(
    scene,
    place,
    old.name,
    made.columns.filter(({ name }) => findStructureColumn(old, name)?.notNull !== true && !isRowidColumn(made, name)),
    old,
  );
}
