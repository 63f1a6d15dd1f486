/** Findings as people read them: blockers first, each with its place and what it shows. */

import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth } from '../../../adapters/terminal/width.ts';
import type { Finding } from '../../../findings/finding.ts';
import type { WrittenConsent } from '../../../history/migration.ts';
import type { Target } from '../../../target/target.ts';
import { hang, renderSource, renderWholeSource } from './layout.ts';

/** What findings belong to. */
export interface Surroundings {
  /** From a migration to its file; null where it is not known. */
  readonly findPath: (migration: string) => string | null;
  /** The database that was asked; null where none is known. */
  readonly target: Target | null;
  /** The line beside its migration that consents to a finding; null where there is none. */
  readonly findConsent: (finding: Finding) => WrittenConsent | null;
  /** How its rows are found and shown: `status`, which asks about none, does not load it. */
  readonly renderRows: (finding: Finding, screen: Screen) => readonly string[];
}

const nothingKnown: Surroundings = {
  findPath: () => null,
  target: null,
  findConsent: () => null,
  renderRows: () => [],
};

const order = { blocker: 0, hazard: 1, note: 2 } as const;

/** Blockers, then hazards, as they come; then notes, those of one code together, in the order in which the codes come. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const notes = [...new Set(findings.filter(({ kind }) => kind === 'note').map(({ code }) => code))];
  const place = ({ kind, code }: Finding) => (kind === 'note' ? notes.indexOf(code) : 0);
  return [...findings].sort((left, right) => order[left.kind] - order[right.kind] || place(left) - place(right));
}

export function renderFindings(
  findings: readonly Finding[],
  screen: Screen,
  surroundings: Surroundings = nothingKnown,
): readonly (readonly string[])[] {
  const sorted = sortFindings(findings);
  const notes = sorted.filter((finding) => finding.kind === 'note');
  return [
    ...sorted
      .filter((finding) => finding.kind !== 'note')
      .map((finding) => renderFinding(finding, screen, surroundings)),
    // Notes are short and may be many: no empty lines between them, and what holds for all of a kind is said once.
    notes.flatMap((finding, index) => renderNote(finding, notes.slice(0, index), screen)),
  ];
}

const symbols = { blocker: '✖', hazard: '▲', note: '●' } as const;

/** `✖ blocker` */
export function nameKind({ kind }: Finding): string {
  return `${symbols[kind]} ${kind}`;
}

export function renderFinding(finding: Finding, screen: Screen, surroundings: Surroundings): readonly string[] {
  if (finding.kind === 'note') return renderNote(finding, [], screen);
  return [
    ...renderHeadline(finding, surroundings, screen),
    ...renderParagraph(finding.message, screen),
    ...(finding.why === undefined ? [] : renderParagraph(finding.why, screen)),
    ...renderConsent(surroundings.findConsent(finding), screen),
    ...renderShown(finding, screen),
    ...surroundings.renderRows(finding, screen),
    ...renderWay(finding, screen),
  ];
}

/** The place is copied and clicked, so it is in one piece: on a line of its own where it does not fit. */
function renderHeadline(finding: Finding, surroundings: Surroundings, { paint, columns }: Screen): readonly string[] {
  const brush = finding.kind === 'blocker' ? paint.red : paint.yellow;
  const head = `  ${brush(nameKind(finding))}  ${paint.bold(finding.code)}`;
  const place = printable(findPlace(finding, surroundings) ?? '');
  if (place === '') return [head];
  const width = measureWidth(`  ${nameKind(finding)}  ${finding.code}  ${place}`);
  return columns === null || width <= columns ? [`${head}  ${place}`] : [head, `    ${place}`];
}

function renderConsent(consent: WrittenConsent | null, screen: Screen): readonly string[] {
  if (consent === null) return [];
  const place = consent.path.slice(consent.path.lastIndexOf('/') + 1);
  const text = printable(`allowed by ${place}:${consent.line}: ${consent.reason}`);
  return hang(text, 2, 4, screen).map((line) => `    ${screen.paint.green(line)}`);
}

function renderParagraph(text: string, screen: Screen): readonly string[] {
  return printableLines(text).flatMap((line) => hang(line, 0, 4, screen).map((part) => `    ${part}`));
}

/** Of the notes these ask for something to be done before anything breaks; documents and JSON give the reason of every one. */
const asksForWork: ReadonlySet<Finding['code']> = new Set(['leaves-out', 'long-lock', 'unasked']);

const showsWay: ReadonlySet<Finding['code']> = new Set(['leaves-out']);

function renderNote(finding: Finding, before: readonly Finding[], screen: Screen): readonly string[] {
  const told = before.some(({ code, why }) => code === finding.code && why === finding.why);
  const place = finding.migration === null ? '' : `${finding.migration}: `;
  const isAsking = asksForWork.has(finding.code);
  const said = [place + finding.message, ...(finding.why === undefined || told || !isAsking ? [] : [finding.why])];
  const text = `note  ${finding.code}  ${said.flatMap(printableLines).join(' ')}`;
  const [first = '', ...rest] = hang(text, 0, 4, screen);
  const shown = before.some(({ way }) => way === finding.way);
  return [
    `  ${symbols.note} ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...(showsWay.has(finding.code) && !shown ? renderWay(finding, screen) : []),
  ];
}

const fromProduction: ReadonlySet<Finding['code']> = new Set([
  'exists-different',
  'drops-trigger',
  'drops-index',
  'leaves-broken',
]);

/** Whether what it shows is, in part, production's and no line of the file: it is compared or copied, so it must not be cut off. */
export function showsProduction({ code }: Finding): boolean {
  return fromProduction.has(code);
}

/** Of two sides that differ, more than this is seldom needed to see how. */
const longestSide = 30;

function renderShown(finding: Finding, screen: Screen): readonly string[] {
  const { sql, line } = finding;
  if (sql === null) return [];
  if (!showsProduction(finding)) return renderSource(sql, line, screen);
  if (finding.code !== 'exists-different') return ['    As it is:', ...renderToCopy(`${sql};`, screen)];
  return splitSides(sql).flatMap((side) => renderWholeSource(side, null, screen, longestSide));
}

/** What production has and what the file says, where a finding shows both. */
export function splitSides(sql: string): readonly string[] {
  const start = sql.indexOf('\nin the file:');
  return start === -1 ? [sql] : [sql.slice(0, start), sql.slice(start + 1)];
}

function renderWay({ way }: Finding, screen: Screen): readonly string[] {
  if (way === undefined) return [];
  return ['    Safe way:', ...renderToCopy(way, screen)];
}

/** Whole, and without a gutter or a line end of ours: it is pasted into a file or a shell. */
function renderToCopy(sql: string, screen: Screen): readonly string[] {
  const lines = sql.split(/\r\n|\n/).flatMap((line) => wrapComment(line, screen));
  return lines.map((line) => `      ${screen.paint.cyan(printable(line.replaceAll('\t', '    ')))}`);
}

/** A comment that goes on in the next line is a comment there too. */
function wrapComment(line: string, screen: Screen): readonly string[] {
  const [whole, mark = ''] = /^(\s*-- )\S/.exec(line) ?? [];
  return whole === undefined
    ? [line]
    : hang(line.slice(mark.length), 0, 6 + mark.length, screen).map((part) => mark + part);
}

/** `prisma/migrations/…/migration.sql:8`, or the migration's name; null for the plan as a whole. */
export function findPlace({ migration, line }: Finding, { findPath }: Surroundings): string | null {
  if (migration === null) return null;
  return line === null ? migration : `${findPath(migration) ?? migration}:${line}`;
}
