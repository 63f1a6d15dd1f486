/** `apply`: plan, ask, execute, and say where production stands. */

import { type BackupFile, backUp, findFileName, type MadeBackup } from '../backup/backup.ts';
import { buildRestorePoint, type ReadClock } from '../backup/restore-point.ts';
import type { Consent, Gate } from '../consents/consent.ts';
import { checkPlan } from '../consents/gate.ts';
import { findLiftedGuards, type LiftedGuard } from '../consents/guard-consent.ts';
import { MigrateError } from '../errors.ts';
import { wordLoss } from '../findings/loss.ts';
import { countBesides, type History, isToApply } from '../history/history.ts';
import { checkExpectedPlan } from '../plan/expected-plan.ts';
import { makePlan, type PlanInput } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { Planned } from '../plan/plan-database.ts';
import { parsePlanId } from '../plan/plan-id.ts';
import type { BackupProgress, Database } from '../ports.ts';
import { hasTablesWithRows } from '../schema/model/objects.ts';
import {
  blocked,
  cannotAsk,
  consentMissing,
  declined,
  describeFailure,
  explainFailure,
  interruptedBefore,
  lost,
  outcomeUnknown,
  plainFailure,
  refusedByServer,
  stale,
  stopped,
} from './errors.ts';
import { executePlan } from './execute.ts';
import type { ApplyEvent, ExecutionEnd, LiftedInWords } from './execution.ts';
import type { Failure } from './outcome.ts';
import type { ApplyOutcome, ApplyResult, FailedMigration } from './result.ts';

export type Answer =
  | { readonly type: 'yes'; readonly consents: readonly Consent[] }
  /** `wanted` is the only text that would have been a yes. */
  | { readonly type: 'no'; readonly wanted: string }
  /** There is nobody to ask. */
  | { readonly type: 'cannot-ask' };

export interface ApplyInput extends PlanInput {
  /** From `--allow`. Consents of the files beside the migrations count too, each for its own migration. */
  readonly consents: readonly Consent[];
  /** From `--plan`: apply exactly this plan. */
  readonly expectedPlan?: string | undefined;
  /** The file that production is copied to before the first write; none when absent. */
  readonly backup?: BackupFile | undefined;
  readonly timeoutSeconds: number;
  /** Shows the plan and asks: for the hazards that lack consent, then for the whole. */
  readonly confirm: (planned: Planned, gate: Gate) => Promise<Answer>;
  readonly onEvent?: ((event: ApplyEvent) => void) | undefined;
}

export async function applyMigrations(input: ApplyInput): Promise<ApplyResult> {
  const expectedPlan = input.expectedPlan === undefined ? undefined : parsePlanId(input.expectedPlan);
  const planned = await makePlan(input);
  const { plan } = planned;
  const onEvent = input.onEvent ?? (() => {});
  const checked = checkPlan(plan, input.consents);
  const lifted = findLiftedGuards(plan.migrations, checked.unused, input.outside.sha256);
  const gate = { ...checked, unused: checked.unused.filter((own) => !lifted.some(({ consent }) => consent === own)) };
  const refuse = (outcome: ApplyOutcome, error: MigrateError | null): ApplyResult => ({
    outcome,
    plan,
    gate,
    applied: [],
    failed: null,
    notStarted: namesOf(plan),
    stillPending: planned.history.entries.filter(isToApply).length - plan.migrations.length,
    besides: countBesides(planned.history),
    leftOpen: findLeftOpen(planned.history, plan),
    byAnotherRun: false,
    unrecorded: null,
    backup: null,
    restorePoint: null,
    error,
    explained: false,
  });

  const mismatch = checkExpectedPlan(expectedPlan, planned, input.outside.sha256);
  if (mismatch !== null) return refuse('blocked', mismatch);
  if (gate.blockers.length > 0) return refuse('blocked', blocked(gate.blockers, plan));
  if (plan.migrations.length === 0) return refuse('nothing-to-do', null);
  if (lifted.length > 0) onEvent({ type: 'lifting', guards: lifted.map(wordLifted) });
  const answer = await input.confirm(planned, gate);
  if (answer.type === 'no') return refuse('declined', declined(answer.wanted));
  if (answer.type === 'cannot-ask') return refuse(...cannotAsk(gate, plan));
  const consents = [...input.consents, ...answer.consents];
  const open = checkPlan(plan, consents).unconsented;
  if (open.length > 0) return refuse('blocked', consentMissing(open, plan.id));
  if (input.signal?.aborted) return refuse('declined', interruptedBefore());

  const saved = await saveBackup(input, planned, onEvent);
  if (saved instanceof MigrateError) return refuse(saved.code === 'INTERRUPTED' ? 'declined' : 'blocked', saved);
  const restorePoint = buildRestorePoint(input.database.target, readClock(input, planned), saved?.file ?? null);
  const { applied, wrote, end } = await executePlan({
    ...input,
    ...planned,
    consents,
    restorePoint,
    backupName: saved && findFileName(saved.file),
    onEvent: (event) => {
      // An empty database has nothing to go back to.
      if (event.type !== 'restore-point' || hasTables(planned)) onEvent(event);
    },
  });
  const base = { ...refuse('applied', null), applied, backup: saved, restorePoint: wrote ? restorePoint : null };
  return describeEnd(base, end, planned, input);
}

