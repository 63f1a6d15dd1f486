/** Putting single quotes around texts, name after name, as the engine misses them. */

import { readMissingColumn } from './engine-words.ts';
import { straightenName } from './texts.ts';

/** Each is one more attempt. */
const mostNames = 100;

export interface Straightened {
  readonly sql: string;
  /** What is still wrong with it; null where it works. */
  readonly fault: string | null;
}

/**
 * @param fault what is wrong with the text as it stands, in the engine's words.
 * @param attempt tries the text. @returns what is wrong with it
 * @returns how far that led; the text itself where nothing in it is missed as a column.
 */
export async function straightenMissed(
  text: string,
  fault: string,
  attempt: (sql: string) => Promise<string | null> | string | null,
): Promise<Straightened> {
  let reached: Straightened = { sql: text, fault };
  for (let round = 0; round < mostNames && reached.fault !== null; round += 1) {
    const name = readMissingColumn(reached.fault);
    const sql = name === null ? null : straightenName(reached.sql, name);
    if (sql === null) break;
    reached = { sql, fault: await attempt(sql) };
  }
  return reached;
}
