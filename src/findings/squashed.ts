/** `squashed`: a pending migration that replaces recorded ones, so that production already has its work. */

import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface SquashedArgs {
  /** The recorded migrations without a folder. */
  readonly missing: readonly string[];
}

export const squashed = defineFinding({
  code: 'squashed',
  kinds: ['blocker'],
  title: 'production already has what was squashed into one file',
  say: ({ place, args: { missing } }: Found<'squashed', 'blocker', SquashedArgs>) => {
    const [has, they] = missing.length === 1 ? ['has', 'It seems'] : ['have', 'They seem'];
    return say`Production has exactly what the folder makes, with this migration, and ${count(missing.length, 'recorded migration')} ${has} no folder here (${listSome(missing)}). ${they} to be squashed into this one. Record it without running it: ${command('backfill', [place.migration ?? ''])}.`;
  },
  why: () => 'If it ran, it would fail on what already exists, or change rows a second time.',
  next: ({ place }) => [command('backfill', [place.migration ?? ''])],
});
