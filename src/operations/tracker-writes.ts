/** Writing to the tracker without running a migration: what is written, and what became of it. */

import type { HistoryEntry } from '../core/migrations/history.ts';
import { type Migration, matchesChecksum } from '../core/migrations/migration.ts';
import { parseGuardFailure } from '../core/plan/guards.ts';
import { buildTrackerBatch, selectWhetherWritten, type TrackerWrite } from '../core/plan/tracker-batch.ts';
import type { Production } from '../core/production.ts';
import { findError } from '../core/replies.ts';
import { MigrateError } from '../errors.ts';
import type { Database, Outside, Refusal } from '../ports.ts';
import { type BackfillItem, findOldRows } from './backfill-choice.ts';
import { withState } from './settle.ts';

/** @param consents what was said yes to; kept with each row that was recorded on it. */
export function buildTrackerWrites(
  items: readonly BackfillItem[],
  consents: readonly string[],
  outside: Outside,
): readonly TrackerWrite[] {
  return items.map((item) => buildWrite(item, consents, outside));
}

function buildWrite({ action, entry }: BackfillItem, consents: readonly string[], outside: Outside): TrackerWrite {
  const { openRows, staleRows } = findOldRows(entry);
  const by = { tool: `migrate-prod ${outside.version}`, by: outside.who };
  switch (action) {
    case 'take-back':
      return { type: 'take-back', rows: entry.rows.map((row) => row.id) };
    case 'roll-back':
      return { type: 'roll-back', rows: openRows };
    case 'accept': {
      const { checksum } = needMigration(entry);
      const rows = entry.rows.filter((row) => !matchesChecksum(needMigration(entry), row.checksum));
      return { type: 'accept', rows: rows.map((row) => row.id), checksum, by: `${by.tool}, ${by.by}` };
    }
    case 'record': {
      const { name, checksum } = needMigration(entry);
      // Without consents it is the row of `prisma migrate resolve --applied`.
      const logs = consents.length === 0 ? '' : JSON.stringify({ ...by, allowed: consents });
      return { type: 'record', id: outside.newId(), name, checksum, openRows, staleRows, logs };
    }
  }
}

function needMigration({ name, migration }: HistoryEntry): Migration {
  if (migration === null) throw new Error(`${name} has no folder`);
  return migration;
}

export interface RecordInput {
  readonly database: Database;
  readonly outside: Outside;
  /** As it was read; nothing is written when it is not so any more. */
  readonly production: Production;
  readonly writes: readonly TrackerWrite[];
  /** How long to look for what was written when its answer is lost; 10 when absent. */
  readonly timeoutSeconds?: number | undefined;
}

/**
 * Writes to the tracker, in one transaction. A lost answer is settled by looking; there is no fence, so that what is not
 * found may still be written.
 * @returns null when it was committed.
 * @throws MigrateError of the connection, when nothing was taken in
 */
export async function executeRecord(input: RecordInput): Promise<MigrateError | null> {
  const { database, production, writes } = input;
  const outcome = await database.execute(buildTrackerBatch(production, writes));
  if (outcome.type === 'lost') return settleRecord(input, outcome.message, outcome.refusal);
  const message = outcome.type === 'refused' ? outcome.message : findError(outcome.replies);
  if (message === null) return null;
  // The first time may have been taken in, and what stopped the second is what the first has written.
  if (outcome.type === 'ran' && outcome.sent > 1 && (await isWritten(input)) === true) return null;
  const guard = parseGuardFailure(message);
  if (guard !== null) {
    const what = guard.code === 'moved-schema' ? "Production's schema" : 'The tracker';
    return new MigrateError(
      'PLAN_STALE',
      `${what} was changed by somebody else meanwhile; nothing was written.`,
      'migrate-prod status',
    );
  }
  return new MigrateError(
    'STATEMENT_FAILED',
    `Nothing was recorded: ${message}.`,
    'Mend what the message says, then run the same command again.',
  );
}

/** Milliseconds, for looking. */
const patience = 10_000;
const pollDelay = 500;

async function settleRecord(
  input: RecordInput,
  message: string,
  refusal: Refusal | undefined,
): Promise<MigrateError | null> {
  const { clock } = input.outside;
  const deadline = clock.now() + Math.min(patience, (input.timeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000);
  let found = await isWritten(input);
  // libSQL itself says so before it runs anything.
  if (refusal?.isOwn && (found === false || found === refusal.error.code)) {
    throw withState(refusal.error, 'Nothing was recorded.');
  }
  while (found !== true && clock.now() < deadline) {
    await clock.sleep(pollDelay);
    found = await isWritten(input);
  }
  if (found === true) return null;
  return new MigrateError(
    'OUTCOME_UNKNOWN',
    `The answer was lost: ${message.replace(/\.$/, '')}. It was looked for since, and ${found === false ? 'nothing is recorded so far' : 'production could not be asked'}. All will be recorded, or nothing; no migration was run.`,
    'migrate-prod status',
  );
}

/** @returns the code of the error that kept production from being asked; null for one of the query. */
async function isWritten({ database, writes }: RecordInput): Promise<boolean | MigrateError['code'] | null> {
  const [first] = writes;
  if (first === undefined) return true;
  try {
    const [reply] = await database.read([selectWhetherWritten(first)], { signal: AbortSignal.timeout(patience) });
    if (reply?.type === 'rows') return reply.rows[0]?.[0] === 1;
    // Where the tracker, or one of Prisma's shape, is not there yet, nothing was written.
    return reply?.type === 'error' && /no such (?:table|column)/.test(reply.message) ? false : null;
  } catch (error) {
    if (error instanceof MigrateError) return error.code;
    throw error;
  }
}
