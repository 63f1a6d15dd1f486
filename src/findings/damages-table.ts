/** `damages-table`: libSQL's ALTER COLUMN cuts the table's text in the wrong place, and changes more than the column. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';
import { writeUsualRebuild } from './rehearsal-failed.ts';

export interface DamagesTableArgs {
  readonly table: string;
  /** The column that the statement means. */
  readonly column: string;
  /** What it changes besides; at least one. */
  readonly damages: readonly Damage[];
  /** The statement that makes the table, as it was and as it would be. */
  readonly before: string;
  readonly after: string;
}

export type Damage =
  | { readonly what: 'column'; readonly name: string; readonly fate: 'appears' | 'goes' | 'changes' }
  | { readonly what: 'order' }
  /** A constraint, or an option of the table, as it is written. */
  | { readonly what: 'part'; readonly sql: string; readonly fate: 'appears' | 'goes' };

export const damagesTable = defineFinding({
  code: 'damages-table',
  kinds: ['blocker'],
  title: 'it changes more of a table than it says',
  look: { shows: 'sides' },
  say: ({ args: { table, column, damages } }: Found<'damages-table', 'blocker', DamagesTableArgs>) =>
    `It changes more of ${quoteIdentifier(table)} than the column ${quoteIdentifier(column)}: ${listSome(damages.map(sayDamage))}. Rebuild the table instead.`,
  why: () =>
    "libSQL's ALTER COLUMN replaces the table's text up to the next comma, even if that comma stands in a comment. What is left of the comment becomes a part of the table, and values are read from the wrong columns.",
  way: ({ args: { table } }) => `-- in place of it:\n${writeUsualRebuild(table)}`,
  shown: ({ args: { before, after } }) => [`before: ${before}`, `after:  ${after}`],
});

function sayDamage(damage: Damage): string {
  switch (damage.what) {
    case 'column':
      return `the column ${quoteIdentifier(damage.name)} ${damage.fate}`;
    case 'order':
      return 'the order of the columns changes';
    case 'part':
      return `${damage.sql} ${damage.fate}`;
  }
}
