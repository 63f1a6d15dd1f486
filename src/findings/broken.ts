/** Rows that break a constraint: the codes of statements that fail, and the words for losses of such rows. */

import { type CheckFailsArgs, checkFails, sayCheckFails, writeCheckFailsWay } from './check-fails.ts';
import { type DuplicatesArgs, duplicates, sayDuplicates, writeDuplicatesWay } from './duplicates.ts';
import { type Found, find, type Place, type Proven, type RowCount } from './finding.ts';
import { type ForeignKeysArgs, foreignKeys, sayForeignKeys, writeForeignKeysWay } from './foreign-keys.ts';
import { type NeedsDefaultArgs, needsDefault, sayNeedsDefault, writeNeedsDefaultWay } from './needs-default.ts';
import { type NullsArgs, nulls, sayNulls, writeNullsWay } from './nulls.ts';
import type { Way } from './way.ts';

export interface BrokenArgs {
  readonly duplicates: DuplicatesArgs;
  readonly nulls: NullsArgs;
  readonly 'needs-default': NeedsDefaultArgs;
  readonly 'check-fails': CheckFailsArgs;
  readonly 'foreign-keys': ForeignKeysArgs;
}

export type BrokenCode = keyof BrokenArgs;

export type Broken<Code extends BrokenCode = BrokenCode> = {
  readonly [Each in Code]: { readonly code: Each; readonly args: BrokenArgs[Each] };
}[Code];

/** The blocker of a statement that fails because of it. */
type BrokenFinding<Code extends BrokenCode = BrokenCode> = {
  readonly [Each in Code]: Found<Each, 'blocker', BrokenArgs[Each]>;
}[Code];

interface BrokenWords<Code extends BrokenCode> {
  readonly find: (place: Place, args: BrokenArgs[Code], proven: Proven) => BrokenFinding<Code>;
  readonly say: (args: BrokenArgs[Code], count: RowCount) => string;
  readonly way: (args: BrokenArgs[Code], statement: string | null) => Way;
}

const words: { readonly [Code in BrokenCode]: BrokenWords<Code> } = {
  duplicates: {
    find: (...found) => find(duplicates, 'blocker', ...found),
    say: sayDuplicates,
    way: writeDuplicatesWay,
  },
  nulls: { find: (...found) => find(nulls, 'blocker', ...found), say: sayNulls, way: writeNullsWay },
  'needs-default': {
    find: (...found) => find(needsDefault, 'blocker', ...found),
    say: sayNeedsDefault,
    way: writeNeedsDefaultWay,
  },
  'check-fails': {
    find: (...found) => find(checkFails, 'blocker', ...found),
    say: sayCheckFails,
    way: writeCheckFailsWay,
  },
  'foreign-keys': {
    find: (...found) => find(foreignKeys, 'blocker', ...found),
    say: sayForeignKeys,
    way: writeForeignKeysWay,
  },
};

export function findBroken<Code extends BrokenCode>(
  { code, args }: Broken<Code>,
  place: Place,
  proven: Proven,
): BrokenFinding<Code> {
  return words[code].find(place, args, proven);
}

export function sayBroken<Code extends BrokenCode>({ code, args }: Broken<Code>, count: RowCount): string {
  return words[code].say(args, count);
}

/** @param statement that meets the rows; null where it is not known. */
export function writeBrokenWay<Code extends BrokenCode>({ code, args }: Broken<Code>, statement: string | null): Way {
  return words[code].way(args, statement);
}
