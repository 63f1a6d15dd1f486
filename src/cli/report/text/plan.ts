/** A plan as people read it. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import { checkPlan, type ListedConsent } from '../../../consents/gate.ts';
import type { Finding } from '../../../findings/catalogue.ts';
import { findLook, summarize } from '../../../findings/tell.ts';
import {
  type Asked,
  allFindings,
  type Plan,
  type PlannedMigration,
  type RanOn,
  wasRehearsed,
} from '../../../plan/plan.ts';
import { findShortName } from '../../../plan/plan-id.ts';
import { quoteIdentifier } from '../../../sql/identifiers.ts';
import { describeTarget, nameSubject } from '../../../target/target.ts';
import { count, writeNumber } from '../../../text/count.ts';
import { listSome } from '../../../text/list.ts';
import { joinSpans, type Written } from '../../../text/prose.ts';
import { describeOpenLine, listOpenLines } from '../../allow-lines.ts';
import { foldFindings, renderFindings } from './findings.ts';
import { fitName, hang, joinParts, renderNext, renderTitle } from './layout.ts';
import { countStatements, renderStatements } from './statements.ts';
import { createSurroundings } from './surroundings.ts';

/** Beyond this many migrations only those that need a look are shown with their statements. */
const mostDetailed = 25;

/** The migrations of a plan, without title and end. */
export function renderPlanBody(plan: Plan, screen: Screen): readonly (readonly string[])[] {
  const { migrations } = plan;
  const nameWidth = findHeadWidth(migrations, screen);
  const detailed = migrations.length <= mostDetailed;
  const lines = listOpenLines(plan);
  const blocks = migrations.map((migration) => {
    const head = renderHead(migration, nameWidth, screen);
    const open = lines.filter((line) => line.migration === migration.name);
    if (!detailed && !needsLook(migration) && open.length === 0) return [head];
    return [head, ...renderStatements(migration, screen), ...open.flatMap((line) => renderOpenLine(line, screen))];
  });
  return detailed ? blocks : joinHeads(blocks);
}

/** Under the statements of its migration. */
function renderOpenLine(open: ListedConsent, screen: Screen): readonly string[] {
  const file = open.path.slice(open.path.lastIndexOf('/') + 1);
  const text = printable(`${file}:${open.line} ${describeOpenLine(open)} ${open.code}: ${open.reason}`);
  return hang(text, 2, 4, screen).map((line) => `    ${screen.paint.yellow(line)}`);
}

/** Migrations without statements below them follow each other without an empty line. */
function joinHeads(blocks: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const joined: string[][] = [];
  let open = false;
  for (const block of blocks) {
    const last = joined.at(-1);
    if (block.length === 1 && open && last) last.push(...block);
    else joined.push([...block]);
    open = block.length === 1;
  }
  return joined;
}

function needsLook(migration: PlannedMigration): boolean {
  return migration.findings.some(isUrgent) || countStatements(migration).skipped > 0;
}

function isUrgent(finding: Finding): boolean {
  return finding.kind !== 'note';
}

export function findNameWidth(migrations: readonly { readonly name: string }[], { columns }: Screen): number {
  const widest = Math.max(0, ...migrations.map(({ name }) => measureWidth(printable(name))));
  return columns === null ? widest : Math.min(widest, columns - 26);
}

/** The names' column in a plan: what stands behind a name, such as the number of hazards, is never cut for it. */
function findHeadWidth(migrations: readonly PlannedMigration[], screen: Screen): number {
  const width = findNameWidth(migrations, screen);
  if (screen.columns === null) return width;
  const remarks = Math.max(0, ...migrations.map((migration) => measureWidth(describeHead(migration))));
  return Math.min(width, Math.max(12, screen.columns - 2 - 4 - remarks));
}

function renderHead(migration: PlannedMigration, nameWidth: number, screen: Screen): string {
  const name = fitName(migration.name, nameWidth, screen);
  return `  ${screen.paint.bold(padToWidth(name, nameWidth))}    ${describeHead(migration)}`;
}

