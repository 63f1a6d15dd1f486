/** The one question that fetches the rows of a plan's tables, and reading its answer. */

import type { Query, Reply } from '../../ports.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { measureLine, readLine, writeLine, writeRow } from './lines.ts';
import { listStored, type TableShape } from './stored.ts';

/** How much is fetched: rows of all tables together, and bytes of the answer. */
export interface RowBound {
  readonly rows: number;
  readonly bytes: number;
}

/** How many rows a plan may fetch, of all tables together; none are fetched at 0. `all` are read in parts, into a file. */
export type RowsSetting = number | 'all';

export const defaultRows = 20_000;

/** More than that many never fit into `mostBytes`. */
const mostRows = 1_000_000;

/** @returns what a setting means, `none`, `all` or a number; null where it means nothing. */
export function parseRowsSetting(setting: string): RowsSetting | null {
  if (setting === 'none') return 0;
  if (setting === 'all') return setting;
  const rows = /^\d{1,7}$/.test(setting) ? Number(setting) : null;
  return rows !== null && rows <= mostRows ? rows : null;
}

/** A server answers with 10 MB at most. */
export const mostBytes = 6_000_000;

/** A server's value has 5 MB at most, with all that is measured short of it (sqld 0.24: SQLITE_LIMIT_LENGTH). */
const mostOfTable = 4_000_000;

/** Each column stands in the question with about 300 characters, and a server takes a question of 1 MB at most. */
const mostColumns = 1_500;

/** @returns the tables that one question can ask for, those with the fewest columns first; the others stay where they are. */
export function chooseShapes(shapes: readonly TableShape[]): readonly TableShape[] {
  let columns = 0;
  return shapes
    .toSorted((left, right) => left.columns.length - right.columns.length)
    .filter((shape) => {
      columns += shape.columns.length;
      return columns <= mostColumns;
    });
}

/** The rows of a table, all of them. */
export interface FetchedTable {
  readonly shape: TableShape;
  /** Each as the SQL of its values: `(1, CAST(x'6162' AS TEXT), NULL)`. */
  readonly rows: readonly string[];
}

/**
 * Whole tables, the smallest first, as many as there is room for. How many rows a table has, and then how long they are, is
 * found out before any is read: large values are not even looked at.
 */
export function buildRowsQuery(shapes: readonly TableShape[], { rows, bytes }: RowBound): Query {
  const tables = shapes.map((shape) => ({ shape, from: `main.${quoteIdentifier(shape.name)}` }));
  const ofEach = (build: (table: (typeof tables)[number]) => string) =>
    `CASE t ${tables.map((table, index) => `WHEN ${index} THEN (${build(table)})`).join(' ')} END`;
  const counts = tables.map(
    ({ from }, index) => `(${index}, (SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT ${rows + 1})))`,
  );
  const length = ({ shape, from }: (typeof tables)[number]) => `SELECT sum(2 + ${measureLine(shape)}) FROM ${from}`;
  const text = ({ shape, from }: (typeof tables)[number]) =>
    `SELECT group_concat(v, char(10)) FROM (SELECT ${writeLine(shape)} AS v FROM ${from})`;
  const parts = [
    `counted (t, n) AS (VALUES ${counts.join(', ')})`,
    `few (t) AS MATERIALIZED (SELECT t FROM (SELECT t, sum(n) OVER (ORDER BY n, t) AS s FROM counted) WHERE s <= ${rows})`,
    `sized (t, c) AS MATERIALIZED (SELECT t, coalesce(${ofEach(length)}, 0) FROM few)`,
    `fits (t) AS MATERIALIZED (SELECT t FROM (SELECT t, sum(c) OVER (ORDER BY c, t) AS s FROM sized WHERE c <= ${mostOfTable}) WHERE s <= ${bytes})`,
  ];
  return { sql: `WITH ${parts.join(', ')} SELECT t, ${ofEach(text)} FROM fits` };
}

/** @returns the tables that there was room for; null for what is no answer to `buildRowsQuery`. */
export function parseRows(reply: Reply | undefined, shapes: readonly TableShape[]): readonly FetchedTable[] | null {
  if (reply?.type !== 'rows') return null;
  const tables: FetchedTable[] = [];
  for (const [place, text] of reply.rows) {
    const shape = typeof place === 'number' || typeof place === 'bigint' ? shapes[Number(place)] : undefined;
    if (shape === undefined || (text !== null && typeof text !== 'string')) return null;
    if (tables.some((table) => table.shape === shape)) return null;
    const count = listStored(shape).length;
    const rows = (text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [readRow(line, count)]));
    if (rows.includes(null)) return null;
    tables.push({ shape, rows: rows.filter((row) => row !== null) });
  }
  return tables;
}

function readRow(line: string, count: number): string | null {
  const values = readLine(line, count);
  return values && writeRow(values);
}
