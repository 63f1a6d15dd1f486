/** An error as people read it: what happened, and what to do now. */

import { printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth } from '../../../adapters/terminal/width.ts';
import type { MigrateError } from '../../../errors.ts';
import { hangNext } from './layout.ts';

/** @param instead a whole text in place of the message, such as the statement that failed. */
export function renderError(error: MigrateError, screen: Screen, instead: string | null): string {
  const { paint } = screen;
  const head =
    instead ?? `${renderMessage(error.message, `${paint.red('✖')} `, 2, screen)}${renderCode(error, screen)}\n`;
  const next = printableLines(error.next);
  return `${head}${renderMessage(next.join('\n'), `  ${paint.bold('Next:')} `, 8, screen)}\n`;
}

/** Behind the message where there is room for it, else below. */
function renderCode({ message, code }: MigrateError, screen: Screen): string {
  const last = hangNext(printableLines(message).at(-1) ?? '', 0, 2, screen).at(-1) ?? '';
  const fits = screen.columns === null || measureWidth(`  ${last}  (${code})`) <= screen.columns;
  return `${fits ? '' : '\n'}${screen.paint.dim(`  (${code})`)}`;
}

/** A message after `first`; its own further lines are indented. Without a line end. */
function renderMessage(message: string, first: string, indent: number, screen: Screen): string {
  return printableLines(message)
    .flatMap((line) => hangNext(line, 0, indent, screen))
    .map((line, index) => (index === 0 ? `${first}${line}` : `${' '.repeat(indent)}${line}`))
    .join('\n');
}
