/** `foreign-key-mismatch`: a foreign key that cannot be checked. */

import { defineFinding, type Found } from './finding.ts';

export interface ForeignKeyMismatchArgs {
  readonly table: string;
}

export const foreignKeyMismatch = defineFinding({
  code: 'foreign-key-mismatch',
  kinds: ['note'],
  title: 'a foreign key that cannot be checked',
  say: ({ args }: Found<'foreign-key-mismatch', 'note', ForeignKeyMismatchArgs>) =>
    `A foreign key of "${args.table}" does not point to a primary key or a unique column, so its rows cannot be checked.`,
  why: () =>
    'With foreign keys on, SQLite refuses to insert into the table and to delete rows that it could refer to: "foreign key mismatch".',
  way: () => '-- make the columns that it points to unique:\nCREATE UNIQUE INDEX … ON … (…);',
});
