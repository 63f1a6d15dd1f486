/** SQL on a screen: printable, bounded, broken between its tokens, and with colours that change no character of it. */

import type { SqlPaint } from '../../../adapters/terminal/paint.ts';
import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth } from '../../../adapters/terminal/width.ts';
import { isKeyword } from '../../../sql/reserved.ts';
import { Scanner } from '../../../sql/scanner.ts';
import { count, writeNumber } from '../../../text/count.ts';
import { takeFirst } from '../../../text/cut.ts';

interface Piece {
  /** Within the line. */
  readonly start: number;
  readonly end: number;
  /** What it is painted as; null for neither. */
  readonly style: keyof SqlPaint | null;
}

/** One line of SQL as it is shown. */
export interface SqlLine {
  readonly text: string;
  /** Its tokens and comments, in order. */
  readonly pieces: readonly Piece[];
}

/** Nothing that a person reads is longer; a statement may have megabytes. */
const widest = 2_000;

export interface ShownSql {
  readonly lines: readonly SqlLine[];
  /** How many lines are left out. */
  readonly more: number;
}

/**
 * Its first lines, made printable.
 * @param most lines. @param longest characters of a line; its end says how many are left out.
 */
export function readSql(sql: string, most: number = Number.POSITIVE_INFINITY, longest: number = widest): ShownSql {
  const lines = sql.split(/\r\n|\n/);
  const shown = lines.slice(0, most);
  const cut = shown.findIndex((line) => line.length > longest);
  const texts = shown.map((line) => printable(bound(line, longest).replaceAll('\t', '    ')));
  // What follows a line whose end is not known may be a part of its last text.
  const known = cut === -1 ? texts : texts.slice(0, cut + 1);
  const pieces = findPieces(known);
  return {
    lines: texts.map((text, index) => ({ text, pieces: pieces[index] ?? [] })),
    more: lines.length - shown.length,
  };
}

/** The SQL without line ends of its own: as one line, whatever is in it. */
export function readSqlLine(sql: string): SqlLine {
  const text = printable(bound(sql, widest));
  return { text, pieces: findPieces([text])[0] ?? [] };
}

function bound(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = takeFirst(text, longest);
  return `${kept} … (${writeNumber(text.length - kept.length)} more characters)`;
}

/** For each line; a text or a comment may go over several. */
function findPieces(lines: readonly string[]): readonly (readonly Piece[])[] {
  const found = lines.map((): Piece[] => []);
  const joined = lines.join('\n');
  const scanner = new Scanner(joined);
  let line = 0;
  let begin = 0;
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind === 'space') continue;
    const style = findStyle(kind, joined.slice(start, Math.min(end, start + longestKeyword)));
    for (;;) {
      const text = lines[line];
      if (text === undefined) return found;
      const from = Math.max(start - begin, 0);
      const to = Math.min(end - begin, text.length);
      if (from < to) found[line]?.push({ start: from, end: to, style });
      if (end <= begin + text.length) break;
      begin += text.length + 1;
      line += 1;
    }
  }
  return found;
}

/** Longer than any keyword. */
const longestKeyword = 32;

function findStyle(kind: Scanner['kind'], word: string): Piece['style'] {
  switch (kind) {
    case 'word':
      return isKeyword(word) ? 'keyword' : null;
    case 'string':
    case 'blob':
    case 'number':
      return 'value';
    case 'comment':
      return 'comment';
    default:
      return null;
  }
}

/** A part of a line, in colour where there is any. */
export function paintSql({ text, pieces }: SqlLine, start: number, end: number, { paint }: Screen): string {
  if (paint.sql === null) return text.slice(start, end);
  let painted = '';
  let done = start;
  for (const piece of pieces) {
    if (piece.style === null || piece.end <= start || piece.start >= end) continue;
    const from = Math.max(piece.start, start);
    const to = Math.min(piece.end, end);
    painted += text.slice(done, from) + paint.sql[piece.style](text.slice(from, to));
    done = to;
  }
  return painted + text.slice(done, end);
}

