/** `rebuild`: a table is replaced by a changed copy. */

import { defineFinding, type Found } from './finding.ts';

export interface RebuildArgs {
  readonly table: string;
  readonly foreignKeys: 'off' | 'as-written';
}

export const rebuild = defineFinding({
  code: 'rebuild',
  kinds: ['note'],
  title: 'a table is replaced by a changed copy of itself',
  look: { isElsewhere: true },
  say: ({ args: { table, foreignKeys } }: Found<'rebuild', 'note', RebuildArgs>) =>
    `Rebuilds "${table}" (atomic; must not run twice), ${
      foreignKeys === 'off'
        ? 'with foreign keys off, so that no row that refers to it is lost'
        : 'with foreign keys on, as the file says'
    }.`,
  why: () => 'Between DROP and RENAME the table does not exist. If it runs again, no part of it is skipped.',
});
