/** A check as Markdown. */

import type { CheckProblem } from '../../../check/problem.ts';
import { count } from '../../../text/count.ts';
import { cutText } from '../../../text/cut.ts';
import { joinSpans, type Written } from '../../../text/prose.ts';
import { cutSql, renderCode, renderFence, renderProse } from './text.ts';

export interface CheckDocument {
  readonly problems: readonly CheckProblem[];
  /** How many migrations there are. */
  readonly migrations: number;
  /** The next step; null if there are no problems. */
  readonly next: Written | null;
}

/** Beyond this many they are counted. */
const most = 50;
const longestMessage = 2_000;
const longestSql = { lines: 12, characters: 1_000 };

export function renderCheckMarkdown({ problems, migrations, next }: CheckDocument): string {
  const sorted = (['problem', 'warning'] as const).flatMap((kind) => problems.filter((one) => one.kind === kind));
  const counted = (['problem', 'warning'] as const).flatMap((kind) => {
    const number = problems.filter((one) => one.kind === kind).length;
    return number === 0 ? [] : [count(number, kind)];
  });
  const more = sorted.length - most;
  const parts = [
    '## Check of the migrations',
    `${count(migrations, 'migration')}, ${counted.length === 0 ? 'no problems' : `**${counted.join(', ')}**`}.`,
    ...sorted.slice(0, most).map(renderProblem),
    ...(more > 0 ? [`… and ${more} more.`] : []),
    ...(next === null ? [] : ['Next:', renderFence('', joinSpans(next))]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderProblem({ kind, code, migration, path, line, sql, message }: CheckProblem): string {
  const place = path === null ? migration : line === null ? path : `${path}:${line}`;
  const head = `${kind === 'problem' ? '✖' : '▲'} ${renderCode(code)}${place === null ? '' : ` in ${renderCode(place)}`}`;
  return [
    `**${head}**`,
    renderProse(cutText(message, longestMessage)),
    ...(sql === null ? [] : [renderFence('sql', cutSql(sql, longestSql).text)]),
  ].join('\n\n');
}
