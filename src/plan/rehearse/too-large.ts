/** Rows that a run on production's rows has made: whether the server takes any of that size. */

import type { Finding } from '../../findings/catalogue.ts';
import { failsOnRows } from '../../findings/fails-on-rows.ts';
import { find } from '../../findings/finding.ts';
import type { Database } from '../../ports.ts';
import { readReplies } from '../../production/gather.ts';
import type { LargeRow } from '../../rows/run/large-rows.ts';
import { writeNumber } from '../../text/count.ts';
import { askWhetherTaken, readTooLarge } from '../row-size.ts';

/**
 * One more read-only request, if there is such a row. A file takes what the mirror takes.
 * @throws MigrateError of the connection; INTERRUPTED
 */
export async function findTooLarge(
  database: Database,
  made: readonly LargeRow[],
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  if (made.length === 0 || database.target.type === 'file') return [];
  const questions = made.map(({ bytes }) => askWhetherTaken(bytes));
  const replies = await readReplies(database, questions, {
    purpose: 'sizes of rows',
    ...(signal ? { signal } : {}),
  });
  const refused = made.findIndex((_, index) => readTooLarge(replies[index]) !== null);
  const row = made[refused];
  if (row === undefined) return [];
  const said = `${readTooLarge(replies[refused])} (a row would have ${writeNumber(row.bytes)} bytes)`;
  return [find(failsOnRows, 'blocker', row.place, { message: said, atEnd: false, json: null })];
}
