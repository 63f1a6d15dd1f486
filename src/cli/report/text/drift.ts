/** `drift` as people read it, and as its JSON has it. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { Drift } from '../../../drift/drift.ts';
import type { DriftNext, Pair, PairName } from '../../../drift/judge.ts';
import { findPlace } from '../../../drift/place.ts';
import type { Migration } from '../../../history/migration.ts';
import { leavesInDoubt } from '../../../replay/unreplayed.ts';
import { type Difference, describeDifference, type SideNames } from '../../../schema/compare/difference.ts';
import { joinLines } from '../../../sql/one-line.ts';
import { describeTarget, type Target } from '../../../target/target.ts';
import { count } from '../../../text/count.ts';
import { listSome } from '../../../text/list.ts';
import { command, type Prose, placeholder, say, toProse, type Written } from '../../../text/prose.ts';
import { hang, joinParts, renderNext, renderTitle, writeFor } from './layout.ts';
import { findSqlWidth, readSqlLine, renderWholeSource, wrapSql } from './sql.ts';

export interface DriftView {
  readonly target: Target;
  readonly drift: Drift;
  /** How many migrations the folder has. */
  readonly migrations: number;
  /** The command to run now. */
  readonly next: Written | null;
  /** How this user starts Prisma: `npx prisma`, `pnpm prisma`. */
  readonly prisma: string;
}

export const sideNames: Readonly<Record<PairName, SideNames>> = {
  'production-migrations': { left: 'production', right: 'migrations' },
  'migrations-schema': { left: 'migrations', right: 'schema.prisma' },
  'production-schema': { left: 'production', right: 'schema.prisma' },
};

export function renderDrift({ target, drift, migrations, next, prisma }: DriftView, screen: Screen): string {
  const { paint } = screen;
  const notes = renderNotes(drift, screen);
  const title = renderTitle(describeTarget(target), screen);
  if (drift.inSync) {
    const named = target.called === undefined ? '' : `\n${title}\n`;
    const told = notes.map((note) => `\n${note.join('\n')}\n`).join('');
    return named + renderInSync(drift, migrations, next, screen) + told;
  }
  const text = writeFor(explain(drift, prisma), screen);
  return joinParts([
    [title],
    ...drift.pairs.map((pair, index) => renderPair(pair, drift.pairs.slice(0, index), drift, screen)),
    ...notes,
    next === null
      ? hang(text, 0, 2, screen).map((line) => `  ${line}`)
      : renderNext({ text, brush: (line) => line }, { step: next, brush: paint.cyan }, screen),
  ]);
}

function renderInSync({ pending }: Drift, migrations: number, next: Written | null, screen: Screen): string {
  const { paint } = screen;
  if (pending.length === 0 || next === null) {
    return `\n  ${paint.green(`In sync: production, ${count(migrations, 'migration')} and schema.prisma.`)}\n`;
  }
  const text = `In sync: production, ${count(migrations, 'migration')} with ${pending.length} yet to apply, and schema.prisma.`;
  const lines = renderNext({ text, brush: paint.green }, { step: next, brush: paint.cyan }, screen);
  return `\n${lines.join('\n')}\n`;
}

/** Beyond this many differences of one pair only their number is said. */
const mostShown = 40;

