/** What an ADD COLUMN asks of the rows that are there. */

import { findForeignKey, suggestAdded } from '../../plan/structure/safe-ways.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseAlone } from '../../schema/parse/create-table.ts';
import type { Classified } from '../../sql/classify.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { rowsNow, type Scene, type StatementPlace } from '../ask/context.ts';
import { rowsOfAdded } from './put-rows.ts';
import { report } from './report.ts';
import { askCheck } from './values.ts';

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
  // SQLite looks at every row when a column comes with a CHECK.
  else if (column.generated === null)
    for (const check of alone.checks) askCheck(scene, place, rowsOfAdded(scene, table, column), check, column.name);
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
  const args = { what: 'added', ...told, refusal, value: suggestAdded(scene, place, table, column) } as const;
  report(scene, place, 'fails', {
    count: scene.asking.count(rowsNow(scene, `SELECT 1 FROM ${quoteIdentifier(table.name)}`)),
    query: null,
    columns: null,
    broken: () => ({ code: 'needs-default', args }),
  });
}
