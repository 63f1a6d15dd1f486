/** Pieces that every answer is laid out with. */

import { printable } from '../../adapters/terminal/printable.ts';
import type { Screen } from '../../adapters/terminal/streams.ts';
import { cutToWidth, wrapToWidth } from '../../adapters/terminal/width.ts';

/** An answer: its parts set apart by empty lines, each of them already indented. */
export function joinParts(parts: readonly (readonly string[])[]): string {
  const filled = parts.filter((part) => part.length > 0);
  return `\n${filled.map((part) => part.join('\n')).join('\n\n')}\n`;
}

/** The name of what is answered about. */
export function renderTitle(name: string, { paint }: Screen): string {
  return `  ${paint.bold(printable(name))}`;
}

/** Text of one line cut to the room that is left after `used` columns; whole where there is no terminal. */
export function fitLine(text: string, used: number, { columns }: Screen): string {
  return columns === null ? text : cutToWidth(text, Math.max(12, columns - used));
}

/** A name cut to the room that its column has; whole where there is no terminal. */
export function fitName(name: string, room: number, { columns }: Screen): string {
  return columns === null ? printable(name) : cutToWidth(printable(name), Math.max(12, room));
}

/** One line broken so that it fits after `indent` columns; lines after the first get `further` spaces more. */
export function hang(text: string, further: number, indent: number, { columns }: Screen): readonly string[] {
  if (columns === null) return [text];
  const [first = '', ...rest] = wrapToWidth(text, Math.max(24, Math.min(columns, 110) - indent - further));
  return [first, ...rest.map((line) => ' '.repeat(further) + line)];
}

/** `1 statement`, `2 statements`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${renderNumber(number)} ${number === 1 ? singular : plural}`;
}

/** With a comma between thousands. */
export function renderNumber(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Local time, to the minute; empty where it is not known. */
export function renderTime(milliseconds: number | null): string {
  if (!milliseconds) return '';
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** SQL as some lines with the numbers that they have in the file. */
export function renderSource(sql: string, line: number | null, screen: Screen): readonly string[] {
  const lines = sql.split(/\r\n|\n/);
  const shown = lines.slice(0, longestSource);
  const number = (index: number) => (line === null ? '' : String(line + index)).padStart(4);
  const rows = shown.map((text, index) => {
    const source = fitLine(printable(text.replaceAll('\t', '    ')), 10, screen);
    return `  ${screen.paint.dim(`${number(index)} │`)} ${source}`;
  });
  const more = lines.length - shown.length;
  return more > 0 ? [...rows, `  ${screen.paint.dim(`     │ … ${count(more, 'more line')}`)}`] : rows;
}

const longestSource = 8;
