/**
 * Questions about rows at one moment of a plan, in SQL over the tables as they are called then. Where their rows are here, the
 * run on them answers; else production is asked, if its tables still hold these rows. Each question has a bounded number of rows.
 */

import type { RowCount } from '../../findings/finding.ts';
import type { UncheckedTable } from '../../findings/not-checked.ts';
import type { Query, Reply, Value } from '../../ports.ts';
import { foldName } from '../../sql/identifiers.ts';
import { type BoundQuery, selectAll } from './database-rows.ts';

/** `before` and `after` a statement; `end`: when all of a migration have run, before COMMIT. */
export type When = 'before' | 'after' | 'end';

export interface Moment {
  readonly migration: string;
  /** The place of the statement in its migration; 0 at the end. */
  readonly statement: number;
  readonly when: When;
}

/** A question to the run on rows. */
export interface RunQuestion {
  readonly moment: Moment;
  /** Run before it, and undone after it: temporary tables that it reads. */
  readonly setUp: readonly string[];
  /** It has one row, of numbers. */
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

/** The rows for each question that the run could answer: one, but for what was watched. */
export type RunRows = ReadonlyMap<RunQuestion, readonly (readonly Value[])[]>;

export interface Answers {
  /** Production's, in the order of the queries. */
  readonly replies: readonly Reply[];
  readonly here: RunRows;
  /** Folded names of the tables of production that were run on. */
  readonly loaded: ReadonlySet<string>;
}

/** null where nobody could tell. */
export type RowAnswer<Result> = (answers: Answers) => Result | null;

/** Rows to ask about, over the plan's tables at that moment. */
export interface AskedRows {
  readonly select: string;
  /** The same over production's tables; null where these do not hold the rows. */
  readonly bound: BoundQuery | null;
  readonly setUp?: readonly string[];
}

/** How many rows there are several of. */
export interface Duplicates {
  /** How many values occur more than once. */
  readonly values: number;
  /** In how many rows. */
  readonly count: RowCount;
}

/** A key that rows may have several times. */
export interface KeyPart {
  readonly expression: string;
  readonly collation: string;
}

/** One question looks at no more rows of production than this; what lies beyond is "at least". */
export const mostRows = 1_000_000;

/** How many rows are shown of those that a finding speaks of. */
const mostExamples = 5;

/** Mutable: a rehearsal goes through it once. */
export class Asking {
  readonly #findTables: (sql: string) => readonly string[];
  /** By its text, or by what is gone through, the place of each. */
  readonly #places = new Map<string, number>();
  readonly #queries: (string | Scan)[] = [];
  /** By migration. */
  readonly #asked = new Map<string, Asked[]>();
  readonly #sizes = new Map<string, RowAnswer<RowCount>>();
  /** By migration, the tables without whose rows something is not known. */
  readonly #needed = new Map<string, Set<string>>();
  /** Those of this moment, by their text. */
  #now = new Map<string, readonly Asked[]>();
  #moment: Moment = { migration: '', statement: 0, when: 'before' };

  /** @param findTables the tables of production, as it calls them, that a text over the plan's tables reads. */
  constructor(findTables: (sql: string) => readonly string[]) {
    this.#findTables = findTables;
  }

  /** From here on it is asked about this moment. */
  at(moment: Moment): void {
    this.#moment = moment;
    this.#now = new Map();
  }

