/** Numbers in a sentence. */

/** `1 statement`, `2 statements`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${writeNumber(number)} ${number === 1 ? singular : plural}`;
}

/** With a comma between thousands. */
export function writeNumber(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
