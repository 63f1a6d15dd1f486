/** `partly-applied`: a migration that changes rows, and that may have run before. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

/** What speaks for it. */
export type PartlyAppliedArgs =
  /** Production has so many of the things that it creates. */
  | { readonly what: 'has-part'; readonly there: number }
  /** Production has what this migration makes, which comes after it. */
  | { readonly what: 'has-later'; readonly later: string }
  /** It comes right behind this one, which was recorded without being run. */
  | { readonly what: 'after-record'; readonly before: string }
  /** It comes behind this one, which is there and not recorded. */
  | { readonly what: 'after-unrecorded'; readonly before: string };

export const partlyApplied = defineFinding({
  code: 'partly-applied',
  kinds: ['hazard'],
  title: 'a part is there already, and the rest changes rows',
  say: ({ place, args }: Found<'partly-applied', 'hazard', PartlyAppliedArgs>) => {
    const record = command('backfill', [place.migration ?? '']);
    return follows(args)
      ? say`${sayBefore(args)}. Whoever ran that one may have run this one too, and no schema shows it: its statements that change rows would run again. If it has run: ${record}.`
      : say`${sayThere(args)}; its statements that change rows would run again. If all of it has run: ${record}.`;
  },
  why: ({ args }) =>
    follows(args)
      ? 'What runs twice changes the rows twice.'
      : 'What is there already is left alone, but a change of rows that runs twice changes them twice.',
  way: ({ args }) =>
    follows(args) ? null : '-- let it change only rows that are not changed yet:\nUPDATE … SET … = … WHERE … IS NULL;',
});

type Follows = Extract<PartlyAppliedArgs, { readonly before: string }>;

/** Whether the one before it is all that speaks for it. */
function follows(args: PartlyAppliedArgs): args is Follows {
  return args.what === 'after-record' || args.what === 'after-unrecorded';
}

function sayBefore({ what, before }: Follows): string {
  return what === 'after-record'
    ? `${before}, right before it, was recorded as applied without being run`
    : `${before}, before it, is there already and not recorded`;
}

function sayThere(args: Exclude<PartlyAppliedArgs, Follows>): string {
  return args.what === 'has-part'
    ? `Production already has ${args.there} of what this migration creates, so it may have run in part before`
    : `Production already has what ${args.later} makes, which comes after it, so it may have run before`;
}
