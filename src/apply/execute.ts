/** Sending a plan: request by request, until all is applied or it is known where and why it stopped. */

import { applyConsents } from '../consents/apply-consents.ts';
import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import { find } from '../findings/finding.ts';
import { serverRefuses } from '../findings/server-refuses.ts';
import type { PlannedMigration } from '../plan/plan.ts';
import type { BatchOutcome, Database } from '../ports.ts';
import { renderRowLogs } from '../tracker/row-logs.ts';
import {
  type Attempt,
  type AttemptedMigration,
  type Batch,
  type Before,
  buildBatch,
  cutIntoRequests,
} from './batch.ts';
import type { ExecuteInput, Execution, ExecutionEnd, PartInput, PartResult, Running } from './execution.ts';
import { awaitOtherRun } from './other-run.ts';
import { type BatchResult, parseBatchReplies } from './outcome.ts';
import { recordFailure } from './record-failure.ts';
import { settlePart, settleResent } from './settle-part.ts';

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
      tracker: production.schema.tracker,
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
  { database, outside, plan, consents, restorePoint, backupName }: ExecuteInput,
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
        // A file has no point in time to go back to.
        ...(database.target.type === 'file' ? {} : { restorePoint: restorePoint.at }),
        ...(backupName === null ? {} : { backup: backupName }),
      },
    ),
  };
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
    return await database.execute(batch.steps, { purpose: 'the migrations', ...(signal ? { signal } : {}) });
  } catch (error) {
    if (error instanceof MigrateError) return { type: 'stopped', error, hasState: false };
    throw error;
  }
}

/** The refusal of a whole batch names no statement; asking for each one does. */
async function nameRefusals(database: Database, attempted: readonly AttemptedMigration[]): Promise<readonly Finding[]> {
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
  return sent.flatMap(({ migration, statement }, index): readonly Finding[] => {
    const reason = refused[index];
    if (reason === null || reason === undefined) return [];
    const { line, sql } = statement;
    return [find(serverRefuses, 'blocker', { migration, line, sql }, { what: 'server', message: reason })];
  });
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

async function handleResult(
  input: PartInput,
  attempt: Attempt,
  result: BatchResult,
  before: Before,
  attempted: readonly AttemptedMigration[],
): Promise<PartResult> {
  // A run that loses the race at its first guard wrote nothing.
  if (result.type === 'committed' || result.committed > 0) input.onWrite();
  switch (result.type) {
    case 'committed':
      return { committed: attempted.length, end: null };
    case 'moved':
      return { committed: result.committed, end: await loseRace(input, result, before, attempted) };
    case 'failed': {
      const { unrecorded, finished } = await recordFailure(input.database, result.failure, attempted);
      const isThere = attempted.slice(result.committed).some(({ rowId }) => finished?.has(rowId));
      // A failure leaves a row, unless the server takes no writes at all.
      if (isThere || unrecorded === null) input.onWrite();
      if (isThere) return settlePart(input, attempt, attempted, { message: 'the answer contradicts production' });
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
