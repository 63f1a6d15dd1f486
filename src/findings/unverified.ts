/** `unverified`: an applied migration for which the tracker has no checksum. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found, type NoArgs } from './finding.ts';

export const unverified = defineFinding({
  code: 'unverified',
  kinds: ['note'],
  title: 'the tracker has no checksum to compare with',
  say: (_: Found<'unverified', 'note', NoArgs>) =>
    say`The tracker has no checksum for it, so it is not known whether its file is what ran. ${command('backfill')} verifies that production has what it makes, and corrects the checksum.`,
  why: () => 'Nobody would notice if the file was changed after it was applied.',
});
