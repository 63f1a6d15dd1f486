/** ADD COLUMN: what it does to the rows that are there, and asks of them. */

import { findAffinity } from '../../schema/model/affinity.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import type { Classified } from '../../sql/classify.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { askCheck } from '../constraints/checks.ts';
import { report } from '../constraints/report.ts';
import { describeRows, type Place, type Scene, subjectOf } from '../context.ts';
import { findForeignKey, isTime, suggestConstant, suggestValue } from '../safe-ways.ts';
import { findComparable, storeDefault, storeValue } from '../state/stored-value.ts';
import {
  type KnownRows,
  keepColumns,
  type PickedColumn,
  pickColumns,
  sourceOfDefault,
  unknownRows,
} from '../state/table-rows.ts';

export function addColumn(
  { rows, structures }: Scene,
  { table, definition }: Extract<Classified, { type: 'add-column' }>,
): void {
  const [column] = parseAddedColumn(definition);
  const current = rows.rowsOf(table);
  if (current.type === 'unknown') rows.setRows(table, { type: 'unknown', wholeOf: current.wholeOf });
  if (current.type !== 'known') return;
  if (column === undefined) {
    rows.setRows(table, unknownRows);
    return;
  }
  rows.setRows(table, pickColumns(current, [...keepColumns(current), buildAdded(column, structures.find(table))]));
}

function buildAdded(column: ColumnStructure, table: TableStructure | null): PickedColumn {
  const { name, generated, written } = column;
  const affinity = table === null ? 'none' : findAffinity(column, table);
  if (generated !== null) {
    const expression = storeValue(`(${written.generated ?? 'NULL'})`, affinity);
    return { name, source: { type: 'computed' }, isNew: true, compares: findComparable(column, affinity), expression };
  }
  const source = sourceOfDefault(written.default);
  // In the rows that are there a number is what a column of numbers makes of it, without a type, too: 1.0 is 1.
  const isNumber = affinity === 'none' && source.type === 'literal' && source.kind === 'number';
  return { name, source, isNew: true, ...storeDefault(column, isNumber ? 'numeric' : affinity) };
}

/** The column that an ADD COLUMN makes; none where it cannot be taken apart. */
function parseAddedColumn(definition: string): readonly ColumnStructure[] {
  return parseAlone(definition)?.columns ?? [];
}

/** As the only column of a table. */
export function parseAlone(definition: string): TableStructure | null {
  return parseTableStructure(`CREATE TABLE t (${definition}\n)`);
}

/** What has a say in it whether rows may be there (SQLite's documentation of ALTER TABLE ADD COLUMN). */
const refusable = ['NOT', 'DEFAULT', 'CHECK', 'REFERENCES', 'UNIQUE', 'PRIMARY', 'GENERATED', 'AS'] as const;

/** What an ADD COLUMN asks of the rows that are there. @returns the column. */
export function askAddedColumn(
  scene: Scene,
  place: Place,
  { table, definition }: Extract<Classified, { type: 'add-column' }>,
): ColumnStructure | null {
  const [column] = parseAddedColumn(definition);
  const current = scene.rows.rowsOf(table);
  if (column === undefined) return null;
  if (current.type !== 'known') return column;
  const refusal = hasKeyword(definition, ...refusable) ? scene.structures.refuseColumn(definition) : null;
  if (refusal !== null && /^Cannot add a/i.test(refusal)) askRefused(scene, place, table, column, current, refusal);
  else askAddedChecks(scene, place, table, definition, column, current);
  return column;
}

function askRefused(
  scene: Scene,
  place: Place,
  table: string,
  column: ColumnStructure,
  rows: KnownRows,
  refusal: string,
): void {
  const subject = subjectOf(scene, rows);
  report(scene, place, 'fails', 'needs-default', {
    count: scene.questions.countRows(subject.select),
    query: null,
    columns: null,
    message: (count) =>
      `${quoteIdentifier(table)}.${quoteIdentifier(column.name)} cannot be added to a table with rows, and this one has ${describeRows(count)}: ${refusal}.`,
    why: 'SQLite gives a new column no value row by row: without a constant default there is none for the rows that are there, and the migration is rolled back.',
    way: addColumnTo(scene, place, table, column),
  });
}

function addColumnTo(scene: Scene, place: Place, table: string, column: ColumnStructure): string {
  const [quoted, name] = [quoteIdentifier(table), quoteIdentifier(column.name)];
  const type = column.written.type === null ? '' : ` ${column.written.type}`;
  const structure = scene.structures.find(table);
  const key = structure === null ? undefined : findForeignKey(structure, column);
  const reference = key === undefined ? '' : ` ${key.sql.slice(key.sql.lastIndexOf('REFERENCES'))}`;
  const value = structure === null ? null : suggestValue(scene, place, { table: structure, shown: table }, column);
  const fill = (words: string, sql: string | null) =>
    `-- add it without ${words} can follow in a migration that rebuilds the table:\nALTER TABLE ${quoted} ADD COLUMN ${name}${type}${reference};\nUPDATE ${quoted} SET ${name} = ${sql};`;
  if (column.default !== null)
    return fill('the default, and fill it; NOT NULL and the default', column.written.default);
  if (value !== null && value.words !== null)
    return fill(`NOT NULL, and fill it with ${value.words}; NOT NULL`, value.sql);
  return `-- with a constant default${isTime(column) ? ', to be replaced by one' : ''} that fits:\nALTER TABLE ${quoted} ADD COLUMN ${name}${type} NOT NULL DEFAULT ${suggestConstant(column)};`;
}

/** SQLite looks at every row when a column comes with a CHECK. */
function askAddedChecks(
  scene: Scene,
  place: Place,
  table: string,
  definition: string,
  column: ColumnStructure,
  rows: KnownRows,
): void {
  const checks = parseAlone(definition)?.checks ?? [];
  const structure = scene.structures.find(table);
  if (checks.length === 0 || structure === null || column.generated !== null) return;
  const after = pickColumns(rows, [...keepColumns(rows), buildAdded(column, structure)]);
  if (after.type !== 'known' || after.vague) return;
  for (const check of checks)
    askCheck(scene, place, { rows: after, table: structure, shown: table, consequence: 'fails' }, check, column.name);
}
