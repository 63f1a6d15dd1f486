/** `apply`: plan, ask, execute, and say where production stands. */

import type { Migration } from '../core/migrations/migration.ts';
import { type Consent, checkGate, type Finding, type Gate, renderConsent } from '../core/plan/findings.ts';
import type { Failure } from '../core/plan/outcome.ts';
import { allFindings, comparePlanIds, type Plan } from '../core/plan/plan.ts';
import { MigrateError } from '../errors.ts';
import type { Outside } from '../ports.ts';
import { type ApplyEvent, type ExecutionEnd, executePlan } from './execute.ts';
import { makePlan, type PlanInput, type Planned } from './plan.ts';
import { describeUnrehearsed } from './unrehearsed.ts';

export type Answer =
  | { readonly type: 'yes'; readonly consents: readonly Consent[] }
  | { readonly type: 'no' }
  /** There is nobody to ask. */
  | { readonly type: 'cannot-ask' };

export interface ApplyInput extends PlanInput {
  /** What `--allow` gave. */
  readonly consents: readonly Consent[];
  /** What `--plan` gave: apply exactly this plan. */
  readonly expectedPlan?: string | undefined;
  readonly timeoutSeconds: number;
  /** Shows the plan and asks: for the hazards that lack consent, then for the whole. */
  readonly confirm: (planned: Planned, gate: Gate) => Promise<Answer>;
  readonly onEvent?: ((event: ApplyEvent) => void) | undefined;
}

export type ApplyOutcome = 'applied' | 'nothing-to-do' | 'failed' | 'blocked' | 'declined' | 'unknown';

/** The migration that failed, as people need it. */
export interface FailedMigration {
  readonly name: string;
  readonly path: string;
  /** Both null where no statement of the file failed. */
  readonly line: number | null;
  readonly statement: string | null;
  /** The server's own message. */
  readonly message: string;
}

export interface ApplyResult {
  readonly outcome: ApplyOutcome;
  readonly plan: Plan;
  /** What stood, or stands, in the way. */
  readonly gate: Gate;
  /** Applied by this run, in order. */
  readonly applied: readonly string[];
  readonly failed: FailedMigration | null;
  /** What the plan had and this run did not begin, or nothing of which is left. Where the outcome is unknown, what is neither here nor in `applied` is what is not known. */
  readonly notStarted: readonly string[];
  /** Whether another run, at the same time, applied some or all of it. */
  readonly byAnotherRun: boolean;
  /** Why the failure could not be recorded in the tracker; null when it was, or there was none. */
  readonly unrecorded: string | null;
  /** null when it ended well. */
  readonly error: MigrateError | null;
}

export async function applyMigrations(input: ApplyInput): Promise<ApplyResult> {
  const planned = await makePlan(input);
  const { plan } = planned;
  const gate = checkGate(allFindings(plan), input.consents);
  const refuse = (outcome: ApplyOutcome, error: MigrateError | null): ApplyResult => ({
    outcome,
    plan,
    gate,
    applied: [],
    failed: null,
    notStarted: namesOf(plan),
    byAnotherRun: false,
    unrecorded: null,
    error,
  });

  if (gate.blockers.length > 0) return refuse('blocked', blocked(gate.blockers, plan));
  if (plan.migrations.length === 0) return refuse('nothing-to-do', null);
  if (input.expectedPlan !== undefined && input.expectedPlan !== plan.id) {
    return refuse('blocked', movedPlan(input.expectedPlan, plan.id));
  }
  const answer = await input.confirm(planned, gate);
  if (answer.type === 'no') return refuse('declined', declined());
  if (answer.type === 'cannot-ask') return refuse(...cannotAsk(gate));
  const consents = [...input.consents, ...answer.consents];
  const open = checkGate(allFindings(plan), consents).unconsented;
  if (open.length > 0) return refuse('blocked', consentMissing(open));
  if (input.signal?.aborted) return refuse('declined', interruptedBefore());

  const { applied, end } = await executePlan({ ...input, ...planned, consents, onEvent: input.onEvent ?? (() => {}) });
  return describeEnd({ ...refuse('applied', null), applied }, end, planned, input);
}

