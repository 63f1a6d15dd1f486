/**
 * What production is asked about its rows: every question of a plan in one list. Each returns a bounded number of rows, and
 * one that is asked of a single table looks at no more; what compares several tables may read them as a whole.
 */

import type { RowCount } from '../findings/finding.ts';
import type { Query, Reply, Value } from '../ports.ts';

/** One question looks at no more rows of a query than this; what lies beyond is "at least". */
export const mostRows = 1_000_000;

/** How many rows are shown of those that a finding speaks of. */
const mostExamples = 5;

/** A question to the run on rows, by its moment; see `asking.ts`. */
export type RunRows = ReadonlyMap<object, readonly (readonly Value[])[]>;

export interface Answers {
  /** Production's, in the order of the queries. */
  readonly replies: readonly Reply[];
  /** Those of the run on rows, as far as it could answer. */
  readonly here: RunRows;
  /** Folded names of the tables of production that it had the rows of. */
  readonly loaded: ReadonlySet<string>;
}

/** A place in the answers; null where it could not be answered. */
export type RowAnswer<Result> = (answers: Answers) => Result | null;

interface Scan {
  readonly index: number;
  readonly expressions: string[];
  /** Whether its rows are some of more than were looked at. */
  readonly isCut: (answers: Answers) => boolean;
}

/** How many rows there are several of. */
export interface Duplicates {
  /** How many values occur more than once. */
  readonly values: number;
  /** In how many rows. */
  readonly count: RowCount;
}

/** Collects questions, and knows where each one's answer will be. Mutable until its queries are taken. */
export class Questions {
  readonly #scans = new Map<string, Scan>();
  readonly #queries: (string | Scan)[] = [];
  readonly #selects: string[] = [];

