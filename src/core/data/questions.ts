/** What production is asked about its rows: every question of a plan in one list, each bounded. */

import type { Query, Reply, Value } from '../../ports.ts';
import type { RowCount } from '../plan/findings.ts';

/** One question looks at no more rows of a query than this; what lies beyond is "at least". */
const mostRows = 1_000_000;

/** How many rows are shown of those that a finding speaks of. */
const mostExamples = 5;

/** A place in the answers; null where it could not be answered. */
export type Answer<Result> = (replies: readonly Reply[]) => Result | null;

interface Scan {
  readonly index: number;
  readonly expressions: string[];
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
    const scan = { index: this.#queries.length, expressions: [] };
    this.#scans.set(select, scan);
    this.#queries.push(scan);
    this.#selects.push(select);
    return scan;
  }

  #ask(sql: string): number {
    this.#queries.push(sql);
    this.#selects.push('');
    return this.#queries.length - 1;
  }

  /** How many rows the query has. */
  countRows(select: string): Answer<RowCount> {
    const { index } = this.#scan(select);
    return (replies) => {
      const scanned = readNumber(replies[index], 0);
      return scanned === null ? null : { rows: scanned, atLeast: scanned >= mostRows };
    };
  }

  /** The sum of an expression over the rows of the query. */
  sum(select: string, expression: string): Answer<RowCount> {
    const { index, expressions } = this.#scan(select);
    const place = expressions.includes(expression) ? expressions.indexOf(expression) + 1 : expressions.push(expression);
    return (replies) => {
      const scanned = readNumber(replies[index], 0);
      const sum = readNumber(replies[index], place);
      return scanned === null || sum === null ? null : { rows: sum, atLeast: scanned >= mostRows };
    };
  }

  /** How many rows of the query satisfy the condition. */
  countWhere(select: string, condition: string): Answer<RowCount> {
    return this.sum(select, `(${condition}) IS TRUE`);
  }

  /** As `countWhere`, where the condition may fail on a row: that must not take other answers along. */
  countApart(select: string, condition: string): Answer<RowCount> {
    const index = this.#ask(
      `SELECT count(*), sum(a) FROM (SELECT (${condition}) IS TRUE AS a FROM (${select}) LIMIT ${mostRows})`,
    );
    return (replies) => {
      const [scanned, found] = [readNumber(replies[index], 0), readNumber(replies[index], 1)];
      return scanned === null || found === null ? null : { rows: found, atLeast: scanned >= mostRows };
    };
  }

  /** @param keys SQL expressions, each with its collation; rows where one is NULL do not count. */
  findDuplicates(
    select: string,
    keys: readonly { readonly expression: string; readonly collation: string }[],
    where: string | null,
  ): Answer<Duplicates> {
    const list = keys.map(({ expression }, index) => `(${expression}) AS k${index}`).join(', ');
    const present = keys.map(({ expression }) => `(${expression}) IS NOT NULL`).join(' AND ');
    const groups = keys.map(({ collation }, index) => `k${index} COLLATE ${collation}`).join(', ');
    const condition = where === null ? present : `(${where}) AND ${present}`;
    const index = this.#ask(
      `SELECT sum(n > 1), sum(CASE WHEN n > 1 THEN n ELSE 0 END), sum(n) FROM (SELECT count(*) AS n FROM (SELECT ${list} FROM (${select}) WHERE ${condition} LIMIT ${mostRows}) GROUP BY ${groups})`,
    );
    return (replies) => {
      const reply = replies[index];
      if (reply?.type !== 'rows') return null;
      const [values, rows, all] = [0, 1, 2].map((place) => readNumber(reply, place) ?? 0);
      return { values: values ?? 0, count: { rows: rows ?? 0, atLeast: (all ?? 0) >= mostRows } };
    };
  }

  /** The first row of a query, as it is. */
  read(sql: string): Answer<readonly Value[]> {
    const index = this.#ask(sql);
    return (replies) => {
      const reply = replies[index];
      return reply?.type === 'rows' ? (reply.rows[0] ?? []) : null;
    };
  }

  /** A few rows of a query, every column of them. */
  readExamples(select: string): Answer<readonly (readonly Value[])[]> {
    const index = this.#ask(`SELECT * FROM (${select}) LIMIT ${mostExamples}`);
    return (replies) => {
      const reply = replies[index];
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

/** A sum over no rows is NULL, and 0 is meant. */
function readNumber(reply: Reply | undefined, place: number): number | null {
  return reply?.type === 'rows' ? Number(reply.rows[0]?.[place] ?? 0) : null;
}
