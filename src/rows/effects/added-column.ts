/** ADD COLUMN: what it does to the rows that are there, and asks of them. */

import { findAffinity } from '../../schema/model/affinity.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseAlone } from '../../schema/parse/create-table.ts';
import type { Classified } from '../../sql/classify.ts';
import type { Scene } from '../context.ts';
import { findComparable, storeDefault, storeValue } from '../state/stored-value.ts';
import { keepColumns, type PickedColumn, pickColumns, sourceOfDefault, unknownRows } from '../state/table-rows.ts';

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
