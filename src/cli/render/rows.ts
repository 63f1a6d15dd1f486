/** The rows that a finding speaks of: the command that finds them, and values of a few where somebody asked to see them. */

import type { Screen } from '../../adapters/terminal/streams.ts';
import type { Finding } from '../../core/plan/findings.ts';
import type { Target } from '../../core/target.ts';
import { renderExamples } from './examples.ts';
import { renderQueryCommand } from './query-command.ts';

/** The command is pasted, so it is in one piece, however long. */
export function renderRows({ evidence }: Finding, target: Target, screen: Screen): readonly string[] {
  if (evidence === undefined) return [];
  const { query, examples } = evidence;
  return [
    ...(query === null ? [] : [`    Rows: ${screen.paint.cyan(renderQueryCommand(target, query))}`]),
    ...(examples === null ? [] : renderExamples(examples, screen)),
  ];
}
