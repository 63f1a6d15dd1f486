/** `squash-ahead`: a pending migration that stands for others, of which this database has run some and not all. */

import { listSome } from '../text/list.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface SquashAheadArgs {
  /** Those that this database has not run. */
  readonly open: readonly string[];
}

export const squashAhead = defineFinding({
  code: 'squash-ahead',
  kinds: ['blocker'],
  title: 'a squashed file stands for migrations that production has not run',
  say: ({ args: { open } }: Found<'squash-ahead', 'blocker', SquashAheadArgs>) => {
    const [them, folders] = open.length > 1 ? ['them', 'folders'] : ['it', 'folder'];
    return `It stands for ${listSome(open)}, which this database has not run, and for others that it has. Apply ${them} first, from the last commit that has the ${folders}.`;
  },
  why: ({ args: { open } }) =>
    `Recorded or skipped, it would count as applied, and what ${listSome(open)} ${open.length > 1 ? 'do' : 'does'} would never be done here.`,
  next: () => say`Apply from the last commit that has the old folders, then here: ${command('plan')}`,
});
