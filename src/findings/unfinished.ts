/** `unfinished`: a migration that another tool started, and that the tracker does not have as finished. */

import { command, flag, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export type UnfinishedArgs =
  | { readonly what: 'without-folder' }
  | {
      readonly what: 'pending';
      readonly statements: number;
      /** The lines of statements whose objects production already has. */
      readonly there: readonly number[];
      /** Whether the rehearsal reached the end. */
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
      return say`The tracker says that it began and never finished, and there is no folder to compare with. Check what it left; ${allow} marks it as rolled back and continues.`;
    }
    return say`Another tool began it and never finished. ${saySeen(args)}. Check production, then choose: ${allow} runs it${args.there.length > 0 ? ' (without the statements marked SKIP)' : ''}; ${command('backfill', [name])} records it if all of it is there, or marks it as rolled back if nothing is.`;
  },
  why: ({ args }) =>
    args.what === 'without-folder'
      ? 'A part of it may be in production, and no file says what the rest was.'
      : 'A part of it may have run. If all of it runs, that part may be done twice. If it is recorded, the rest is never done.',
});

function saySeen({ statements, there, rehearsed }: Extract<UnfinishedArgs, { what: 'pending' }>): string {
  if (there.length > 0)
    return `Production already has what line ${there.join(', ')} of its ${statements} statements creates`;
  return rehearsed === 'whole'
    ? 'Production has nothing that it creates'
    : 'The rehearsal could not find out what it left';
}
