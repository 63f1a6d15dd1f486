/** `rebuild`: a table is replaced by a changed copy of itself. */

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
    `Rebuilds "${table}" (not idempotent): all or nothing, ${
      foreignKeys === 'off'
        ? 'with foreign keys off around it, so that no row that refers to it is lost'
        : 'with foreign keys on, as the file has it'
    }.`,
  why: () => 'Between its DROP and its RENAME the table is not there; nothing in it is skipped when it runs again.',
});