/** @param base everything that does not depend on how it ended. */
async function describeEnd(
  base: ApplyResult,
  end: ExecutionEnd,
  planned: Planned,
  input: ApplyInput,
): Promise<ApplyResult> {
  const rest = namesOf(base.plan).filter((name) => !base.applied.includes(name));
  switch (end.type) {
    case 'applied':
      return { ...base, notStarted: [], byAnotherRun: end.byAnotherRun };
    case 'failed': {
      const failed = describeFailure(end.failure);
      const notStarted = rest.filter((name) => name !== failed.name);
      const error = await explainFailure(end.failure, planned, input.outside, input.migrations);
      return { ...base, outcome: 'failed', failed, notStarted, unrecorded: end.unrecorded, error };
    }
    case 'refused': {
      const outcome = base.applied.length > 0 ? 'failed' : 'blocked';
      const gate = { ...base.gate, blockers: end.refusals };
      return { ...base, outcome, gate, notStarted: rest, error: refusedByServer(end.message, end.refusals, base.plan) };
    }
    case 'stale':
      return { ...base, outcome: 'failed', notStarted: rest, error: stale(end.message) };
    case 'lost':
      return { ...base, outcome: 'failed', notStarted: rest, error: lost(end.message, input.signal, base, rest) };
    case 'unknown':
      return {
        ...base,
        outcome: 'unknown',
        notStarted: rest.filter((name) => !end.uncertain.includes(name)),
        error: outcomeUnknown(end.message),
      };
    case 'stopped':
      return {
        ...base,
        outcome: 'failed',
        notStarted: rest,
        error: stopped(end.error, base.applied.length, rest.length),
      };
  }
}

function namesOf(plan: Plan): readonly string[] {
  return plan.migrations.map((migration) => migration.name);
}

function describeFailure({ steps, statement, message }: Failure): FailedMigration {
  const { migration } = steps.attempted;
  return {
    name: migration.name,
    path: migration.path,
    line: statement?.line ?? null,
    statement: statement?.sql ?? null,
    message,
  };
}

async function explainFailure(
  failure: Failure,
  planned: Planned,
  outside: Outside,
  migrations: readonly Migration[],
): Promise<MigrateError> {
  const { migration } = failure.steps.attempted;
  const { name } = migration;
  if (failure.guard?.code === 'violations') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} leaves rows whose foreign keys point nowhere: ${failure.guard.detail}. Its file switches foreign keys off, so deletes and updates in it do not cascade. It was rolled back.`,
      `Mend the file or the rows, then migrate-prod apply. If the rows are meant to stay so: migrate-prod apply --allow foreign-keys:${name}`,
    );
  }
  if (failure.guard?.code === 'unrehearsed') {
    const differences = await describeUnrehearsed(planned, outside, migrations, name, failure.actualSchema);
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} did not end in the schema that the rehearsal ended in, and was rolled back.${differences}`,
      `Compare the two; if production's is right: migrate-prod apply --allow unrehearsed:${name}`,
    );
  }
  if (failure.code === 'TRANSACTION_TIMEOUT') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} took longer than the 5 seconds that the server gives a transaction while another writer waits, and was rolled back: ${failure.message}.`,
      'Run migrate-prod apply again at a quiet time.',
    );
  }
  if (failure.code === 'BLOCKED') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} was rolled back, because the server refuses to write for now: ${failure.message}.`,
      'Lift the block (a quota, or a setting at your provider), then migrate-prod apply',
    );
  }
  if (failure.code === 'SQLITE_FULL') {
    return new MigrateError(
      'STATEMENT_FAILED',
      `${name} was rolled back, because the database has no room for it: ${failure.message}.`,
      'Make room or raise the size limit, then migrate-prod apply',
    );
  }
  return new MigrateError(
    'STATEMENT_FAILED',
    `${name} failed and was rolled back: ${failure.message}`,
    'Mend the file or the data, then migrate-prod apply',
  );
}

function blocked(blockers: readonly Finding[], plan: Plan): MigrateError {
  const [first] = blockers;
  const where = first?.migration ? `${first.migration}: ` : '';
  const others = blockers.length > 1 ? ` (and ${blockers.length - 1} more)` : '';
  return new MigrateError(
    'PLAN_BLOCKED',
    `${where}${first?.message ?? 'The plan is blocked.'}${others} Nothing was written.`,
    nextForBlocker(first, plan),
  );
}

