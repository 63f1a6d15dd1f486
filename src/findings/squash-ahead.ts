/** `squash-ahead`: a pending migration that replaces others, of which this database has run only some. */

import { listSome } from '../text/list.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface SquashAheadArgs {
  /** The migrations that this database has not run. */
  readonly open: readonly string[];
}

export const squashAhead = defineFinding({
  code: 'squash-ahead',
  kinds: ['blocker'],
  title: 'a squashed file replaces migrations that production has not run',
  say: ({ args: { open } }: Found<'squash-ahead', 'blocker', SquashAheadArgs>) => {
    const [them, folders] = open.length > 1 ? ['them', 'folders'] : ['it', 'folder'];
    return `It replaces ${listSome(open)}, which this database has not run, and others that it has run. First apply ${them} from the last commit that has the ${folders}.`;
  },
  why: ({ args: { open } }) =>
    `If it is recorded or skipped, it counts as applied. Then ${listSome(open)} would never run here.`,
  next: () => say`Apply from the last commit that has the old folders, then here: ${command('plan')}`,
});
