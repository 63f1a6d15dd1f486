/** `renamed`: a pending migration whose file has already run under another name. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface RenamedArgs {
  /** The name in the tracker. */
  readonly recordedAs: string;
}

export const renamed = defineFinding({
  code: 'renamed',
  kinds: ['blocker'],
  title: 'the same file was applied under another name',
  say: ({ place, args }: Found<'renamed', 'blocker', RenamedArgs>) =>
    say`Its file has already run, under the name ${args.recordedAs}. Record the new name with ${command('backfill', [place.migration ?? ''])}. If it must run again, change its text (a comment is enough).`,
  next: ({ place }) => [command('backfill', [place.migration ?? ''])],
  why: () => 'If it ran again, it would fail on what it made, or change rows a second time.',
});
