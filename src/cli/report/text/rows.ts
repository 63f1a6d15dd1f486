/** The rows that a finding speaks of: the command that finds them, and values of a few where somebody asked to see them. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { cutToWidth, measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { Examples } from '../../../findings/finding.ts';
import type { Told } from '../../../findings/tell.ts';
import type { Target } from '../../../target/target.ts';
import { fitLine, hang } from './layout.ts';
import { renderQueryCommand, shortenForPeople } from './query-command.ts';
import { findSqlWidth, readSqlLine, wrapSql } from './sql.ts';

/** The command is pasted, so it is in one piece; a query that is too long for that is cut, and looks like it. */
export function renderRows({ evidence }: Told, target: Target, screen: Screen): readonly string[] {
  if (evidence === null) return [];
  const { query, examples } = evidence;
  return [
    ...(query === null ? [] : renderQuery(query, target, 4, screen)),
    ...(examples === null ? [] : renderExamples(examples, screen)),
  ];
}

/** @param indent of its first line */
export function renderQuery(query: string, target: Target, indent: number, screen: Screen): readonly string[] {
  const { paint } = screen;
  const margin = ' '.repeat(indent);
  const short = shortenForPeople(query);
  if (short === null) return [`${margin}Rows: ${paint.cyan(renderQueryCommand(target, query))}`];
  const width = screen.columns === null ? Number.POSITIVE_INFINITY : findSqlWidth(screen.columns - indent - 6);
  return [
    ...wrapSql(readSqlLine(short.text), width, 'at-spaces', screen).map(
      (line, index) => `${margin}${index === 0 ? 'Rows: ' : ''}${line}`,
    ),
    ...hang(`  (${short.rest})`, 2, indent, screen).map((line) => margin + line),
  ];
}

const mostRows = 5;
const widestValue = 40;

/**
 * Only for a person who asked to see them.
 * @returns nothing where the screen is no terminal: what goes into a pipe or a file may be kept, and read by others.
 */
function renderExamples({ columns, rows }: Examples, screen: Screen): readonly string[] {
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
