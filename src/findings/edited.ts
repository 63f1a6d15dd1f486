/** `edited`: an applied migration whose file was changed afterwards. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found, type NoArgs } from './finding.ts';

export const edited = defineFinding({
  code: 'edited',
  kinds: ['note'],
  title: 'the file was changed after it was applied',
  say: ({ place }: Found<'edited', 'note', NoArgs>) =>
    say`Its file was changed after it was applied, so it is not what ran. Restore it from git. If the change does not matter, ${command('backfill', [place.migration ?? ''])} accepts it.`,
  why: () => 'A new database made from this folder would differ from production.',
});
