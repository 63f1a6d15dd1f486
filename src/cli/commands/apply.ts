/** `apply`: shows, asks, applies, and says where production stands. */

import { readWho } from '../../adapters/files/who.ts';
import { printable } from '../../adapters/terminal/printable.ts';
import type { Consent, Gate } from '../../core/plan/findings.ts';
import { collectConsents, findConsentCode, parseConsent, renderConsent } from '../../core/plan/findings.ts';
import { allFindings, parsePlanId } from '../../core/plan/plan.ts';
import { suggest } from '../../core/text/suggest.ts';
import type { ErrorCode, ExitCode } from '../../errors.ts';
import { type Answer, applyMigrations } from '../../operations/apply.ts';
import type { ApplyResult } from '../../operations/apply-result.ts';
import type { ApplyEvent } from '../../operations/execute.ts';
import type { Planned } from '../../operations/plan.ts';
import { readVersion } from '../../version.ts';
import { createOutside } from '../../wiring.ts';
import { askYes, canAsk, tell } from '../ask.ts';
import { type Flag, listFlag } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { renderApplied, renderFailed, renderHazards, renderQuestionPlan } from '../render/apply.ts';
import { describeFinding } from '../render/json.ts';
import { count } from '../render/layout.ts';
import { type Session, withProject } from '../session.ts';

/** As they were typed. */
export interface ApplyWords {
  readonly to?: string;
  readonly plan?: string;
  readonly allow?: readonly string[];
}

interface ApplyFlags {
  readonly to: string | undefined;
  readonly plan: string | undefined;
  readonly allow: readonly Consent[];
}

/** @throws MigrateError USAGE, and those of the project, the connection and the plan */
export async function runApply(run: Run, words: ApplyWords): Promise<Report> {
  const flags: ApplyFlags = {
    to: words.to,
    plan: words.plan === undefined ? undefined : parsePlanId(words.plan),
    allow: (words.allow ?? []).map(parseConsent),
  };
  run.keepFlags((command, code) => listFlags(flags, command, code));
  return withProject(run, 'writing', async (session) => {
    const result = await apply(run, flags, session);
    const { error } = result;
    const exitCode: ExitCode = error?.exitCode ?? 0;
    return {
      exitCode,
      text: (screen) => renderApplied(result, screen, flags.to),
      json: () => describeResult(result, session.database.requests()),
      error,
      ...(result.failed && error ? { errorText: (screen) => renderFailed(result, error, screen) } : {}),
    };
  });
}

async function apply(run: Run, flags: ApplyFlags, { database, migrations }: Session): Promise<ApplyResult> {
  const { context } = run;
  const result = await applyMigrations({
    database,
    migrations,
    outside: createOutside(readWho(context.env), readVersion()),
    to: flags.to,
    expectedPlan: flags.plan,
    consents: flags.allow,
    timeoutSeconds: run.timeoutSeconds,
    signal: context.signal,
    confirm: (planned, gate) => confirm(run, planned, gate),
    onEvent: (event) => showEvent(run, event, database.target.name),
  });
  for (const consent of result.gate.unused) {
    const near = findMeant(consent, migrations);
    const meant = near === null ? '' : ` Did you mean --allow ${printable(renderConsent(near))}?`;
    run.notice(
      `--allow ${printable(renderConsent(consent))} was not needed: nothing in this plan asks for it.${meant}`,
    );
  }
  return result;
}

/** The consent with the name that a migration of the folder has; null where the name is one, or none is near. */
function findMeant({ code, migration }: Consent, migrations: Session['migrations']): Consent | null {
  const names = migrations.map(({ name }) => name);
  if (migration === null || names.includes(migration)) return null;
  const near = suggest(migration, names);
  return near === null ? null : { code, migration: near };
}

/** `--yes` stands for the last question only: hazards are asked for in any case. */
async function confirm(run: Run, { plan }: Planned, gate: Gate): Promise<Answer> {
  refuseInterrupted(run);
  const settled = gate.unconsented.length === 0 && run.options.yes === true;
  if (settled) return { type: 'yes', consents: [] };
  if (!canAsk(run)) return { type: 'cannot-ask' };
  tell(run, renderQuestionPlan(plan, run.conversation));
  const consents: Consent[] = [];
  const codes = [...new Set(gate.unconsented.flatMap((finding) => findConsentCode(finding) ?? []))];
  for (const code of codes) {
    const findings = gate.unconsented.filter((finding) => findConsentCode(finding) === code);
    tell(run, renderHazards(findings, plan, run.conversation));
    if (!(await askYes(run, `Go on all the same (${code})?`))) return { type: 'no' };
    consents.push(...collectConsents(findings));
  }
  if (run.options.yes === true) return { type: 'yes', consents };
  if (codes.length > 0) tell(run, '\n');
  const yes = await askYes(
    run,
    `Apply ${count(plan.migrations.length, 'migration')} to ${printable(plan.target.name)}?`,
  );
  return yes ? { type: 'yes', consents } : { type: 'no' };
}

function showEvent({ progress }: Run, event: ApplyEvent, target: string): void {
  switch (event.type) {
    case 'sending':
      progress.wait(`Applying ${describeNames(event.migrations)} to ${target}`);
      break;
    case 'answered':
      progress.done();
      break;
    case 'waiting-for-other-run':
      progress.wait('Another run is applying the same migrations; waiting until it has finished');
      break;
    case 'settling':
      progress.wait(
        event.cause === 'interrupted'
          ? 'Interrupted; finding out what became of it (Ctrl-C again ends without knowing)'
          : `The answer was lost (${printable(event.reason)}); finding out what became of it`,
      );
      break;
  }
}

function describeNames([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? printable(first) : count(others.length + 1, 'migration');
}

/** A command to copy keeps what this one was told; a plan's id only while it can still be that plan. */
function listFlags({ to, plan, allow }: ApplyFlags, command: string, code: ErrorCode): readonly Flag[] {
  if (command === 'plan') return listFlag('--to', to);
  if (command !== 'apply') return [];
  const samePlan: readonly ErrorCode[] = ['CONFIRMATION_MISSING', 'CONSENT_MISSING', 'DECLINED', 'INTERRUPTED'];
  return [
    ...listFlag('--to', to),
    ...listFlag('--plan', samePlan.includes(code) ? plan : undefined),
    ...allow.map((consent) => ({ name: '--allow', value: renderConsent(consent) })),
  ];
}

function describeResult(result: ApplyResult, requests: number): Readonly<Record<string, unknown>> {
  const { outcome, plan, applied, failed, notStarted, stillPending, byAnotherRun, unrecorded, gate } = result;
  return {
    outcome,
    plan: plan.id,
    applied,
    failed: failed && {
      name: failed.name,
      path: failed.path,
      line: failed.line,
      statement: failed.statement,
      message: failed.message,
    },
    notStarted,
    stillPending,
    byAnotherRun,
    unrecorded,
    unusedConsents: gate.unused.map(renderConsent),
    findings: [...allFindings(plan), ...gate.blockers.filter((finding) => !allFindings(plan).includes(finding))].map(
      describeFinding,
    ),
    requests,
  };
}
