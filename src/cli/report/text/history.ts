/** `history` as people read it. */

import type { Brush } from '../../../adapters/terminal/paint.ts';
import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { RecordedHistory } from '../../../history/read-recorded.ts';
import type { RecordedMigration, RecordedRun } from '../../../history/recorded.ts';
import { findRun } from '../../../plan/plan-id.ts';
import { count, writeNumber } from '../../../text/count.ts';
import { listSome } from '../../../text/list.ts';
import type { Written } from '../../../text/prose.ts';
import type { RecordedConsent } from '../../../tracker/row-logs.ts';
import { prismaTracker } from '../../../tracker/tracker.ts';
import { fitName, hang, joinParts, renderNext, renderTime, renderTitle, timeWidth } from './layout.ts';

const symbols: Readonly<Record<RecordedMigration['state'], string>> = {
  applied: '✔',
  backfilled: '●',
  failed: '✖',
  unfinished: '✖',
};

interface HistoryInput {
  readonly target: string;
  readonly history: RecordedHistory;
  /** The command to run where nothing is recorded; null where something is. */
  readonly next: Written | null;
}

export function renderHistory({ target, history, next }: HistoryInput, screen: Screen): string {
  const { migrations } = history;
  const title = [renderTitle(target, screen)];
  if (next !== null) {
    const said = { text: describeNothing(history), brush: plain };
    return joinParts([title, renderNext(said, { step: next, brush: screen.paint.cyan }, screen)]);
  }
  const nameWidth = Math.max(...migrations.map(({ name }) => measureWidth(printable(name))));
  return joinParts([title, migrations.flatMap((one) => renderEntry(one, nameWidth, screen)), renderCounts(migrations)]);
}

function describeNothing({ tracker, otherTrackers }: RecordedHistory): string {
  const others = printable(listSome(otherTrackers.map((name) => `"${name}"`)));
  const elsewhere = otherTrackers.length === 0 ? '' : ` Another tool keeps its record in ${others}.`;
  switch (tracker) {
    case 'absent':
      return `Nothing is recorded: production has no table "${prismaTracker.name}".${elsewhere}`;
    case 'other-shape':
      return `The table "${prismaTracker.name}" in production is not Prisma's, so its rows are not read.${elsewhere}`;
    case 'prisma':
      return `Nothing is recorded: the table "${prismaTracker.name}" is empty.${elsewhere}`;
  }
}

function renderCounts(migrations: readonly RecordedMigration[]): readonly string[] {
  const states = (['applied', 'backfilled', 'failed', 'unfinished'] as const).flatMap((state) => {
    const number = migrations.filter((one) => one.state === state).length;
    return number === 0 ? [] : [`${writeNumber(number)} ${state}`];
  });
  return [`  ${count(migrations.length, 'migration')}: ${states.join(', ')}.`];
}

/** The longest of the states. */
const stateWidth = 'backfilled'.length;

function renderEntry(migration: RecordedMigration, nameWidth: number, screen: Screen): readonly string[] {
  const { columns, paint } = screen;
  const { name, state, at } = migration;
  const brush = chooseBrush(state, screen);
  // The state and the time are never cut away by a long name.
  const room = columns === null ? nameWidth : Math.min(nameWidth, columns - 4 - 2 - stateWidth - 2 - timeWidth);
  const shown = padToWidth(fitName(name, room, screen), room);
  const head = `  ${brush(symbols[state])} ${shown}  ${brush(padToWidth(state, stateWidth))}  ${paint.dim(renderInstant(at))}`;
  return [head, ...describeEntry(migration).flatMap((line) => hang(line, 2, 6, screen).map((part) => `      ${part}`))];
}

