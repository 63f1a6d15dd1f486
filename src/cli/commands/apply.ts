/** `apply`: shows, asks, applies, and says where production stands. */

import { acceptBackup, refuseWithin } from '../../adapters/files/backup-file.ts';
import { refuseTarget } from '../../adapters/files/backup-name.ts';
import { readKind } from '../../adapters/files/paths.ts';
import { readWho } from '../../adapters/files/who.ts';
import { printable } from '../../adapters/terminal/printable.ts';
import { type Answer, applyMigrations, hasTables } from '../../apply/apply.ts';
import type { ApplyEvent } from '../../apply/execution.ts';
import { type ApplyResult, listFindings } from '../../apply/result.ts';
import type { BackupFile } from '../../backup/backup.ts';
import { describeNoWayBack, renderInstant } from '../../backup/restore-point.ts';
import type { Consent, Gate } from '../../consents/consent.ts';
import { collectConsents, findConsentCode, parseConsents, renderConsent } from '../../consents/consent.ts';
import { listWritten } from '../../consents/gate.ts';
import type { ErrorCode, ExitCode } from '../../errors.ts';
import type { ConsentCode } from '../../findings/codes.ts';
import { dataLoss } from '../../findings/data-loss.ts';
import { asksForName } from '../../findings/tell.ts';
import type { Planned } from '../../plan/plan-database.ts';
import { parsePlanId } from '../../plan/plan-id.ts';
import type { RowsSetting } from '../../rows/fetch/query.ts';
import { describeTarget, findDatabaseName, type Target } from '../../target/target.ts';
import { count } from '../../text/count.ts';
import { command, type Flag } from '../../text/prose.ts';
import { quotePath, writeOption } from '../../text/shell.ts';
import { suggest } from '../../text/suggest.ts';
import { readVersion } from '../../version.ts';
import { createOutside } from '../../wiring.ts';
import { tellUnusedLines } from '../allow-lines.ts';
import { askName, askYes, canAsk, canAskConsent, tell } from '../ask.ts';
import { listFlag, writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { parseRows } from '../options.ts';
import { refusePreview } from '../preview-deployment.ts';
import { annotateApply } from '../report/github/annotations.ts';
import { describeFindings } from '../report/json/json.ts';
import { renderApplied, renderFailed, renderHazards, renderQuestionPlan } from '../report/text/apply.ts';
import { renderBackingUp, renderRestorePoint, renderSaved } from '../report/text/backup.ts';
import type { TakenConsent } from '../run-consents.ts';
import { type Session, withProject } from '../session.ts';
import { chooseExamples } from '../show-values.ts';
import { takeTrackedConsent } from '../token-files.ts';
import { watchOutside } from '../watched.ts';

/** As they were typed. */
export interface ApplyWords {
  readonly to: string | undefined;
  readonly plan: string | undefined;
  readonly allow: readonly string[] | undefined;
  readonly acceptDataLoss: boolean;
  readonly backup: string | undefined;
  readonly rows: string | undefined;
  readonly showValues: boolean;
}

interface ApplyFlags {
  readonly to: string | undefined;
  readonly plan: string | undefined;
  readonly allow: readonly Consent[];
  readonly tracked: TakenConsent;
  /** The flag that stands for the consent to data-loss, where it was typed. */
  readonly acceptDataLoss: boolean;
  readonly backup: BackupFile | undefined;
  readonly rows: RowsSetting | undefined;
  readonly showValues: boolean;
}

/** @throws MigrateError USAGE, BACKUP_FAILED, and those of the project, the connection and the plan */
export async function runApply(run: Run, words: ApplyWords): Promise<Report> {
  const accepted = words.acceptDataLoss ? [dataLoss.code] : [];
  const preview = refusePreview(run, words.allow);
  const tracked = takeTrackedConsent(preview.allow);
  const flags: ApplyFlags = {
    to: words.to,
    plan: words.plan === undefined ? undefined : parsePlanId(words.plan),
    allow: parseConsents([...(tracked.allow ?? []), ...accepted]),
    tracked,
    acceptDataLoss: accepted.length > 0,
    backup: words.backup === undefined ? undefined : acceptFile(words.backup, run),
    rows: words.rows === undefined ? undefined : parseRows(words.rows),
    showValues: words.showValues,
  };
  const answered: readonly Flag[] = run.options.yes === true ? [{ name: '--yes', value: null }] : [];
  run.keepFlags((code) => [...listFlags(flags, code), ...preview.flags, ...answered]);
  return withProject(run, 'create', async (session) => {
    const result = await apply(run, flags, session);
    const { error } = result;
    const [open] = result.leftOpen;
    const record = open === undefined ? null : writeStep(run, command('backfill', [open]));
    const exitCode: ExitCode = error?.exitCode ?? 0;
    return {
      exitCode,
      text: (screen) => renderApplied(result, screen, flags.to, record),
      json: () => describeApplied(result, session.database.requests()),
      page: async (next) => (await import('../report/markdown/apply.ts')).renderApplyMarkdown(result, next),
      outputs: { plan: result.plan.id, pending: countOpen(result) },
      annotations: annotateApply(result),
      error,
      ...(result.failed && error ? { errorText: (screen) => renderFailed(result, error, screen) } : {}),
    };
  });
}

/** How many are yet to be applied, as far as this run knows. */
function countOpen({ plan, applied, byAnotherRun, stillPending }: ApplyResult): number {
  return stillPending + (byAnotherRun ? 0 : plan.migrations.length - applied.length);
}

function acceptFile(typed: string, { context, notice }: Run): BackupFile {
  const { leftovers, ...backup } = acceptBackup(typed, context.cwd);
  if (leftovers.length > 0) {
    const names = leftovers.map((path) => quotePath(path)).join(' ');
    notice(`An unfinished backup is still there, with your customers' data. If no backup is running now: rm ${names}`);
  }
  return backup;
}

async function apply(run: Run, flags: ApplyFlags, session: Session): Promise<ApplyResult> {
  const { context } = run;
  const { database, migrations } = session;
  if (flags.backup) {
    refuseWithin(session.migrationsFolder, flags.backup);
    refuseTarget(database.target, flags.backup);
  }
  const result = await applyMigrations({
    database,
    migrations,
    outside: watchOutside(run, createOutside(readWho(context.env), readVersion(), context.signal)),
    to: flags.to,
    rows: flags.rows ?? session.settings.rows,
    earlier: session.readEarlier(),
    expectedPlan: flags.plan,
    consents: flags.allow,
    backup: flags.backup,
    timeoutSeconds: run.timeoutSeconds,
    signal: context.signal,
    // They are shown with the question, or not at all.
    examples: chooseExamples(run, flags.showValues, canAsk(run) ? 'terminal' : 'elsewhere'),
    confirm: async (planned, gate) => {
      await session.tokenFiles.refuseTracked(flags.tracked);
      return confirm(run, flags, planned, gate);
    },
    onEvent: (event) => showEvent(run, event, database.target, flags.backup),
  });
  if (flags.backup && result.outcome === 'nothing-to-do') {
    run.notice('--backup saved no copy: there is nothing to apply.');
  }
  for (const consent of result.gate.unused) {
    const near = findMeant(consent, migrations);
    const meant = near === null ? '' : ` Did you mean ${writeOption('--allow', renderConsent(near))}?`;
    const word = renderConsent(consent);
    const typed = word === dataLoss.code && flags.acceptDataLoss ? '--accept-data-loss' : writeOption('--allow', word);
    run.notice(`${typed} was not needed: nothing in this plan asks for it.${meant}`);
  }
  tellUnusedLines(run, result.plan);
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
async function confirm(run: Run, { backup }: ApplyFlags, planned: Planned, gate: Gate): Promise<Answer> {
  const { plan } = planned;
  run.progress.done();
  refuseInterrupted(run);
  const settled = gate.unconsented.length === 0 && run.options.yes === true;
  if (settled) return { type: 'yes', consents: [] };
  if (!(gate.unconsented.length > 0 ? canAskConsent(run) : canAsk(run))) return { type: 'cannot-ask' };
  const noWayBack = backup === undefined && hasTables(planned) ? describeNoWayBack(plan.target) : null;
  tell(run, renderQuestionPlan(plan, noWayBack, run.conversation));
  const consents: Consent[] = [];
  const codes = [...new Set(gate.unconsented.flatMap((finding) => findConsentCode(finding) ?? []))];
  for (const code of codes) {
    const findings = gate.unconsented.filter((finding) => findConsentCode(finding) === code);
    tell(run, renderHazards(findings, plan, run.conversation));
    const missing = await askConsent(run, code, plan.target);
    if (missing !== null) return { type: 'no', wanted: missing };
    consents.push(...collectConsents(findings));
  }
  if (run.options.yes === true) return { type: 'yes', consents };
  if (codes.length > 0) tell(run, '\n');
  const yes = await askYes(
    run,
    `Apply ${count(plan.migrations.length, 'migration')} to ${printable(describeTarget(plan.target))}?`,
  );
  return yes ? { type: 'yes', consents } : { type: 'no', wanted: 'y' };
}

/** @returns what should have been typed and was not; null where it was. */
async function askConsent(run: Run, code: ConsentCode, target: Target): Promise<string | null> {
  if (!asksForName(code)) return (await askYes(run, `Go on anyway (${code})?`)) ? null : 'y';
  const name = printable(findDatabaseName(target)).trim();
  return (await askName(run, `Type ${name} to go on anyway (${code}):`, name)) ? null : name;
}

function showEvent(run: Run, event: ApplyEvent, target: Target, backup: BackupFile | undefined): void {
  const { progress } = run;
  switch (event.type) {
    case 'lifting':
      for (const { consent, migration, what } of event.guards) {
        const flag = writeOption('--allow', renderConsent(consent));
        run.notice(printable(`${flag}: ${migration} may delete ${what}, also what the plan did not see.`));
      }
      break;
    case 'backing-up':
      progress.wait(renderBackingUp(event, backup?.shown ?? ''));
      break;
    case 'backed-up':
      progress.done();
      if (event.saved === null) run.notice('--backup saved no copy: the database file does not exist yet.');
      else if (run.format === 'text')
        tell(run, renderSaved(event.saved, backup?.shown ?? '', target, run.conversation));
      break;
    case 'restore-point':
      if (run.format === 'text') tell(run, renderRestorePoint(event.point, target, run.conversation));
      break;
    case 'sending':
      progress.wait(`Applying ${describeNames(event.migrations)} to ${describeTarget(target)}`);
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
          ? 'Interrupted; checking what was applied (Ctrl-C again stops without checking)'
          : `The answer was lost (${printable(event.reason)}); checking what was applied`,
      );
      break;
  }
}

function describeNames([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? printable(first) : count(others.length + 1, 'migration');
}

function describeApplied(result: ApplyResult, requests: number): Readonly<Record<string, unknown>> {
  const { plan, failed, gate, backup } = result;
  return {
    outcome: result.outcome,
    plan: plan.id,
    applied: result.applied,
    failed: failed && {
      name: failed.name,
      path: failed.path,
      line: failed.line,
      statement: failed.statement,
      message: failed.message,
      query: failed.query,
    },
    notStarted: result.notStarted,
    stillPending: result.stillPending,
    missing: result.besides.missing,
    leftOpen: result.leftOpen,
    byAnotherRun: result.byAnotherRun,
    unrecorded: result.unrecorded,
    backup: backup && { ...backup, at: backup.at === null ? null : renderInstant(backup.at) },
    restorePoint: result.restorePoint,
    unusedConsents: gate.unused.map(renderConsent),
    consents: listWritten(plan),
    findings: describeFindings(listFindings(result), plan.migrations),
    requests,
  };
}

/** A command to copy keeps what this one was told; a plan's id only while it can still be that plan. */
function listFlags({ to, plan, allow, tracked, backup, rows }: ApplyFlags, code: ErrorCode): readonly Flag[] {
  const samePlan: readonly ErrorCode[] = [
    'CONFIRMATION_MISSING',
    'CONSENT_MISSING',
    'DECLINED',
    'INTERRUPTED',
    'BACKUP_FAILED',
  ];
  return [
    ...listFlag('--to', to),
    ...listFlag('--rows', rows === 0 ? 'none' : rows?.toString()),
    ...listFlag('--plan', samePlan.includes(code) ? plan : undefined),
    ...allow.map((consent) => ({ name: '--allow', value: renderConsent(consent) })),
    ...tracked.flags,
    // Once there is a backup, its name is taken.
    ...listFlag('--backup', backup && readKind(backup.path) === 'absent' ? backup.shown : undefined),
  ];
}
