/** Writing to the tracker without running a migration: what is written, and what became of it. */

import type { HistoryEntry } from '../core/migrations/history.ts';
import { type Migration, matchesChecksum } from '../core/migrations/migration.ts';
import { parseGuardFailure } from '../core/plan/guards.ts';
import type { TrackerWrite } from '../core/plan/tracker-batch.ts';
import { findError } from '../core/replies.ts';
import { MigrateError } from '../errors.ts';
import type { Database, Outside, Step } from '../ports.ts';
import { type BackfillItem, findOldRows } from './backfill-choice.ts';

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

/**
 * Executes a batch that only writes to the tracker.
 * @returns null when it was committed.
 */
export async function executeRecord(database: Database, steps: readonly Step[]): Promise<MigrateError | null> {
  const outcome = await database.execute(steps);
  if (outcome.type === 'lost') {
    return new MigrateError(
      'OUTCOME_UNKNOWN',
      `The answer was lost: ${outcome.message}. All is recorded, or nothing; no migration was run.`,
      'migrate-prod status',
    );
  }
  const message = outcome.type === 'refused' ? outcome.message : findError(outcome.replies);
  if (message === null) return null;
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
