/** Values of a few rows, as a table: only for a person who asked to see them, at a terminal. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { cutToWidth, measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { Examples } from '../../../findings/finding.ts';
import { fitLine } from './layout.ts';

const mostRows = 5;
const widestValue = 40;

/** @returns nothing where the screen is no terminal: what goes into a pipe or a file may be kept, and read by others. */
export function renderExamples({ columns, rows }: Examples, screen: Screen): readonly string[] {
  if (screen.columns === null || rows.length === 0) return [];
  const [head = [], ...body] = [columns, ...rows.slice(0, mostRows)].map((row) =>
    row.map((value) => cutToWidth(printable(value), widestValue)),
  );
  const widths = head.map((_, index) => Math.max(...[head, ...body].map((row) => measureWidth(row[index] ?? ''))));
  const line = (row: readonly string[]) =>
    fitLine(
      widths
        .map((width, index) => padToWidth(row[index] ?? '', width))
        .join('  ')
        .trimEnd(),
      6,
      screen,
    );
  return [`      ${screen.paint.dim(line(head))}`, ...body.map((row) => `      ${line(row)}`)];
}
