/**
 * Questions about rows at one moment of a plan, in SQL over the tables as they are called then. Where their rows are here, the
 * question is answered by the run on them; else production is asked, where the tables still hold its own rows.
 */

import type { RowCount } from '../findings/finding.ts';
import type { UncheckedTable } from '../findings/not-checked.ts';
import type { Value } from '../ports.ts';
import { foldName, quoteIdentifier } from '../sql/identifiers.ts';
import type { Answers, Duplicates, Questions, RowAnswer } from './questions.ts';

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
  /** The tables of production that it reads the rows of, as production calls them. */
  readonly tables: readonly string[];
  readonly watched?: Watched;
}

/** Rows that a statement deletes or changes, by itself, by foreign keys or by triggers: written down while it runs. */
export interface Watched {
  /** Nothing is told where the rows of one of them are not known. */
  readonly tables: readonly string[];
  /** From AFTER on. They put a name, and what tells a row from others, into `migrate_prod_changes`. */
  readonly triggers: readonly string[];
  /** Puts there, under another name, what the statement names itself. */
  readonly named: string | null;
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
  readonly #findTables: (sql: string) => readonly string[];
  readonly #asked: Asked[] = [];
  readonly #sizes = new Map<string, RowAnswer<RowCount>>();
  /** Those of this moment. */
  #now: Asked[] = [];
  #moment: Moment = { migration: '', statement: 0, when: 'before' };

  /** @param findTables the tables of production, as it calls them, that a text over the plan's tables reads. */
  constructor(production: Questions, findTables: (sql: string) => readonly string[]) {
    this.production = production;
    this.#findTables = findTables;
  }

  /** From here on it is asked about this moment. */
  at(moment: Moment): void {
    this.#moment = moment;
    this.#now = [];
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
    return this.#asked.map(({ here }) => here);
  }

  count({ select, bound, setUp }: AskedRows): RowAnswer<RowCount> {
    const today = bound === null ? null : this.production.countRows(bound);
    const here = this.#ask(`SELECT count(*) FROM (${select})`, setUp, today);
    return (answers) => {
      const known = readNumber(answers.here.get(here));
      return known === null ? (today?.(answers) ?? null) : { rows: known, atLeast: false };
    };
  }

  /** How many of the rows satisfy the condition. */
  countWhere({ select, bound, setUp }: AskedRows, condition: string): RowAnswer<RowCount> {
    const today = bound === null ? null : this.production.countWhere(bound, condition);
    const here = this.#ask(`SELECT count(*) FROM (${select}) WHERE ${condition}`, setUp, today);
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
      today,
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
    const here = this.#ask(select, setUp, today);
    return (answers) => answers.here.get(here)?.[0] ?? today?.(answers) ?? null;
  }

  /** A few of the rows, every column of them: production's, as a text that is not UTF-8 cannot be read from a mirror. */
  examples({ bound }: AskedRows): RowAnswer<readonly (readonly Value[])[]> {
    return bound === null ? () => null : this.production.readExamples(bound);
  }

  /**
   * Tables with rows that a question was about which nobody answered, with how many there are.
   * What fails on rows that are here is told by the run.
   */
  listUnanswered(migration: string, answers: Answers): readonly UncheckedTable[] {
    const open = this.#asked.filter(
      ({ here, today }) =>
        here.moment.migration === migration && !answers.here.has(here) && (today?.(answers) ?? null) === null,
    );
    const tables = new Set(
      open.flatMap(({ here }) => here.tables).filter((table) => !answers.loaded.has(foldName(table))),
    );
    return [...tables]
      .map((table) => ({ table, count: this.#sizes.get(table)?.(answers) ?? null }))
      .filter(({ count }) => count?.rows !== 0);
  }

  /** How many rows the statement deletes or changes, by the names that its triggers write; of a moment before it. */
  changes(watched: Watched): RowAnswer<ReadonlyMap<string, number>> {
    const here = this.#add({ moment: this.#moment, setUp: [], sql: '', tables: [], watched }, null);
    return (answers) => {
      const rows = answers.here.get(here);
      return rows === undefined ? null : new Map(rows.map(([name, count]) => [String(name), Number(count)]));
    };
  }

  /** @param today the same, asked of production; null where it cannot be. */
  #ask(sql: string, setUp: readonly string[] = [], today: RowAnswer<unknown> | null = null): RunQuestion {
    const same = this.#now.find(({ here }) => here.sql === sql && here.setUp.join() === setUp.join());
    if (same !== undefined) return same.here;
    const tables = this.#findTables([sql, ...setUp].join('\n'));
    for (const table of today === null ? tables : [])
      if (!this.#sizes.has(table))
        this.#sizes.set(table, this.production.countRows(`SELECT 1 FROM main.${quoteIdentifier(table)}`));
    return this.#add({ moment: this.#moment, setUp, sql, tables }, today);
  }

  #add(here: RunQuestion, today: RowAnswer<unknown> | null): RunQuestion {
    this.#asked.push({ here, today });
    this.#now.push({ here, today });
    return here;
  }
}

interface Asked {
  readonly here: RunQuestion;
  readonly today: RowAnswer<unknown> | null;
}

function readNumber(rows: readonly (readonly Value[])[] | undefined): number | null {
  return rows === undefined ? null : Number(rows[0]?.[0] ?? 0);
}
