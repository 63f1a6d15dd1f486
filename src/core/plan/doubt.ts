/** What the mirror does not have and a server may: a hazard, or a blocker, by what the server says. */

import { describeNames, type UnknownName } from '../sandbox/unknown-names.ts';
import { foldName } from '../sql/identifiers.ts';
import type { Finding } from './findings.ts';

type Place = Pick<Finding, 'migration' | 'line' | 'sql'>;

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

/** The lists in which a server says what it has. */
export type ServerList = 'function' | 'module' | 'collation';

const listOf: Readonly<Record<UnknownName['type'], ServerList>> = {
  function: 'function',
  table: 'module',
  module: 'module',
  collation: 'collation',
};

export function listNeeded(doubts: readonly Doubt[]): readonly ServerList[] {
  return [...new Set(doubts.flatMap(({ names }) => names.map(({ type }) => listOf[type])))];
}

/** @param lists the names of each, folded; null where the server did not tell. */
export function settleDoubt(
  { names, place, goesOn }: Doubt,
  lists: ReadonlyMap<ServerList, ReadonlySet<string> | null>,
): Finding {
  const missing = names.filter(({ type, name }) => lists.get(listOf[type])?.has(foldName(name)) === false);
  if (missing.length === 0) {
    const isTold = names.every(({ type }) => lists.get(listOf[type]));
    return describeHazard(place, names, isTold ? 'there' : 'unknown', goesOn);
  }
  return {
    ...place,
    kind: 'blocker',
    code: 'rehearsal-failed',
    message: `It needs ${describeNames(missing)}, which neither libSQL itself nor this server has.`,
    why: 'The statement fails in production as well, and the migration is rolled back.',
  };
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
  return {
    ...place,
    kind: 'hazard',
    code: 'unrehearsed',
    message: `It needs ${describeNames(names)}, ${whose[onServer]}. What it does was not seen beforehand${goesOn ? '' : unseenAfter}.`,
    why: 'A rehearsal on the copy in memory cannot run it. Each migration still runs wholly or not at all.',
  };
}
