/** `unasked`: new constraints that production could not be asked about. Without the note this would look like a good result. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';

export interface UnaskedArgs {
  readonly table: string;
  readonly constraints: readonly NewConstraint[];
}

/** A constraint that a table puts on its rows. */
export type NewConstraint =
  | { readonly type: 'not-null'; readonly column: string }
  /** SQL of each column or expression, and of the condition of a partial index. */
  | { readonly type: 'unique'; readonly key: readonly string[]; readonly where: string | null }
  /** The text in its parentheses. */
  | { readonly type: 'check'; readonly written: string }
  /** For an INTEGER PRIMARY KEY. */
  | { readonly type: 'whole-numbers'; readonly column: string }
  /** For a STRICT table. */
  | { readonly type: 'types' };

const mostNamed = 4;

export const unasked = defineFinding({
  code: 'unasked',
  kinds: ['note'],
  title: 'a new constraint that production could not be asked about',
  look: { asksForWork: true },
  say: ({ args: { table, constraints } }: Found<'unasked', 'note', UnaskedArgs>) =>
    `The plan did not check whether the rows of ${quoteIdentifier(table)} satisfy ${listSome(constraints.map(sayConstraint), mostNamed)}: it cannot predict their values.`,
  why: () => 'If one does not, the statement fails while the migration is applied, and all of it is rolled back.',
  way: () =>
    '-- try it on a copy of production first, or change rows by statements that the plan can follow:\nUPDATE … SET … = (SELECT …) WHERE …;',
});

function sayConstraint(constraint: NewConstraint): string {
  switch (constraint.type) {
    case 'not-null':
      return `NOT NULL of ${quoteIdentifier(constraint.column)}`;
    case 'unique':
      return `UNIQUE (${constraint.key.join(', ')})${constraint.where === null ? '' : ` WHERE ${constraint.where}`}`;
    case 'check':
      return `CHECK (${constraint.written})`;
    case 'whole-numbers':
      return `whole numbers only in ${quoteIdentifier(constraint.column)}`;
    case 'types':
      return 'the types of a STRICT table';
  }
}
