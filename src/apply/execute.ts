/** Sending a plan: request by request, until all is applied or it is known where and why it stopped. */

import type { RestorePoint } from '../backup/restore-point.ts';
import { applyConsents } from '../consents/apply-consents.ts';
import type { Consent } from '../consents/consent.ts';
import type { LiftedGuard } from '../consents/guard-consent.ts';
import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import type { Migration } from '../history/migration.ts';
import type { Plan, PlannedMigration } from '../plan/plan.ts';
import { nameRefusals } from '../plan/rehearse/name-refusals.ts';
import type { BackupProgress, BatchOutcome, Database, Outside, SavedBackup } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { renderRowLogs } from '../tracker/row-logs.ts';
import {
  type Attempt,
  type AttemptedMigration,
  type Batch,
  type Before,
  buildBatch,
  cutIntoRequests,
} from './batch.ts';
import { awaitOtherRun } from './other-run.ts';
import { type BatchResult, type Failure, parseBatchReplies } from './outcome.ts';
import { recordFailure } from './record-failure.ts';
import { settlePart, settleResent } from './settle-part.ts';

/** What is going on, for whoever is watching. */
export type ApplyEvent =
  /** Before anything is asked: these guards will not be sent. */
  | { readonly type: 'lifting'; readonly guards: readonly LiftedGuard[] }
  | ({ readonly type: 'backing-up' } & BackupProgress)
  /** null where there was nothing yet to copy. */
  | { readonly type: 'backed-up'; readonly saved: SavedBackup | null }
  /** The first of what writes was taken in: it wrote, or may have written. */
  | { readonly type: 'restore-point'; readonly point: RestorePoint }
  | { readonly type: 'sending'; readonly migrations: readonly string[] }
  | { readonly type: 'answered' }
  | { readonly type: 'waiting-for-other-run' }
  | { readonly type: 'settling'; readonly cause: 'interrupted' | 'lost'; readonly reason: string };

/** How it ended, beyond the names of what this run applied. */
export type ExecutionEnd =
  | { readonly type: 'applied'; readonly byAnotherRun: boolean }
  | { readonly type: 'failed'; readonly failure: Failure; readonly unrecorded: string | null }
  /** The server refused these statements before anything of their request ran. */
  | { readonly type: 'refused'; readonly message: string; readonly refusals: readonly Finding[] }
  /** `next` is the command that goes on, `recorded` what another run applied of the plan. */
  | {
      readonly type: 'stale';
      readonly message: string;
      readonly next: 'plan' | 'apply';
      readonly recorded: readonly string[];
    }
  /** The answer was lost; what was applied is known all the same. */
  | { readonly type: 'lost'; readonly message: string }
  /** Of the uncertain migrations it is not known whether they were, or will be, applied; what follows them was not sent. */
  | {
      readonly type: 'unknown';
      readonly message: string;
      /** What to do before anything can be asked again; null where waiting is all. */
      readonly first: string | null;
      readonly uncertain: readonly string[];
    }
  /** Nothing of the last request was sent or taken in; `hasState` where the error says already what became of it. */
  | { readonly type: 'stopped'; readonly error: MigrateError; readonly hasState: boolean };

export interface Execution {
  /** Applied by this run, in order. */
  readonly applied: readonly string[];
  /** Whether anything was written, or may have been. */
  readonly wrote: boolean;
  readonly end: ExecutionEnd;
}

export interface ExecuteInput {
  readonly database: Database;
  readonly outside: Outside;
  readonly plan: Plan;
  readonly production: Production;
  readonly migrations: readonly Migration[];
  /** What was given or answered; what the files beside the migrations give comes with the plan. */
  readonly consents: readonly Consent[];
  readonly restorePoint: RestorePoint;
  /** The name of the backup's file as the rows' logs have it. */
  readonly backupName: string | null;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: ApplyEvent) => void;
}

interface Running extends ExecuteInput {
  /** The tracker's rows as this run knows them: those that it read, and its own that are committed. */
  readonly known: Set<string>;
}

export async function executePlan(given: ExecuteInput): Promise<Execution> {
  const { plan, production, outside, signal } = given;
  const input: Running = { ...given, known: new Set(production.trackerRows.map((row) => row.id)) };
  const applied: string[] = [];
  let wrote = false;
  const onWrite = () => {
    if (!wrote) input.onEvent({ type: 'restore-point', point: input.restorePoint });
    wrote = true;
  };
  let schema: string | null = production.schemaFingerprint;
  for (const [index, part] of cutIntoRequests(plan.migrations).entries()) {
    if (index > 0 && signal?.aborted) return { applied, wrote, end: { type: 'lost', message: 'interrupted' } };
    // Each request is an attempt of its own: a fence around one that turns out to be applied must not stop the next.
    const attempt: Attempt = {
      id: outside.newId(),
      foreignKeys: production.foreignKeys,
    };
    const attempted = part.map((migration) => prepare(migration, input));
    const before: Before = {
      schema,
      tracker: index === 0 ? production.trackerFingerprint : null,
      trackerExists: index > 0 || production.trackerExists,
    };
    const { committed, end } = await executePart({ ...input, onWrite }, attempt, before, attempted);
    applied.push(...attempted.slice(0, committed).map(({ migration }) => migration.name));
    for (const { rowId } of attempted.slice(0, committed)) input.known.add(rowId);
    if (end) return { applied, wrote, end };
    const last = attempted.at(-1);
    schema = last?.allowUnrehearsed ? null : (last?.migration.schemaAfter ?? null);
  }
  return { applied, wrote, end: { type: 'applied', byAnotherRun: false } };
}

