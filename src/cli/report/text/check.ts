/** A check as people read it. */

import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth } from '../../../adapters/terminal/width.ts';
import type { CheckResult } from '../../../check/check.ts';
import type { CheckProblem } from '../../../check/problem.ts';
import { count } from '../../../text/count.ts';
import { listSome } from '../../../text/list.ts';
import type { Written } from '../../../text/prose.ts';
import { hang, joinParts, renderNext } from './layout.ts';
import { renderSource } from './sql.ts';

export interface CheckView {
  readonly result: CheckResult;
  /** How many migrations there are. */
  readonly migrations: number;
  /** The branch that it was compared with; null for none. */
  readonly base: string | null;
  /** The next step; null if there are no problems. */
  readonly next: Written | null;
}

/** Beyond this many problems they are listed without their source. */
const mostWhole = 25;

export function renderCheck({ result, migrations, base, next }: CheckView, screen: Screen): string {
  const problems = result.problems.filter(({ kind }) => kind === 'problem');
  const warnings = result.problems.filter(({ kind }) => kind === 'warning');
  const length = result.problems.length <= mostWhole ? 'whole' : 'short';
  const blocks = [...problems, ...warnings].map((problem) => renderProblem(problem, length, screen));
  const counted = `${count(problems.length, 'problem')} in ${count(migrations, 'migration')}.`;
  const end =
    next === null
      ? hang(describeClean(result, migrations, base), 0, 2, screen).map((line) => `  ${screen.paint.green(line)}`)
      : renderNext({ text: counted, brush: screen.paint.red }, { step: next, brush: plain }, screen);
  return joinParts([...(length === 'whole' ? blocks : [blocks.flat()]), end]);
}

function plain(text: string): string {
  return text;
}

function renderProblem(
  { kind, code, migration, path, line, sql, message }: CheckProblem,
  length: 'whole' | 'short',
  screen: Screen,
): readonly string[] {
  const { paint } = screen;
  const [symbol, brush] = kind === 'problem' ? ['✖', paint.red] : ['▲', paint.yellow];
  const place = path === null ? migration : line === null ? path : `${path}:${line}`;
  const [head, below] = renderHead(`${brush(symbol)} ${paint.bold(code)}`, 2 + code.length, place, screen);
  // What belongs to no file is told by its message alone.
  if (length === 'short' && migration !== null) return [head, ...below];
  return [
    head,
    ...below,
    ...printableLines(message).flatMap((part) => hang(part, 0, 4, screen).map((row) => `    ${row}`)),
    ...(length === 'short' || sql === null ? [] : renderSource(sql, line, screen)),
  ];
}

/** The place is copied and clicked, so it is in one piece: on a line of its own where it does not fit. */
function renderHead(
  title: string,
  width: number,
  place: string | null,
  { columns }: Screen,
): readonly [head: string, below: readonly string[]] {
  if (place === null) return [`  ${title}`, []];
  const shown = printable(place);
  const fits = columns === null || 2 + width + 2 + measureWidth(shown) <= columns;
  return fits ? [`  ${title}  ${shown}`, []] : [`  ${title}`, [`    ${shown}`]];
}

/** One sentence of what is in order. */
function describeClean(
  { problems, differences, unreplayed, unsure }: CheckResult,
  migrations: number,
  base: string | null,
): string {
  if (migrations === 0) return 'There are no migrations yet.';
  const end = migrations === 1 ? 's' : '';
  const left = unreplayed.filter(({ follows }) => !follows).length;
  const but = unsure === 'everything' ? unsure : printable(listSome(unsure));
  const parts = [
    `split${end}`,
    `replay${end} from nothing${left === 0 ? '' : ` (except ${count(left, 'statement')})`}`,
    ...(differences === null ? [] : [`make${end} schema.prisma${unsure.length === 0 ? '' : ` (except ${but})`}`]),
    ...(base === null || problems.some(({ code }) => code === 'base-empty') ? [] : [`follow${end} ${printable(base)}`]),
  ];
  const last = parts.pop();
  const list = parts.length > 1 ? `${parts.join(', ')}, and ${last}` : `${parts.join('')} and ${last}`;
  return `${count(migrations, 'migration')}: ${migrations === 1 ? 'it' : 'they'} ${list}.`;
}
