/** `unrehearsed`: parts of a plan that could not be rehearsed, because the mirror is not exactly production. */

import type { UnknownName } from '../sandbox/unknown-names.ts';
import { defineFinding, type Found } from './finding.ts';
import { runsWholly } from './reasons.ts';
import { type RehearsalFailedArgs, sayFailure, writeMend } from './rehearsal-failed.ts';
import { describeNames } from './unknown-names.ts';

export type UnrehearsedArgs =
  /** For the plan as a whole: some of the reasons, in the engine's words. */
  | { readonly what: 'inexact-copy'; readonly reasons: readonly string[] }
  /** A statement fails on a mirror that is not exact. */
  | { readonly what: 'failed-on-inexact-copy'; readonly failure: RehearsalFailedArgs }
  | { readonly what: 'broken-off'; readonly limit: Limit }
  | {
      readonly what: 'unknown-names';
      readonly names: readonly UnknownName[];
      /** Whether the server has them. */
      readonly onServer: 'there' | 'unknown';
      readonly rehearsal: Rest;
    }
  /** It fails on the rows of the mirror; production has other rows. */
  | { readonly what: 'other-rows'; readonly message: string; readonly rehearsal: Rest };

/** Whether the rehearsal continued without the statement. */
export type Rest = 'goes-on' | 'ends';

/** The limit that a statement reached on the mirror: time (in the engine's words), or memory. */
export type Limit = { readonly of: 'time'; readonly message: string } | { readonly of: 'memory' };

export const unrehearsed = defineFinding({
  code: 'unrehearsed',
  kinds: ['hazard'],
  title: "production's schema could not be copied exactly",
  guards: { against: 'a schema that differs from the rehearsed one', has: 'rehearsed' },
  effect: 'unseen',
  say: ({ args }: Found<'unrehearsed', 'hazard', UnrehearsedArgs>) => {
    switch (args.what) {
      case 'inexact-copy': {
        const reasons = args.reasons.length > 0 ? `: ${args.reasons.join('; ')}` : '';
        return `Production's schema could not be copied exactly for the rehearsal${reasons}. What the migrations do in production was not rehearsed.`;
      }
      case 'failed-on-inexact-copy':
        return sayFailure(args.failure);
      case 'broken-off':
        return `On the copy in memory it was stopped: ${describeLimit(args.limit)}. What it does, and what follows it in the plan, was not rehearsed.`;
      case 'unknown-names':
        return `It needs ${describeNames(args.names)}, ${whose[args.onServer]}. What it does was not rehearsed${sayRest(args.rehearsal)}.`;
      case 'other-rows':
        return `Without production's rows it fails: ${args.message}. With them it was not rehearsed${sayRest(args.rehearsal)}.`;
    }
  },
  why: ({ args }) => whyWords[args.what],
  way: ({ args }) => (args.what === 'failed-on-inexact-copy' ? writeMend(args.failure) : null),
});

export function describeLimit(limit: Limit): string {
  return limit.of === 'time' ? limit.message : 'it used all the memory that it may use here';
}

const whose = {
  there: 'which this server has, but libSQL itself does not have',
  unknown: 'which libSQL itself does not have; this server did not say whether it has it',
} as const;

function sayRest(rehearsal: Rest): string {
  return rehearsal === 'ends' ? ', nor was what follows it in the plan' : '';
}

const whyWords = {
  'inexact-copy': `On a schema that differs the rehearsal finds less of what would fail. ${runsWholly}`,
  'failed-on-inexact-copy':
    'The copy is not exact, so it may work in production. If it fails there, the migration is rolled back.',
  'broken-off':
    'SQL that never ends blocks all other writers until the server stops it. Then the migration is rolled back.',
  'unknown-names': `The copy in memory cannot run it. ${runsWholly}`,
  'other-rows': `The copy in memory has no rows of production, but this statement needs them. ${runsWholly}`,
} as const;
