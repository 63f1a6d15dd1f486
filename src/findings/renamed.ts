/** `renamed`: a pending migration whose file has run already under another name. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface RenamedArgs {
  /** The name under which the tracker has it. */
  readonly recordedAs: string;
}

export const renamed = defineFinding({
  code: 'renamed',
  kinds: ['blocker'],
  title: 'the same file was applied under another name',
  say: ({ place, args }: Found<'renamed', 'blocker', RenamedArgs>) =>
    say`Its file has run already, under the name ${args.recordedAs}. Record the new name with ${command('backfill', [place.migration ?? ''])}; if it is meant to run again, change its text (a comment will do).`,
  next: ({ place }) => [command('backfill', [place.migration ?? ''])],
  why: () => 'Run again under the new name, it would fail on what it made, or change rows a second time.',
});
