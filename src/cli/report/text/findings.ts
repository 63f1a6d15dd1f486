/** Findings as people read them: blockers first, each with its place and what it shows. */

import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth } from '../../../adapters/terminal/width.ts';
import type { Finding } from '../../../findings/catalogue.ts';
import { buildLossKey } from '../../../findings/loss.ts';
import { isToldTogether, sayTogether, type Told, tell } from '../../../findings/tell.ts';
import type { WrittenConsent } from '../../../history/migration.ts';
import { classify } from '../../../sql/classify.ts';
import { foldName } from '../../../sql/identifiers.ts';
import type { Target } from '../../../target/target.ts';
import { count, sumCounts } from '../../../text/count.ts';
import { groupBy } from '../../../text/group.ts';
import { listSome } from '../../../text/list.ts';
import { type Prose, say } from '../../../text/prose.ts';
import { hang, writeFor } from './layout.ts';
import { findSqlWidth, readSql, renderSource, renderWholeSource, wrapSql } from './sql.ts';

/** What is known around findings. */
export interface Surroundings {
  /** From a migration to its file; null where it is not known. */
  readonly findPath: (migration: string) => string | null;
  /** The database that was asked; null where none is known. */
  readonly target: Target | null;
  /** The line beside its migration that consents to a finding; null where there is none. */
  readonly findConsent: (finding: Finding) => WrittenConsent | null;
  /** How its rows are found and shown: `status`, which asks about none, does not load it. */
  readonly renderRows: (told: Told, screen: Screen) => readonly string[];
}

const nothingKnown: Surroundings = {
  findPath: () => null,
  target: null,
  findConsent: () => null,
  renderRows: () => [],
};

const order = { blocker: 0, hazard: 1, note: 2 } as const;

/** Blockers, then hazards, as they come; then notes, those of one code together, in the order in which the codes come. */
export function sortFindings(findings: readonly Told[]): readonly Told[] {
  const notes = [...new Set(findings.filter(({ kind }) => kind === 'note').map(({ code }) => code))];
  const place = ({ kind, code }: Told) => (kind === 'note' ? notes.indexOf(code) : 0);
  return [...findings].sort((left, right) => order[left.kind] - order[right.kind] || place(left) - place(right));
}

export function renderFindings(
  findings: readonly Told[],
  screen: Screen,
  surroundings: Surroundings = nothingKnown,
): readonly (readonly string[])[] {
  const sorted = sortFindings(findings);
  const notes = sorted.filter((told) => told.kind === 'note');
  return [
    ...sorted.filter((told) => told.kind !== 'note').map((told) => renderFinding(told, screen, surroundings)),
    // Notes are short and may be many: no empty lines between them, and what holds for all of a kind is said once.
    notes.flatMap((told, index) => renderNote(told, notes.slice(0, index), screen)),
  ];
}

const symbols = { blocker: '✖', hazard: '▲', note: '●' } as const;

/** `✖ blocker` */
export function nameKind({ kind }: Pick<Told, 'kind'>): string {
  return `${symbols[kind]} ${kind}`;
}

export function renderFinding(told: Told, screen: Screen, surroundings: Surroundings): readonly string[] {
  if (told.kind === 'note') return renderNote(told, [], screen);
  return [
    ...renderHeadline(told, surroundings, screen),
    ...renderParagraph(told.message, screen),
    ...(told.why === null ? [] : renderParagraph(told.why, screen)),
    ...renderConsent(surroundings.findConsent(told.finding), screen),
    ...renderShown(told, screen),
    ...surroundings.renderRows(told, screen),
    ...renderWay(told, screen),
  ];
}

/** The place is copied and clicked, so it is in one piece: on a line of its own where it does not fit. */
function renderHeadline(told: Told, surroundings: Surroundings, { paint, columns }: Screen): readonly string[] {
  const brush = told.kind === 'blocker' ? paint.red : paint.yellow;
  const head = `  ${brush(nameKind(told))}  ${paint.bold(told.code)}`;
  const place = printable(findPlace(told, surroundings) ?? '');
  if (place === '') return [head];
  const width = measureWidth(`  ${nameKind(told)}  ${told.code}  ${place}`);
  return columns === null || width <= columns ? [`${head}  ${place}`] : [head, `    ${place}`];
}

function renderConsent(consent: WrittenConsent | null, screen: Screen): readonly string[] {
  if (consent === null) return [];
  const place = consent.path.slice(consent.path.lastIndexOf('/') + 1);
  const text = printable(`allowed by ${place}:${consent.line}: ${consent.reason}`);
  return hang(text, 2, 4, screen).map((line) => `    ${screen.paint.green(line)}`);
}

function renderParagraph(prose: Prose, screen: Screen): readonly string[] {
  return printableLines(writeFor(prose, screen)).flatMap((line) =>
    hang(line, 0, 4, screen).map((part) => `    ${part}`),
  );
}

