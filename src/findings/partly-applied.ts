/** `partly-applied`: a migration that changes rows, and that may have run before. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

/** The reason to think that it has run. */
export type PartlyAppliedArgs =
  /** The number of objects it creates that production already has. */
  | { readonly what: 'has-part'; readonly there: number }
  /** Production has what this later migration creates. */
  | { readonly what: 'has-later'; readonly later: string }
  /** It comes directly after this migration, which was recorded without being run. */
  | { readonly what: 'after-record'; readonly before: string }
  /** It comes after this migration, whose objects production has without a record. */
  | { readonly what: 'after-unrecorded'; readonly before: string };

export const partlyApplied = defineFinding({
  code: 'partly-applied',
  kinds: ['hazard'],
  title: 'a part already exists, and the rest changes rows',
  say: ({ place, args }: Found<'partly-applied', 'hazard', PartlyAppliedArgs>) => {
    const record = command('backfill', [place.migration ?? '']);
    return follows(args)
      ? say`${sayBefore(args)}. This migration may have run too, which no schema shows. Then its statements that change rows would run again. If it has run: ${record}.`
      : say`${sayThere(args)}. Then its statements that change rows would run again. If all of it has run: ${record}.`;
  },
  why: ({ args }) =>
    follows(args)
      ? 'A change of rows that runs twice changes them twice.'
      : 'What already exists is skipped, but a change of rows that runs twice changes them twice.',
  way: ({ args }) =>
    follows(args) ? null : '-- change only rows that are not changed yet:\nUPDATE … SET … = … WHERE … IS NULL;',
});

type Follows = Extract<PartlyAppliedArgs, { readonly before: string }>;

/** True if the migration before it is the only reason. */
function follows(args: PartlyAppliedArgs): args is Follows {
  return args.what === 'after-record' || args.what === 'after-unrecorded';
}

function sayBefore({ what, before }: Follows): string {
  return what === 'after-record'
    ? `${before}, right before it, was recorded as applied without running`
    : `Production already has ${before}, before it, without a record`;
}

function sayThere(args: Exclude<PartlyAppliedArgs, Follows>): string {
  return args.what === 'has-part'
    ? `Production already has ${args.there} of what this migration creates, so a part may have run before`
    : `Production already has what ${args.later} makes, which is a later migration, so this one may have run before`;
}
