/** Names that the mirror lacks and a server may have: a hazard or a blocker, by the server's answer. */

import type { Finding } from '../../findings/catalogue.ts';
import { find, type Place } from '../../findings/finding.ts';
import { rehearsalFailed } from '../../findings/rehearsal-failed.ts';
import { unrehearsed } from '../../findings/unrehearsed.ts';
import type { UnknownName } from '../../sandbox/unknown-names.ts';
import { foldName } from '../../sql/identifiers.ts';

export interface Doubt {
  readonly names: readonly UnknownName[];
  readonly place: Place;
  /** True if the statements after it could be rehearsed without it. */
  readonly goesOn: boolean;
  /** The finding before the server has answered. */
  readonly finding: Finding;
}

export function openDoubt(place: Place, names: readonly UnknownName[], goesOn: boolean): Doubt {
  return { names, place, goesOn, finding: reportUnseen(place, names, 'unknown', goesOn) };
}

/** By `keyOf`; true if the server has it, null if it does not tell. */
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
    return reportUnseen(place, names, isTold ? 'there' : 'unknown', goesOn);
  }
  return find(rehearsalFailed, 'blocker', place, { what: 'unknown-names', names: missing });
}

function reportUnseen(
  place: Place,
  names: readonly UnknownName[],
  onServer: 'there' | 'unknown',
  goesOn: boolean,
): Finding {
  const rehearsal = goesOn ? 'goes-on' : 'ends';
  return find(unrehearsed, 'hazard', place, { what: 'unknown-names', names, onServer, rehearsal });
}
