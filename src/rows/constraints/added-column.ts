/** What an ADD COLUMN asks of the rows that are there. */

import type { AddedValue } from '../../findings/needs-default.ts';
import { findForeignKey, isTime, suggestConstant, suggestValue } from '../../plan/structure/safe-ways.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import type { Classified } from '../../sql/classify.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { rowsNow, type Scene, type StatementPlace } from '../context.ts';
import { askCheck } from './checks.ts';
import { copyInto, listInsertable, putTable, readPutRows, writeColumn, writeTable } from './put-rows.ts';
import { report } from './report.ts';

/** As the only column of a table; null where it cannot be taken apart. */
export function parseAlone(definition: string): TableStructure | null {
  return parseTableStructure(`CREATE TABLE t (${definition}\n)`);
}

/** What has a say in it whether rows may be there (SQLite's documentation of ALTER TABLE ADD COLUMN). */
const refusable = ['NOT', 'DEFAULT', 'CHECK', 'REFERENCES', 'UNIQUE', 'PRIMARY', 'GENERATED', 'AS'] as const;

/** @returns the column; null where it cannot be told. */
export function askAddedColumn(
  scene: Scene,
  place: StatementPlace,
  { table: name, definition }: Extract<Classified, { type: 'add-column' }>,
): ColumnStructure | null {
  const alone = parseAlone(definition);
  const [column = null] = alone?.columns ?? [];
  const table = scene.structures.find(name);
  if (alone === null || column === null || table === null || scene.rows.rowsOf(name).type === 'none') return column;
  const refusal = hasKeyword(definition, ...refusable) ? scene.structures.refuseColumn(definition) : null;
  if (refusal !== null && /^Cannot add a/i.test(refusal)) askRefused(scene, place, table, column, refusal);
  else if (alone.checks.length > 0 && column.generated === null) askChecks(scene, place, table, alone, column);
  return column;
}

function askRefused(
  scene: Scene,
  place: StatementPlace,
  table: TableStructure,
  column: ColumnStructure,
  refusal: string,
): void {
  const key = findForeignKey(table, column);
  const reference = key === undefined ? null : key.sql.slice(key.sql.lastIndexOf('REFERENCES'));
  const told = { table: table.name, column: column.name, type: column.written.type, reference };
  const args = { what: 'added', ...told, refusal, value: findAddedValue(scene, place, table, column) } as const;
  report(scene, place, 'fails', {
    count: scene.asking.count(rowsNow(scene, `SELECT 1 FROM ${quoteIdentifier(table.name)}`)),
    query: null,
    columns: null,
    broken: () => ({ code: 'needs-default', args }),
  });
}

function findAddedValue(
  scene: Scene,
  place: StatementPlace,
  table: TableStructure,
  column: ColumnStructure,
): AddedValue {
  if (column.default !== null) return { from: 'default', sql: column.written.default };
  const value = suggestValue(scene, place, { table, shown: table.name }, column);
  if (value.type !== 'same') return { from: 'rows', value };
  return { from: 'constant', sql: suggestConstant(column), isTime: isTime(column) };
}

/** SQLite looks at every row when a column comes with a CHECK: it is added without, to a copy of the table. */
function askChecks(
  scene: Scene,
  place: StatementPlace,
  table: TableStructure,
  { checks }: TableStructure,
  column: ColumnStructure,
): void {
  const before = { ...table, columns: table.columns.filter(({ name }) => !sameName(name, column.name)) };
  const columns = listInsertable(before);
  const add = `ALTER TABLE temp.${putTable} ADD COLUMN ${writeColumn(column, table)}`;
  const rows = readPutRows(scene, {
    ...{ table: { ...table, columns: [...before.columns, column] }, named: columns, here: putTable, isTold: true },
    select: `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(table.name)}`,
    setUp: [writeTable(putTable, before), copyInto(putTable, before), add],
  });
  for (const check of checks)
    askCheck(scene, place, { rows, shown: table.name, columns, consequence: 'fails' }, check, column.name);
}
