/** Words that several losses share. */

import { describeRows } from '../text/count.ts';
import type { Kind, RowCount } from './finding.ts';
import type { TriedWay, Way } from './way.ts';

export interface LossWords {
  readonly message: string;
  readonly why: string;
  readonly way: Way | string | null;
}

/** What production's rows tell about a loss. */
export interface LossFacts {
  /** A note if there is nothing to lose, or if the file says it in so many words. */
  readonly kind: Kind;
  /** null if it could not be counted. */
  readonly count: RowCount | null;
  /** The statement that loses it; null where it is not known. */
  readonly statement: string | null;
  /** What of its way works; absent where it was not tried. */
  readonly tried?: TriedWay;
}

/** Whether the rename that its way begins with does not do what the migration does. */
export function isNoRename({ tried }: LossFacts): boolean {
  return tried !== undefined && tried[0] !== 0;
}

/** A loss of something that an earlier statement may already have deleted, or that may not be there. */
export interface Clearable {
  /** How many of production's rows the plan itself deletes or clears before; null if it does not. */
  readonly cleared: RowCount | null;
}

export const whyLost = 'Only a backup can bring it back.';

export const whyCleared = `The plan deletes it first, as its files say. ${whyLost}`;

export const whyWritten = 'The copy says so itself, as an UPDATE would: it needs no consent.';

/** The reason of a note, when there is nothing to lose. */
export const whyNothing = 'If something is there when it runs, apply stops and loses nothing.';

/** @param what the rows, if they could not be counted */
export function sayLost(count: RowCount | null, what: string): string {
  return count === null ? `${what}; how many could not be counted` : describeRows(count);
}
