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
    `${sayNewer(names)} Pull first, if others have newer migrations. If they were squashed, name them in a comment of the file that took their place: -- squashes <name> <name> …`,
  why: () => 'What is pending here was written without knowing them: both may change the same tables.',
});
