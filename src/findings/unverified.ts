/** `unverified`: an applied migration of which the tracker holds no checksum. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found, type NoArgs } from './finding.ts';

export const unverified = defineFinding({
  code: 'unverified',
  kinds: ['note'],
  title: 'the tracker holds no checksum to compare with',
  say: (_: Found<'unverified', 'note', NoArgs>) =>
    say`The tracker holds no checksum for it, so it cannot be told whether its file is what ran. ${command('backfill')} verifies that production has what it makes, and corrects the checksum.`,
  why: () => 'A file that was changed after it was applied would go unnoticed.',
});
