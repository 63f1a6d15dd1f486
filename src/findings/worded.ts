/** A finding whose words are still made where it is found. */

import type { blockerCodes, hazardCodes, noteCodes } from './codes.ts';
import type { Found, Kind, Place, Proven } from './finding.ts';

export interface WordedArgs {
  readonly message: string;
  readonly why?: string;
  readonly way?: string;
  readonly names?: readonly string[];
  readonly madeBy?: string;
}

type Blocker = (typeof blockerCodes)[number];
type Hazard = (typeof hazardCodes)[number];
type Note = (typeof noteCodes)[number];

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
