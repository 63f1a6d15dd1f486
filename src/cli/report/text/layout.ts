/** Pieces that every answer is laid out with. */

import type { Brush } from '../../../adapters/terminal/paint.ts';
import { printable, printablePiece, withoutOurs } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { cutToWidth, measureWidth, wrapToWidth } from '../../../adapters/terminal/width.ts';
import type { Besides } from '../../../history/history.ts';
import { count } from '../../../text/count.ts';
import { joinSpans, type Prose, splitSpans, type Written, writeSpans } from '../../../text/prose.ts';
import { toDate } from '../../../text/time.ts';

/** An answer: its parts set apart by empty lines, each of them already indented. */
export function joinParts(parts: readonly (readonly string[])[]): string {
  const filled = parts.filter((part) => part.length > 0);
  return `\n${filled.map((part) => part.join('\n')).join('\n\n')}\n`;
}

/** A sentence whose commands work as they stand. */
export function writeFor(prose: Prose, { writer }: Pick<Screen, 'writer'>): string {
  return joinSpans(writeSpans(prose, writer));
}

/** The name of what is answered about. */
export function renderTitle(name: string, { paint }: Screen): string {
  return `  ${paint.bold(printable(name))}`;
}

/** A name, and what is said of it: below, where it does not fit beside the name. */
export function renderHeading(name: string, says: string, screen: Screen): readonly string[] {
  const { columns, paint } = screen;
  const head = `  ${paint.bold(name)}`;
  if (says === '') return [head];
  if (columns === null || measureWidth(`  ${name}  ${says}`) <= columns) return [`${head}  ${says}`];
  return [`  ${paint.bold(name.trimEnd())}`, ...hang(says, 0, 4, screen).map((line) => `    ${line}`)];
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

/** The lines of what is shown; each printable, and none like a next step or an error of ours. */
export function splitLines(written: Written): readonly Written[] {
  return splitSpans(written).map((line) =>
    line.map(({ type, text }, index) => ({
      type,
      text: index === 0 ? withoutOurs(printablePiece(text)) : printablePiece(text),
    })),
  );
}

/** One line, whatever is in it. */
function printableLine(written: Written): Written {
  return written.map((span) => ({ ...span, text: printable(span.text) }));
}

/** Like `hang`, but a command to copy at the end stays in one piece: a line end of ours would be copied with it. */
export function hangNext(line: Written, further: number, indent: number, screen: Screen): readonly string[] {
  const { columns } = screen;
  const text = joinSpans(line);
  const start = findLastCommand(line);
  if (columns === null || start === null || indent + measureWidth(text) <= columns) {
    return start === null ? hang(text, further, indent, screen) : [text];
  }
  const before = joinSpans(line.slice(0, start)).trimEnd();
  const lines = before === '' ? [] : hang(before, further, indent, screen);
  return [...lines, `${lines.length > 0 ? ' '.repeat(further) : ''}${joinSpans(line.slice(start))}`];
}

/** The index of the command at the end of a line, before a full stop or a comment; null if the line ends with other words. */
function findLastCommand(line: Written): number | null {
  const last = line.findLastIndex(({ type, text }) => type !== 'comment' && !/^\.?$/.test(text));
  return line[last]?.type === 'command' ? last : null;
}

/** A result and the next step: on one line if both fit. */
export function renderNext(
  said: { readonly text: string; readonly brush: Brush },
  next: { readonly step: Written; readonly brush: Brush },
  screen: Screen,
): readonly string[] {
  const { columns } = screen;
  const step = printableLine(next.step);
  const text = joinSpans(step);
  if (columns === null || measureWidth(`  ${said.text} Next: ${text}`) <= columns) {
    return [`  ${said.brush(said.text)} Next: ${next.brush(text)}`];
  }
  const [first = '', ...rest] = hangNext(step, 0, 8, screen);
  return [
    ...hang(said.text, 0, 2, screen).map((line) => `  ${said.brush(line)}`),
    `  Next: ${next.brush(first)}`,
    ...rest.map((line) => `        ${next.brush(line)}`),
  ];
}

/** UTC to the minute, whoever reads it and wherever; empty where it is not known. */
export function renderTime(milliseconds: number | null): string {
  const date = milliseconds ? toDate(milliseconds) : null;
  return date === null ? '' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The columns that a time takes. */
export const timeWidth = '2026-01-02 09:31 UTC'.length;

/** @returns a clause without a full stop; null where there is nothing. */
export function describeBesides({ missing, edited, unverified }: Besides): string | null {
  const clauses = [
    ...(missing > 0
      ? [`${count(missing, 'migration')} recorded in production ${missing === 1 ? 'has' : 'have'} no folder here`]
      : []),
    ...(edited > 0
      ? [
          edited === 1
            ? 'the file of 1 migration is not what ran'
            : `the files of ${edited} migrations are not what ran`,
        ]
      : []),
    ...(unverified > 0 ? [`for ${count(unverified, 'migration')} it is unknown whether the file is what ran`] : []),
  ];
  return clauses.length === 0 ? null : clauses.join(', and ');
}
