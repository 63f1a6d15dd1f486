/** Text from databases and files in Markdown as GitHub reads it: shown as it is, and nothing set off by it. */

import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import { count } from '../../../text/count.ts';
import { cutText } from '../../../text/cut.ts';
import { joinSpans, type Span, splitSpans, type Written } from '../../../text/prose.ts';

/**
 * GitHub finds these in the finished text, where a backslash no longer helps: people and teams, issues, addresses,
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

/** One line of prose, to stand in a paragraph or at its beginning. */
export function renderProse(text: string): string {
  return renderLine([{ type: 'text', text }]);
}

/** Commands with quoted words can be copied from its source. */
function renderLine(line: Written): string {
  const isCode = ({ type, text }: Span) => (type === 'command' || type === 'flag') && /['"]/.test(text);
  let shown = '';
  let plain = '';
  for (const span of line) {
    if (!isCode(span)) plain += printable(span.text);
    else {
      shown += escapeMarkup(shown === '' ? plain.trimStart() : plain) + renderCode(span.text);
      plain = '';
    }
  }
  shown += escapeMarkup(shown === '' ? plain.trim() : plain.trimEnd());
  return shown.replace(beginning, (start) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`));
}

function escapeMarkup(text: string): string {
  return text.replace(references, `$&${apart}`).replace(markup, (character) => entities[character] ?? `\\${character}`);
}

/** Text of several lines in one paragraph. */
export function renderProseLines(text: string | Written): string {
  return splitSpans(typeof text === 'string' ? [{ type: 'text', text }] : text)
    .map(renderLine)
    .filter((line) => line !== '')
    .join('<br>');
}

/** The beginning of it, where it is longer. A command that does not fit is no command any more. */
export function cutProse(written: Written, most: number): Written {
  if (joinSpans(written).length <= most) return written;
  const kept: Span[] = [];
  let left = most;
  for (const span of written) {
    if (span.text.length > left) return [...kept, { type: 'text', text: cutText(span.text, left) }];
    kept.push(span);
    left -= span.text.length;
  }
  return kept;
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
