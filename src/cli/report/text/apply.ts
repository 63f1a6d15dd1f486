/** `apply` as people read it: the plan before the question, and what became of it. */

import { printable, printableLines } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { ApplyResult } from '../../../apply/result.ts';
import { findWritten } from '../../../consents/gate.ts';
import type { MigrateError } from '../../../errors.ts';
import type { Finding } from '../../../findings/catalogue.ts';
import type { Plan } from '../../../plan/plan.ts';
import { describeTarget, nameSubject } from '../../../target/target.ts';
import { count } from '../../../text/count.ts';
import type { Written } from '../../../text/prose.ts';
import { foldFindings, renderFinding, renderFindings } from './findings.ts';
import { describeBesides, fitName, hang, joinParts, renderNext, renderTitle } from './layout.ts';
import {
  countWords,
  describeLeftOpen,
  findNameWidth,
  listShownFindings,
  renderAsked,
  renderPlanBody,
  renderRehearsal,
  renderSummaries,
} from './plan.ts';
import { renderQuery } from './rows.ts';
import { renderWholeSource } from './sql.ts';
import { createSurroundings } from './surroundings.ts';

/**
 * The plan as it stands before the question; hazards that are asked for are shown one by one with their own.
 * @param noWayBack what is to be known while a backup can still be asked for; null where there is nothing.
 */
export function renderQuestionPlan(plan: Plan, noWayBack: string | null, screen: Screen): string {
  const isSettled = (finding: Finding) => finding.kind === 'note' || findWritten(plan, finding) !== null;
  const settled = listShownFindings(plan).filter(isSettled);
  return `${joinParts([
    [renderTitle(describeTarget(plan.target), screen)],
    ...renderPlanBody(plan, screen),
    ...renderFindings(foldFindings(settled), screen, createSurroundings(plan)),
    [
      ...renderRehearsal(plan, screen),
      ...renderSummaries(plan, screen),
      ...renderAsked(plan, screen),
      ...(noWayBack === null ? [] : hang(noWayBack, 0, 2, screen).map((line) => `  ${line}`)),
    ],
  ])}\n`;
}

export function renderHazards(findings: readonly Finding[], plan: Plan, screen: Screen): string {
  const surroundings = createSurroundings(plan);
  const folded = foldFindings(findings);
  return `${folded.map((finding) => renderFinding(finding, screen, surroundings).join('\n')).join('\n')}\n`;
}

/**
 * Failures are told on stderr. Empty if nothing was applied and something went wrong, and if
 * a migration failed.
 * @param to the last migration that was wanted; all were when undefined.
 * @param record the command for the first that was left open.
 */
export function renderApplied(
  result: ApplyResult,
  screen: Screen,
  to: string | undefined,
  record: Written | null,
): string {
  const { plan, applied, error, outcome, stillPending } = result;
  const { paint } = screen;
  const title = [renderTitle(describeTarget(plan.target), screen)];
  const besides = describeBesides(result.besides);
  if (outcome === 'nothing-to-do') {
    if (stillPending === 0 && record !== null) {
      const said = { text: describeLeftOpen(result.leftOpen), brush: paint.yellow };
      return joinParts([title, renderNext(said, { step: record, brush: paint.cyan }, screen)]);
    }
    const brush = record !== null || besides !== null ? paint.yellow : paint.green;
    return joinParts([
      title,
      hang(describeNothing(result, to, besides), 0, 2, screen).map((line) => `  ${brush(line)}`),
    ]);
  }
  // A failure is told in one piece, on stderr.
  if (error !== null && (applied.length === 0 || result.failed !== null)) return '';
  const rows = renderAppliedRows(result, screen);
  const subject = printable(nameSubject(plan.target)).replace(/^production$/, 'Production');
  const done = besides === null ? `${subject} is up to date.` : `Nothing more to apply, but ${besides}.`;
  const state = stillPending === 0 ? done : `${stillPending} still pending.`;
  return joinParts([title, rows, error === null ? [`  ${paint.green(`${describeEnd(result)} ${state}`)}`] : []]);
}

function renderAppliedRows({ plan, applied }: ApplyResult, screen: Screen): readonly string[] {
  const nameWidth = findNameWidth(plan.migrations, screen);
  return plan.migrations
    .filter((migration) => applied.includes(migration.name))
    .map((migration) => {
      const name = padToWidth(fitName(migration.name, nameWidth, screen), nameWidth);
      return `  ${screen.paint.green('✔')} ${name}  ${countWords(migration)}`;
    });
}

function describeNothing({ stillPending }: ApplyResult, to: string | undefined, besides: string | null): string {
  if (stillPending === 0 && besides !== null) return `Nothing to apply, but ${besides}.`;
  return to === undefined || stillPending === 0
    ? 'Nothing to do: every migration in the folder is recorded as applied.'
    : `Nothing to do up to ${printable(to)}; ${stillPending} pending after it.`;
}

function describeEnd({ applied, byAnotherRun, plan }: ApplyResult): string {
  const others = plan.migrations.length - applied.length;
  const own = `${count(applied.length, 'migration')} applied.`;
  if (!byAnotherRun) return own;
  return `${applied.length > 0 ? `${own} ` : ''}Another run applied ${applied.length > 0 ? `the other ${others}` : 'them'} at the same time.`;
}

/** Rows of the statement that failed, which is shown whole as far as possible. */
const longestStatement = 20;

/** The applied migrations, and the failed one: the server's own words, the statement, and production's state. */
export function renderFailed(result: ApplyResult, error: MigrateError, screen: Screen): string {
  const { failed } = result;
  if (failed === null) return '';
  const { paint } = screen;
  const message = printableLines(result.explained ? error.message : failed.message);
  const unrecorded =
    result.unrecorded === null
      ? []
      : [`The failure could not be recorded in the tracker either: ${printable(result.unrecorded)}`];
  return `${joinParts([
    [renderTitle(describeTarget(result.plan.target), screen)],
    [...renderAppliedRows(result, screen), ...renderFailedRow(failed.name, error.code, screen)],
    [
      ...message.flatMap((line) => hang(line, 0, 2, screen)).map((line) => `  ${line}`),
      ...(failed.line === null ? [] : [`  ${paint.dim(`${printable(failed.path)}:${failed.line}`)}`]),
      ...(failed.statement === null ? [] : renderWholeSource(failed.statement, failed.line, screen, longestStatement)),
      ...(failed.query === null ? [] : renderQuery(failed.query, result.plan.target, 2, screen)),
    ],
    unrecorded.flatMap((line) => hang(line, 0, 2, screen)).map((line) => `  ${line}`),
    hang(`Production: ${describeProduction(result)}`, 0, 2, screen).map((line) => `  ${line}`),
  ])}`;
}

function renderFailedRow(failed: string, code: string, { paint, columns }: Screen): readonly string[] {
  const name = printable(failed);
  const state = `rolled back  ${paint.dim(`(${code})`)}`;
  const head = `  ${paint.red(`✖ ${name}`)}`;
  const fits = columns === null || measureWidth(`  ✖ ${name}     rolled back  (${code})`) <= columns;
  return fits ? [`${head}     ${state}`] : [head, `    ${state}`];
}

function describeProduction({ applied, notStarted }: ApplyResult): string {
  const before =
    applied.length === 0 ? 'nothing applied before it' : `${count(applied.length, 'migration')} applied before it`;
  return `${before}, this one left no trace, ${notStarted.length} not started.`;
}
