/** What rows would break that a statement puts into a table: NOT NULL, unique and CHECK constraints that are new to them. */

import { isRowidColumn } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { keepsKind, staysAsIs } from '../state/same-values.ts';
import type { KnownRows } from '../state/table-rows.ts';
import { listUniques, type UniqueKey } from '../state/uniques.ts';
import { askCheck, listRead } from './checks.ts';
import { askDuplicates } from './duplicates.ts';
import { askNulls } from './nulls.ts';
import type { Consequence, PutRows } from './report.ts';
import { noteUnasked } from './unasked.ts';
import { askWholeNumbers } from './whole-numbers.ts';

/** @param after with the rows that were there before, among which a key has to be unique. */
export function askConstraints(scene: Scene, place: StatementPlace, put: PutRows, after: KnownRows): void {
  for (const column of put.table.columns) askNulls(scene, place, put, column);
  askWholeNumbers(scene, place, put);
  for (const unique of listUniques(scene, put.table)) {
    // A rowid that is not given is made up, and never twice.
    const isMadeUp = unique.columns.some(
      ({ name }) => isRowidColumn(put.table, name) && !put.given.has(foldName(name)),
    );
    if (!isMadeUp)
      askDuplicates(scene, place, { ...unique, ...put, rows: after, consequence: findConsequence(put, unique) });
  }
  for (const check of put.table.checks) askCheck(scene, place, put, check);
  noteTypes(scene, place, put);
}

/** A STRICT table takes no value of another type than its column's. */
function noteTypes(scene: Scene, place: StatementPlace, { rows, table, shown, consequence }: PutRows): void {
  const from = scene.production.get(foldName(rows.wholeOf ?? ''))?.structure;
  const isNew = table.options.includes('strict') && from?.options.includes('strict') === false;
  if (isNew && consequence === 'fails') noteUnasked(scene, place, shown, [{ type: 'types' }]);
}

/** Whether the questions tell of every row that breaks a unique key or a CHECK: its values are those that they see. */
export function isSurelyAsked(scene: Scene, rows: KnownRows, table: TableStructure): boolean {
  const keyed = listUniques(scene, table).flatMap(({ columns, where }) => [
    ...columns.flatMap(({ name, expression }) => (expression === undefined ? [name] : [...listWords(expression)])),
    ...listWords(where ?? ''),
  ]);
  const checked = table.checks.flatMap(({ written }) => listRead(table, written));
  return (
    table.columns
      .filter(({ name }) => keyed.includes(foldName(name)))
      .every((column) => staysAsIs(scene, rows, table, column)) &&
    checked.every((column) => keepsKind(scene, rows, table, column))
  );
}

/** What the statement says goes before what the table says (SQLite's "ON CONFLICT clause"). */
function findConsequence({ consequence }: PutRows, { conflict }: UniqueKey): Consequence {
  if (consequence !== 'fails') return consequence;
  return conflict === 'ignore' ? 'left-out' : conflict === 'replace' ? 'replaces' : 'fails';
}
