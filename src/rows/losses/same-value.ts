/** SQL that tells whether a value is still there, as the same or under another type. */

import type { Affinity } from '../../schema/model/affinity.ts';

/** A value that is put together with others is still a part of the text. */
type Sameness = 'equal' | 'part';

export interface After {
  /** SQL of the value that may be the same. */
  readonly value: string;
  readonly by: Sameness;
}

/** A condition: there is a value, and none of the others is the same. */
export function isLost(before: string, after: readonly After[]): string {
  const same = after.map(({ value, by }) => `(${isSame(before, value, by)})`);
  return `${before} IS NOT NULL AND (${same.join(' OR ')}) IS NOT TRUE`;
}

/** 007 is not 7, and 5.0 is 5; a text that became a number is the same where the number gives it back. */
function isSame(before: string, after: string, by: Sameness): string {
  const text = `CAST(${before} AS TEXT)`;
  const isNumber = (value: string) => `typeof(${value}) IN ('integer', 'real')`;
  const isKept =
    by === 'part' ? `instr(CAST(${after} AS TEXT), ${text}) > 0` : `CAST(${after} AS TEXT) = ${text} COLLATE binary`;
  const whole = `CASE WHEN ${after} = CAST(${after} AS INTEGER) THEN CAST(CAST(${after} AS INTEGER) AS TEXT) END`;
  const given = `${text} COLLATE binary IN (CAST(${after} AS TEXT), CAST(CAST(${after} AS REAL) AS TEXT), ${whole})`;
  // Of a real number a text has 15 digits.
  const hasAllDigits = `(typeof(${before}) <> 'real' OR CAST(${text} AS REAL) = ${before})`;
  return `CASE WHEN ${isNumber(after)} THEN CASE WHEN ${isNumber(before)} THEN ${after} = ${before} ELSE ${given} END ELSE ${isKept} AND ${hasAllDigits} END`;
}

/** What a column of this affinity makes of the value (SQLite's "Datatypes", section 3); a CAST alone makes a number of any text. */
export function storeAs(value: string, affinity: Affinity): string {
  if (affinity === 'none') return value;
  if (affinity === 'text') return `CAST(${value} AS TEXT)`;
  return `CASE WHEN ${value} = CAST(${value} AS NUMERIC) THEN CAST(${value} AS ${affinity}) ELSE ${value} END`;
}
