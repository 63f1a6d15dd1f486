/** The page of `doctor` as people read it. */

import type { Brush } from '../../../adapters/terminal/paint.ts';
import { printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import type { Check, CheckId, CheckState } from '../../../doctor/check.ts';
import { count } from '../../../text/count.ts';
import type { Written } from '../../../text/prose.ts';
import { hang, hangNext, joinParts, renderNext, renderTitle, splitLines } from './layout.ts';

/** A check whose fix is written for this user. */
type WrittenCheck = Omit<Check, 'fix'> & { readonly fix: Written | null };

export interface DoctorView {
  /** As it is shown; null where it is not known. */
  readonly target: string | null;
  /** Whether the token may not write. */
  readonly onlyReads: boolean;
  readonly checks: readonly WrittenCheck[];
  /** When nothing stops `apply`; null where nothing is to be done. */
  readonly next: Written | null;
}

const labels: Readonly<Record<CheckId, string>> = {
  node: 'Node',
  'embedded-engine': 'libSQL engine',
  'prisma-engine': 'Prisma engine',
  project: 'Project',
  prisma: 'Prisma',
  schema: 'Schema',
  migrations: 'Migrations',
  credentials: 'Credentials',
  'credentials-file': 'Credentials file',
  token: 'Token',
  server: 'Server',
  engine: 'Engine',
  transactions: 'Transactions',
  'foreign-keys': 'Foreign keys',
  tracker: 'Record',
  pending: 'Pending',
};

const symbols: Readonly<Record<CheckState, string>> = { ok: '✔', warning: '▲', failed: '✖', skipped: '–' };

const parts: readonly (readonly CheckId[])[] = [
  ['node', 'embedded-engine', 'prisma-engine'],
  ['project', 'prisma', 'schema', 'migrations'],
  ['credentials', 'credentials-file', 'token'],
  ['server', 'engine', 'transactions', 'foreign-keys', 'tracker', 'pending'],
];

const labelWidth = Math.max(...Object.values(labels).map(({ length }) => length));
/** Of what follows the symbol and the label. */
const indent = 4 + labelWidth + 2;
/** On a narrower screen what is found stands below its label. */
const widePage = 72;

export function renderDoctor(view: DoctorView, screen: Screen): string {
  const { target, checks } = view;
  const rows = (ids: readonly CheckId[]) =>
    checks.filter(({ id }) => ids.includes(id)).flatMap((check) => renderCheck(check, screen));
  const title = target === null ? [] : [[renderTitle(target, screen)]];
  return joinParts([...title, ...parts.map(rows), renderEnd(view, screen)]);
}

function renderCheck({ id, state, text, fix }: WrittenCheck, screen: Screen): readonly string[] {
  const { paint, columns } = screen;
  const brush = brushFor(state, screen);
  const isWide = columns === null || columns >= widePage;
  const margin = isWide ? indent : 4;
  const lines = printableLines(text).flatMap((line) => hang(line, 0, margin, screen));
  const words = state === 'skipped' ? lines.map(paint.dim) : lines;
  const label = paint.bold(isWide ? labels[id].padEnd(labelWidth) : labels[id]);
  const space = ' '.repeat(margin);
  const [first = '', ...rest] = words;
  const head = `  ${brush(symbols[state])} ${label}`;
  return [
    ...(isWide ? [`${head}  ${first}`] : [head, `${space}${first}`]),
    ...rest.map((line) => `${space}${line}`),
    ...renderFix(fix, margin, screen),
  ];
}

function renderFix(fix: Written | null, margin: number, screen: Screen): readonly string[] {
  if (fix === null) return [];
  const { paint } = screen;
  const space = ' '.repeat(margin);
  const lines = splitLines(fix).flatMap((line) => hangNext(line, 0, margin + 5, screen));
  const brush = fix.every(({ type, text }) => type === 'command' || text === '\n')
    ? paint.cyan
    : (line: string) => line;
  return lines.map((line, index) => `${space}${index === 0 ? paint.dim('Fix: ') : '     '}${brush(line)}`);
}

function brushFor(state: CheckState, { paint }: Screen): Brush {
  return { ok: paint.green, warning: paint.yellow, failed: paint.red, skipped: paint.dim }[state];
}

/** @returns null where nothing stops it. */
export function describeStops(checks: readonly Pick<Check, 'id' | 'state'>[]): string | null {
  const failed = checks.filter(({ state }) => state === 'failed').map(({ id }) => labels[id]);
  if (failed.length === 0) return null;
  return `${count(failed.length, 'thing')} ${failed.length === 1 ? 'stops' : 'stop'} apply: ${failed.join(', ')}.`;
}

function renderEnd({ checks, next, onlyReads }: DoctorView, screen: Screen): readonly string[] {
  const { paint } = screen;
  const number = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const stops = describeStops(checks);
  const warnings = number('warning');
  const also = warnings === 0 ? '' : ` ${count(warnings, 'thing')} ${warnings === 1 ? 'needs' : 'need'} a look.`;
  if (stops !== null) {
    return hang(`${stops}${also}`, 0, 2, screen).map((line) => `  ${paint.red(line)}`);
  }
  const state = onlyReads ? 'Nothing stops plan; apply needs a token that may write.' : 'Nothing stops apply.';
  const text = `${state}${also}`;
  const brush = warnings === 0 ? paint.green : paint.yellow;
  if (next === null) return hang(text, 0, 2, screen).map((line) => `  ${brush(line)}`);
  return renderNext({ text, brush }, { step: next, brush: paint.cyan }, screen);
}
