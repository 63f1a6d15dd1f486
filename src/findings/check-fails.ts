/** `check-fails`: rows that break a new CHECK, or have no whole number for an INTEGER PRIMARY KEY. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';

export type CheckFailsArgs = CheckFails | NoWholeNumbers;

interface CheckFails {
  readonly what: 'check';
  readonly table: string;
  /** The text in its parentheses. */
  readonly written: string;
  readonly mend: CheckMend;
}

export type CheckMend =
  /** The CHECK belongs to a new column; `check` is the constraint as it is written. */
  | { readonly how: 'add-column'; readonly table: string; readonly column: string; readonly check: string }
  /** Existing rows break it and need an UPDATE. `column` is the first column that the CHECK reads; null for none. */
  | { readonly how: 'update'; readonly table: string; readonly column: string | null };

interface NoWholeNumbers {
  readonly what: 'whole-numbers';
  readonly table: string;
  readonly column: string;
  /** The place of the values in production, and the SQL condition that finds them. */
  readonly today: { readonly table: string; readonly column: string; readonly condition: string };
}

export const checkFails = defineFinding({
  code: 'check-fails',
  kinds: ['blocker'],
  title: 'rows that break a new CHECK, or have no whole number for an INTEGER PRIMARY KEY',
  say: (found: Found<'check-fails', 'blocker', CheckFailsArgs>) => sayCheckFails(found.args, countedOf(found)),
  why: ({ args }) =>
    args.what === 'check'
      ? failsAtFirst
      : 'An INTEGER PRIMARY KEY takes whole numbers only: the statement fails with "datatype mismatch", and the migration is rolled back.',
  way: ({ args }) => writeCheckFailsWay(args),
});

export function sayCheckFails(args: CheckFailsArgs, count: RowCount): string {
  const of = `${describeRows(count)} of ${quoteIdentifier(args.table)}`;
  const isOne = count.rows === 1;
  return args.what === 'check'
    ? `${of} ${isOne ? 'breaks' : 'break'} the new CHECK (${args.written}).`
    : `${of} ${isOne ? 'does' : 'do'} not have a whole number in ${quoteIdentifier(args.column)}, which becomes the INTEGER PRIMARY KEY.`;
}

export function writeCheckFailsWay(args: CheckFailsArgs): string {
  if (args.what === 'whole-numbers') {
    const { table, column, condition } = args.today;
    return `-- before it, in the same file, set whole numbers, also in the rows that refer to them:\nUPDATE ${quoteIdentifier(table)} SET ${quoteIdentifier(column)} = … WHERE ${condition};`;
  }
  const { mend, written } = args;
  const table = quoteIdentifier(mend.table);
  return mend.how === 'add-column'
    ? `-- with a default that passes:\nALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(mend.column)} … DEFAULT … ${mend.check};`
    : `-- before it, in the same file, set values that pass:\nUPDATE ${table} SET ${quoteIdentifier(mend.column ?? '…')} = … WHERE NOT (${written});`;
}