/** By whom, and what was out of the ordinary. */
function describeEntry({ state, runs }: RecordedMigration): readonly string[] {
  const isDone = state === 'applied' || state === 'backfilled';
  const last = isDone ? runs.findLast(({ outcome }) => outcome === state) : runs.at(-1);
  const others = runs.filter((one) => one !== last);
  const failed = others.filter(({ outcome }) => outcome === 'rolled-back').length;
  return [
    ...(last?.by ? [`by ${printable(last.by)}`] : []),
    ...(last?.consents ?? []).map((consent) => `allowed ${describeConsent(consent)}`),
    ...(last?.mayLose ?? []).map((what) => `may have lost ${printable(what)}`),
    ...describeWayBack(last),
    ...(failed > 0 && isDone ? [`after ${count(failed, 'failure')}`] : []),
    ...(failed > 0 && !isDone ? [`attempt ${runs.length}`] : []),
    ...(last?.message ? [firstLine(last.message)] : []),
    ...(last?.notes ?? []).map(printable),
  ];
}

function describeWayBack(run: RecordedRun | undefined): readonly string[] {
  const parts = [
    ...(run?.restorePoint ? [`restore point ${printable(run.restorePoint)}`] : []),
    ...(run?.backup ? [`backup ${printable(run.backup)}`] : []),
  ];
  return parts.length === 0 ? [] : [parts.join(', ')];
}

function describeConsent({ consent, reason }: RecordedConsent): string {
  return reason === null ? printable(consent) : `${printable(consent)}: ${printable(reason)}`;
}

function firstLine(message: string): string {
  return printable(message.split('\n').find((line) => line.trim() !== '') ?? '').trim();
}

/** One migration, every run of it. */
export function renderRecorded(migration: RecordedMigration, target: string, screen: Screen): string {
  const { name, state, runs } = migration;
  const brush = chooseBrush(state, screen);
  const head = hang(printable(name), 0, 4, screen).map(
    (line, index) => `  ${index === 0 ? brush(symbols[state]) : ' '} ${line}`,
  );
  return joinParts([[renderTitle(target, screen)], head, ...runs.map((run) => renderRun(run, screen))]);
}

const outcomes: Readonly<Record<RecordedRun['outcome'], string>> = {
  applied: 'applied',
  backfilled: 'recorded without running',
  'rolled-back': 'failed, rolled back',
  unfinished: 'started, never finished',
};

function renderRun(run: RecordedRun, screen: Screen): readonly string[] {
  const message = run.message === null ? [] : printableLines(run.message).filter((line) => line.trim() !== '');
  const title = run.outcome === 'rolled-back' && message.length === 0 ? 'marked as rolled back' : outcomes[run.outcome];
  const fields: readonly (readonly [label: string, values: readonly string[]])[] = [
    ['message', message],
    ['by', list(run.by)],
    ['with', list(run.tool)],
    ['plan', list(run.plan && findRun(run.plan))],
    ['allowed', run.consents.map(describeConsent)],
    ['may have lost', run.mayLose.map(printable)],
    ['restore point', list(run.restorePoint)],
    ['backup', list(run.backup)],
    ['note', run.notes.map(printable)],
    ['checksum', list(shorten(run.checksum))],
  ];
  return [
    `    ${screen.paint.bold(renderInstant(run.at))}  ${title}`,
    ...fields.flatMap(([label, values]) =>
      values.flatMap((value, index) => renderField(index === 0 ? label : '', value, screen)),
    ),
  ];
}

/** The longest of the labels. */
const labelWidth = 'restore point'.length;

function renderField(label: string, value: string, screen: Screen): readonly string[] {
  const indent = 6 + labelWidth + 2;
  return hang(value, 0, indent, screen).map((line, index) => {
    const shown = padToWidth(index === 0 ? label : '', labelWidth);
    return `      ${screen.paint.dim(shown)}  ${line}`;
  });
}

function list(value: string | null): readonly string[] {
  return value === null || value === '' ? [] : [printable(value)];
}

/** Enough to compare it by; --json has the whole of it. */
function shorten(checksum: string): string {
  return checksum.length > 16 ? `${checksum.slice(0, 12)}…` : checksum;
}

function renderInstant(milliseconds: number | null): string {
  return renderTime(milliseconds) || 'at an unknown time';
}

function chooseBrush(state: RecordedMigration['state'], { paint }: Screen): Brush {
  switch (state) {
    case 'applied':
      return paint.green;
    case 'failed':
    case 'unfinished':
      return paint.red;
    case 'backfilled':
      return plain;
  }
}

function plain(text: string): string {
  return text;
}
