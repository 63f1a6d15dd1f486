/** Unique keys that a table has, and that an UPDATE may break: SQLite looks at them row by row, so what is twice in the end stops it. */

import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import type { UpdateParts } from '../../sql/row-statements.ts';
import { listWords } from '../../sql/words.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { KnownRows } from '../state/table-rows.ts';
import { listUniques, type UniqueKey } from '../state/uniques.ts';
import { askDuplicates } from './duplicates.ts';

/** @param rows what the table holds when it has run. */
export function askChangedKeys(
  scene: Scene,
  place: StatementPlace,
  { table: name, assignments, where }: UpdateParts,
  rows: KnownRows,
): void {
  const [tracked, table] = [scene.rows.find(name), scene.structures.find(name)];
  // A trigger may leave rows out.
  if (tracked === null || table === null || tracked.mayLack || scene.structures.listTriggers(name).length > 0) return;
  const changes = new Map(
    assignments.map(({ column, expression }) => [
      foldName(column),
      where === null ? expression : `CASE WHEN (${where}) THEN (${expression}) ELSE ${quoteIdentifier(column)} END`,
    ]),
  );
  const own = table.columns.map((column) => foldName(column.name));
  // Rows that all become the same are not there twice: the UPDATE is wrong.
  const constant = assignments.filter(({ expression }) => !own.some((column) => listWords(expression).has(column)));
  const fixed = new Set(constant.map(({ column }) => foldName(column)));
  for (const unique of listUniques(scene, table)) {
    if (unique.conflict === 'ignore' || unique.conflict === 'replace' || !reads(unique, changes)) continue;
    const { columns, where: partial } = unique;
    const isPlain = partial === null && columns.every(({ name, expression }) => !expression && !fixed.has(name));
    askDuplicates(scene, place, {
      ...unique,
      ...{ rows, table, shown: table.name, consequence: 'fails', changes: isPlain ? changes : null },
    });
  }
}

/** Whether the key has one of these columns in it. */
function reads({ columns, where }: UniqueKey, names: ReadonlyMap<string, string>): boolean {
  const read = columns.flatMap(({ name, expression }) =>
    expression === undefined ? [name] : [...listWords(expression)],
  );
  return [...read, ...listWords(where ?? '')].some((name) => names.has(name));
}
