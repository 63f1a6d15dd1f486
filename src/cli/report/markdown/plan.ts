/** A plan as one Markdown document, to be a comment on a pull request: the same plan of the same data gives the same text. */

import { summarize } from '../../../findings/tell.ts';
import { allFindings, type Plan } from '../../../plan/plan.ts';
import { findShortName } from '../../../plan/plan-id.ts';
import { describeTarget, nameSubject } from '../../../target/target.ts';
import { count } from '../../../text/count.ts';
import { cutText } from '../../../text/cut.ts';
import { joinSpans } from '../../../text/prose.ts';
import { describeOpenLine, listOpenLines, listUnusedLines, unusedWords } from '../../allow-lines.ts';
import { describeLeftOpen, describeRehearsal, describeUnanswered, listAsking, type PlanEnd } from '../text/plan.ts';
import { renderDiagram, type SchemaChange } from './diagram.ts';
import { fitFindings } from './findings.ts';
import { fitMigrations } from './migrations.ts';
import { renderCode, renderFence, renderProse } from './text.ts';

/** A bot finds the comment that it has to update by this line. */
const marker = '<!-- migrate-prod plan -->';

/** GitHub refuses a comment above 65,536 characters ("Body is too long"); a few are left to whoever adds a line. */
const mostCharacters = 65_000;

/** Characters that findings leave to the migrations if there are many of both. */
const leastForMigrations = 6_000;

interface Beside {
  /** The command that shows what has no room here. */
  readonly showAll: string;
  /** For the picture; null for none. */
  readonly change: SchemaChange | null;
}

export function renderPlanMarkdown(plan: Plan, end: PlanEnd, { showAll, change }: Beside): string {
  const head = [marker, `## Migration plan for ${renderCode(describeTarget(plan.target))}`, describePlan(plan)];
  const tail = [...renderOpen(plan), ...renderUnused(plan), ...renderEnd(plan, end)];
  const shortened = `Shortened to fit into a comment. ${renderCode(showAll)} shows everything.`;
  const room =
    mostCharacters - [...head, ...tail, shortened, migrationsTitle].reduce((sum, part) => sum + part.length + 2, 0);
  const { migrations } = plan;
  const findings = fitFindings(plan, room - (migrations.length > 0 ? leastForMigrations : 0));
  const left = room - findings.blocks.reduce((sum, block) => sum + block.length + 2, 0);
  const folds = fitMigrations(migrations, left);
  const isShortened = findings.shortened || folds.shortened;
  const rest = left - folds.blocks.reduce((sum, block) => sum + block.length + 2, 0) - 2;
  // Words come first: the picture takes the room that they leave.
  const picture = change === null || isShortened ? null : renderDiagram(change, rest);
  const parts = [
    ...head,
    ...findings.blocks,
    ...(migrations.length > 0 ? [migrationsTitle, ...folds.blocks] : []),
    ...(picture === null ? [] : [picture]),
    ...tail,
    ...(isShortened ? [shortened] : []),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const migrationsTitle = '### Migrations';

function describePlan(plan: Plan): string {
  if (plan.migrations.length === 0) return '';
  const findings = allFindings(plan);
  const rehearsal = describeRehearsal(plan);
  const listed = (['blocker', 'hazard'] as const).flatMap((kind) => {
    const number = findings.filter((finding) => finding.kind === kind).length;
    return number > 0 ? [`**${count(number, kind)}**`] : [];
  });
  return [
    `${[count(plan.migrations.length, 'migration'), ...listed].join(', ')}.`,
    ...(rehearsal === null ? [] : [renderProse(rehearsal)]),
    ...summarize(findings),
    ...(plan.asked === null
      ? []
      : [describeUnanswered(plan.asked) ?? 'The row counts are from when this plan was made.']),
  ].join(' ');
}

const mostOpen = 20;
const longestReason = 300;

/** Lines that lift a guard of which no finding tells. */
function renderOpen(plan: Plan): readonly string[] {
  const lines = listOpenLines(plan).map((open) => {
    const { path, line, code, reason } = open;
    return `- ${renderCode(`${path}:${line}`)} ${describeOpenLine(open)} ${renderCode(code)}: ${renderProse(cutText(reason, longestReason))}`;
  });
  return listFirst(lines, mostOpen);
}

const mostUnused = 10;

function renderUnused(plan: Plan): readonly string[] {
  const lines = listUnusedLines(plan).map(
    ({ path, line, code }) => `- ${renderCode(`${path}:${line}`)} allows ${renderCode(code)}, ${unusedWords}`,
  );
  return listFirst(lines, mostUnused);
}

/** @returns one list; none where there is nothing to list. */
function listFirst(lines: readonly string[], most: number): readonly string[] {
  const more = lines.length - most;
  const shown = [...lines.slice(0, most), ...(more > 0 ? [`- … and ${more} more such lines.`] : [])];
  return shown.length === 0 ? [] : [shown.join('\n')];
}

/** The command to copy is in a fence, where nothing has to be escaped. */
function renderEnd(plan: Plan, end: PlanEnd): readonly string[] {
  const name = `Plan ${renderCode(findShortName(plan.id))}`;
  switch (end.type) {
    case 'ready': {
      const apply = ['To apply exactly this plan:', renderFence('sh', joinSpans(end.apply))];
      if (end.consents.length === 0) return [`${name}. ${apply[0]}`, ...apply.slice(1)];
      return [
        `${name} needs consent: look at each ${listAsking(plan)}. Only the owner of the data can consent, by adding these to the command:`,
        renderFence('sh', joinSpans(end.consents)),
        ...apply,
      ];
    }
    case 'blocked':
      return [`**${name} cannot be applied.** Next:`, renderFence('', joinSpans(end.mend))];
    case 'up-to-date':
      return [`Nothing to apply: ${nameSubject(plan.target)} is up to date.`];
    case 'besides':
      return [`Nothing to apply, but ${end.how}.`];
    case 'done-up-to':
      return [
        `Nothing to apply up to ${renderCode(end.to)}; ${end.pending} pending after it. Next:`,
        renderFence('sh', joinSpans(end.next)),
      ];
    case 'left-open':
      return [`${renderProse(describeLeftOpen(end.names))} Next:`, renderFence('sh', joinSpans(end.next))];
  }
}
