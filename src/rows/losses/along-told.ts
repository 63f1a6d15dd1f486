/** What was told and asked so far of rows that go along with statements. */

import type { DataLossArgs } from '../../findings/data-loss.ts';
import type { Referring } from '../../findings/data-loss-rows.ts';
import type { RowCount } from '../../findings/finding.ts';
import type { Loss } from '../../findings/loss.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Answers } from '../ask/asking.ts';
import type { StatementPlace } from '../ask/place.ts';

/** Rows of one table, or of several together. */
export interface Along {
  readonly tables: readonly string[];
  readonly of: Referring['of'];
  readonly loss: Loss;
  /** Must find nothing, if nothing is to go along; null where that cannot be told. */
  readonly select: string | null;
  /** Whether it finds the very rows that go. */
  readonly isExact: boolean;
  /** Whether a trigger may change them before they go. */
  readonly mayChange: boolean;
  /** Whether there may be others. */
  readonly isLoose: boolean;
  /** Of all in a migration that are told in one finding. */
  readonly group: string;
  /** @param met one for each loss of the group. @param statements in how many */
  readonly tell: (met: readonly Met[], statements: number) => DataLossArgs;
}

export interface Met {
  readonly along: Along;
  readonly count: RowCount | null;
  /** null where it does not find the rows. */
  readonly query: string | null;
}

export type Find = (replies: Answers) => readonly Met[];

/** A statement with what goes along with it. */
export interface Told {
  readonly place: StatementPlace;
  readonly find: Find;
}

/** So many statements of a migration and table are asked of production: each may read a table. */
const mostAsked = 8;

/** Mutable: a rehearsal goes through it once. */
export class AlongTold {
  readonly #told = new Map<string, Told[]>();
  readonly #asked = new Map<string, number>();
  /** Folded names of the tables that the plan changes rows of. */
  readonly updated = new Set<string>();

  /** Whether production is asked one more question of the kind about the statement's table. */
  mayAsk({ analysed, statement: { kind } }: StatementPlace, about: string): boolean {
    const table = 'table' in kind ? foldName(kind.table) : '';
    const key = JSON.stringify([analysed.migration.name, table, about]);
    const asked = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, asked);
    return asked <= mostAsked;
  }

  /** @returns all of the migration that are told alike, and more that come; null where there were some before */
  add(told: Told, group: string): readonly Told[] | null {
    const key = JSON.stringify([told.place.analysed.migration.name, group]);
    const known = this.#told.get(key);
    known?.push(told);
    if (known !== undefined) return null;
    const all = [told];
    this.#told.set(key, all);
    return all;
  }
}
