/** The messages of `apply`'s ends: what happened, production's state, and the next command. */

import { collectConsents, type Gate, renderConsent } from '../consents/consent.ts';
import { buildGuardConsent, findGuardedRows } from '../consents/guard-consent.ts';
import { sayConsents } from '../consents/say-consents.ts';
import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import { wordLoss } from '../findings/loss.ts';
import { findNext } from '../findings/next.ts';
import { tell } from '../findings/tell.ts';
import type { Migration } from '../history/migration.ts';
import type { Plan } from '../plan/plan.ts';
import type { Planned } from '../plan/plan-database.ts';
import { findUpdatedDuplicates } from '../plan/updated-duplicates.ts';
import type { Outside } from '../ports.ts';
import { cutText } from '../text/cut.ts';
import { command, say } from '../text/prose.ts';
import { endless } from '../text/sentence.ts';
import type { ExecutionEnd } from './execution.ts';
import { describeLost, describeReason, type Failure } from './outcome.ts';
import type { ApplyOutcome, ApplyResult, FailedMigration } from './result.ts';
import { withState } from './settle.ts';
import { describeUnrehearsed } from './unrehearsed.ts';

export function describeFailure(failure: Failure): FailedMigration {
  const { rowsGuard } = failure;
  const statement = failure.statement ?? rowsGuard?.statement ?? null;
  const { migration } = failure.steps.attempted;
  const message = describeReason(failure);
  return {
    name: migration.name,
    path: migration.path,
    line: statement?.line ?? null,
    statement: statement ? cutText(statement.sql, longestStatement) : null,
    message,
    query: rowsGuard
      ? findGuardedRows(rowsGuard.guard)
      : failure.statement && findUpdatedDuplicates(failure.statement, message, migration.statements),
  };
}

export function plainFailure({ name, message }: FailedMigration): MigrateError {
  return new MigrateError(
    'STATEMENT_FAILED',
    `${name} failed and was rolled back: ${message}`,
    say`Fix the file or the data, then ${command('apply')}`,
  );
}

/** Characters of a statement that are enough to know it by; one can be megabytes long. */
const longestStatement = 2_000;

/** @returns null where the server's own words are enough. */
export async function explainFailure(
  failure: Failure,
  planned: Planned,
  outside: Outside,
  migrations: readonly Migration[],
): Promise<MigrateError | null> {
  const guard = await explainGuard(failure, planned, outside, migrations);
  if (guard !== null) return guard;
  const refusal = explainRefusal(failure);
  if (refusal !== null || failure.rowsGuard === null) return refusal;
  const lost = wordLoss(failure.rowsGuard.guard.loss);
  const looked = `it was unclear whether ${failure.steps.attempted.migration.name} would delete ${lost}`;
  return explainLoss(failure, `Right before the statement ${looked}: ${failure.message}`, outside.sha256);
}

/** @returns null where no guard failed, or what it found needs no more words. */
async function explainGuard(
  failure: Failure,
  planned: Planned,
  outside: Outside,
  migrations: readonly Migration[],
): Promise<MigrateError | null> {
  const { name } = failure.steps.attempted.migration;
  if (failure.guard?.code === 'violations') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} leaves rows whose foreign keys point nowhere: ${failure.guard.detail}. Its file switches foreign keys off, so deletes and updates in it do not cascade. It was rolled back.`,
      say`Fix the file or the rows, then ${command('apply')}. If the rows are meant to stay like this, their owner consents by adding ${sayConsents([`foreign-keys:${name}`])} to ${command('apply')}`,
    );
  }
  if (failure.guard?.code === 'data-loss') {
    return explainLoss(
      failure,
      `${name} would delete ${describeLost(failure)} that its plan did not show`,
      outside.sha256,
    );
  }
  if (failure.guard?.code === 'unrehearsed') {
    const differences = await describeUnrehearsed(planned, outside, migrations, name, failure.actualSchema);
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} ended in another schema than its rehearsal, and was rolled back.${differences}`,
      say`Compare the two. If production's is right, its owner consents by adding ${sayConsents([`unrehearsed:${name}`])} to ${command('apply')}`,
    );
  }
  return null;
}

