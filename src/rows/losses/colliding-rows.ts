/** Rows of a table of production that meet, by a unique key, those that an INSERT puts beside them. */

import { findWrittenName } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { report } from '../constraints/report.ts';
import { type Scene, type StatementPlace, subjectOf } from '../context.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import type { KnownRows } from '../state/table-rows.ts';
import { listUniques } from '../state/uniques.ts';
import { reportLoss } from './loss.ts';

interface Meeting {
  readonly tracked: TrackedTable;
  readonly table: TableStructure;
  readonly put: KnownRows;
  /** Folded names of the columns that it gives a value. */
  readonly given: ReadonlySet<string>;
}

/** @param conflict what the statement does with them */
export function askMet(
  scene: Scene,
  place: StatementPlace,
  { tracked: { rows }, table, put, given }: Meeting,
  conflict: 'abort' | 'replace',
): void {
  if (rows.type !== 'known' || rows.vague || put.vague) return;
  const { numbered } = rows;
  const conditions = listUniques(scene, table)
    .filter((unique) => conflict === 'replace' || unique.conflict === null)
    .filter(({ columns }) =>
      columns.every(({ name, expression }) => {
        const isKnown = given.has(name) && (numbered === null || !sameName(numbered, name));
        return expression === undefined && isKnown;
      }),
    )
    .filter(({ where }) => where === null)
    .map(({ columns }) => {
      const list = columns.map(({ name }) => quoteIdentifier(findWrittenName(table, name))).join(', ');
      return `${columns.length === 1 ? list : `(${list})`} IN (SELECT ${list} FROM (${put.select}))`;
    });
  if (conditions.length === 0) return;
  const subject = subjectOf(scene, rows);
  // Who writes every column again says what becomes of each.
  const forgotten = table.columns.filter(({ name, generated }) => generated === null && !given.has(foldName(name)));
  if (conflict === 'replace' && forgotten.length === 0) return;
  const met = conditions.join(' OR ');
  const values = forgotten.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`).join(' OR ');
  const where = conflict === 'abort' ? met : `(${met}) AND (${values})`;
  const asked = {
    count: scene.questions.countRows(`SELECT * FROM (${subject.select}) WHERE ${where}`),
    query: `SELECT * FROM ${subject.from} WHERE ${where}`,
    columns: rows.columns.map(({ name }) => name),
  };
  if (conflict === 'abort') {
    report(scene, place, 'fails', {
      ...asked,
      broken: () => ({ code: 'duplicates', args: { what: 'insert', table: table.name } }),
    });
    return;
  }
  reportLoss(scene, place, {
    ...asked,
    loss: { kind: 'rows-replaced', table: table.name },
    args: { what: 'replaced-by-insert', table: table.name },
    nothing: null,
  });
}
