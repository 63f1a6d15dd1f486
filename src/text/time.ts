/** Times that come from a database, which may hold anything. */

/** Year 0 to year 9999, in milliseconds since 1970: what ISO 8601 writes with four digits. */
const earliest = Date.parse('0000-01-01T00:00:00Z');
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** @param milliseconds since 1970. @returns null where they are not valid: a Date of it would throw, or not read as people write one. */
export function toDate(milliseconds: number): Date | null {
  return milliseconds >= earliest && milliseconds <= latest ? new Date(milliseconds) : null;
}

/** @param said by a server's clock. @returns milliseconds since 1970; null where it is not valid, or the clock was never set. */
export function readClock(said: unknown): number | null {
  return (typeof said === 'number' && toDate(said)?.getTime()) || null;
}