/** Errors by which the server refuses to write at all, by their code. */
function explainRefusal(failure: Failure): MigrateError | null {
  const { name } = failure.steps.attempted.migration;
  if (failure.code === 'TRANSACTION_TIMEOUT') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} took longer than the 5 seconds that the server gives a transaction while another writer waits, and was rolled back: ${failure.message}.`,
      say`Run ${command('apply')} again at a quiet time.`,
    );
  }
  if (failure.code === 'BLOCKED') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} was rolled back, because the server refuses to write for now: ${failure.message}.`,
      say`Lift the block (a quota, or a setting at your provider), then ${command('apply')}`,
    );
  }
  if (failure.code === 'SQLITE_BUSY') {
    return new MigrateError(
      'DATABASE_BUSY',
      `${name} was not applied, because another program has locked the database: ${failure.message}.`,
      say`Stop that program or wait for it, then ${command('apply')}`,
    );
  }
  if (failure.code === 'SQLITE_FULL') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} was rolled back, because the database has no room for it: ${failure.message}.`,
      say`Make room or raise the size limit, then ${command('apply')}`,
    );
  }
  return null;
}

/** There is a way on also where no plan will ever show these rows. */
function explainLoss({ rowsGuard, steps }: Failure, said: string, sha256: Outside['sha256']): MigrateError {
  const consent = rowsGuard && buildGuardConsent(steps.attempted.migration, rowsGuard.guard, sha256);
  const anyway =
    consent &&
    say` If it shows nothing, the owner of the rows can give them up by adding ${sayConsents([renderConsent(consent)])} to ${command('apply')}`;
  return new MigrateError(
    'PLAN_STALE',
    `${said}. It was rolled back; nothing is lost, and nothing of it was written.`,
    say`${command('plan')} shows them if they are new since the plan was made.${anyway ?? ''}`,
    { retryable: false },
  );
}

export function blocked(blockers: readonly Finding[], plan: Plan): MigrateError {
  const [first] = blockers;
  const more = blockers.length - 1;
  const others = more === 0 ? '' : ` ${more} more ${more === 1 ? 'blocker is' : 'blockers are'} in the plan.`;
  const name = first?.place.migration ?? null;
  const migration = plan.migrations.find((candidate) => candidate.name === name);
  const said = first === undefined ? 'The plan is blocked.' : tell(first).message;
  const next = first === undefined ? [command('plan')] : findNext(first, migration?.path ?? null);
  return new MigrateError(
    'PLAN_BLOCKED',
    say`${name === null ? '' : `${name}: `}${said}${others} Nothing was written.`,
    next,
  );
}

export function stale(message: string, next: 'plan' | 'apply'): MigrateError {
  return new MigrateError('PLAN_STALE', message, command(next));
}

/** @param yes the only text that would have been a yes. */
export function declined(yes: string): MigrateError {
  const message = `Not confirmed (only ${yes} counts); nothing was written.`;
  return new MigrateError('DECLINED', message, command('apply'));
}

export function interruptedBefore(): MigrateError {
  return new MigrateError(
    'INTERRUPTED',
    'Interrupted before anything was sent; nothing was written.',
    command('apply'),
  );
}

/** The plan that was just made is the one to apply. */
export function cannotAsk(gate: Gate, { id }: Plan): [ApplyOutcome, MigrateError] {
  if (gate.unconsented.length > 0) return ['blocked', consentMissing(gate.unconsented, id)];
  return [
    'declined',
    new MigrateError(
      'CONFIRMATION_MISSING',
      'There is no terminal to confirm on; nothing was written.',
      command('apply', [], [['--plan', id], ['--yes']]),
    ),
  ];
}

/** @param id of the plan that has these findings. */
export function consentMissing(findings: readonly Finding[], id: string): MigrateError {
  const consents = collectConsents(findings).map(renderConsent);
  const names = [...new Set(findings.map((finding) => finding.code))].join(', ');
  const kinds = findings.some(({ kind }) => kind === 'blocker') ? ['finding', 'findings'] : ['hazard', 'hazards'];
  return new MigrateError(
    'CONSENT_MISSING',
    `The plan has ${findings.length === 1 ? `a ${kinds[0]}` : `${findings.length} ${kinds[1]}`} without consent: ${names}. Nothing was written.`,
    say`Read ${command('plan')}. Only the owner of the data can consent, by adding ${sayConsents(consents)} to ${command('apply', [], [['--plan', id], ['--yes']])}`,
  );
}

export function refusedByServer(message: string, refusals: readonly Finding[], plan: Plan): MigrateError {
  const [first] = refusals;
  if (!first) {
    return new MigrateError(
      'SERVER_ERROR',
      `The server refused the whole request before it ran any of it: ${message}.`,
      'Please report this as a bug: none of your statements was refused by itself.',
    );
  }
  return blocked(refusals, plan);
}

export function lost(
  message: string,
  signal: AbortSignal | undefined,
  base: ApplyResult,
  rest: readonly string[],
): MigrateError {
  const state = `${base.applied.length} applied, ${rest.length} not applied; nothing is half applied and nothing is still running`;
  if (signal?.aborted) {
    return new MigrateError('INTERRUPTED', `Interrupted. Production: ${state}.`, command('apply'));
  }
  return new MigrateError(
    'CONNECTION_LOST',
    `The answer was lost: ${endless(message)}. Production: ${state}.`,
    command('apply'),
  );
}

/** Migrations that were sent before still count. */
export function stopped(
  { error, hasState }: Extract<ExecutionEnd, { type: 'stopped' }>,
  applied: number,
  rest: number,
): MigrateError {
  if (hasState && applied === 0) return error;
  const state = applied === 0 ? 'Nothing was written.' : `Before that: ${applied} applied; ${rest} not applied.`;
  return withState(error, state);
}

/** Taken off the message of the last look: it would be wrong of the request that was sent. */
const ofLook = / Nothing was sent\.$/;

/** @param first what to do before production can be asked again; null where waiting is all. */
export function outcomeUnknown(message: string, first: string | null): MigrateError {
  return new MigrateError(
    'OUTCOME_UNKNOWN',
    `The answer was lost, and production could not be asked afterwards: ${endless(message.replace(ofLook, ''))}. Each migration is either completely applied and recorded, or not at all.`,
    first === null
      ? say`When the server can be reached again: ${command('status')}`
      : say`${first} Then: ${command('status')}`,
  );
}
