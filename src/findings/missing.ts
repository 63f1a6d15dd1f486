/** `missing`: migrations that are recorded but have no folder here. */

import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';

export interface MissingArgs {
  /** Compared with the recorded migrations that have a folder here. */
  readonly age: 'older' | 'newer';
  readonly names: readonly string[];
}

export const missing = defineFinding({
  code: 'missing',
  kinds: ['note'],
  title: 'recorded in production, but without a folder',
  say: ({ args: { age, names } }: Found<'missing', 'note', MissingArgs>) =>
    age === 'newer'
      ? sayNewer(names)
      : `${count(names.length, 'recorded migration')} ${names.length === 1 ? 'has' : 'have'} no folder here (${listSome(names)}), as after squashing.`,
  why: ({ args: { age } }) =>
    age === 'newer'
      ? 'The application of this checkout may not fit what production has.'
      : 'If they were not squashed, someone deleted folders that production was made from.',
});

export function sayNewer(names: readonly string[]): string {
  const were = names.length === 1 ? 'it was' : 'they were';
  return `Production has ${count(names.length, 'migration')} that this folder does not have (${listSome(names)}): this checkout is behind, or ${were} squashed.`;
}
