/** `unrehearsed`: what a plan could not see beforehand, because the copy in memory is not production. */

import type { UnknownName } from '../sandbox/unknown-names.ts';
import { defineFinding, type Found } from './finding.ts';
import { type RehearsalFailedArgs, sayFailure, writeMend } from './rehearsal-failed.ts';
import { describeNames } from './unknown-names.ts';

export type UnrehearsedArgs =
  /** Of the plan as a whole: a few of the reasons, in the engine's words. */
  | { readonly what: 'inexact-copy'; readonly reasons: readonly string[] }
  /** A statement fails on a copy that is not exact. */
  | { readonly what: 'failed-on-inexact-copy'; readonly failure: RehearsalFailedArgs }
  | { readonly what: 'broken-off'; readonly limit: Limit }
  | {
      readonly what: 'unknown-names';
      readonly names: readonly UnknownName[];
      /** What the server says of them. */
      readonly onServer: 'there' | 'unknown';
      readonly rehearsal: Rest;
    }
  /** It fails on the rows that the copy has, and production has others. */
  | { readonly what: 'other-rows'; readonly said: string; readonly rehearsal: Rest };

/** Whether what follows the statement could be rehearsed without it. */
export type Rest = 'goes-on' | 'ends';

/** What a statement met on the copy: the end of its time, in the engine's words, or of its memory. */
export type Limit = { readonly of: 'time'; readonly said: string } | { readonly of: 'memory' };

export const unrehearsed = defineFinding({
  code: 'unrehearsed',
  kinds: ['hazard'],
  title: "production's schema could not be copied exactly",
  guards: { against: 'another schema than the rehearsed one', has: 'rehearsed' },
  effect: 'unseen',
  say: ({ args }: Found<'unrehearsed', 'hazard', UnrehearsedArgs>) => {
    switch (args.what) {
      case 'inexact-copy': {
        const reasons = args.reasons.length > 0 ? `: ${args.reasons.join('; ')}` : '';
        return `Production's schema could not be rebuilt exactly for the rehearsal${reasons}. What the migrations do was not seen beforehand.`;
      }
      case 'failed-on-inexact-copy':
        return sayFailure(args.failure);
      case 'broken-off':
        return `On the copy in memory it was broken off: ${describeLimit(args.limit)}. What it does, and what follows it in the plan, was not seen beforehand.`;
      case 'unknown-names':
        return `It needs ${describeNames(args.names)}, ${whose[args.onServer]}. What it does was not seen beforehand${sayRest(args.rehearsal)}.`;
      case 'other-rows':
        return `Without production's rows it fails: ${args.said}. Whether it does with them was not seen beforehand${sayRest(args.rehearsal)}.`;
    }
  },
  why: ({ args }) => whyWords[args.what],
  way: ({ args }) => (args.what === 'failed-on-inexact-copy' ? writeMend(args.failure) : null),
});

export function describeLimit(limit: Limit): string {
  return limit.of === 'time' ? limit.said : 'it took all the memory that is given to it here';
}

const whose = {
  there: 'which this server has and libSQL itself does not have',
  unknown: 'which libSQL itself does not have; this server did not say whether it has it',
} as const;

function sayRest(rehearsal: Rest): string {
  return rehearsal === 'ends' ? ', nor what follows it in the plan' : '';
}

const whyWords = {
  'inexact-copy':
    'On another schema the rehearsal finds less of what would fail. Each migration still runs wholly or not at all.',
  'failed-on-inexact-copy':
    'The copy is not exact, so production may take it; if it does not, the migration is rolled back.',
  'broken-off':
    'SQL that never ends keeps everybody else from writing until the server breaks it off; the migration is rolled back then.',
  'unknown-names': 'A rehearsal on the copy in memory cannot run it. Each migration still runs wholly or not at all.',
  'other-rows':
    'The copy in memory has no rows of production, and this statement makes something of them. Each migration still runs wholly or not at all.',
} as const;
