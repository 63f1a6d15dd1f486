/** Times from a database, which may contain any value. */

/** Year 0 to year 9999, in milliseconds since 1970: the years that ISO 8601 writes with four digits. */
const earliest = Date.parse('0000-01-01T00:00:00Z');
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * @param milliseconds since 1970
 * @returns null if they are not valid: a Date would throw, or would not be written in the usual form
 */
export function toDate(milliseconds: number): Date | null {
  return milliseconds >= earliest && milliseconds <= latest ? new Date(milliseconds) : null;
}

/**
 * @param value the time of a server's clock
 * @returns milliseconds since 1970; null if it is not valid, or the clock was never set
 */
export function readClock(value: unknown): number | null {
  return (typeof value === 'number' && toDate(value)?.getTime()) || null;
}