function nextForBlocker(finding: Finding | undefined, plan: Plan): string {
  switch (finding?.code) {
    case 'no-history':
      return 'migrate-prod backfill';
    case 'renamed':
      return `migrate-prod backfill ${finding.migration}`;
    default: {
      const migration = plan.migrations.find((candidate) => candidate.name === finding?.migration);
      const place = migration && finding?.line ? ` ${migration.path}:${finding.line}` : ' the file';
      return `Mend${place}, then migrate-prod plan`;
    }
  }
}

function movedPlan(expected: string, actual: string): MigrateError {
  const moved = comparePlanIds(expected, actual);
  const what = moved.length > 0 ? moved.join(', ') : 'something';
  return new MigrateError(
    'PLAN_STALE',
    `This is no longer plan ${expected}: since it was made, ${what} changed. The plan is now ${actual}. Nothing was written.`,
    'migrate-prod plan',
  );
}

function stale(message: string): MigrateError {
  return new MigrateError('PLAN_STALE', message, 'migrate-prod plan');
}

function declined(): MigrateError {
  return new MigrateError('DECLINED', 'Not confirmed; nothing was written.', 'migrate-prod apply');
}

function interruptedBefore(): MigrateError {
  return new MigrateError(
    'INTERRUPTED',
    'Interrupted before anything was sent; nothing was written.',
    'migrate-prod apply',
  );
}

function cannotAsk(gate: Gate): [ApplyOutcome, MigrateError] {
  if (gate.unconsented.length > 0) return ['blocked', consentMissing(gate.unconsented)];
  return [
    'declined',
    new MigrateError(
      'CONFIRMATION_MISSING',
      'There is no terminal to confirm on; nothing was written.',
      'migrate-prod apply --yes',
    ),
  ];
}

function consentMissing(findings: readonly Finding[]): MigrateError {
  const flags = [
    ...new Set(
      findings.map((finding) => {
        const code = finding.kind === 'hazard' ? finding.code : 'unfinished';
        return `--allow ${renderConsent({ code, migration: finding.migration })}`;
      }),
    ),
  ];
  const names = [...new Set(findings.map((finding) => finding.code))].join(', ');
  return new MigrateError(
    'CONSENT_MISSING',
    `The plan has ${findings.length === 1 ? 'a hazard' : `${findings.length} hazards`} that nobody consented to: ${names}. Nothing was written.`,
    `Read migrate-prod plan; to go on all the same: migrate-prod apply --yes ${flags.join(' ')}`,
  );
}

function refusedByServer(message: string, refusals: readonly Finding[], plan: Plan): MigrateError {
  const [first] = refusals;
  if (!first) {
    return new MigrateError(
      'SERVER_ERROR',
      `The server refused the request before running anything of it: ${message}.`,
      'This is worth a bug report: no statement of yours is refused by itself.',
    );
  }
  return blocked(refusals, plan);
}

function lost(
  message: string,
  signal: AbortSignal | undefined,
  base: ApplyResult,
  rest: readonly string[],
): MigrateError {
  const state = `${base.applied.length} applied, ${rest.length} not applied; nothing is half applied and nothing is still running`;
  if (signal?.aborted) {
    return new MigrateError('INTERRUPTED', `Interrupted. Production: ${state}.`, 'migrate-prod apply');
  }
  return new MigrateError(
    'CONNECTION_LOST',
    `The answer was lost: ${message}. Production: ${state}.`,
    'migrate-prod apply',
  );
}

/** What was sent before it still counts. */
function stopped(error: MigrateError, applied: number, rest: number): MigrateError {
  if (applied === 0) return error;
  const message = `${error.message} Before that: ${applied} applied; ${rest} not applied.`;
  return new MigrateError(error.code, message, error.next, { cause: error });
}

function outcomeUnknown(message: string): MigrateError {
  return new MigrateError(
    'OUTCOME_UNKNOWN',
    `The answer was lost, and production could not be asked afterwards: ${message}. Each migration is either wholly applied and recorded, or not at all.`,
    'When the server can be reached again: migrate-prod status',
  );
}
