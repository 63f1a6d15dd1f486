/** What the mirror does not have and a server may: a hazard, or a blocker, by what the server says. */

import type { Finding } from '../../findings/catalogue.ts';
import type { Place } from '../../findings/finding.ts';
import { worded } from '../../findings/worded.ts';
import { describeNames, type UnknownName } from '../../sandbox/unknown-names.ts';
import { foldName } from '../../sql/identifiers.ts';

export interface Doubt {
  readonly names: readonly UnknownName[];
  readonly place: Place;
  /** Whether what follows the statement could be rehearsed without it. */
  readonly goesOn: boolean;
  /** What it is as long as nobody is asked. */
  readonly finding: Finding;
}

export function openDoubt(place: Place, names: readonly UnknownName[], goesOn: boolean): Doubt {
  return { names, place, goesOn, finding: describeHazard(place, names, 'unknown', goesOn) };
}

/** By `keyOf`, whether the server has it; null where it does not tell. */
export type KnownNames = ReadonlyMap<string, boolean | null>;

function keyOf({ type, name }: UnknownName): string {
  return `${type} ${foldName(name)}`;
}

/** @returns each name that is in doubt once. */
export function listDoubtful(doubts: readonly Doubt[]): readonly UnknownName[] {
  return [...new Map(doubts.flatMap(({ names }) => names.map((name) => [keyOf(name), name]))).values()];
}

/** @param answers to `askWhetherThere`, in the order of the names. */
export function collectKnown(names: readonly UnknownName[], answers: readonly (boolean | null)[]): KnownNames {
  return new Map(names.map((name, index) => [keyOf(name), answers[index] ?? null]));
}

export function settleDoubt({ names, place, goesOn }: Doubt, known: KnownNames): Finding {
  const missing = names.filter((name) => known.get(keyOf(name)) === false);
  if (missing.length === 0) {
    const isTold = names.every((name) => known.get(keyOf(name)) === true);
    return describeHazard(place, names, isTold ? 'there' : 'unknown', goesOn);
  }
  return worded({
    ...place,
    kind: 'blocker',
    code: 'rehearsal-failed',
    message: `It needs ${describeNames(missing)}, which neither libSQL itself nor this server has.`,
    why: 'The statement fails in production as well, and the migration is rolled back.',
  });
}

const whose = {
  there: 'which this server has and libSQL itself does not have',
  unknown: 'which libSQL itself does not have; this server did not say whether it has it',
} as const;

/** How a sentence about a statement goes on behind which the rehearsal ends. */
export const unseenAfter = ', nor what follows it in the plan';

function describeHazard(
  place: Place,
  names: readonly UnknownName[],
  onServer: keyof typeof whose,
  goesOn: boolean,
): Finding {
  return worded({
    ...place,
    kind: 'hazard',
    code: 'unrehearsed',
    message: `It needs ${describeNames(names)}, ${whose[onServer]}. What it does was not seen beforehand${goesOn ? '' : unseenAfter}.`,
    why: 'A rehearsal on the copy in memory cannot run it. Each migration still runs wholly or not at all.',
  });
}
