/** The rows that a finding speaks of: the command that finds them, and values of a few where somebody asked to see them. */

import type { Screen } from '../../../adapters/terminal/streams.ts';
import type { Told } from '../../../findings/tell.ts';
import type { Target } from '../../../target/target.ts';
import { renderExamples } from './examples.ts';
import { hang } from './layout.ts';
import { renderQueryCommand, shortenForPeople } from './query-command.ts';

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
  return [`Rows: ${short.text}`, `  (${short.rest})`].flatMap((text) =>
    hang(text, 2, indent, screen).map((line) => margin + line),
  );
}
