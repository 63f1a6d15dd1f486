/** What the words of several losses have in common. */

import { describeRows } from '../text/count.ts';
import type { Kind, RowCount } from './finding.ts';

export interface LossWords {
  readonly message: string;
  readonly why: string;
  readonly way: string | null;
}

/** What production's rows say of a loss. */
export interface Met {
  /** A note where there is nothing to lose. */
  readonly kind: Kind;
  /** null where it could not be counted. */
  readonly count: RowCount | null;
}

/** Of what may be gone before the statement runs, or not be there at all. */
export interface Clearable {
  /** How many of production's rows the plan itself deletes or clears before; null where it does not. */
  readonly cleared: RowCount | null;
  /** Whether a guard stops the migration where there is something after all. */
  readonly isGuarded: boolean;
}

export const whyLost = 'Only a backup can bring it back.';

export const whyCleared = `The plan deletes it first, as its files say. ${whyLost}`;

/** Where there is nothing to lose. */
export function sayWhyNothing({ isGuarded }: Pick<Clearable, 'isGuarded'>): string {
  return isGuarded
    ? 'If something is there when it runs, apply stops and loses nothing.'
    : 'An earlier migration of the plan adds rows of its own there. Rows that appear after planning cannot be told from them.';
}

/** @param what stands for the rows where they could not be counted. */
export function sayLost(count: RowCount | null, what: string): string {
  return count === null ? `${what}; how many could not be counted` : describeRows(count);
}