/** `7 statements, 1 skipped, retry, ▲ 1 hazard` */
export function describeHead(migration: PlannedMigration): string {
  return [countWords(migration), ...(migration.retry ? ['retry'] : []), ...countUrgent(migration.findings)].join(', ');
}

export function countWords(migration: PlannedMigration): string {
  const { all, skipped } = countStatements(migration);
  return all === 0 ? 'no statements' : `${count(all, 'statement')}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function countUrgent(findings: readonly Finding[]): readonly string[] {
  const blockers = findings.filter((finding) => finding.kind === 'blocker').length;
  const hazards = findings.filter((finding) => finding.kind === 'hazard').length;
  return [
    ...(blockers > 0 ? [`✖ ${count(blockers, 'blocker')}`] : []),
    ...(hazards > 0 ? [`▲ ${count(hazards, 'hazard')}`] : []),
  ];
}

export function listShownFindings(plan: Plan): readonly Finding[] {
  return allFindings(plan).filter((finding) => findLook(finding).isElsewhere !== true);
}

/** How much of production was read to make the plan: reading is billed. */
export function renderAsked({ asked }: Plan, screen: Screen): readonly string[] {
  if (asked === null) return [];
  const read = asked.rowsRead === null ? '' : ` (${count(asked.rowsRead, 'row')} read)`;
  const queries = asked.questions === 1 ? '1 read-only query' : `${writeNumber(asked.questions)} read-only queries`;
  const text = `Checked production's data with ${queries}${read}.`;
  const unanswered = describeUnanswered(asked);
  return [
    ...hang(text, 0, 2, screen).map((line) => `  ${screen.paint.dim(line)}`),
    ...(unanswered === null ? [] : hang(unanswered, 0, 2, screen).map((line) => `  ${line}`)),
  ];
}

/** null where every question has its answer. */
export function describeUnanswered({ questions, unanswered }: Asked): string | null {
  if (unanswered === 0) return null;
  const some = unanswered === questions ? 'any' : writeNumber(unanswered);
  const which = questions === 1 ? 'the query' : `${some} of the ${writeNumber(questions)} queries`;
  return `Production could not answer ${which}, or not in time. So losses may have no number, and rows that make a statement fail may not be found. Each migration still runs completely or not at all.`;
}

/** One sentence; null if the plan was not rehearsed to its end. */
export function describeRehearsal(plan: Plan): string | null {
  if (!wasRehearsed(plan)) return null;
  // Another way to be blocked than by the rehearsal is still no "ok": the line stands above "cannot be applied".
  const result = allFindings(plan).some(({ kind }) => kind === 'blocker') ? 'see what is marked ✖' : 'ok';
  const ranOn = plan.ranOn === null ? null : describeRows(plan.ranOn, result);
  return ranOn ?? `${emptyCopy}: ${result}.`;
}

/** null where production has no rows that the plan meets. */
function describeRows({ tables, left, isWhole }: RanOn, result: string): string | null {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const filled = tables.filter((table) => table.rows > 0).map(({ table }) => quoteIdentifier(table));
  const on = rows === 0 ? emptyCopy : `Rehearsed on a copy of ${count(rows, 'row')} of ${listSome(filled)}`;
  if (left.length > 0)
    return `${on}${isWhole || rows === 0 ? `: ${result}` : ''}. Not fetched because of their size: ${listSome(left.map(quoteIdentifier))}; what reads them was rehearsed without their rows.`;
  if (rows === 0) return null;
  return isWhole ? `${on}: ${result}.` : `${on}, as far as it runs there.`;
}

const emptyCopy = "Rehearsed on an empty copy of production's schema";

export function renderRehearsal(plan: Plan, screen: Screen): readonly string[] {
  const words = describeRehearsal(plan);
  return words === null ? [] : hang(printable(words), 0, 2, screen).map((line) => `  ${line}`);
}

export function renderSummaries(plan: Plan, screen: Screen): readonly string[] {
  return summarize(allFindings(plan)).flatMap((words) => hang(words, 0, 2, screen).map((line) => `  ${line}`));
}