function prepare(
  planned: PlannedMigration,
  { outside, plan, consents, restorePoint, backupName }: ExecuteInput,
): AttemptedMigration {
  const { record, ...allowed } = applyConsents(planned, plan, consents, outside.sha256);
  return {
    ...allowed,
    rowId: outside.newId(),
    failureId: outside.newId(),
    logs: renderRowLogs(
      { plan: plan.id, last: plan.migrations.at(-1)?.name ?? planned.name },
      {
        tool: `migrate-prod ${outside.version}`,
        by: outside.who,
        ...record,
        restorePoint: restorePoint.at,
        ...(backupName === null ? {} : { backup: backupName }),
      },
    ),
  };
}

export interface PartResult {
  /** How many migrations of the part committed. */
  readonly committed: number;
  /** null when the whole part committed and the next may follow. */
  readonly end: ExecutionEnd | null;
}

export interface PartInput extends Running {
  /** Called as soon as it is known, and before anything is waited for. */
  readonly onWrite: () => void;
}

async function executePart(
  input: PartInput,
  attempt: Attempt,
  before: Before,
  attempted: readonly AttemptedMigration[],
): Promise<PartResult> {
  const { database, onEvent, signal } = input;
  const batch = buildBatch(attempt, before, attempted);
  onEvent({ type: 'sending', migrations: attempted.map(({ migration }) => migration.name) });
  const outcome = await send(database, batch, signal);
  onEvent({ type: 'answered' });
  switch (outcome.type) {
    case 'ran': {
      const result = parseBatchReplies(batch, outcome.replies, input.production.schema.objects);
      const isWhole = outcome.sent === 1 || result.type === 'committed';
      const settled = isWhole ? null : await settleResent(input, attempt, result, attempted);
      return settled ?? handleResult(input, attempt, result, before, attempted);
    }
    case 'refused':
      return {
        committed: 0,
        end: {
          type: 'refused',
          message: outcome.message,
          refusals: await nameRefusals(database, attempted),
        },
      };
    case 'lost':
      // What was refused at the door wrote nothing, unless a look says otherwise.
      if (outcome.refusal === undefined) input.onWrite();
      return settlePart(input, attempt, attempted, outcome);
    case 'stopped':
      return { committed: 0, end: signal?.aborted ? { type: 'lost', message: 'interrupted' } : outcome };
  }
}

/** @returns `stopped` where it is certain that nothing of this request ran. */
async function send(
  database: Database,
  batch: Batch,
  signal: AbortSignal | undefined,
): Promise<BatchOutcome | Extract<ExecutionEnd, { type: 'stopped' }>> {
  try {
    return await database.execute(batch.steps, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof MigrateError) return { type: 'stopped', error, hasState: false };
    throw error;
  }
}

async function handleResult(
  input: PartInput,
  attempt: Attempt,
  result: BatchResult,
  before: Before,
  attempted: readonly AttemptedMigration[],
): Promise<PartResult> {
  // Who loses a race at its first guard wrote nothing; a failure is written down.
  if (result.type !== 'moved' || result.committed > 0) input.onWrite();
  switch (result.type) {
    case 'committed':
      return { committed: attempted.length, end: null };
    case 'moved':
      return { committed: result.committed, end: await loseRace(input, result, before, attempted) };
    case 'failed': {
      const { unrecorded, finished } = await recordFailure(input.database, result.failure, attempted);
      const isThere = attempted.slice(result.committed).some(({ rowId }) => finished?.has(rowId));
      if (isThere) return settlePart(input, attempt, attempted, { message: 'the answer is not true' });
      return { committed: result.committed, end: { type: 'failed', failure: result.failure, unrecorded } };
    }
  }
}

async function loseRace(
  input: Running,
  { committed, guard }: Extract<BatchResult, { type: 'moved' }>,
  before: Before,
  attempted: readonly AttemptedMigration[],
): Promise<ExecutionEnd> {
  const { plan } = input;
  const first = attempted[committed]?.migration.name;
  const remaining = plan.migrations.slice(plan.migrations.findIndex((migration) => migration.name === first));
  const names = new Set(remaining.map((migration) => migration.name));
  input.onEvent({ type: 'waiting-for-other-run' });
  const other = await awaitOtherRun({
    database: input.database,
    clock: input.outside.clock,
    migrations: input.migrations.filter((migration) => names.has(migration.name)),
    guard,
    expected: before,
    known: new Set([...input.known, ...attempted.slice(0, committed).map(({ rowId }) => rowId)]),
    timeout: input.timeoutSeconds * 1000,
    signal: input.signal,
  });
  return other.type === 'finished' ? { type: 'applied', byAnotherRun: true } : other;
}
