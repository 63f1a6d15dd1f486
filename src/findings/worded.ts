/** A finding whose words are still made where it is found. */

import type { Found, Kind, Place, Proven } from './finding.ts';

/** In the order in which they are listed. */
export const wordedCodes = {
  blocker: [
    'transaction-control',
    'touches-tracker',
    'unbound-parameter',
    'reaches-outside',
    'server-refuses',
    'rehearsal-failed',
    'exists-different',
    'unfinished',
    'renamed',
    'squashed',
    'squash-ahead',
    'no-history',
    'duplicates',
    'nulls',
    'needs-default',
    'check-fails',
    'foreign-keys',
  ],
  hazard: [
    'no-history',
    'behind',
    'recorded-elsewhere',
    'out-of-order',
    'column-order',
    'partly-applied',
    'drops-referenced',
    'drops-trigger',
    'drops-index',
    'leaves-broken',
    'exists-different',
    'data-loss',
    'foreign-keys',
    'unrehearsed',
  ],
  note: [
    'other-tables',
    'edited',
    'unverified',
    'missing',
    'out-of-order',
    'rebuild',
    'foreign-key-mismatch',
    'foreign-tracker',
    'kept',
    'broken-before',
    'leaves-out',
    'pragma-left-out',
    'data-loss',
    'unasked',
    'long-lock',
    'breaks-running-code',
  ],
} as const;

export interface WordedArgs {
  readonly message: string;
  readonly why?: string;
  readonly way?: string;
  readonly names?: readonly string[];
  readonly madeBy?: string;
}

type Blocker = (typeof wordedCodes.blocker)[number];
type Hazard = (typeof wordedCodes.hazard)[number];
type Note = (typeof wordedCodes.note)[number];

export type Worded =
  | Found<Blocker, 'blocker', WordedArgs>
  | Found<Hazard, 'hazard', WordedArgs>
  | Found<Note, 'note', WordedArgs>;

type Body = WordedArgs & Place & Proven & Pick<Worded, 'kind' | 'code'>;

export function worded(body: WordedArgs & Place & Proven & { kind: 'blocker'; code: Blocker }): Worded;
export function worded(body: WordedArgs & Place & Proven & { kind: 'hazard'; code: Hazard }): Worded;
export function worded(body: WordedArgs & Place & Proven & { kind: 'note'; code: Note }): Worded;
export function worded({ kind, code, migration, line, sql, evidence, losses, ...args }: Body): Worded {
  return {
    ...({ kind, code } as Pick<Worded, 'kind' | 'code'>),
    place: { migration, line, sql },
    args,
    ...(evidence === undefined ? {} : { evidence }),
    ...(losses === undefined ? {} : { losses }),
  } as Worded;
}

export function isWorded(finding: Found<string, Kind, unknown>): finding is Worded {
  return typeof finding.args === 'object' && finding.args !== null && 'message' in finding.args;
}
