/** Sending a plan: request by request, until all is applied or it is known where and why it stopped. */

import type { Migration } from '../core/migrations/migration.ts';
import {
  type Attempt,
  type AttemptedMigration,
  type Batch,
  type Before,
  buildBatch,
  cutIntoRequests,
} from '../core/plan/batch.ts';
import type { Consent, Finding } from '../core/plan/findings.ts';
import type { LiftedGuard } from '../core/plan/guard-consent.ts';
import { type BatchResult, type Failure, parseBatchReplies } from '../core/plan/outcome.ts';
import type { Plan, PlannedMigration } from '../core/plan/plan.ts';
import { renderRowLogs } from '../core/plan/row-logs.ts';
import type { Production } from '../core/production.ts';
import type { RestorePoint } from '../core/restore-point.ts';
import { MigrateError } from '../errors.ts';
import type { BackupProgress, BatchOutcome, Database, Outside, SavedBackup } from '../ports.ts';
import { applyConsents } from './consents.ts';
import { awaitOtherRun } from './other-run.ts';
import { recordFailure } from './record-failure.ts';
import { settle } from './settle.ts';

/** What is going on, for whoever is watching. */
export type ApplyEvent =
  /** Before anything is asked: these guards will not be sent. */
  | { readonly type: 'lifting'; readonly guards: readonly LiftedGuard[] }
  | ({ readonly type: 'backing-up' } & BackupProgress)
  /** null where there was nothing yet to copy. */
  | { readonly type: 'backed-up'; readonly saved: SavedBackup | null }
  /** Right before the first write. */
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
  /** Nothing of the last request was sent or taken in. */
  | { readonly type: 'stopped'; readonly error: MigrateError };

export interface Execution {
  /** Applied by this run, in order. */
  readonly applied: readonly string[];
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
  /** What the rows' logs say of the way back. */
  readonly restorePoint: { readonly at: string; readonly backup: string | null };
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: ApplyEvent) => void;
}

/** How long a lost attempt may go without progress before it is fenced off, in milliseconds. */
const patience = { lost: 10_000, interrupted: 2_000 };

interface Running extends ExecuteInput {
  /** The tracker's rows as this run knows them: those that it read, and its own that are committed. */
  readonly known: Set<string>;
}

export async function executePlan(given: ExecuteInput): Promise<Execution> {
  const { plan, production, outside, signal } = given;
  const input: Running = { ...given, known: new Set(production.trackerRows.map((row) => row.id)) };
  const applied: string[] = [];
  let schema: string | null = production.schemaFingerprint;
  for (const [index, part] of cutIntoRequests(plan.migrations).entries()) {
    if (index > 0 && signal?.aborted) return { applied, end: { type: 'lost', message: 'interrupted' } };
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
    const { committed, end } = await executePart(input, attempt, before, attempted);
    applied.push(...attempted.slice(0, committed).map(({ migration }) => migration.name));
    for (const { rowId } of attempted.slice(0, committed)) input.known.add(rowId);
    if (end) return { applied, end };
    const last = attempted.at(-1);
    schema = last?.allowUnrehearsed ? null : (last?.migration.schemaAfter ?? null);
  }
  return { applied, end: { type: 'applied', byAnotherRun: false } };
}

function prepare(
  planned: PlannedMigration,
  { outside, plan, consents, restorePoint }: ExecuteInput,
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
        ...(restorePoint.backup === null ? {} : { backup: restorePoint.backup }),
      },
    ),
  };
}

interface PartResult {
  /** How many migrations of the part committed. */
  readonly committed: number;
  /** null when the whole part committed and the next may follow. */
  readonly end: ExecutionEnd | null;
}

async function executePart(
  input: Running,
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
      return handleResult(input, result, before, attempted);
    }
    case 'refused':
      return { committed: 0, end: await nameRefusals(database, attempted, outcome.message) };
    case 'lost':
      return settlePart(input, attempt, attempted, outcome.message);
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
    if (error instanceof MigrateError) return { type: 'stopped', error };
    throw error;
  }
}

async function handleResult(
  input: Running,
  result: BatchResult,
  before: Before,
  attempted: readonly AttemptedMigration[],
): Promise<PartResult> {
  switch (result.type) {
    case 'committed':
      return { committed: attempted.length, end: null };
    case 'moved':
      return { committed: result.committed, end: await loseRace(input, result, before, attempted) };
    case 'failed': {
      const unrecorded = await recordFailure(input.database, result.failure);
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

/** The refusal of a whole batch names no statement; asking for each one does. */
async function nameRefusals(
  database: Database,
  attempted: readonly AttemptedMigration[],
  message: string,
): Promise<ExecutionEnd> {
  const sent = attempted.flatMap(({ migration }) =>
    migration.statements
      .filter((statement) => statement.action === 'run')
      .flatMap((statement) =>
        [...statement.before, statement.sent, ...statement.after].map((text) => ({
          migration: migration.name,
          statement,
          text,
        })),
      ),
  );
  const refused = await askForRefusals(
    database,
    sent.map(({ text }) => text),
  );
  const refusals = sent.flatMap(({ migration, statement }, index): readonly Finding[] => {
    const reason = refused[index];
    if (reason === null || reason === undefined) return [];
    return [
      {
        kind: 'blocker',
        code: 'server-refuses',
        migration,
        line: statement.line,
        message: `The server refuses it: ${reason}.`,
        sql: statement.sql,
      },
    ];
  });
  return { type: 'refused', message, refusals };
}

async function settlePart(
  input: ExecuteInput,
  attempt: Attempt,
  attempted: readonly AttemptedMigration[],
  reason: string,
): Promise<PartResult> {
  const interrupted = input.signal?.aborted ?? false;
  input.onEvent({ type: 'settling', cause: interrupted ? 'interrupted' : 'lost', reason });
  const timeout = input.timeoutSeconds * 1000;
  const settlement = await settle({
    database: input.database,
    clock: input.outside.clock,
    attempt,
    migrations: attempted,
    patience: Math.min(timeout, interrupted ? patience.interrupted : patience.lost),
    timeout,
  });
  const committed = attempted.filter(({ rowId }) => settlement.finished.has(rowId)).length;
  if (settlement.type === 'unknown') {
    const uncertain = attempted.slice(committed).map(({ migration }) => migration.name);
    const message = `${reason}; ${settlement.message}`;
    return { committed, end: { type: 'unknown', message, first: settlement.first, uncertain } };
  }
  if (committed === attempted.length) return { committed, end: null };
  return { committed, end: { type: 'lost', message: reason } };
}

/** The refusal itself is what counts; where asking again fails, it is told without names. */
async function askForRefusals(database: Database, statements: readonly string[]): Promise<readonly (string | null)[]> {
  try {
    return await database.parse(statements);
  } catch (error) {
    if (error instanceof MigrateError) return [];
    throw error;
  }
}
