/**
 * Questions about rows at one moment of a plan, in SQL over the tables as they are called then. Where their rows are here, the
 * question is answered by the run on them; else production is asked, where the tables still hold its own rows.
 */

import type { RowCount } from '../findings/finding.ts';
import type { Value } from '../ports.ts';
import type { Duplicates, Questions, RowAnswer } from './questions.ts';

/** `before` and `after` a statement; `end`: when all of a migration have run, before COMMIT. */
export type When = 'before' | 'after' | 'end';

export interface Moment {
  readonly migration: string;
  /** The place of the statement in its migration; 0 at the end. */
  readonly statement: number;
  readonly when: When;
}

/** A question to the run on rows: it has one row. */
export interface RunQuestion {
  readonly moment: Moment;
  /** Run before it, and undone after it: temporary tables that it reads. */
  readonly setUp: readonly string[];
  readonly sql: string;
}

/** Rows to ask about, over the plan's tables at that moment. */
export interface AskedRows {
  readonly select: string;
  /** The same over production's tables; null where these do not hold the rows. */
  readonly bound: string | null;
  readonly setUp?: readonly string[];
}

/** Mutable: a rehearsal goes through it once. */
export class Asking {
  readonly production: Questions;
  readonly #here: RunQuestion[] = [];
  #moment: Moment = { migration: '', statement: 0, when: 'before' };

  constructor(production: Questions) {
    this.production = production;
  }

  /** From here on it is asked about this moment. */
  at(moment: Moment): void {
    this.#moment = moment;
  }

  /** Asks about an earlier moment. */
  asOf<Result>(moment: Moment, ask: () => Result): Result {
    const now = this.#moment;
    this.#moment = moment;
    const asked = ask();
    this.#moment = now;
    return asked;
  }

  listHere(): readonly RunQuestion[] {
    return this.#here;
  }

  count({ select, bound, setUp }: AskedRows): RowAnswer<RowCount> {
    const today = bound === null ? null : this.production.countRows(bound);
    const here = this.#ask(`SELECT count(*) FROM (${select})`, setUp);
    return (answers) => {
      const known = readNumber(answers.here.get(here));
      return known === null ? (today?.(answers) ?? null) : { rows: known, atLeast: false };
    };
  }

  /** How many of the rows satisfy the condition. */
  countWhere({ select, bound, setUp }: AskedRows, condition: string): RowAnswer<RowCount> {
    const today = bound === null ? null : this.production.countWhere(bound, condition);
    const here = this.#ask(`SELECT count(*) FROM (${select}) WHERE ${condition}`, setUp);
    return (answers) => {
      const known = readNumber(answers.here.get(here));
      return known === null ? (today?.(answers) ?? null) : { rows: known, atLeast: false };
    };
  }

  /** The sum of an expression over the rows. */
  sum({ select, bound, setUp }: AskedRows, expression: string): RowAnswer<RowCount> {
    const today = bound === null ? null : this.production.sum(bound, expression);
    const here = this.#ask(`SELECT sum(${expression}) FROM (${select})`, setUp);
    return (answers) => {
      const known = readNumber(answers.here.get(here));
      return known === null ? (today?.(answers) ?? null) : { rows: known, atLeast: false };
    };
  }

  /** @param keys SQL expressions, each with its collation; rows where one is NULL do not count. */
  duplicates(
    { select, bound, setUp }: AskedRows,
    keys: readonly { readonly expression: string; readonly collation: string }[],
    where: string | null,
  ): RowAnswer<Duplicates> {
    const today = bound === null ? null : this.production.findDuplicates(bound, keys, where);
    const list = keys.map(({ expression }, index) => `(${expression}) AS k${index}`).join(', ');
    const present = keys.map((_, index) => `k${index} IS NOT NULL`).join(' AND ');
    const groups = keys.map(({ collation }, index) => `k${index} COLLATE ${collation}`).join(', ');
    const some = where === null ? '' : ` WHERE ${where}`;
    const here = this.#ask(
      `SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM (SELECT ${list} FROM (${select})${some}) WHERE ${present} GROUP BY ${groups} HAVING n > 1)`,
      setUp,
    );
    return (answers) => {
      const [row] = answers.here.get(here) ?? [];
      if (row === undefined) return today?.(answers) ?? null;
      return { values: Number(row[0]), count: { rows: Number(row[1]), atLeast: false } };
    };
  }

  /** The first row; of nothing but numbers. */
  first({ select, bound, setUp }: AskedRows): RowAnswer<readonly Value[]> {
    const today = bound === null ? null : this.production.read(bound);
    const here = this.#ask(select, setUp);
    return (answers) => answers.here.get(here)?.[0] ?? today?.(answers) ?? null;
  }

  /** A few of the rows, every column of them: production's, as a text that is not UTF-8 cannot be read from a mirror. */
  examples({ bound }: AskedRows): RowAnswer<readonly (readonly Value[])[]> {
    return bound === null ? () => null : this.production.readExamples(bound);
  }

  #ask(sql: string, setUp: readonly string[] = []): RunQuestion {
    const same = this.#here.find(
      (known) => known.sql === sql && known.moment === this.#moment && known.setUp.join() === setUp.join(),
    );
    if (same !== undefined) return same;
    const question = { moment: this.#moment, setUp, sql };
    this.#here.push(question);
    return question;
  }
}

function readNumber(rows: readonly (readonly Value[])[] | undefined): number | null {
  return rows === undefined ? null : Number(rows[0]?.[0] ?? 0);
}
