/** `check-fails`: rows that break a new CHECK, or have no whole number for an INTEGER PRIMARY KEY. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';
import { inWords, toComplete, type Way, wayOf } from './way.ts';

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
  | { readonly how: 'update'; readonly table: string; readonly column: string | null }
  /** The same, where a CHECK of the old table would not take such values; they are copied `into` the new one. */
  | { readonly how: 'copy'; readonly table: string; readonly column: string | null; readonly into: string };

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

export function writeCheckFailsWay(args: CheckFailsArgs): Way {
  if (args.what === 'whole-numbers') {
    const { table, column, condition } = args.today;
    return setFirst('set whole numbers, also in the rows that refer to them', table, column, condition);
  }
  const { mend, written } = args;
  const table = quoteIdentifier(mend.table);
  const column = quoteIdentifier(mend.column ?? '…');
  switch (mend.how) {
    case 'add-column':
      return inWords(
        `-- with a default that passes:\nALTER TABLE ${table} ADD COLUMN ${column} … DEFAULT … ${mend.check};`,
      );
    case 'update':
      return setFirst('set values that pass', mend.table, mend.column, `NOT (${written})`, inCopy(mend.column));
    case 'copy':
      return inWords(
        `${inCopy(mend.column)}; the CHECK of the old table would refuse it there:\nINSERT INTO ${quoteIdentifier(mend.into)} (…, ${column}) SELECT …, CASE WHEN NOT (${written}) THEN … ELSE ${column} END FROM ${table};`,
      );
  }
}

function setFirst(
  what: string,
  table: string,
  column: string | null,
  condition: string,
  otherwise = `-- before it, ${what}`,
): Way {
  const write = (value: string) =>
    `UPDATE ${quoteIdentifier(table)} SET ${quoteIdentifier(column ?? '…')} = ${value} WHERE ${condition};`;
  const places = [
    { at: 'before', words: 'before it, in the same file' },
    { at: 'first', words: 'at the beginning of the file' },
  ] as const;
  const variants = places.map(({ at, words }) => {
    const fits = column === null ? [] : [{ at, sql: write(quoteIdentifier(column)) }];
    return toComplete(`-- ${words}, ${what}:\n${write('…')}`, fits);
  });
  return wayOf(variants, otherwise);
}

function inCopy(column: string | null): string {
  return `-- where the rows are copied, give ${column === null ? 'them values that pass' : `${quoteInComment(column)} a value that passes`}`;
}
