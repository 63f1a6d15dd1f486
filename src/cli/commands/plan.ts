/** `plan`: what `apply` would do. */

import { findOpenEntries, type History, isToApply } from '../../core/migrations/history.ts';
import { checkGate, collectConsents, type Gate, renderConsent } from '../../core/plan/findings.ts';
import { allFindings, type Plan, type PlannedMigration } from '../../core/plan/plan.ts';
import { MigrateError } from '../../errors.ts';
import { blocked, consentMissing } from '../../operations/apply-errors.ts';
import { makePlan } from '../../operations/plan.ts';
import { createReadingOutside } from '../../wiring.ts';
import { listFlag, listTargetFlags, renderCommand } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { describeFinding } from '../render/json.ts';
import { type PlanEnd, renderPlan, wasRehearsed } from '../render/plan.ts';
import { withProject } from '../session.ts';

export interface PlanFlags {
  readonly to?: string;
}

export function runPlan(run: Run, { to }: PlanFlags): Promise<Report> {
  run.keepFlags((command) => (command === 'plan' || command === 'apply' ? listFlag('--to', to) : []));
  return withProject(run, 'reading', async ({ database, migrations }) => {
    const { signal } = run.context;
    const outside = createReadingOutside();
    const { plan, history } = await makePlan({ database, migrations, outside, to, signal });
    const gate = checkGate(allFindings(plan), []);
    const consents = collectConsents(allFindings(plan)).map(renderConsent);
    const pending = plan.migrations.length > 0 && gate.blockers.length === 0;
    const apply = pending
      ? renderCommand(
          'apply',
          [
            ...listTargetFlags(run.options),
            ...listFlag('--to', to),
            { name: '--plan', value: plan.id },
            ...consents.map((value) => ({ name: '--allow', value })),
          ],
          run.context.program,
        )
      : null;
    const obstacle = findObstacle(gate, plan, apply);
    return {
      exitCode: obstacle ? 1 : pending && run.options.exitCode === true ? 3 : 0,
      text: (screen, error) => {
        if (apply !== null) return renderPlan(plan, { type: 'ready', apply, consents: consents.length }, screen);
        const end = error ? ({ type: 'blocked', mend: error.next } as const) : describeNothing(run, history, to);
        return renderPlan(plan, end, screen);
      },
      json: () => ({
        plan: plan.id,
        rehearsed: wasRehearsed(plan),
        migrations: plan.migrations.map(describeMigration),
        stillPending: countPending(history) - plan.migrations.length,
        findings: plan.findings.map(describeFinding),
        next: apply,
        requests: database.requests(),
      }),
      error: obstacle,
      errorText: null,
    };
  });
}

function countPending({ entries }: History): number {
  return entries.filter(isToApply).length;
}

/** What is to be said of a plan without migrations and without blockers. */
function describeNothing(run: Run, history: History, to: string | undefined): PlanEnd {
  const pending = countPending(history);
  if (to !== undefined && pending > 0) {
    return {
      type: 'done-up-to',
      to,
      pending,
      next: renderCommand('plan', listTargetFlags(run.options), run.context.program),
    };
  }
  const names = findOpenEntries(history).map((entry) => entry.name);
  return names.length > 0 ? { type: 'left-open', names } : { type: 'up-to-date' };
}

/** What `apply` would refuse for, without any consent. */
function findObstacle({ blockers, unconsented }: Gate, plan: Plan, apply: string | null): MigrateError | null {
  if (blockers.length > 0) return blocked(blockers, plan);
  if (unconsented.length === 0 || apply === null) return null;
  const { code, message } = consentMissing(unconsented);
  return new MigrateError(code, message, `When you have looked at the plan: ${apply}`);
}

function describeMigration({ name, path, retry, statements, rebuilds, foreignKeysOff, findings }: PlannedMigration) {
  return {
    name,
    path,
    retry,
    foreignKeysOff,
    rebuilds: rebuilds.map((rebuild) => rebuild.table),
    statements: statements.map(({ line, sql, action, skip, reason }) => ({ line, sql, action, skip, reason })),
    findings: findings.map(describeFinding),
  };
}
