/** `status` as people read it. */

import type { Brush } from '../../../adapters/terminal/paint.ts';
import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import { tell } from '../../../findings/tell.ts';
import { type Besides, type HistoryEntry, isDone, isToApply, type MigrationState } from '../../../history/history.ts';
import { wordFailure } from '../../../history/recorded.ts';
import type { Status } from '../../../history/status.ts';
import { writeNumber } from '../../../text/count.ts';
import type { Written } from '../../../text/prose.ts';
import { renderFindings } from './findings.ts';
import { describeBesides, fitName, hang, joinParts, renderNext, renderTime, renderTitle, timeWidth } from './layout.ts';

export interface StatusView {
  readonly target: string;
  readonly status: Status;
  readonly besides: Besides;
  /** The command to run now; null when there is nothing to do. */
  readonly next: Written | null;
}

const symbols: Readonly<Record<MigrationState, string>> = {
  pending: '○',
  'out-of-order': '○',
  failed: '✖',
  unfinished: '✖',
  renamed: '▲',
  applied: '✔',
  backfilled: '●',
  edited: '▲',
  unverified: '▲',
  missing: '●',
};

const labels: Readonly<Record<MigrationState, string>> = {
  pending: 'pending',
  'out-of-order': 'out of order',
  failed: 'failed',
  unfinished: 'unfinished',
  renamed: 'renamed',
  applied: 'applied',
  backfilled: 'backfilled',
  edited: 'edited',
  unverified: 'unverified',
  missing: 'missing',
};

/** Beyond this many done migrations only the last of them are listed. */
const mostDone = 30;
const shownDone = 15;

/** If there is nothing to run. @param rest other differences from the folder. */
function renderRest(waiting: string | null, rest: string | null, screen: Screen): readonly string[] {
  const { paint } = screen;
  if (waiting !== null) return [`  ${waiting}`];
  if (rest === null) return [`  ${paint.green('Up to date.')}`];
  return hang(`Nothing to apply, but ${rest}.`, 0, 2, screen).map((line) => `  ${paint.yellow(line)}`);
}

export function renderStatus({ target, status, besides, next }: StatusView, screen: Screen): string {
  const { paint } = screen;
  const { entries, hidden } = selectEntries(status);
  const nameWidth = Math.max(0, ...entries.map((entry) => measureWidth(printable(entry.name))));
  const stateWidth = Math.max(0, ...entries.map((entry) => labels[entry.state].length));
  const rows = entries.flatMap((entry) => renderEntry(entry, nameWidth, stateWidth, screen));
  const before =
    hidden > 0 ? [paint.dim(`  … ${writeNumber(hidden)} more applied before these (--json lists all)`)] : [];
  const waiting = status.toApply > 0 ? `${status.toApply} to apply.` : null;
  const rest = describeBesides(besides);
  const state = waiting ?? 'Not up to date.';
  const summary =
    next === null
      ? renderRest(waiting, rest, screen)
      : renderNext({ text: state, brush: (text) => text }, { step: next, brush: paint.cyan }, screen);
  const empty = status.history.entries.length === 0 ? ['  There are no migrations yet.'] : [];
  return joinParts([
    [renderTitle(target, screen)],
    [...before, ...rows, ...empty],
    ...renderFindings(status.findings.map(tell), screen),
    summary,
  ]);
}

/** Old migrations without a folder are one note; of very many done ones the last are enough. */
function selectEntries({ history }: Status): { readonly entries: readonly HistoryEntry[]; readonly hidden: number } {
  const lastDone = history.entries.findLastIndex((entry) => entry.migration !== null && isDone(entry.state));
  const entries = history.entries.filter((entry, index) => entry.state !== 'missing' || index > lastDone);
  const done = entries.filter((entry) => entry.state === 'applied' || entry.state === 'backfilled');
  if (done.length <= mostDone) return { entries, hidden: 0 };
  const omitted = new Set(done.slice(0, -shownDone));
  return { entries: entries.filter((entry) => !omitted.has(entry)), hidden: omitted.size };
}

function renderEntry(entry: HistoryEntry, nameWidth: number, stateWidth: number, screen: Screen): readonly string[] {
  const brush = chooseBrush(entry, screen);
  const { columns, paint } = screen;
  // The state and a time are never cut away by a long name.
  const room = columns === null ? nameWidth : Math.min(nameWidth, columns - 4 - 2 - stateWidth - 2 - timeWidth);
  const name = fitName(entry.name, room, screen);
  const start = `  ${brush(symbols[entry.state])} ${padToWidth(name, room)}  `;
  const detail = printable(describeEntry(entry));
  if (detail === '') return [`${start}${brush(labels[entry.state])}`];
  const state = brush(padToWidth(labels[entry.state], stateWidth));
  const rest = entry.state === 'failed' ? detail : paint.dim(detail);
  const indent = 4 + room + 2 + stateWidth + 2;
  if (columns === null || indent + measureWidth(detail) <= columns) return [`${start}${state}  ${rest}`];
  return [`${start}${brush(labels[entry.state])}`, ...hang(detail, 0, 6, screen).map((line) => `      ${line}`)];
}

function chooseBrush({ state }: HistoryEntry, { paint }: Screen): Brush {
  switch (state) {
    case 'applied':
      return paint.green;
    case 'failed':
    case 'unfinished':
      return paint.red;
    case 'renamed':
    case 'edited':
    case 'unverified':
    case 'out-of-order':
      return paint.yellow;
    default:
      return (text) => text;
  }
}

/** When it was applied, or what is the matter with it. */
function describeEntry(entry: HistoryEntry): string {
  switch (entry.state) {
    case 'failed':
      return describeFailure(entry) ?? `rolled back ${renderTime(entry.at)}`.trimEnd();
    case 'unfinished':
      return `started ${renderTime(entry.at)}, never finished`;
    case 'renamed':
      return `recorded as ${entry.recordedAs ?? 'another name'}`;
    default:
      return isToApply(entry) ? '' : renderTime(entry.at);
  }
}

/** The first line of the tracker's logs that is not empty; null if there is none. */
export function describeFailure({ logs }: HistoryEntry): string | null {
  if (logs === null) return null;
  return (
    wordFailure(logs)
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? null
  );
}