  /** One pass over the rows of a query answers everything that is asked of them row by row. */
  #scan(select: string): Scan {
    const known = this.#scans.get(select);
    if (known !== undefined) return known;
    const { from, isCut } = this.#bound(select);
    const index = this.#queries.length;
    const isFull = (answers: Answers) => (readNumber(answers.replies[index], 0) ?? 0) >= mostRows;
    const scan = { index, expressions: [], isCut: (answers: Answers) => isFull(answers) || isCut(answers) };
    this.#scans.set(select, scan);
    this.#queries.push(scan);
    this.#selects.push(from);
    return scan;
  }

  /** A condition that few rows satisfy would have the whole table read: the rows that it is asked of are counted, too. */
  #bound(select: string): { readonly from: string; readonly isCut: (answers: Answers) => boolean } {
    const table = findScanned(select);
    if (table === null) return { from: select, isCut: () => false };
    const { isCut } = this.#scan(table);
    return { from: select.replace(table, () => `${table} LIMIT ${mostRows}`), isCut };
  }

  #ask(sql: string): number {
    this.#queries.push(sql);
    this.#selects.push('');
    return this.#queries.length - 1;
  }

  /** How many rows the query has. */
  countRows(select: string): RowAnswer<RowCount> {
    const { index, isCut } = this.#scan(select);
    return (answers) => {
      const scanned = readNumber(answers.replies[index], 0);
      return scanned === null ? null : { rows: scanned, atLeast: isCut(answers) };
    };
  }

  /** The sum of an expression over the rows of the query. */
  sum(select: string, expression: string): RowAnswer<RowCount> {
    const { index, expressions, isCut } = this.#scan(select);
    const place = expressions.includes(expression) ? expressions.indexOf(expression) + 1 : expressions.push(expression);
    return (answers) => {
      const sum = readNumber(answers.replies[index], place);
      return sum === null ? null : { rows: sum, atLeast: isCut(answers) };
    };
  }

  /** How many rows of the query satisfy the condition. */
  countWhere(select: string, condition: string): RowAnswer<RowCount> {
    return this.sum(select, `(${condition}) IS TRUE`);
  }

  /** As `countWhere`, where the condition may fail on a row: that must not take other answers along. */
  countApart(select: string, condition: string): RowAnswer<RowCount> {
    const { from, isCut } = this.#bound(select);
    const index = this.#ask(
      `SELECT count(*), sum(a) FROM (SELECT (${condition}) IS TRUE AS a FROM (${from}) LIMIT ${mostRows})`,
    );
    return (answers) => {
      const [scanned, found] = [readNumber(answers.replies[index], 0), readNumber(answers.replies[index], 1)];
      if (scanned === null || found === null) return null;
      return { rows: found, atLeast: scanned >= mostRows || isCut(answers) };
    };
  }

  /** @param keys SQL expressions, each with its collation; rows where one is NULL do not count. */
  findDuplicates(
    select: string,
    keys: readonly { readonly expression: string; readonly collation: string }[],
    where: string | null,
  ): RowAnswer<Duplicates> {
    const { from, isCut } = this.#bound(select);
    const asked = (expression: string) =>
      where === null ? `(${expression})` : `CASE WHEN ${where} THEN ${expression} END`;
    const list = keys.map(({ expression }, index) => `${asked(expression)} AS k${index}`).join(', ');
    const present = keys.map((_, index) => `k${index} IS NOT NULL`).join(' AND ');
    const groups = keys.map(({ collation }, index) => `k${index} COLLATE ${collation}`).join(', ');
    const index = this.#ask(
      `SELECT sum(n > 1 AND p), sum(CASE WHEN n > 1 AND p THEN n ELSE 0 END), sum(n) FROM (SELECT count(*) AS n, ${present} AS p FROM (SELECT ${list} FROM (${from}) LIMIT ${mostRows}) GROUP BY ${groups})`,
    );
    return (answers) => {
      const reply = answers.replies[index];
      if (reply?.type !== 'rows') return null;
      const [values, rows, all] = [0, 1, 2].map((place) => readNumber(reply, place) ?? 0);
      return { values: values ?? 0, count: { rows: rows ?? 0, atLeast: (all ?? 0) >= mostRows || isCut(answers) } };
    };
  }

  /** The first row of a query, as it is. */
  read(sql: string): RowAnswer<readonly Value[]> {
    const index = this.#ask(sql);
    return (answers) => {
      const reply = answers.replies[index];
      return reply?.type === 'rows' ? (reply.rows[0] ?? []) : null;
    };
  }

  /** A few rows of a query, every column of them. */
  readExamples(select: string): RowAnswer<readonly (readonly Value[])[]> {
    const index = this.#ask(`SELECT * FROM (${select}) LIMIT ${mostExamples}`);
    return (answers) => {
      const reply = answers.replies[index];
      return reply?.type === 'rows' ? reply.rows : null;
    };
  }

  get count(): number {
    return this.#queries.length;
  }

  buildQueries(): readonly Query[] {
    return this.#queries.map((query, index) => {
      if (typeof query === 'string') return { sql: query };
      const columns = query.expressions.map((expression, place) => `${expression} AS a${place}`);
      const sums = query.expressions.map((_, place) => `, sum(a${place})`).join('');
      const inner = columns.length === 0 ? '1' : columns.join(', ');
      return {
        sql: `SELECT count(*)${sums} FROM (SELECT ${inner} FROM (${this.#selects[index]}) LIMIT ${mostRows})`,
      };
    });
  }
}

const tableRows = /(?<=\()SELECT "(?:[^"]|"")*"(?:, "(?:[^"]|"")*")* FROM main\."(?:[^"]|"")*"(?=\))/g;

/** What is said of several rows together: of fewer of them it would be something else. */
const overSeveral =
  /(?<!\b(?:FROM|AS) )\(\s*(?:SELECT|WITH|VALUES)\b|\b(?:GROUP|EXCEPT|INTERSECT|DISTINCT|OVER|LEFT|RIGHT|FULL|LIMIT)\b|\b(?:count|sum|total|avg|min|max|\w*group\w*)\s*\(/i;

/** @returns the SELECT that a condition picks rows from, where it is asked of one table, row by row. */
function findScanned(select: string): string | null {
  const [table, ...others] = select.match(tableRows) ?? [];
  const isOne = table !== undefined && others.length === 0 && select.split('main."').length === 2;
  return isOne && /\bWHERE\b/i.test(select) && !overSeveral.test(select) ? table : null;
}

/** A sum over no rows is NULL, and 0 is meant. */
function readNumber(reply: Reply | undefined, place: number): number | null {
  return reply?.type === 'rows' ? Number(reply.rows[0]?.[place] ?? 0) : null;
}
