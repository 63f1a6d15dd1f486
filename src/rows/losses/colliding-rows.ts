/** Rows of a table that meet, by a unique key, those that an INSERT puts beside them. */

import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import type { PutRows } from '../constraints/put-rows.ts';
import { type Consequence, report } from '../constraints/report.ts';
import { listUniques, listWritten } from '../constraints/uniques.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { reportLoss } from './loss.ts';

interface Meeting {
  readonly rows: PutRows;
  /** Folded names of the columns that it gives a value. */
  readonly given: ReadonlySet<string>;
  /** What becomes of the statement, or of the rows that it meets. */
  readonly consequence: Exclude<Consequence, 'left-out'>;
  /** Whether the same was asked of the table before. */
  readonly isRepeated: boolean;
}

export function askMet(scene: Scene, place: StatementPlace, { rows, given, ...met }: Meeting): void {
  const { table } = rows;
  const replaces = met.consequence === 'replaces';
  // Who writes every column again says what becomes of each.
  const forgotten = table.columns.filter(({ name, generated }) => generated === null && !given.has(foldName(name)));
  const keys = listUniques(scene, table)
    .filter(({ conflict, where }) => (replaces || conflict === null) && where === null)
    .filter(({ columns }) => columns.every(({ name, expression }) => expression === undefined && given.has(name)))
    .map((unique) => listWritten(unique, table));
  if (keys.length === 0 || (replaces && forgotten.length === 0)) return;
  const values = forgotten.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`).join(' OR ');
  const write = (from: string) => {
    const meets = keys.map((key) => `(${key.join(', ')}) IN (SELECT ${key.join(', ')} FROM ${from})`).join(' OR ');
    return `SELECT * FROM ${quoteIdentifier(table.name)} WHERE ${replaces ? `(${meets}) AND (${values})` : meets}`;
  };
  const asked = rows.ask(write, [...given], 'match');
  const count = asked === null ? () => null : scene.asking.count(asked);
  const told = { query: asked?.bound ?? null, columns: table.columns.map(({ name }) => name) };
  if (!replaces) {
    const args = { what: 'insert', table: table.name } as const;
    report(scene, place, 'fails', { ...told, count, broken: () => ({ code: 'duplicates', args }) });
    return;
  }
  reportLoss(scene, place, {
    ...told,
    // One hazard without a number is enough.
    count: (answers) => count(answers) ?? (met.isRepeated ? { rows: 0, atLeast: false } : null),
    loss: { kind: 'rows-replaced', table: table.name },
    args: { what: 'replaced-by-insert', table: table.name },
    nothing: null,
  });
}
