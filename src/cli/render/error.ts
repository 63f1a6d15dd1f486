/** An error as people read it: what happened, and what to do now. */

import { printableLines } from '../../adapters/terminal/printable.ts';
import type { Screen } from '../../adapters/terminal/streams.ts';
import type { MigrateError } from '../../errors.ts';
import { hang } from './layout.ts';

/** @param instead a whole text in place of the message, such as the statement that failed. */
export function renderError(error: MigrateError, screen: Screen, instead: string | null): string {
  const { paint } = screen;
  const head =
    instead ?? `${renderMessage(error.message, `${paint.red('✖')} `, 2, screen)}${paint.dim(`  (${error.code})`)}\n`;
  const next = printableLines(error.next);
  return `${head}${renderMessage(next.join('\n'), `  ${paint.bold('Next:')} `, 8, screen)}\n`;
}

/** A message after `first`; its own further lines are indented. Without a line end. */
function renderMessage(message: string, first: string, indent: number, screen: Screen): string {
  return printableLines(message)
    .flatMap((line) => (isCopied(line) ? [line] : hang(line, 0, indent, screen)))
    .map((line, index) => (index === 0 ? `${first}${line}` : `${' '.repeat(indent)}${line}`))
    .join('\n');
}

/** A command to copy is left to the terminal to wrap: a line end of ours would be copied with it. */
function isCopied(line: string): boolean {
  return /\b(?:migrate-prod|npx|turso) /.test(line);
}