/** Documents and JSON give the reason of every note; a terminal only of those that ask for something to be done. */
function renderNote(told: Told, before: readonly Told[], screen: Screen): readonly string[] {
  const { code, place, way, look } = told;
  const why = writeWhy(told, screen);
  const isSaid = before.some((other) => other.code === code && writeWhy(other, screen) === why);
  const begin = place.migration === null ? '' : `${place.migration}: `;
  const said = [
    begin + writeFor(told.message, screen),
    ...(why === null || isSaid || look.asksForWork !== true ? [] : [why]),
  ];
  const text = `note  ${code}  ${said.flatMap(printableLines).join(' ')}`;
  const [first = '', ...rest] = hang(text, 0, 4, screen);
  const isShown = before.some((other) => other.way === way);
  return [
    `  ${symbols.note} ${first}`,
    ...rest.map((line) => `    ${line}`),
    ...(look.showsWay === true && !isShown ? renderWay(told, screen) : []),
  ];
}

function writeWhy({ why }: Told, screen: Screen): string | null {
  return why === null ? null : writeFor(why, screen);
}

/** True if a part of what is shown is production's. People compare or copy it, so it must not be cut off. */
export function showsProduction({ look }: Pick<Told, 'look'>): boolean {
  return look.shows === 'object' || look.shows === 'sides';
}

/** Lines of each of two sides; more are seldom needed to see the difference. */
const longestSide = 30;

function renderShown({ shown, place, look }: Told, screen: Screen): readonly string[] {
  switch (look.shows) {
    case 'object':
      return shown.flatMap((sql) => ['    In production:', ...renderToCopy(`${sql};`, screen)]);
    case 'sides':
      return shown.flatMap((side) => renderWholeSource(side, null, screen, longestSide));
    default:
      return shown.flatMap((sql) => renderSource(sql, place.line, screen));
  }
}

function renderWay({ way }: Told, screen: Screen): readonly string[] {
  if (way === null) return [];
  return ['    Safe way:', ...renderToCopy(way, screen)];
}

/** Whole, without a gutter, and broken only where SQL and comments stay what they are: it is pasted into a file or a shell. */
function renderToCopy(sql: string, screen: Screen): readonly string[] {
  const { columns } = screen;
  const width = columns === null ? Number.POSITIVE_INFINITY : findSqlWidth(columns - 6);
  const { lines } = readSql(
    sql
      .split(/\r\n|\n/)
      .flatMap((line) => wrapComment(line, screen))
      .join('\n'),
    longestCopied,
    longestLine,
  );
  return lines.flatMap((line) => wrapSql(line, width, 'between-tokens', screen)).map((line) => `      ${line}`);
}

/** Far more than anybody copies from a screen. */
const [longestCopied, longestLine] = [2_000, 100_000];

/** A comment that goes on in the next line is a comment there too. */
function wrapComment(line: string, screen: Screen): readonly string[] {
  const [whole, mark = ''] = /^(\s*-- )\S/.exec(line) ?? [];
  return whole === undefined
    ? [line]
    : hang(line.slice(mark.length), 0, 6 + mark.length, screen).map((part) => mark + part);
}

/** `prisma/migrations/…/migration.sql:8`, or the migration's name; null for the plan as a whole. */
export function findPlace({ place }: Pick<Told, 'place'>, { findPath }: Surroundings): string | null {
  const { migration, line } = place;
  if (migration === null) return null;
  return line === null ? migration : `${findPath(migration) ?? migration}:${line}`;
}

/** Up to this many more of one kind are told one by one. */
const mostAlike = 3;

interface Folded {
  /** The first of those that are told as one. */
  readonly first: Finding;
  readonly told: Told;
}

/** Findings that say the same of one object, or of one migration, are told as one. JSON has each of them. */
export function foldFindings(findings: readonly Finding[]): readonly Told[] {
  return foldGroups(findings).map(({ told }) => told);
}

/** Each group stands in the place of its first finding. */
export function foldGroups(findings: readonly Finding[]): readonly Folded[] {
  const groups = groupBy(findings.entries(), ([index, finding]) => findKey(finding) ?? index);
  return [...groups.values()].flatMap((entries) => {
    const [first, ...more] = entries.map(([, finding]) => finding);
    if (first === undefined) return [];
    const together = more.length === 0 ? null : sayTogether([first, ...more]);
    if (together !== null) return [{ first, told: { ...tell(first), message: together, way: null } }];
    if (more.length >= mostAlike) return [{ first, told: foldAlike(first, more) }];
    return [first, ...more].map((each) => ({ first: each, told: tell(each) }));
  });
}

/** Findings with the same key are told as one; null for a finding that is told alone. */
function findKey(finding: Finding): string | null {
  const { kind, code, losses } = finding;
  const { migration, sql } = finding.place;
  if (migration === null) return null;
  if (isToldTogether(finding)) return JSON.stringify([code, migration]);
  const statement = sql === null ? null : classify(sql);
  switch (statement?.type) {
    case 'insert':
    case 'update':
    case 'delete':
      return JSON.stringify([
        kind,
        code,
        migration,
        statement.type,
        foldName(statement.table),
        losses?.map(buildLossKey),
      ]);
    default:
      return null;
  }
}

function foldAlike(first: Finding, more: readonly Finding[]): Told {
  const lines = more.flatMap(({ place }) => (place.line === null ? [] : [String(place.line)]));
  const all = sumCounts([first, ...more].map(({ evidence }) => evidence?.count ?? null));
  const rows = all === null ? '' : ` In all: ${all.atLeast ? 'at least ' : ''}${count(all.rows, 'row')}.`;
  const told = tell(first);
  const message = say`${told.message}\nThe same is true for ${count(more.length, 'more statement')}, on lines ${listSome(lines)}; --json lists each of them.${rows}`;
  return { ...told, message };
}
