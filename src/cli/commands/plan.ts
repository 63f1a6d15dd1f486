/** `plan`: what `apply` would do. */

import { checkGate, collectConsents, type Gate, renderConsent } from '../../core/plan/findings.ts';
import { allFindings, type Plan, type PlannedMigration } from '../../core/plan/plan.ts';
import { MigrateError } from '../../errors.ts';
import { nextForBlocker } from '../../operations/apply-errors.ts';
import { makePlan } from '../../operations/plan.ts';
import { createOutside } from '../../wiring.ts';
import { completeNext, type Flag, listTargetFlags, renderCommand } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { describeFinding } from '../render/json.ts';
import { renderPlan, wasRehearsed } from '../render/plan.ts';
import { withProject } from '../session.ts';

export interface PlanFlags {
  readonly to?: string;
}

export function runPlan(run: Run, { to }: PlanFlags): Promise<Report> {
  return withProject(run, 'reading', async ({ database, migrations }) => {
    const { signal } = run.context;
    // Nobody is named, because nothing is written.
    const outside = createOutside('', '');
    const { plan } = await makePlan({ database, migrations, outside, to, signal });
    const gate = checkGate(allFindings(plan), []);
    const consents = collectConsents(allFindings(plan)).map(renderConsent);
    const pending = plan.migrations.length > 0 && gate.blockers.length === 0;
    const apply = pending
      ? renderCommand('apply', [...listTargetFlags(run.options), ...applyFlags(plan, to, consents)])
      : null;
    const error = findObstacle(gate, plan, apply);
    const mend = error && completeNext(error.next, () => listTargetFlags(run.options));
    return {
      exitCode: error ? 1 : pending && run.options.exitCode === true ? 3 : 0,
      text: (screen) =>
        renderPlan(plan, { apply, mend: gate.blockers.length > 0 ? mend : null, consents: consents.length }, screen),
      json: () => ({
        plan: plan.id,
        rehearsed: wasRehearsed(plan),
        migrations: plan.migrations.map(describeMigration),
        findings: plan.findings.map(describeFinding),
        next: apply,
        requests: database.requests(),
      }),
      error,
      errorText: null,
    };
  });
}

function applyFlags(plan: Plan, to: string | undefined, consents: readonly string[]): readonly Flag[] {
  return [
    ...(to === undefined ? [] : [{ name: '--to', value: to }]),
    { name: '--plan', value: plan.id },
    ...consents.map((value) => ({ name: '--allow', value })),
  ];
}

/** What `apply` would refuse for, without any consent. */
function findObstacle({ blockers, unconsented }: Gate, plan: Plan, apply: string | null): MigrateError | null {
  const [first] = blockers;
  if (first) {
    return new MigrateError(
      'PLAN_BLOCKED',
      `apply would refuse this plan: ${blockers.length === 1 ? 'it has a blocker' : `it has ${blockers.length} blockers`}.`,
      nextForBlocker(first, plan),
    );
  }
  if (unconsented.length === 0 || apply === null) return null;
  return new MigrateError(
    'CONSENT_MISSING',
    `apply would refuse this plan without consent to ${unconsented.length === 1 ? 'its hazard' : `its ${unconsented.length} hazards`}.`,
    `When you have looked at ${unconsented.length === 1 ? 'it' : 'them'}: ${apply}`,
  );
}

function describeMigration({ name, path, retry, statements, rebuilds, foreignKeysOff, findings }: PlannedMigration) {
  return {
    name,
    path,
    retry,
    foreignKeysOff,
    rebuilds: rebuilds.map((rebuild) => rebuild.table),
    statements: statements.map(({ line, sql, action, reason }) => ({ line, sql, action, reason })),
    findings: findings.map(describeFinding),
  };
}
