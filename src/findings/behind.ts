/** `behind`: something is to be applied, and production has newer migrations that this folder does not have. */

import { defineFinding, type Found } from './finding.ts';
import { sayNewer } from './missing.ts';

export interface BehindArgs {
  readonly names: readonly string[];
}

export const behind = defineFinding({
  code: 'behind',
  kinds: ['hazard'],
  title: 'production has migrations that this folder does not have',
  say: ({ args: { names } }: Found<'behind', 'hazard', BehindArgs>) =>
    `${sayNewer(names)} Pull first. If ${names.length === 1 ? 'it was' : 'they were'} squashed, say so in a comment of the new file: -- squashes <name> <name> …`,
  why: () => 'The pending migrations were written without knowing them. Both may change the same tables.',
});
