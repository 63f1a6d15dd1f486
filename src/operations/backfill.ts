/** `backfill`: recording migrations as applied without running them, as `prisma migrate resolve --applied` does. */

import { compareHistory, findOpenRows, findStaleRows, type HistoryEntry, isDone } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { classifyRow } from '../core/migrations/tracker.ts';
import { parseGuardFailure } from '../core/plan/guards.ts';
import { buildBackfill, buildUndo, type RecordedMigration } from '../core/plan/record.ts';
import { checkEngine } from '../core/production.ts';
import { findError } from '../core/replies.ts';
import { MigrateError } from '../errors.ts';
import type { Database, Outside, Step } from '../ports.ts';
import { unknownMigration } from './plan.ts';
import { readProduction } from './production.ts';

export interface BackfillInput {
  readonly database: Database;
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** One migration; all that are not recorded when null. */
  readonly name: string | null;
  /** `record`, or `undo`: take a backfilled migration back. */
  readonly direction: 'record' | 'undo';
  /** Shows the names and asks. */
  readonly confirm: (
    names: readonly string[],
    entries: readonly HistoryEntry[],
  ) => Promise<'yes' | 'no' | 'cannot-ask'>;
}

export interface BackfillResult {
  readonly outcome: 'recorded' | 'undone' | 'nothing-to-do' | 'declined' | 'failed' | 'unknown';
  /** What was recorded or taken back; what would have been, when it was declined. */
  readonly names: readonly string[];
  readonly error: MigrateError | null;
}

/** @throws MigrateError MIGRATION_UNKNOWN, MIGRATION_STATE, and what reading production throws */
export async function backfillMigrations(input: BackfillInput): Promise<BackfillResult> {
  const production = await readProduction(input.database);
  checkEngine(production);
  const { entries } = compareHistory(input.migrations, production.trackerRows);
  const chosen =
    input.direction === 'record' ? chooseToRecord(entries, input.name) : [chooseToUndo(entries, input.name)];
  const names = chosen.map((entry) => entry.name);
  if (names.length === 0) return { outcome: 'nothing-to-do', names, error: null };

  const answer = await input.confirm(names, chosen);
  if (answer !== 'yes') return { outcome: 'declined', names, error: notConfirmed(answer, input) };
  const steps =
    input.direction === 'record'
      ? buildBackfill(
          production,
          chosen.map((entry) => prepareRecord(entry, input.outside)),
        )
      : buildUndo(
          production,
          chosen.flatMap((entry) => entry.rows.map((row) => row.id)),
        );
  const error = await execute(input.database, steps);
  if (error) return { outcome: error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed', names, error };
  return { outcome: input.direction === 'record' ? 'recorded' : 'undone', names, error: null };
}

function chooseToRecord(entries: readonly HistoryEntry[], name: string | null): readonly HistoryEntry[] {
  if (name === null) return entries.filter((entry) => entry.migration !== null && !isDone(entry.state));
  const entry = findEntry(entries, name);
  if (entry.migration === null) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} has no folder, so there is nothing to record.`,
      'migrate-prod status',
    );
  }
  return isDone(entry.state) ? [] : [entry];
}

function chooseToUndo(entries: readonly HistoryEntry[], name: string | null): HistoryEntry {
  if (name === null) throw new MigrateError('USAGE', '--undo needs the name of one migration.', 'migrate-prod status');
  const entry = findEntry(entries, name);
  const finished = entry.rows.filter((row) => classifyRow(row) === 'finished');
  if (finished.length === 0) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} is not recorded as applied; there is nothing to undo.`,
      'migrate-prod status',
    );
  }
  if (finished.some((row) => row.appliedStepsCount !== 0)) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} was really applied, not backfilled. Taking its record back would run it a second time, so this is refused.`,
      'To change what it did, write a new migration.',
    );
  }
  return entry;
}

function findEntry(entries: readonly HistoryEntry[], name: string): HistoryEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw unknownMigration(
    name,
    entries.map((candidate) => candidate.name),
  );
}

function prepareRecord(entry: HistoryEntry, outside: Outside): RecordedMigration {
  const { migration } = entry;
  if (!migration) throw new Error(`${entry.name} has no folder`);
  return {
    id: outside.newId(),
    name: migration.name,
    checksum: migration.checksum,
    openRows: findOpenRows(entry).map((row) => row.id),
    staleRows: findStaleRows(entry).map((row) => row.id),
  };
}

function notConfirmed(answer: 'no' | 'cannot-ask', { name, direction }: BackfillInput): MigrateError {
  const command = ['migrate-prod backfill', direction === 'undo' ? '--undo' : null, name].filter(Boolean).join(' ');
  return answer === 'no'
    ? new MigrateError('DECLINED', 'Not confirmed (only y counts); nothing was written.', command)
    : new MigrateError(
        'CONFIRMATION_MISSING',
        'There is no terminal to confirm on; nothing was written.',
        `${command} --yes`,
      );
}

async function execute(database: Database, steps: readonly Step[]): Promise<MigrateError | null> {
  const outcome = await database.execute(steps);
  if (outcome.type === 'lost') {
    return new MigrateError(
      'OUTCOME_UNKNOWN',
      `The answer was lost: ${outcome.message}. All is recorded, or nothing; no migration was run.`,
      'migrate-prod status',
    );
  }
  if (outcome.type === 'refused') return failed(outcome.message);
  const message = findError(outcome.replies);
  if (message === null) return null;
  return parseGuardFailure(message)
    ? new MigrateError(
        'PLAN_STALE',
        'The tracker was changed by somebody else meanwhile; nothing was written.',
        'migrate-prod status',
      )
    : failed(message);
}

function failed(message: string): MigrateError {
  return new MigrateError(
    'STATEMENT_FAILED',
    `Nothing was recorded: ${message}.`,
    'Mend what the message says, then run the same command again.',
  );
}
