/** `edited`: an applied migration whose file was changed since. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found, type NoArgs } from './finding.ts';

export const edited = defineFinding({
  code: 'edited',
  kinds: ['note'],
  title: 'the file was changed after it was applied',
  say: ({ place }: Found<'edited', 'note', NoArgs>) =>
    say`Its file was changed after it was applied; what ran is not what the file says. Restore it from git; or, where the change does not matter, ${command('backfill', [place.migration ?? ''])} accepts it.`,
  why: () => 'A new database, made from the folder, would not be what production is.',
});
