/** Puts single quotes around texts, one name after the other, as the engine reports them missing. */

import { readMissingColumn } from './engine-words.ts';
import { straightenName } from './texts.ts';

/** Each one is another attempt. */
const mostNames = 100;

export interface Straightened {
  readonly sql: string;
  /** The remaining error; null if it works. */
  readonly fault: string | null;
}

/**
 * @param fault the error of the present text, in the engine's words
 * @param attempt tries a text, and returns its error
 * @returns the last text and its error; the given text if nothing in it is missing as a column
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