/** The line, cut to the columns that are left after `used`; whole where there is no terminal. */
export function cutSql(line: SqlLine, used: number, screen: Screen): string {
  const { text } = line;
  const { columns } = screen;
  if (columns === null || measureWidth(text) <= columns - used) return paintSql(line, 0, text.length, screen);
  const room = Math.max(12, columns - used) - 1;
  let end = 0;
  for (let width = 0; ; ) {
    const character = String.fromCodePoint(text.codePointAt(end) ?? 0);
    width += measureWidth(character);
    if (end >= text.length || width > room) break;
    end += character.length;
  }
  return `${paintSql(line, 0, text.slice(0, end).trimEnd().length, screen)}…`;
}

/** Where a line may be broken: between two tokens, so that it means the same; or at any space, where nobody copies it. */
type Break = 'between-tokens' | 'at-spaces';

/**
 * The line as several of at most `columns`, of which those after the first begin with its own indentation and `further` spaces. A
 * longer word stands alone.
 */
export function wrapSql(line: SqlLine, columns: number, where: Break, screen: Screen): readonly string[] {
  const { text, pieces } = line;
  const begin = text.length - text.trimStart().length;
  if (measureWidth(text) <= columns) return [paintSql(line, 0, text.length, screen)];
  const indent = ' '.repeat(Math.min(begin + 2, Math.floor(columns / 2)));
  // Spaces behind the last token mean nothing; within a text that goes on in the next line they do.
  const end = Math.max(text.trimEnd().length, pieces.at(-1)?.end ?? 0);
  const places = [...findBreaks(line, begin, where).filter((place) => place < end), end];
  const parts: string[] = [];
  let start = 0;
  let last = -1;
  const push = (to: number): void => {
    // A long run of spaces is no line.
    if (text.slice(start, to).trim() === '') return;
    parts.push((parts.length === 0 ? '' : indent) + paintSql(line, start, to, screen));
  };
  for (const place of places) {
    const room = start === 0 ? columns : columns - indent.length;
    if (last > start && measureWidth(text.slice(start, place)) > room) {
      push(last);
      start = last + 1;
    }
    last = place;
  }
  push(end);
  return parts;
}

/** The spaces at which it may be broken. */
function findBreaks({ text, pieces }: SqlLine, begin: number, where: Break): readonly number[] {
  const breaks: number[] = [];
  let piece = 0;
  for (let at = text.indexOf(' ', begin); at !== -1; at = text.indexOf(' ', at + 1)) {
    while ((pieces[piece]?.end ?? Number.POSITIVE_INFINITY) <= at) piece += 1;
    if (where === 'at-spaces' || at < (pieces[piece]?.start ?? Number.POSITIVE_INFINITY)) breaks.push(at);
  }
  return breaks;
}

const longestSource = 8;

/** SQL as some lines with the numbers that they have in the file, each cut to the screen. */
export function renderSource(sql: string, line: number | null, screen: Screen): readonly string[] {
  const { lines, more } = readSql(sql, longestSource);
  const rows = lines.map((own, index) =>
    renderRow(line === null ? '' : String(line + index), cutSql(own, 10, screen), screen),
  );
  return more > 0 ? [...rows, renderMore(more, screen)] : rows;
}

/** Of a line that is wrapped. */
const longestWhole = 20_000;

/** SQL wrapped instead of cut, up to `most` rows. @param line of the first one in its file; null for none. */
export function renderWholeSource(sql: string, line: number | null, screen: Screen, most: number): readonly string[] {
  const { columns } = screen;
  const { lines, more } = readSql(sql, most, columns === null ? widest : Math.min(longestWhole, most * 110));
  const width = columns === null ? Number.POSITIVE_INFINITY : findSqlWidth(columns - 9);
  const rows = lines.flatMap((own, index) => {
    const number = line === null ? '' : String(line + index);
    return wrapSql(own, width, 'at-spaces', screen).map((part, place) =>
      renderRow(place === 0 ? number : '', part, screen),
    );
  });
  const left = Math.max(0, rows.length - most) + more;
  return left > 0 ? [...rows.slice(0, most), renderMore(left, screen)] : rows;
}

/** As wide as other text is, at most. */
export function findSqlWidth(columns: number): number {
  return Math.max(24, Math.min(columns, 101));
}

function renderRow(number: string, text: string, { paint }: Screen): string {
  const gutter = `  ${paint.dim(`${number.padStart(4)} │`)}`;
  return text === '' ? gutter : `${gutter} ${text}`;
}

function renderMore(lines: number, { paint }: Screen): string {
  return `  ${paint.dim(`     │ … ${count(lines, 'more line')}`)}`;
}
