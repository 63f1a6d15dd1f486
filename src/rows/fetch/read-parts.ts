/** Whole tables, part by part: in the order of their keys, as many rows at a time as are good to hold in memory. */

import type { StreamOptions } from '../../ports.ts';
import { buildLines, type LinesStart, readLine, writeRow } from './lines.ts';
import { listStored, type TableShape } from './stored.ts';

/** The lines that a query of `buildLines` has; null where they are too many for one answer. */
type Lines = readonly string[] | null;

/** @returns the lines of each query. All of them read in one transaction. */
export type AskLines = (queries: readonly string[]) => Promise<readonly Lines[]>;

/** Tables whose first parts are asked for together, and how many rows of each. */
const together = 6;
const firstRows = 50;

/** Characters that a part should have: it is in memory several times over. */
const partSize = 500_000;
const mostRows = 20_000;

/**
 * @throws what `ask` throws; Error for an answer that is none
 * @returns the tables of which every row was taken.
 */
export async function readParts(
  ask: AskLines,
  { tables, take: takeOne, onProgress }: Pick<StreamOptions, 'tables' | 'take' | 'onProgress'>,
): Promise<readonly TableShape[]> {
  let taken = 0;
  const take: StreamOptions['take'] = (table, rows) => {
    taken += rows.length;
    onProgress?.({ table: table.name, rows: taken });
    return takeOne(table, rows);
  };
  const whole: TableShape[] = [];
  for (let next = 0; next < tables.length; next += together) {
    const group = tables.slice(next, next + together);
    const parts = await ask(group.map((table) => buildLines(table, beginning, firstRows)));
    for (const [index, table] of group.entries())
      if (await readTable(ask, take, table, parts[index] ?? null)) whole.push(table);
  }
  return whole;
}

const beginning: LinesStart = { rows: 0, last: null };

/** @returns false if not all of it was taken. */
async function readTable(
  ask: AskLines,
  take: StreamOptions['take'],
  table: TableShape,
  first: Lines,
): Promise<boolean> {
  let [start, limit, lines] = [beginning, firstRows, first];
  for (;;) {
    const rows = lines === null ? [] : readRows(table, lines);
    if (lines !== null && rows.length < limit) return rows.length === 0 || take(table, rows.map(writeRow));
    if (lines === null && limit === 1) return false;
    limit = lines === null ? Math.ceil(limit / 8) : findLimit(limit, lines);
    start = { rows: start.rows + rows.length, last: rows.at(-1) ?? start.last };
    // The next are read while these are taken.
    const next = ask([buildLines(table, start, limit)]);
    next.catch(() => {});
    const goesOn = rows.length === 0 || (await take(table, rows.map(writeRow)));
    [lines = null] = await next;
    if (!goesOn) return false;
  }
}

function readRows(table: TableShape, lines: readonly string[]): readonly (readonly string[])[] {
  const count = listStored(table).length;
  return lines.map((line) => {
    const values = readLine(line, count);
    if (values === null) throw new NoRows();
    return values;
  });
}

/** The answer is not what was asked for. */
export class NoRows extends Error {
  override readonly name = 'NoRows';
}

/** Rows may become longer further on, so a part grows in steps. */
function findLimit(limit: number, lines: readonly string[]): number {
  const length = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
  return Math.max(1, Math.min(Math.floor(partSize / length), limit * 4, mostRows));
}
