/** ADD COLUMN: what it does to the rows that are there, and asks of them. */

import type { AddedValue, NeedsDefaultArgs } from '../../findings/needs-default.ts';
import { isTime, suggestConstant, suggestValue } from '../../plan/structure/safe-ways.ts';
import { findAffinity } from '../../schema/model/affinity.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import type { Classified } from '../../sql/classify.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { makeVirtual } from '../../sql/rewrite.ts';
import { askCheck } from '../constraints/checks.ts';
import { report } from '../constraints/report.ts';
import { type Scene, type StatementPlace, subjectOf } from '../context.ts';
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
  place: StatementPlace,
  { table, definition }: Extract<Classified, { type: 'add-column' }>,
): ColumnStructure | null {
  const [column] = parseAddedColumn(definition);
  const current = scene.rows.rowsOf(table);
  if (column === undefined) return null;
  if (current.type !== 'known') return column;
  const refusal = hasKeyword(definition, ...refusable) ? scene.structures.refuseColumn(definition) : null;
  if (refusal !== null && /^Cannot add a/i.test(refusal))
    askRefused(scene, place, { table, definition }, column, current, refusal);
  else askAddedChecks(scene, place, table, definition, column, current);
  return column;
}

function askRefused(
  scene: Scene,
  place: StatementPlace,
  { table, definition }: Pick<Extract<Classified, { type: 'add-column' }>, 'table' | 'definition'>,
  column: ColumnStructure,
  rows: KnownRows,
  refusal: string,
): void {
  const subject = subjectOf(scene, rows);
  const structure = scene.structures.find(table);
  const args: NeedsDefaultArgs = {
    what: 'added',
    table,
    column: column.name,
    refusal,
    definition,
    bare: writeBare(definition, column),
    value: findAddedValue(scene, place, structure, { table, definition }, column),
  };
  report(scene, place, 'fails', {
    count: scene.questions.countRows(subject.select),
    query: null,
    columns: null,
    broken: () => ({ code: 'needs-default', args }),
  });
}

/** Without NOT NULL and its default: SQLite adds such a column to any table. */
function writeBare(definition: string, { name, written, collation }: ColumnStructure): string {
  const { checks = [], foreignKeys = [] } = parseAlone(definition) ?? {};
  return [
    quoteIdentifier(name),
    ...(written.type === null ? [] : [written.type]),
    ...(collation === null ? [] : [`COLLATE ${collation.toUpperCase()}`]),
    ...checks.map(({ sql }) => sql),
    ...foreignKeys.map(({ sql }) => sql.slice(sql.lastIndexOf('REFERENCES'))),
  ].join(' ');
}

function findAddedValue(
  scene: Scene,
  place: StatementPlace,
  table: TableStructure | null,
  { table: shown, definition }: Pick<Extract<Classified, { type: 'add-column' }>, 'table' | 'definition'>,
  column: ColumnStructure,
): AddedValue {
  const virtual = column.generated === null ? null : makeVirtual(definition);
  if (virtual !== null) return { from: 'expression', virtual };
  if (column.default !== null) return { from: 'default', sql: column.written.default };
  const value = table === null ? null : suggestValue(scene, place, { table, shown }, column);
  if (value !== null && value.type !== 'same') return { from: 'rows', value };
  return { from: 'constant', sql: suggestConstant(column), isTime: isTime(column) };
}

/** SQLite looks at every row when a column comes with a CHECK. */
function askAddedChecks(
  scene: Scene,
  place: StatementPlace,
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
