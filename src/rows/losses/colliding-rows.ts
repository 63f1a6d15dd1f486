/** Rows of a table that meet, by a unique key, those that an INSERT puts beside them. */

import { listCompared } from '../../schema/model/unique-keys.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { listUniques } from '../constraints/duplicates.ts';
import type { PutRows } from '../constraints/put-rows.ts';
import { report } from '../constraints/report.ts';
import { reportLoss } from './loss.ts';

/** Of rows that stop the statement, or that it puts others in the place of. @param isRepeated whether it was asked of the table before. */
export function askMet(scene: Scene, place: StatementPlace, rows: PutRows, isRepeated: boolean): void {
  const { table, named, consequence } = rows;
  const isGiven = (name: string) => named.some((each) => sameName(each, name));
  const replaces = consequence === 'replaces';
  // Who writes every column again says what becomes of each.
  const forgotten = table.columns.filter(({ name, generated }) => generated === null && !isGiven(name));
  const keys = listUniques(scene, table)
    .filter(({ conflict, where }) => (replaces || conflict === null) && where === null)
    .filter(({ columns }) => columns.every(({ name, expression }) => expression === undefined && isGiven(name)))
    .map((unique) => listCompared(unique, table));
  if (keys.length === 0 || (replaces && forgotten.length === 0)) return;
  const values = forgotten.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`).join(' OR ');
  const write = (from: string) => {
    const meets = keys.map((key) => `(${key.join(', ')}) IN (SELECT ${key.join(', ')} FROM ${from})`).join(' OR ');
    return `SELECT * FROM ${quoteIdentifier(table.name)} WHERE ${replaces ? `(${meets}) AND (${values})` : meets}`;
  };
  const asked = rows.ask(write, named, 'match');
  const count = asked === null ? () => null : scene.asking.count(asked);
  const told = { query: asked?.bound?.sql ?? null, columns: table.columns.map(({ name }) => name) };
  if (!replaces) {
    const args = { what: 'insert', table: table.name } as const;
    report(scene, place, 'fails', { ...told, count, broken: () => ({ code: 'duplicates', args }) });
    return;
  }
  reportLoss(scene, place, {
    ...told,
    // One hazard without a number is enough.
    count: (answers) => count(answers) ?? (isRepeated ? { rows: 0, atLeast: false } : null),
    loss: { kind: 'rows-replaced', table: table.name },
    args: { what: 'replaced-by-insert', table: table.name },
    nothing: null,
  });
}
