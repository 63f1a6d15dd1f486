/**
 * Rows as lines of numbers and hexadecimal digits: text may hold bytes that are none, which would fail a whole answer, and
 * JSON has neither all numbers nor all texts.
 */

import { listKeyParts, selectPage } from '../../backup/tables.ts';
import { sameName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { listStored, type TableShape } from './stored.ts';

/** An SQL expression that writes a row of the table as a line. */
export function writeLine(shape: TableShape): string {
  return join(listStored(shape).map(write), ` || ',' || `);
}

/** An SQL expression: how many characters `writeLine` makes of a row, at most. */
export function measureLine(shape: TableShape): string {
  return join(listStored(shape).map(measure), ' + ');
}

function write(value: string): string {
  return `CASE typeof(${value}) WHEN 'null' THEN 'n' WHEN 'text' THEN 't''' || hex(CAST(${value} AS BLOB)) || '''' WHEN 'blob' THEN 'x''' || hex(${value}) || '''' ELSE quote(${value}) END`;
}

function measure(value: string): string {
  return `CASE typeof(${value}) WHEN 'null' THEN 2 WHEN 'text' THEN 4 + 2 * octet_length(${value}) WHEN 'blob' THEN 4 + 2 * octet_length(${value}) ELSE 26 END`;
}

/** In halves: an expression may be 1,000 levels deep (sqlite.org/limits.html), and a table have 2,000 columns. */
function join(parts: readonly string[], operator: string): string {
  if (parts.length < 3) return parts.join(operator);
  const half = parts.length >> 1;
  return `(${join(parts.slice(0, half), operator)})${operator}(${join(parts.slice(half), operator)})`;
}

const value = /^(?:n|-?\d+|-?(?:Inf|\d+\.\d+(?:e[+-]\d+)?)|[tx]'[0-9A-F]*')$/;

/**
 * It is run on the mirror, and came from a server: nothing but numbers and digits is let in.
 * @returns the SQL of each value; null for what is no line of that many.
 */
export function readLine(line: string, count: number): readonly string[] | null {
  const values = line.split(',');
  if (values.length !== count || !values.every((each) => value.test(each))) return null;
  return values.map(writeLiteral);
}

/** @returns the SQL of a row: `(1, CAST(x'6162' AS TEXT), NULL)`. */
export function writeRow(values: readonly string[]): string {
  return `(${values.join(', ')})`;
}

function writeLiteral(text: string): string {
  if (text === 'n') return 'NULL';
  if (text.startsWith('t')) return `CAST(x${text.slice(1)} AS TEXT)`;
  return text.endsWith('Inf') ? text.replace('Inf', '9e999') : text;
}

/** Where the next part of a table begins. */
export interface LinesStart {
  /** How many rows there are before it. */
  readonly rows: number;
  /** The values of the last of these as SQL; null where there is none. */
  readonly last: readonly string[] | null;
}

/** The next lines of a table, in the order of its key. */
export function buildLines(shape: TableShape, { rows, last }: LinesStart, limit: number): string {
  const key = last === null ? [] : findKey(shape, last);
  return selectPage(
    shape,
    writeLine(shape),
    key.length === 0 ? { type: 'place', rows } : { type: 'after-key', key },
    limit,
  );
}

function findKey(shape: TableShape, values: readonly string[]): readonly string[] {
  const names = listStored(shape).map(unquoteIdentifier);
  return listKeyParts(shape).map(({ name }) => values[names.findIndex((own) => sameName(own, name))] ?? 'NULL');
}
