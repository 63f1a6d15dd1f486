/** `unfinished`: a migration that another tool began, and that the tracker does not call finished. */

import { command, flag, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export type UnfinishedArgs =
  | { readonly what: 'without-folder' }
  | {
      readonly what: 'pending';
      /** How many statements its file has. */
      readonly statements: number;
      /** The lines of those that make what production has already. */
      readonly there: readonly number[];
      /** Whether the rehearsal got to its end. */
      readonly rehearsed: 'whole' | 'not-whole';
    };

type Unfinished = Found<'unfinished', 'blocker', UnfinishedArgs>;

export const unfinished = defineFinding({
  code: 'unfinished',
  kinds: ['blocker'],
  title: 'another tool began the migration and never finished',
  takesConsent: true,
  say: ({ place, args }: Unfinished) => {
    const name = place.migration ?? '';
    const allow = flag('--allow', `unfinished:${name}`);
    if (args.what === 'without-folder') {
      return say`The tracker says it was begun and never finished, and it has no folder to compare with. Look at what it left; ${allow} marks it rolled back and goes on.`;
    }
    return say`Another tool began it and never finished, so a part may have run. ${saySeen(args)}. Look at production; then either ${allow} runs it${args.there.length > 0 ? ' (the statements marked SKIP are left out)' : ''}, or ${command('backfill', [name])} settles it where its schema tells: all of it there is recorded, nothing of it is rolled back.`;
  },
  why: ({ args }) =>
    args.what === 'without-folder'
      ? 'A part of it may be in production, and no file says what the rest would have been.'
      : 'Run without a look, what it did may be done twice; recorded without one, the rest is never done.',
});

function saySeen({ statements, there, rehearsed }: Extract<UnfinishedArgs, { what: 'pending' }>): string {
  if (there.length > 0)
    return `Production already has what line ${there.join(', ')} of its ${statements} statements creates`;
  return rehearsed === 'whole'
    ? 'Production has none of what it creates'
    : 'What it left could not be told by the rehearsal';
}
