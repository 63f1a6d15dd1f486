/** Text from databases and files in Markdown as GitHub reads it: shown as it is, and nothing set off by it. */

import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import { count } from '../../../text/count.ts';
import { commandsInText } from '../text/layout.ts';

/**
 * What GitHub looks for in the finished text, where a backslash no longer helps: people and teams, issues, addresses,
 * emoji. An invisible space takes each apart. `printable` leaves none of its own.
 */
const references = /@(?=\w)|#(?=\d)|\bGH-(?=\d)|:(?=\/\/|[\w+-]+:)|\bwww(?=\.)/gi;

const apart = '\u200b';

/** Markup wherever it stands (CommonMark, and GitHub's tables, strikethrough and formulas). */
const markup = /[\\`*_[\]{}|~&<>$\u200b]/g;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // GitHub's own advice for one that begins no formula.
  $: '<span>$</span>',
  [apart]: '&#8203;',
};

/** Markup at the beginning of a line: headings, lists, underlines. */
const beginning = /^([-+=#]|\d+(?=[.)])(?=[.)]))/;

/** One line of prose, to stand in a paragraph or at its beginning. Commands with quoted words can be copied from its source. */
export function renderProse(text: string): string {
  const line = printable(text).trim();
  const parts: string[] = [];
  let end = 0;
  for (const { 0: command, index } of line.matchAll(commandsInText)) {
    if (!/['"]/.test(command)) continue;
    parts.push(escapeMarkup(line.slice(end, index)), renderCode(command));
    end = index + command.length;
  }
  parts.push(escapeMarkup(line.slice(end)));
  return parts.join('').replace(beginning, (start) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`));
}

function escapeMarkup(text: string): string {
  return text.replace(references, `$&${apart}`).replace(markup, (character) => entities[character] ?? `\\${character}`);
}

/** Text of several lines in one paragraph. */
export function renderProseLines(text: string): string {
  return text
    .split(/\r\n|\n/)
    .map(renderProse)
    .filter((line) => line !== '')
    .join('<br>');
}

/** A name or a path in the middle of a sentence. */
export function renderCode(text: string): string {
  const shown = printable(text);
  const marks = '`'.repeat(measureRun(shown) + 1);
  // One space on each side is taken away again (CommonMark, "Code spans").
  const padded = /^`|`$|^ .*[^ ].* $|^$/.test(shown) ? ` ${shown} ` : shown;
  return `${marks}${padded}${marks}`;
}

/** A block whose text is shown as it is, whatever is in it. @param language such as `sql`; empty for none. */
export function renderFence(language: string, text: string): string {
  const shown = cleanSql(text);
  const marks = '`'.repeat(Math.max(3, measureRun(shown) + 1));
  return `${marks}${language}\n${shown}\n${marks}`;
}

/** Text inside of an HTML element, where no Markdown is read. */
export function renderHtml(text: string): string {
  return printable(text).replace(/[&<>]/g, (character) => entities[character] ?? character);
}

/** Text as it will be shown, and whether some of it is left out. */
export interface Cut {
  readonly text: string;
  readonly shortened: boolean;
}

/** The beginning of a statement, and how many lines there are besides. */
export function cutSql(sql: string, most: { readonly lines: number; readonly characters: number }): Cut {
  const lines = sql.split(/\r\n|\n/);
  const kept: string[] = [];
  let left = most.characters;
  for (const line of lines.slice(0, most.lines)) {
    // No more than this is shown of a line; cleaning megabytes would only cost time.
    const shown = cleanSql(line.slice(0, left + 1));
    const fits = line.length <= left && shown.length <= left;
    kept.push(fits ? shown : `${shown.slice(0, left)} …`);
    left -= shown.length + 1;
    if (!fits) break;
  }
  const more = lines.length - kept.length;
  const text = [...kept, ...(more > 0 ? [`-- … ${count(more, 'more line')}`] : [])].join('\n');
  return { text, shortened: more > 0 || left < -1 };
}

/** As it will be shown in a fence. */
export function cleanSql(sql: string): string {
  return printableLines(sql).join('\n');
}

function measureRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
