/** `squashed`: a pending migration that stands for recorded ones, and whose work production has. */

import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface SquashedArgs {
  /** The migrations that are recorded, and have no folder. */
  readonly missing: readonly string[];
}

export const squashed = defineFinding({
  code: 'squashed',
  kinds: ['blocker'],
  title: 'what production has already, squashed into one file',
  say: ({ place, args: { missing } }: Found<'squashed', 'blocker', SquashedArgs>) => {
    const [is, has] = missing.length === 1 ? ['is', 'has'] : ['are', 'have'];
    return say`Production has exactly what the folder makes, this migration included, and ${count(missing.length, 'migration')} ${is} recorded that ${has} no folder here (${listSome(missing)}): they were squashed into it, it seems. Record it without running it: ${command('backfill', [place.migration ?? ''])}.`;
  },
  why: () => 'Run, it would fail on what is there, or change rows a second time.',
  next: ({ place }) => [command('backfill', [place.migration ?? ''])],
});