/** The last lines of a plan. */
export type PlanEnd =
  /** `apply` is the complete command; `consents` are the options that a person has to add, empty where there are none. */
  | { readonly type: 'ready'; readonly apply: Written; readonly consents: Written }
  /** `mend` is what to do about the blocker. */
  | { readonly type: 'blocked'; readonly mend: Written }
  | { readonly type: 'up-to-date' }
  /** Nothing to apply, but production and the folder are not one and the same; `how` is a clause. */
  | { readonly type: 'besides'; readonly how: string }
  /** Nothing up to the migration that --to names; `pending` are after it, and `next` is the command that plans them. */
  | { readonly type: 'done-up-to'; readonly to: string; readonly pending: number; readonly next: Written }
  /** Nothing to apply, but these were begun and never finished, and have no folder. */
  | { readonly type: 'left-open'; readonly names: readonly string[]; readonly next: Written };

export function renderPlan(plan: Plan, end: PlanEnd, screen: Screen): string {
  const { paint } = screen;
  const folded = plan.migrations.length > mostDetailed ? [paint.dim('  --json lists every statement.')] : [];
  return joinParts([
    [renderTitle(describeTarget(plan.target), screen)],
    ...renderPlanBody(plan, screen),
    folded,
    ...renderFindings(foldFindings(listShownFindings(plan)), screen, createSurroundings(plan)),
    [
      ...renderRehearsal(plan, screen),
      ...renderSummaries(plan, screen),
      ...renderAsked(plan, screen),
      ...renderEnd(plan, end, screen),
    ],
  ]);
}

function renderEnd(plan: Plan, end: PlanEnd, screen: Screen): readonly string[] {
  const { paint } = screen;
  switch (end.type) {
    case 'ready':
      if (end.consents.length === 0) {
        return renderNext(
          { text: `Plan ${findShortName(plan.id)}.`, brush: plain },
          { step: end.apply, brush: paint.cyan },
          screen,
        );
      }
      return [
        ...[
          `Plan ${findShortName(plan.id)} needs consent: look at each ${listAsking(plan)}.`,
          'Only the owner of the data can consent: when asked, or by adding to the command',
        ].flatMap((text) => hang(text, 0, 2, screen).map((line) => `  ${line}`)),
        // In one piece, as every line to copy.
        `    ${paint.yellow(printable(joinSpans(end.consents)))}`,
        `  Next: ${paint.cyan(printable(joinSpans(end.apply)))}`,
      ];
    case 'blocked':
      return renderNext(
        { text: `Plan ${findShortName(plan.id)} cannot be applied.`, brush: paint.red },
        { step: end.mend, brush: plain },
        screen,
      );
    case 'up-to-date':
      return [`  ${paint.green(`Nothing to apply: ${printable(nameSubject(plan.target))} is up to date.`)}`];
    case 'besides':
      return hang(`Nothing to apply, but ${end.how}.`, 0, 2, screen).map((line) => `  ${paint.yellow(line)}`);
    case 'done-up-to':
      return renderNext(
        { text: `Nothing to apply up to ${printable(end.to)}; ${end.pending} pending after it.`, brush: plain },
        { step: end.next, brush: paint.cyan },
        screen,
      );
    case 'left-open':
      return renderNext(
        { text: describeLeftOpen(end.names), brush: plain },
        { step: end.next, brush: paint.cyan },
        screen,
      );
  }
}

function plain(text: string): string {
  return text;
}

/** Names the kinds of findings that need consent, with their symbols. */
export function listAsking(plan: Plan): string {
  const asking = checkPlan(plan, []).unconsented;
  const blocker = asking.some((finding) => finding.kind === 'blocker') ? ['✖ blocker'] : [];
  const hazard = asking.some((finding) => finding.kind === 'hazard') ? ['▲ hazard'] : [];
  return [...blocker, ...hazard].join(' and ');
}

export function describeLeftOpen(names: readonly string[]): string {
  const [were, each] = names.length === 1 ? ['was', 'it'] : ['were', 'each'];
  return `Nothing to apply, but production is not up to date: ${printable(listSome(names))} ${were} started elsewhere and never finished. A part of ${each} may have run. If nothing ran, its record can be undone.`;
}