/** @param before the pairs that stand above: what is the same there is not shown again. */
function renderPair(pair: Pair, before: readonly Pair[], { pending }: Drift, screen: Screen): readonly string[] {
  const { paint } = screen;
  const { differences, incomparable, unsure } = pair;
  const names = sideNames[pair.pair];
  const left =
    pair.pair === 'production-schema' && pending.length > 0 ? 'production and pending migrations' : names.left;
  if (incomparable !== null && differences.length === 0) {
    const rest = unsure.length === 0 ? '' : '. The rest of both is the same.';
    return renderMarked(
      '?',
      `${left} and ${names.right} cannot be compared: ${printable(incomparable)}${rest}`,
      screen,
    );
  }
  if (differences.length === 0) return [`  ${paint.green('✔')} ${left} = ${names.right}`];
  const same = before.some((other) => nameAll(other) === nameAll(pair));
  const said = `${same ? 'the same ' : ''}${count(differences.length, 'difference')}`;
  const title = `${left} ≠ ${names.right}`;
  const fits = screen.columns === null || measureWidth(`  ▲ ${title}  ${said}`) <= screen.columns;
  const head = `  ${paint.yellow('▲')} ${paint.bold(title)}${fits ? '  ' : '\n    '}${said}`;
  const besides =
    incomparable === null ? [] : renderMarked('?', `also, this cannot be compared: ${printable(incomparable)}`, screen);
  if (same) return [head, ...besides];
  const shown = differences.slice(0, mostShown);
  const more = differences.length - shown.length;
  return [
    head,
    ...renderDifferences(shown, names, screen),
    ...(more > 0 ? [paint.dim(`      … ${count(more, 'more difference')} (--json lists all)`)] : []),
    ...besides,
  ];
}

function renderMarked(mark: string, text: string, screen: Screen): readonly string[] {
  const [first = '', ...rest] = hang(text, 0, 4, screen);
  return [`  ${screen.paint.yellow(mark)} ${first}`, ...rest.map((line) => `    ${line}`)];
}

const longestText = 160;

