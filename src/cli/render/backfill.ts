/** `backfill` as people read it. */

import { printable } from '../../adapters/terminal/printable.ts';
import type { Screen } from '../../adapters/terminal/streams.ts';
import type { HistoryEntry } from '../../core/migrations/history.ts';
import type { BackfillResult } from '../../operations/backfill.ts';
import { count, fitLine, hang, joinParts, renderTitle } from './layout.ts';

const explanations = {
  record:
    'These are recorded as applied and none of their statements is run: production must have what they do already.',
  undo: 'Only the record is taken back, nothing else: the migration is pending again, and the next apply runs it.',
} as const;

/** What is about to be written. */
export function renderBackfillQuestion(
  entries: readonly HistoryEntry[],
  direction: 'record' | 'undo',
  target: string,
  screen: Screen,
): string {
  const rows = entries.map((entry) => {
    const remark = entry.recordedAs === null ? '' : `  (its file is recorded as ${entry.recordedAs})`;
    return `  ● ${fitLine(printable(`${entry.name}${remark}`), 4, screen)}`;
  });
  return `${joinParts([
    [renderTitle(target, screen)],
    rows,
    hang(explanations[direction], 0, 2, screen).map((line) => `  ${line}`),
  ])}\n`;
}

/** What was written; empty where that went wrong. */
export function renderBackfilled({ outcome, names }: BackfillResult, target: string, screen: Screen): string {
  const title = [renderTitle(target, screen)];
  const { green } = screen.paint;
  switch (outcome) {
    case 'nothing-to-do':
      return joinParts([title, [`  ${green('Nothing to do: all of it is recorded already.')}`]]);
    case 'recorded':
    case 'undone': {
      const state = outcome === 'recorded' ? 'backfilled' : 'pending again';
      const rows = names.map((name) => `  ${outcome === 'recorded' ? '●' : '○'} ${printable(name)}  ${state}`);
      const end =
        outcome === 'recorded'
          ? `${count(names.length, 'migration')} recorded, nothing was run.`
          : `${count(names.length, 'record')} taken back, nothing else was changed.`;
      return joinParts([title, rows, [`  ${end}`]]);
    }
    default:
      return '';
  }
}
