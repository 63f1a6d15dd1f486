/** An error as people read it: what happened, and what to do now. */

import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth } from '../../../adapters/terminal/width.ts';
import type { MigrateError } from '../../../errors.ts';
import { type Written, writeSpans } from '../../../text/prose.ts';
import { hangNext, splitLines } from './layout.ts';

/**
 * @param next what to do now, its commands complete.
 * @param instead a whole text in place of the message, such as the statement that failed.
 */
export function renderError(error: MigrateError, next: Written, screen: Screen, instead: string | null): string {
  const { paint } = screen;
  const message = writeSpans(error.said, screen.writer);
  const head =
    instead ?? `${renderMessage(message, `${paint.red('✖')} `, 2, screen)}${renderCode(error, message, screen)}\n`;
  return `${head}${renderMessage(next, `  ${paint.bold('Next:')} `, 8, screen)}\n`;
}

/** Behind the message where there is room for it, else below. */
function renderCode({ code }: MigrateError, message: Written, screen: Screen): string {
  const last = hangNext(splitLines(message).at(-1) ?? [], 0, 2, screen).at(-1) ?? '';
  const fits = screen.columns === null || measureWidth(`  ${last}  (${code})`) <= screen.columns;
  return `${fits ? '' : '\n'}${screen.paint.dim(`  (${code})`)}`;
}

/** A message after `first`; its own further lines are indented. Without a line end. */
function renderMessage(message: Written, first: string, indent: number, screen: Screen): string {
  return splitLines(message)
    .flatMap((line) => hangNext(line, 0, indent, screen))
    .map((line, index) => (index === 0 ? `${first}${line}` : `${' '.repeat(indent)}${line}`))
    .join('\n');
}