function shorten(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/** Beyond this many statements only their number is said. */
const mostNotes = 5;

/** Statements that were not replayed as they stand, if they do not show above; and parts of schema.prisma that SQLite refuses. */
function renderNotes({ pairs, unreplayed, refused }: Drift, screen: Screen): readonly (readonly string[])[] {
  const unsure = pairs.flatMap((pair) => pair.unsure);
  const quiet = unreplayed.filter(({ concerns }) => !leavesInDoubt(concerns, unsure));
  const texts = quiet.map(({ path, line, message, instead, concerns }) => {
    const place = printable(`${path}:${line}`);
    const why = concerns.length === 0 ? 'it changes no schema' : 'what it makes was dropped or created again later';
    return instead === null
      ? `${place} was not replayed (${printable(message)}); ${why}.`
      : `libSQL does not run ${place} (${printable(message)}). Replayed instead: ${printable(shorten(joinLines(instead)))}`;
  });
  const more = texts.length - mostNotes;
  const lines = [
    ...texts.slice(0, mostNotes).flatMap((text) => renderMarked('·', text, screen)),
    ...(more > 0 ? [screen.paint.dim(`    … ${count(more, 'more statement')} (--json lists all)`)] : []),
    ...refused.flatMap(({ advice }) => renderMarked('·', printable(advice), screen)),
  ];
  return lines.length === 0 ? [] : [lines];
}

function nameAll({ differences }: Pair): string {
  return differences.map(({ kind, object, name }) => `${kind} ${object} ${name}`).join('\n');
}

const longestSource = 12;

/** Each with what it looks like on both sides. */
export function renderDifferences(
  differences: readonly Difference[],
  names: SideNames,
  screen: Screen,
): readonly string[] {
  return differences.flatMap((difference) => renderDifference(difference, names, screen));
}

function renderDifference(difference: Difference, names: SideNames, screen: Screen): readonly string[] {
  const { paint } = screen;
  const { kind, object, name, left, right } = difference;
  // What differs is never cut away by a long name, nor the end of the name, which says of what column it is.
  const head = (symbol: string, says: string): readonly string[] => {
    const shown = printable(name);
    const line = `    ${symbol} ${object} ${paint.bold(shown)}`;
    const fits = screen.columns === null || 9 + measureWidth(`${object}${shown}${says}`) <= screen.columns;
    return fits ? [`${line}  ${says}`] : [line, `      ${says}`];
  };
  if (kind === 'existence') {
    const symbol = left === null ? paint.red('−') : paint.green('+');
    const source = renderWholeSource(left ?? right ?? '', null, screen, longestSource);
    return [...head(symbol, `only in ${left === null ? names.right : names.left}`), ...source];
  }
  const width = Math.max(measureWidth(names.left), measureWidth(names.right));
  const side = (label: string, sql: string | null) =>
    renderSide(sql, 10 + width, screen).map(
      (line, index) => `        ${paint.dim(padToWidth(index === 0 ? label : '', width))}  ${line}`,
    );
  const what = kind === 'definition' ? 'differs' : words[kind];
  return [...head(paint.yellow('~'), what), ...side(names.left, left), ...side(names.right, right)];
}

function renderSide(sql: string | null, used: number, screen: Screen): readonly string[] {
  if (sql === null) return ['none'];
  const { columns } = screen;
  const width = columns === null ? Number.POSITIVE_INFINITY : findSqlWidth(columns - used);
  return wrapSql(readSqlLine(joinLines(sql)), width, 'at-spaces', screen);
}

const words: Readonly<Record<Exclude<Difference['kind'], 'existence' | 'definition'>, string>> = {
  type: 'type',
  nullability: 'NOT NULL',
  default: 'default',
  collation: 'collation',
  generated: 'generated',
  'primary-key': 'primary key',
  autoincrement: 'AUTOINCREMENT',
  unique: 'unique constraint',
  check: 'check',
  'foreign-key': 'foreign key',
  options: 'table options',
};

const reasons: Readonly<Record<Exclude<DriftNext, 'edit'>, string | Prose>> = {
  nothing: '',
  apply: 'Migrations are pending: apply them first.',
  begin: 'No migration is recorded in production yet.',
  backfill: 'Production already has what the pending migrations make.',
  fix: 'Production differs from what the migrations make. --fix writes a migration that makes what production has, and records it.',
  undo: say`Production lacks what is recorded as applied. If a migration was recorded without running: ${command('backfill', [], [['--undo', placeholder('<name>')]])}, then apply it. If it was removed on purpose: ${command('drift', [], [['--fix']])}.`,
  develop: 'schema.prisma has what no migration makes.',
  look: 'Look at the reasons above.',
};

const onlyUnsure =
  'Everything that could be compared is the same. For the rest it cannot be determined what the migrations make: compare it by hand. It can be compared again after a new migration drops or rebuilds it.';

function explain({ next, edited, pairs }: Drift, prisma: string): Prose {
  const isRestSame = pairs.every(
    ({ differences, incomparable, unsure }) => differences.length === 0 && (incomparable === null || unsure.length > 0),
  );
  if (next === 'look' && isRestSame) return toProse(onlyUnsure);
  if (next === 'edit') {
    return say`schema.prisma differs from what the migrations make. To keep what they make, change schema.prisma (${prisma} db pull does, on a local database that has it); ${prisma} migrate dev would write a migration that changes it.`;
  }
  if (edited.length === 0 || (next !== 'fix' && next !== 'undo')) return toProse(reasons[next]);
  const [some, was] = [printable(listSome(edited)), edited.length === 1 ? 'was' : 'were'];
  return say`${some} ${was} edited after being applied. If that is the only reason, restore the file from git. ${reasons[next]}`;
}

/** As docs/json.md has it. @param migrations the whole folder, in Prisma's order. */
/** @param prisma how Prisma is started here. */
export function describeDrift(
  drift: Drift,
  migrations: readonly Migration[],
  prisma: string,
): Readonly<Record<string, unknown>> {
  const { inSync, pairs, pending, edited, unreplayed, refused } = drift;
  const described = pairs.map(({ pair, differences, incomparable, unsure }) => ({
    pair,
    differences: differences.map((difference) => ({
      ...describeDifferences([difference])[0],
      message: describeDifference(difference, sideNames[pair]),
      place: findPlace(difference, migrations),
    })),
    incomparable,
    unsure,
  }));
  const left = unreplayed.map(({ migration, path, line, sql, message, instead, concerns }) => {
    return { migration, path, line, sql, message, instead, concerns };
  });
  return {
    inSync,
    why: writeFor(explain(drift, prisma), {}) || null,
    pairs: described,
    pending,
    edited,
    unreplayed: left,
    refused,
  };
}

export function describeDifferences(differences: readonly Difference[]): readonly Readonly<Record<string, unknown>>[] {
  return differences.map(({ kind, object, name, left, right }) => ({ kind, object, name, left, right }));
}
