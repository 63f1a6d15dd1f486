/** A plan as people read it. */

import { printable } from '../../adapters/terminal/printable.ts';
import type { Screen } from '../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../adapters/terminal/width.ts';
import type { Finding } from '../../core/plan/findings.ts';
import { allFindings, type Plan, type PlannedMigration } from '../../core/plan/plan.ts';
import { renderFindings } from './findings.ts';
import { count, fitLine, joinParts, renderTitle } from './layout.ts';
import { countStatements, renderStatements } from './statements.ts';

/** Beyond this many migrations only those that need a look are shown with their statements. */
const mostDetailed = 25;

/** What the plan would do, without its title and its end. */
export function renderPlanBody(plan: Plan, screen: Screen): readonly (readonly string[])[] {
  const { migrations } = plan;
  const nameWidth = findNameWidth(migrations, screen);
  const detailed = migrations.length <= mostDetailed;
  const blocks = migrations.map((migration) => {
    const head = renderHead(migration, nameWidth, screen);
    return detailed || needsLook(migration) ? [head, ...renderStatements(migration, screen)] : [head];
  });
  return detailed ? blocks : joinHeads(blocks);
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

function renderHead(migration: PlannedMigration, nameWidth: number, screen: Screen): string {
  const name = fitLine(printable(migration.name), screen.columns === null ? 0 : screen.columns - nameWidth, screen);
  const remarks = [countWords(migration), ...(migration.retry ? ['retry'] : []), ...countUrgent(migration.findings)];
  const text = fitLine(remarks.join(', '), 2 + nameWidth + 4, screen);
  return `  ${screen.paint.bold(padToWidth(name, nameWidth))}    ${text}`;
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

/** Findings of the whole plan; that a table is rebuilt stands with its statements already. */
function renderPlanFindings(plan: Plan, screen: Screen): readonly (readonly string[])[] {
  const shown = allFindings(plan).filter((finding) => finding.code !== 'rebuild');
  const pathOf = (name: string) => plan.migrations.find((migration) => migration.name === name)?.path ?? null;
  return renderFindings(shown, screen, pathOf);
}

/** Whether every migration was run to its end on the mirror, and the mirror was production's schema. */
export function wasRehearsed(plan: Plan): boolean {
  return (
    plan.migrations.length > 0 &&
    plan.migrations.every((migration) => migration.schemaAfter !== null) &&
    !allFindings(plan).some((finding) => finding.code === 'unrehearsed' || finding.kind === 'blocker')
  );
}

export interface PlanEnd {
  /** The complete command that applies it; null where there is nothing to apply, or a blocker. */
  readonly apply: string | null;
  /** What to do about a blocker; null where there is none. */
  readonly mend: string | null;
  /** Whether the command gives consents. */
  readonly consents: number;
}

export function renderPlan(plan: Plan, end: PlanEnd, screen: Screen): string {
  const { paint } = screen;
  const folded = plan.migrations.length > mostDetailed ? [paint.dim('  --json lists every statement.')] : [];
  return joinParts([
    [renderTitle(plan.target.name, screen)],
    ...renderPlanBody(plan, screen),
    folded,
    ...renderPlanFindings(plan, screen),
    [
      ...(wasRehearsed(plan) ? ["  Rehearsed on an empty copy of production's schema: ok."] : []),
      ...renderEnd(plan, end, screen),
    ],
  ]);
}

function renderEnd(plan: Plan, { apply, mend, consents }: PlanEnd, { paint }: Screen): readonly string[] {
  if (mend !== null) return [`  ${paint.red(`Plan ${plan.id} cannot be applied.`)} Next: ${printable(mend)}`];
  if (apply === null) return [`  ${paint.green('Nothing to apply: production is up to date.')}`];
  if (consents === 0) return [`  Plan ${plan.id}. Next: ${paint.cyan(apply)}`];
  return [`  Plan ${plan.id} needs consent: look at each ▲ hazard, then`, `  Next: ${paint.cyan(apply)}`];
}
