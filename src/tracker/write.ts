/** Writes to the tracker without running a migration, and finds out whether that succeeded. */

import { parseGuardFailure } from '../apply/guards.ts';
import { look, pollDelay } from '../apply/look.ts';
import { withState } from '../apply/settle.ts';
import { type BackfillItem, findOldRows } from '../backfill/choice.ts';
import { MigrateError } from '../errors.ts';
import type { HistoryEntry } from '../history/history.ts';
import { type Migration, matchesChecksum } from '../history/migration.ts';
import type { BatchOutcome, Database, Outside, Refusal, Step } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { findError } from '../production/replies.ts';
import { command } from '../text/prose.ts';
import { endless } from '../text/sentence.ts';
import { buildTrackerBatch, selectWhetherWritten, type TrackerWrite } from './write-batch.ts';

/** @param consents the given ones; stored with each row that was recorded because of them */
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
    case 'rename': {
      const allowed = consents.length === 0 ? '' : `, allowed ${consents.join(', ')}`;
      const rows = entry.recordedRows.map((row) => row.id);
      return { type: 'rename', rows, name: entry.name, by: `${by.tool}, ${by.by}${allowed}` };
    }
    case 'accept': {
      const { checksum } = needMigration(entry);
      const rows = entry.rows.filter((row) => !matchesChecksum(needMigration(entry), row.checksum));
      return { type: 'accept', rows: rows.map((row) => row.id), checksum, by: `${by.tool}, ${by.by}` };
    }
    case 'record': {
      const { name, checksum } = needMigration(entry);
      // Without consents the row is the same as that of `prisma migrate resolve --applied`.
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
  /** As it was read; nothing is written if it has changed. */
  readonly production: Production;
  readonly writes: readonly TrackerWrite[];
  /** How long to try if the answer is lost; 10 when absent, and at most. */
  readonly timeoutSeconds?: number | undefined;
}

/**
 * Writes to the tracker, in one transaction. If the answer is lost, it looks for the rows, and sends the batch again:
 * guards make sure that it is written once at most.
 * @returns null when it was committed
 * @throws MigrateError of the connection, if nothing was written
 */
export async function executeRecord(input: RecordInput): Promise<MigrateError | null> {
  const { production, writes } = input;
  const { clock } = input.outside;
  const steps = buildTrackerBatch(production, writes);
  const deadline = clock.now() + Math.min(patience, (input.timeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000);
  // True if a try may have been written: a refusal of a later try then proves nothing.
  let isOpen = false;
  for (let tries = 1; ; tries++) {
    const end = await tryToRecord(input, steps, tries);
    if (end.type === 'known') return end.error;
    const { message, refusal } = end.outcome;
    const found = await isWritten(input);
    if (found === true) return null;
    const isLate = clock.now() >= deadline;
    isOpen ||= refusal === undefined;
    if (refusal && !isOpen && isBelieved(refusal, { found, tries, isLate })) {
      throw withState(refusal.error, 'Nothing was recorded.');
    }
    if (isLate) return unknown(message, found === false);
    await clock.sleep(pollDelay);
  }
}

/**
 * libSQL's own refusal comes before anything runs: it is believed the second time, if nothing is found or looking is
 * refused too. Another server's refusal is believed if it remains and nothing is found.
 */
function isBelieved(
  { error, isOwn }: Refusal,
  { found, tries, isLate }: { readonly found: FoundRows; readonly tries: number; readonly isLate: boolean },
): boolean {
  return isOwn ? tries > 1 && (found === false || found === error.code) : isLate && found === false;
}

/** Milliseconds during which it tries. */
const patience = 10_000;

type Lost = { readonly message: string; readonly refusal?: Refusal };
type Tried =
  | { readonly type: 'known'; readonly error: MigrateError | null }
  | { readonly type: 'lost'; readonly outcome: Lost };

async function tryToRecord(input: RecordInput, steps: readonly Step[], tries: number): Promise<Tried> {
  const outcome = await send(input.database, steps, tries);
  if (outcome.type === 'lost') return { type: 'lost', outcome };
  const message = outcome.type === 'refused' ? outcome.message : findError(outcome.replies);
  if (message === null) return { type: 'known', error: null };
  const isFirst = tries === 1 && (outcome.type === 'refused' || outcome.sent === 1);
  // The guard may have stopped it because of rows that an earlier try has written.
  if (!isFirst && (await isWritten(input)) === true) return { type: 'known', error: null };
  const guard = parseGuardFailure(message);
  const what = guard?.code === 'moved-schema' ? "production's schema" : 'the tracker';
  // An earlier try may still commit. Or the guard found its rows, and the look was answered by a replica that is
  // behind.
  if (!isFirst) {
    const found = `a second try found ${what} changed, by the first or by somebody else`;
    return { type: 'lost', outcome: { message: guard === null ? message : found } };
  }
  if (guard !== null) {
    const changed = `Somebody else changed ${what} meanwhile; nothing was written.`;
    return { type: 'known', error: new MigrateError('PLAN_STALE', changed, command('status')) };
  }
  const nothingRecorded = `Nothing was recorded: ${message}.`;
  const next = 'Fix what the message says, then run the same command again.';
  return { type: 'known', error: new MigrateError('STATEMENT_FAILED', nothingRecorded, next) };
}

/** If a later try was not sent, the result of the earlier ones is still not known. */
async function send(database: Database, steps: readonly Step[], tries: number): Promise<BatchOutcome> {
  try {
    return await database.execute(steps, { purpose: 'the record' });
  } catch (error) {
    if (tries > 1 && error instanceof MigrateError) return { type: 'lost', message: error.message };
    throw error;
  }
}

function unknown(message: string, wasAsked: boolean): MigrateError {
  const looked = wasAsked ? 'nothing is recorded so far' : 'production could not be asked';
  return new MigrateError(
    'OUTCOME_UNKNOWN',
    `The answer was lost: ${endless(message)}. A later look found that ${looked}. Either everything will be recorded or nothing; no migration was run.`,
    command('status'),
  );
}

/** True if the rows are there; otherwise the code of the error because of which production could not be asked; null for an error of the query. */
type FoundRows = boolean | MigrateError['code'] | null;

async function isWritten({ database, production, writes }: RecordInput): Promise<FoundRows> {
  const [first] = writes;
  if (first === undefined) return true;
  const looked = await look(database, selectWhetherWritten(production.schema.tracker, first), patience);
  switch (looked.type) {
    case 'rows':
      return looked.rows[0]?.[0] === 1;
    case 'absent':
      return false;
    case 'unanswered':
      return looked.error?.code ?? null;
  }
}
