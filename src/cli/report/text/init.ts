/** `init` as people read it. */

import type { Brush } from '../../../adapters/terminal/paint.ts';
import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { InitFacts, InitPlan, InitStep } from '../../../init/plan.ts';
import { count } from '../../../text/count.ts';
import type { Written } from '../../../text/prose.ts';
import type { FirstState } from '../../commands/init-state.ts';
import { fitLine, hang, joinParts, renderNext } from './layout.ts';
import { renderStatus } from './status.ts';

export interface InitPlanView {
  readonly plan: InitPlan;
  readonly facts: Pick<InitFacts, 'manager'>;
}

/** Each file with what is new in it, before anything is written. */
export function renderInitPlan({ plan, facts }: InitPlanView, screen: Screen): string {
  const { paint } = screen;
  const { steps, install } = plan;
  const width = Math.max(...steps.map(({ shown }) => measureWidth(printable(shown))), 0);
  const { manager, why } = facts.manager;
  const rows = steps.flatMap((step) => renderStep(step, width, screen));
  const installs = install === null ? [] : [`  ${paint.cyan('$')} ${install.command} ${install.args[0] ?? ''}`];
  return joinParts([
    [`  ${paint.bold('Set-up')} ${paint.dim(`with ${manager} (${printable(why)})`)}`],
    [...rows, ...installs],
  ]);
}

function renderStep(step: InitStep, width: number, screen: Screen): readonly string[] {
  const { symbol, brush, says } = describeStep(step, screen);
  const name = printable(step.shown);
  const [only = '', ...others] = says;
  const isWide = screen.columns !== null && 4 + width + 2 + measureWidth(only) > screen.columns;
  const start = `  ${brush(symbol)} `;
  if (others.length === 0 && !isWide)
    return [`${start}${only === '' ? name : `${padToWidth(name, width)}  ${screen.paint.dim(printable(only))}`}`];
  const lines = says.flatMap((line) => hang(printable(line), 2, 6, screen));
  return [`${start}${name}`, ...lines.map((line) => `      ${screen.paint.dim(line)}`)];
}

interface Described {
  readonly symbol: string;
  readonly brush: Brush;
  readonly says: readonly string[];
}

function describeStep(step: InitStep, { paint }: Screen): Described {
  switch (step.type) {
    case 'write': {
      const isNew = step.before === null;
      const says = isNew ? step.says : step.says.map((line) => `+ ${line}`);
      return { symbol: isNew ? '+' : '~', brush: paint.green, says };
    }
    case 'there':
      return { symbol: '✔', brush: paint.green, says: step.says.length === 0 ? ['there already'] : step.says };
    case 'differs':
      return {
        symbol: '▲',
        brush: paint.yellow,
        says: [`another one is there, kept unless you say so: ${compare(step)}`],
      };
    case 'blocked':
      return { symbol: '✖', brush: paint.red, says: [`it is ${step.what}`] };
  }
}

/** How much of it is not what would be written. */
function compare({ before, after }: { readonly before: string | null; readonly after: string }): string {
  const [old, fresh] = [before ?? '', after].map((text) => text.split(/\r\n|\n/).filter((line) => line.trim() !== ''));
  const gone = (old ?? []).filter((line) => !fresh?.includes(line)).length;
  const added = (fresh ?? []).filter((line) => !old?.includes(line)).length;
  return `${count(gone, 'line')} would go, ${added} would come`;
}

export interface InitView {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly installed: boolean;
  readonly manager: string;
  readonly first: FirstState;
  readonly next: Written | null;
}

/** What was done, and where production stands. */
export function renderInit({ written, kept, installed, manager, first, next }: InitView, screen: Screen): string {
  const { paint } = screen;
  const done = [
    ...(written.length > 0 ? [`${count(written.length, 'file')} written`] : []),
    ...(installed ? [`${manager} install done`] : []),
  ];
  const lines = done.length === 0 ? 'Everything is there already.' : `${done.join(', ')}.`;
  const told = [
    fitLine(`  ${paint.green('✔')} ${lines}`, 0, screen),
    ...kept.map(
      (path) =>
        `  ${paint.yellow('▲')} ${printable(path)} is another one, and was kept. To have it replaced, move it away first.`,
    ),
  ];
  const head = joinParts([told]);
  if (first.view !== null) return head + renderStatus({ ...first.view, next }, screen);
  if (next === null) return head;
  const said = first.tables === null ? 'No database is named yet.' : 'There are no migrations yet.';
  return (
    head + joinParts([renderNext({ text: said, brush: (text) => text }, { step: next, brush: paint.cyan }, screen)])
  );
}
