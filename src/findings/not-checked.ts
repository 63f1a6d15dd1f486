/** `not-checked`: rows that were not fetched, and of which production cannot be asked. Without the note this would look like a good result. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found, type RowCount } from './finding.ts';
import { inWords } from './way.ts';

export interface NotCheckedArgs {
  readonly tables: readonly UncheckedTable[];
}

export interface UncheckedTable {
  readonly table: string;
  /** null if they could not be counted. */
  readonly count: RowCount | null;
}

const mostNamed = 4;

export const notChecked = defineFinding({
  code: 'not-checked',
  kinds: ['note'],
  title: 'rows on which the plan was not run',
  look: { asksForWork: true },
  say: ({ args: { tables } }: Found<'not-checked', 'note', NotCheckedArgs>) =>
    `Not everything could be checked, because these rows were not fetched: ${listSome(tables.map(sayTable), mostNamed)}.`,
  why: () =>
    'If one of them breaks a constraint, the statement fails while the migration is applied, and all of it is rolled back. Guards watch over losses all the same.',
  way: () => inWords('-- fetch all rows that the plan meets: --rows all'),
});

function sayTable({ table, count }: UncheckedTable): string {
  return count === null ? `those of ${quoteIdentifier(table)}` : `${describeRows(count)} of ${quoteIdentifier(table)}`;
}
