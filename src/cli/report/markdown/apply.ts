/** What became of an `apply`, and any error, as Markdown. */

import type { ApplyResult } from '../../../apply/result.ts';
import type { MigrateError } from '../../../errors.ts';
import { count } from '../../../text/count.ts';
import { cutText } from '../../../text/cut.ts';
import { joinSpans, type Written, writeSpans } from '../../../text/prose.ts';
import { cutSql, renderCode, renderFence, renderProse, renderProseLines } from './text.ts';

/** Beyond this many they are counted. */
const most = 100;
const longestSql = { lines: 20, characters: 2_000 };
const longestMessage = 4_000;

/** @param next what to do about the error; null without one. */
export function renderApplyMarkdown(result: ApplyResult, next: Written | null): string {
  const { plan, applied, failed, notStarted, stillPending, restorePoint, error } = result;
  const more = applied.length - most;
  const list = [
    ...applied.slice(0, most).map((name) => `- ✔ ${renderCode(name)}`),
    ...(more > 0 ? [`- ✔ … and ${count(more, 'more migration')}`] : []),
    ...(failed === null ? [] : [`- ✖ ${renderCode(failed.name)}: rolled back`]),
  ];
  const state = `${count(applied.length, 'migration')} applied, ${notStarted.length} of this plan not started, ${stillPending} pending after it.`;
  const parts = [
    `## ${applied.length > 0 ? 'Applied' : 'Apply'} to ${renderCode(plan.target.name)}`,
    ...(list.length === 0 ? [] : [list.join('\n')]),
    ...(error === null && applied.length === 0 && !result.byAnotherRun ? ['Nothing to apply.'] : [state]),
    ...(result.byAnotherRun ? ['Another run applied some or all of it at the same time.'] : []),
    ...(failed === null ? [] : renderFailed(failed)),
    ...(restorePoint === null ? [] : [`Restore point: ${renderCode(restorePoint.at)}`]),
    ...(error === null ? [] : renderErrorParts(error, next ?? [])),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderFailed({ path, line, statement, message }: NonNullable<ApplyResult['failed']>): readonly string[] {
  return [
    `${renderCode(line === null ? path : `${path}:${line}`)}: ${renderProse(cutText(message, longestMessage))}`,
    ...(statement === null ? [] : [renderFence('sql', cutSql(statement, longestSql).text)]),
  ];
}

/** @param command that ended with it. */
export function renderErrorMarkdown(command: string, error: MigrateError, next: Written): string {
  return `${[`## ${renderCode(command)} failed`, ...renderErrorParts(error, next)].join('\n\n')}\n`;
}

function renderErrorParts(error: MigrateError, next: Written): readonly string[] {
  const said = joinSpans(writeSpans(error.said));
  return [
    `✖ ${renderProseLines(cutText(said, longestMessage))} (${renderCode(error.code)})`,
    ...(next.length === 0 ? [] : ['Next:', renderFence('', cutText(joinSpans(next), longestMessage))]),
  ];
}