/** Unfinished migrations without a folder. A plan that applies something marks them rolled back; one with nothing to apply leaves them. */
function findLeftOpen({ entries }: History, { migrations }: Plan): readonly string[] {
  if (migrations.length > 0) return [];
  return entries.filter((entry) => entry.state === 'unfinished' && entry.migration === null).map(({ name }) => name);
}

function readClock({ outside }: ApplyInput, { clockOffset }: Planned): ReadClock {
  const now = outside.clock.now();
  return clockOffset === null ? { now, clock: 'machine' } : { now: now + clockOffset, clock: 'server' };
}

/** True if production has anything that somebody might want back. */
export function hasTables({ production }: Planned): boolean {
  return hasTablesWithRows(production.schema);
}

/** @returns the backup that was made; null without `--backup`, and if there was nothing to copy. */
async function saveBackup(
  { database, backup, signal }: ApplyInput,
  { production }: Planned,
  onEvent: (event: ApplyEvent) => void,
): Promise<MadeBackup | MigrateError | null> {
  if (backup === undefined) return null;
  onEvent({ type: 'backing-up', phase: 'copying', bytes: 0 });
  const onProgress = (progress: BackupProgress) => onEvent({ type: 'backing-up', ...progress });
  const end = await backUp({ database, production, file: backup, signal, onProgress });
  if (end.type === 'failed') return end.error;
  onEvent({ type: 'backed-up', saved: end.saved });
  return end.saved && { file: backup.shown, ...end.saved };
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
      const failed = await checkGuardedRows(describeFailure(end.failure), end.failure, input.database);
      const notStarted = rest.filter((name) => name !== failed.name);
      const explained = await explainFailure(end.failure, planned, input.outside, input.migrations);
      const shared = { outcome: 'failed', failed, notStarted, unrecorded: end.unrecorded } as const;
      return { ...base, ...shared, error: explained ?? plainFailure(failed), explained: explained !== null };
    }
    case 'refused': {
      const outcome = base.applied.length > 0 ? 'failed' : 'blocked';
      const gate = { ...base.gate, blockers: end.refusals };
      return { ...base, outcome, gate, notStarted: rest, error: refusedByServer(end.message, end.refusals, base.plan) };
    }
    case 'stale':
      return {
        ...base,
        outcome: 'failed',
        notStarted: rest.filter((name) => !end.recorded.includes(name)),
        byAnotherRun: end.recorded.length > 0,
        error: stale(end.message, input.expectedPlan === undefined ? end.next : 'plan'),
      };
    case 'lost':
      return { ...base, outcome: 'failed', notStarted: rest, error: lost(end.message, input.signal, base, rest) };
    case 'unknown':
      return {
        ...base,
        outcome: 'unknown',
        notStarted: rest.filter((name) => !end.uncertain.includes(name)),
        error: outcomeUnknown(end.message, end.first),
      };
    case 'stopped':
      return {
        ...base,
        outcome: 'failed',
        notStarted: rest,
        error: stopped(end, base.applied.length, rest.length),
      };
  }
}

function wordLifted({ loss, ...lifted }: LiftedGuard): LiftedInWords {
  return { ...lifted, what: wordLoss(loss) };
}

function namesOf(plan: Plan): readonly string[] {
  return plan.migrations.map((migration) => migration.name);
}

/** Milliseconds: who waits for a failure to be told waits for no more. */
const patience = 5_000;

/**
 * Drops a query that production cannot run, because it names an object that only the migration makes. One more
 * read-only request, if there is a query.
 */
export async function checkGuardedRows(
  failed: FailedMigration,
  { rowsGuard }: Failure,
  database: Database,
): Promise<FailedMigration> {
  if (failed.query === null) return failed;
  // The query of a guard is only compiled. The query for duplicates must find a row: some are duplicates only within the migration.
  const limit = rowsGuard === null ? 1 : 0;
  try {
    const [reply] = await database.read([{ sql: `SELECT 1 FROM (${failed.query}) LIMIT ${limit}` }], {
      purpose: 'the rows of the failure',
      patience,
    });
    const isAnswered = reply?.type === 'rows' && reply.rows.length === limit;
    return isAnswered ? failed : { ...failed, query: null };
  } catch (error) {
    // What failed is told all the same.
    if (error instanceof MigrateError) return failed;
    throw error;
  }
}
