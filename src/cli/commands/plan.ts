/** `plan`: what `apply` would do. */

import { blocked, consentMissing } from '../../apply/errors.ts';
import { isShownLoss } from '../../consents/apply-consents.ts';
import { collectConsents, type Gate, renderConsent } from '../../consents/consent.ts';
import { checkPlan, type ListedConsent, listWritten } from '../../consents/gate.ts';
import { sayConsents } from '../../consents/say-consents.ts';
import type { MigrateError } from '../../errors.ts';
import { wordLoss } from '../../findings/loss.ts';
import { countBesides, findOpenEntries, type History, isToApply } from '../../history/history.ts';
import { makeSteadyPlan } from '../../plan/make-plan.ts';
import { allFindings, type Plan, type PlannedMigration, wasRehearsed } from '../../plan/plan.ts';
import { type CommandPart, command, joinSpans, say, type Written } from '../../text/prose.ts';
import { createReadingOutside } from '../../wiring.ts';
import { tellUnusedLines } from '../allow-lines.ts';
import { listFlag, writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { parseFormat, parseRows } from '../options.ts';
import { annotateFindings } from '../report/github/annotations.ts';
import { describeFindings } from '../report/json/json.ts';
import { renderPlanMarkdown } from '../report/markdown/plan.ts';
import { describeBesides } from '../report/text/layout.ts';
import { type PlanEnd, renderPlan } from '../report/text/plan.ts';
import { withProject } from '../session.ts';
import { chooseExamples } from '../show-values.ts';
import { watchOutside } from '../watched.ts';

/** As they were typed. */
export interface PlanFlags {
  readonly to: string | undefined;
  readonly format: string | undefined;
  readonly rows: string | undefined;
  readonly showValues: boolean;
}

/** @throws MigrateError USAGE, and those of the project, the connection and the plan */
export async function runPlan(run: Run, { to, format, rows: typedRows, showValues }: PlanFlags): Promise<Report> {
  const form = parseFormat(format, run.format);
  const isMarkdown = form === 'markdown';
  const rows = typedRows === undefined ? undefined : parseRows(typedRows);
  run.keepFlags(() => [...listFlag('--to', to), ...listFlag('--rows', typedRows)]);
  return withProject(run, 'must-exist', async ({ database, migrations, settings, readEarlier }) => {
    const { signal } = run.context;
    const outside = watchOutside(run, createReadingOutside(run.context.signal));
    const place = !isMarkdown && run.context.stdout.isTTY ? 'terminal' : 'elsewhere';
    const examples = chooseExamples(run, showValues, place);
    const { plan, history, production, schemaAfter } = await makeSteadyPlan({
      database,
      migrations,
      outside,
      to,
      rows: rows ?? settings.rows,
      earlier: readEarlier(),
      signal,
      examples,
      // Only a document has the picture.
      schemaAfter: isMarkdown || run.context.env.GITHUB_STEP_SUMMARY ? 'read' : undefined,
    });
    const gate = checkPlan(plan, []);
    const written = listWritten(plan);
    tellUnusedLines(run, plan);
    const consents = collectConsents(gate.unconsented).map(renderConsent);
    const pending = plan.migrations.length > 0 && gate.blockers.length === 0;
    // Consents are named beside it: whoever runs commands as they stand must not give them.
    const apply = pending
      ? command('apply', [], [...listFlag('--to', to), ...listFlag('--rows', typedRows), ['--plan', plan.id]])
      : null;
    const obstacle = findObstacle(gate, plan, consents, apply);
    const findEnd = (next: Written | null): PlanEnd =>
      apply !== null
        ? { type: 'ready', apply: writeStep(run, apply), consents: writeStep(run, sayConsents(consents)) }
        : next
          ? { type: 'blocked', mend: next }
          : describeNothing(run, history, to);
    const renderDocument = (next: Written | null) =>
      renderPlanMarkdown(plan, findEnd(next), {
        showAll: joinSpans(writeStep(run, command('plan', [], listFlag('--to', to)))),
        change: schemaAfter && { before: production.schema, after: schemaAfter },
      });
    return {
      exitCode: obstacle ? 1 : pending && run.options.exitCode === true ? 3 : 0,
      text: (screen, next) => (isMarkdown ? renderDocument(next) : renderPlan(plan, findEnd(next), screen)),
      page: renderDocument,
      outputs: { plan: plan.id, ready: obstacle === null, pending: countPending(history) },
      json: () => ({
        plan: plan.id,
        rehearsed: wasRehearsed(plan),
        asked: plan.asked,
        ranOn: plan.ranOn,
        migrations: plan.migrations.map((migration) => describeMigration(migration, plan, written)),
        stillPending: countPending(history) - plan.migrations.length,
        missing: countBesides(history).missing,
        findings: describeFindings(plan.findings, plan.migrations),
        missingConsents: consents,
        next: apply && joinSpans(writeStep(run, apply)),
        requests: database.requests(),
      }),
      annotations: annotateFindings(allFindings(plan), gate.unconsented, plan.migrations),
      error: obstacle,
      // A document goes into a file: whoever reads the log has to be told as well.
      ...(isMarkdown ? {} : { errorText: null }),
    };
  });
}

function countPending({ entries }: History): number {
  return entries.filter(isToApply).length;
}

/** The end of a plan without migrations and without blockers. */
function describeNothing(run: Run, history: History, to: string | undefined): PlanEnd {
  const pending = countPending(history);
  if (to !== undefined && pending > 0) {
    return {
      type: 'done-up-to',
      to,
      pending,
      next: writeStep(run, command('plan')),
    };
  }
  const names = findOpenEntries(history).map((entry) => entry.name);
  const [first] = names;
  if (first !== undefined) return { type: 'left-open', names, next: writeStep(run, command('backfill', [first])) };
  const how = describeBesides(countBesides(history));
  return how === null ? { type: 'up-to-date' } : { type: 'besides', how };
}

/** The error that `apply` would end with if only the written consents were given. */
function findObstacle(
  { blockers, unconsented }: Gate,
  plan: Plan,
  consents: readonly string[],
  apply: CommandPart | null,
): MigrateError | null {
  if (blockers.length > 0) return blocked(blockers, plan);
  if (unconsented.length === 0 || apply === null) return null;
  return consentMissing(unconsented, plan.id).with({
    next: say`Look at the plan. Only the owner of the data can consent, by adding ${sayConsents(consents)} to ${apply}`,
  });
}

function describeMigration(migration: PlannedMigration, plan: Plan, written: readonly ListedConsent[]) {
  const { name, path, retry, statements, rebuilds, sizes, foreignKeysOff, findings } = migration;
  return {
    name,
    path,
    retry,
    foreignKeysOff,
    rebuilds: rebuilds.map((rebuild) => rebuild.table),
    sizes,
    statements: statements.map(({ line, sql, action, skip, reason, before, after, guards }) => ({
      line,
      sql,
      action,
      skip,
      reason,
      before,
      after,
      guards: guards
        .filter((guard) => !isShownLoss(guard, migration, plan.migrations))
        .map(({ loss }) => wordLoss(loss)),
    })),
    consents: written
      .filter((consent) => consent.migration === name)
      .map(({ code, reason, path, line, used }) => ({ code, reason, path, line, used })),
    findings: describeFindings(findings, plan.migrations),
  };
}
