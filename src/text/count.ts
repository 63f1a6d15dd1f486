/** Numbers in a sentence. */

/** `1 statement`, `2 statements`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${writeNumber(number)} ${number === 1 ? singular : plural}`;
}

/** With a comma between thousands. */
export function writeNumber(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1,204 rows`, `1 row`, `at least 1,000,000 rows` */
export function describeRows(counted: Counted): string {
  return describeCount(counted, 'row');
}

export function describeCount({ rows, atLeast }: Counted, noun: string): string {
  return `${atLeast ? 'at least ' : ''}${count(rows, noun)}`;
}

/**
 * The sum of several counts.
 * @returns null if one of them is not known
 */
export function sumCounts(counts: readonly (Counted | null)[]): Counted | null {
  const known = counts.filter((each) => each !== null);
  if (known.length < counts.length) return null;
  return { rows: known.reduce((sum, { rows }) => sum + rows, 0), atLeast: known.some(({ atLeast }) => atLeast) };
}

interface Counted {
  readonly rows: number;
  readonly atLeast: boolean;
}