  /** Asks about an earlier moment. */
  asOf<Result>(moment: Moment, ask: () => Result): Result {
    const [now, known] = [this.#moment, this.#now];
    this.at(moment);
    const asked = ask();
    [this.#moment, this.#now] = [now, known];
    return asked;
  }

  buildQueries(): readonly Query[] {
    return this.#queries.map((query) => ({ sql: typeof query === 'string' ? query : writeScan(query) }));
  }

  listHere(): readonly RunQuestion[] {
    return [...this.#asked.values()].flat().map(({ here }) => here);
  }

  /** How many rows there are. @param today the same, as production is asked, where that is in another way. */
  count(rows: AskedRows, today?: RowAnswer<RowCount>): RowAnswer<RowCount> {
    if (today === undefined) return this.#number(rows, 'count(*)');
    const said = (answers: Answers): Said | null => {
      const count = today(answers);
      return count && { row: [count.rows], isCut: count.atLeast };
    };
    const answer = this.#askBoth(rows, `SELECT count(*) FROM (${rows.select})`, said);
    return (answers) => readCount(answer(answers));
  }

  /** How many there are, asked of the run alone; null where it has no answer, which is no gap in the plan. */
  countHere(select: string): RowAnswer<RowCount> {
    const here = { moment: this.#moment, setUp: [], sql: `SELECT count(*) FROM (${select})`, tables: [] };
    this.#add({ here, answer: () => null });
    return (answers) => {
      const [row] = answers.here.get(here) ?? [];
      return row === undefined ? null : { rows: Number(row[0]), atLeast: false };
    };
  }

  /** What becomes of the text only the run can tell: where a table that it names is not there, that is a gap in the plan. */
  needsRun(sql: string): void {
    const { migration } = this.#moment;
    const known = this.#needed.get(migration) ?? new Set();
    this.#needed.set(migration, known);
    for (const table of this.#findTables(sql)) {
      known.add(table);
      this.#size(table);
    }
  }

  /** How many there are, asked of production alone. */
  countToday(bound: BoundQuery | null, condition: string | null = null): RowAnswer<RowCount> {
    const aggregate = condition === null ? 'count(*)' : `sum((${condition}) IS TRUE)`;
    const said = bound?.isSure ? this.#passToday(bound, aggregate) : null;
    return (answers) => readCount(said?.(answers) ?? null);
  }

  /** How many of the rows satisfy the condition. */
  countWhere(rows: AskedRows, condition: string): RowAnswer<RowCount> {
    return this.#number(rows, `sum((${condition}) IS TRUE)`);
  }

  /** The sum of an expression over the rows. */
  sum(rows: AskedRows, expression: string): RowAnswer<RowCount> {
    return this.#number(rows, `sum(${expression})`);
  }

  #number(rows: AskedRows, aggregate: string): RowAnswer<RowCount> {
    const today = rows.bound?.isSure ? this.#passToday(rows.bound, aggregate) : null;
    const answer = this.#askBoth(rows, `SELECT ${aggregate} FROM (${rows.select})`, today);
    return (answers) => readCount(answer(answers));
  }

  /** Rows where a part of the key is NULL do not count. */
  duplicates(rows: AskedRows, key: readonly KeyPart[], where: string | null): RowAnswer<Duplicates> {
    const list = key.map(({ expression }, index) => `(${expression}) AS k${index}`).join(', ');
    const present = key.map((_, index) => `k${index} IS NOT NULL`).join(' AND ');
    const groups = key.map(({ collation }, index) => `k${index} COLLATE ${collation}`).join(', ');
    const some = where === null ? '' : ` WHERE ${where}`;
    const answer = this.#ask(
      rows,
      (from) =>
        `SELECT count(*), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM (SELECT ${list} FROM (${from})${some}) WHERE ${present} GROUP BY ${groups} HAVING n > 1)`,
    );
    return (answers) => {
      const said = answer(answers);
      if (said === null) return null;
      return { values: Number(said.row[0]), count: { rows: Number(said.row[1]), atLeast: said.isCut } };
    };
  }

  /** The first row, of nothing but numbers; empty where there is none. */
  first(rows: AskedRows): RowAnswer<readonly Value[]> {
    const answer = this.#ask(rows, (from) => `SELECT * FROM (${from}) LIMIT 1`);
    return (answers) => answer(answers)?.row ?? null;
  }

  /** How many rows the statement deletes or changes, by the names that its triggers write; of a moment before it. */
  changes(watched: Watched): RowAnswer<ReadonlyMap<string, number>> {
    const here: RunQuestion = { moment: this.#moment, setUp: [], sql: '', tables: [], watched };
    this.#add({ here, answer: () => null });
    return (answers) => {
      const rows = answers.here.get(here);
      return rows === undefined ? null : new Map(rows.map(([name, count]) => [String(name), Number(count)]));
    };
  }

  /** A few rows, every column of them: of production alone, as a text that is not UTF-8 cannot be read from a mirror. */
  examples(query: string): RowAnswer<readonly (readonly Value[])[]> {
    const index = this.#query(`SELECT * FROM (${query}) LIMIT ${mostExamples}`);
    return ({ replies }) => readRows(replies[index]);
  }

  /**
   * Tables with rows that a question was about which nobody answered, or which the run needs, with how many there are. What fails on
   * rows that are here is told by the run.
   */
  listUnanswered(migration: string, answers: Answers): readonly UncheckedTable[] {
    const asked = this.#asked.get(migration) ?? [];
    const open = asked.filter(({ here, answer }) => here.tables.length > 0 && answer(answers) === null);
    const tables = new Set([...open.flatMap(({ here }) => here.tables), ...(this.#needed.get(migration) ?? [])]);
    return [...tables]
      .filter((table) => !answers.loaded.has(foldName(table)))
      .map((table) => ({ table, count: this.#sizes.get(table)?.(answers) ?? null }))
      .filter(({ count }) => count?.rows !== 0);
  }

  #ask(rows: AskedRows, build: (from: string) => string): RowAnswer<Said> {
    const { select, bound } = rows;
    return this.#askBoth(rows, build(select), bound?.isSure ? this.#askToday(bound, build) : null);
  }

  #askBoth({ select, setUp = [] }: AskedRows, sql: string, today: RowAnswer<Said> | null): RowAnswer<Said> {
    const same = this.#now.get(sql)?.find(({ here }) => here.setUp.join() === setUp.join());
    if (same !== undefined) return same.answer;
    const here = { moment: this.#moment, setUp, sql, tables: this.#findTables([select, ...setUp].join('\n')) };
    const answer = (answers: Answers): Said | null => {
      const [row] = answers.here.get(here) ?? [];
      return row === undefined ? (today?.(answers) ?? null) : { row, isCut: false };
    };
    this.#add({ here, answer });
    this.#now.set(sql, [...(this.#now.get(sql) ?? []), { here, answer }]);
    for (const table of today === null ? here.tables : []) this.#size(table);
    return answer;
  }

  #add(asked: Asked): void {
    const { migration } = asked.here.moment;
    const known = this.#asked.get(migration) ?? [];
    this.#asked.set(migration, known);
    known.push(asked);
  }

  /** One pass over the rows answers every number that is asked of them. */
  #passToday({ sql, scan }: BoundQuery, aggregate: string): RowAnswer<Said> {
    const { index, place } = this.#pass(scan === null ? sql : scan.limit(mostRows), aggregate);
    const size = scan === null || scan.isWhole ? null : this.#size(scan.table);
    return (answers) => {
      const row = readRows(answers.replies[index])?.[0];
      const all = Math.max(Number(row?.[0] ?? 0), size?.(answers)?.rows ?? 0);
      return row === undefined ? null : { row: [row[place] ?? 0], isCut: all >= mostRows };
    };
  }

  #pass(from: string, aggregate: string): { readonly index: number; readonly place: number } {
    const index = this.#place(`pass ${from}`, { from, aggregates: ['count(*)'] });
    const scan = this.#queries[index];
    const aggregates = typeof scan === 'object' ? scan.aggregates : [];
    const known = aggregates.indexOf(aggregate);
    return { index, place: known >= 0 ? known : aggregates.push(aggregate) - 1 };
  }

  #askToday({ sql, scan }: BoundQuery, build: (from: string) => string): RowAnswer<Said> {
    const index = this.#query(build(scan === null ? sql : scan.limit(mostRows)));
    const size = scan === null ? null : this.#size(scan.table);
    return (answers) => {
      const rows = readRows(answers.replies[index]);
      return rows && { row: rows[0] ?? [], isCut: (size?.(answers)?.rows ?? 0) >= mostRows };
    };
  }

  /** How many rows a table of production has, up to the bound. */
  #size(table: string): RowAnswer<RowCount> {
    const known = this.#sizes.get(table);
    if (known !== undefined) return known;
    const { index } = this.#pass(`${selectAll(table)} LIMIT ${mostRows}`, 'count(*)');
    const size = ({ replies }: Answers): RowCount | null => {
      const row = readRows(replies[index])?.[0];
      return row === undefined ? null : { rows: Number(row[0]), atLeast: Number(row[0]) >= mostRows };
    };
    this.#sizes.set(table, size);
    return size;
  }

  #place(key: string, query: string | Scan): number {
    const place = this.#places.get(key) ?? this.#queries.push(query) - 1;
    this.#places.set(key, place);
    return place;
  }

  #query(sql: string): number {
    return this.#place(sql, sql);
  }
}

interface Scan {
  readonly from: string;
  readonly aggregates: string[];
}

function writeScan({ from, aggregates }: Scan): string {
  return `SELECT ${aggregates.join(', ')} FROM (${from})`;
}

interface Said {
  readonly row: readonly Value[];
  /** True if it looked at some of more rows. */
  readonly isCut: boolean;
}

interface Asked {
  readonly here: RunQuestion;
  readonly answer: RowAnswer<Said>;
}

function readCount(said: Said | null): RowCount | null {
  return said === null ? null : { rows: Number(said.row[0] ?? 0), atLeast: said.isCut };
}

function readRows(reply: Reply | undefined): readonly (readonly Value[])[] | null {
  return reply?.type === 'rows' ? reply.rows : null;
}
