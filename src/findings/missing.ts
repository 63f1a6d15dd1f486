/** `missing`: migrations that are recorded, and have no folder here. */

import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';

export interface MissingArgs {
  /** Than all that is recorded here and has a folder. */
  readonly age: 'older' | 'newer';
  readonly names: readonly string[];
}

export const missing = defineFinding({
  code: 'missing',
  kinds: ['note'],
  title: 'recorded, and without a folder',
  say: ({ args: { age, names } }: Found<'missing', 'note', MissingArgs>) =>
    age === 'newer'
      ? sayNewer(names)
      : `${sayHowMany(names)} recorded without a folder here (${listSome(names)}), as after squashing old migrations.`,
  why: ({ args: { age } }) =>
    age === 'newer'
      ? 'The application of this checkout may not know what production has.'
      : 'If nobody squashed them, somebody took away folders that production was made from.',
});

export function sayNewer(names: readonly string[]): string {
  return `${sayHowMany(names)} recorded that this folder does not have (${listSome(names)}): this checkout is behind production, or they were squashed.`;
}

/** `2 migrations are`. */
function sayHowMany({ length }: readonly string[]): string {
  return `${count(length, 'migration')} ${length === 1 ? 'is' : 'are'}`;
}
