/** Turns the tracker's rows into the runs of each migration, in the order in which the rows were written. */

import { parseGuardFailure } from '../apply/guards.ts';
import { groupBy } from '../text/group.ts';
import { parseRowLogs, type RecordedConsent } from '../tracker/row-logs.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';

/** One row: a run that applied it, a run that failed and was rolled back, a run without a known end, or a record without a run. */
export interface RecordedRun {
  readonly outcome: 'applied' | 'backfilled' | 'rolled-back' | 'unfinished';
  /** Milliseconds since 1970: when it ended, or when it started if it has no end; null if the tracker has no time. */
  readonly at: number | null;
  /** The page of a CI run, or `user@host`; null if the row does not say, as with Prisma's rows. */
  readonly by: string | null;
  /** The program and its version. */
  readonly tool: string | null;
  readonly plan: string | null;
  readonly consents: readonly RecordedConsent[];
  /** The losses that consents to single guards allowed, in words. */
  readonly mayLose: readonly string[];
  /** The instant to restore to, UTC. */
  readonly restorePoint: string | null;
  /** The name of the backup's file. */
  readonly backup: string | null;
  /** The error, whole; null if there was none or it was not written down. */
  readonly message: string | null;
  /** Lines that were added to the row later, or by another tool. */
  readonly notes: readonly string[];
  readonly checksum: string;
}

export interface RecordedMigration {
  readonly name: string;
  /** The state according to the row that counts. */
  readonly state: 'applied' | 'backfilled' | 'failed' | 'unfinished';
  /** The time of that row. */
  readonly at: number | null;
  readonly runs: readonly RecordedRun[];
}

/**
 * @param rows in the order in which they were written
 * @returns the migrations in the order of their first rows
 */
export function listRecorded(rows: readonly TrackerRow[]): readonly RecordedMigration[] {
  return [...groupBy(rows, (row) => row.migrationName)].map(([name, own]) => {
    const runs = own.map(describeRun);
    const counts = findCounting(runs);
    const state = counts?.outcome === 'rolled-back' || counts === undefined ? 'failed' : counts.outcome;
    return { name, state, at: counts?.at ?? null, runs };
  });
}

/** A finished run counts more than all others, and an open one more than those that were rolled back. */
function findCounting(runs: readonly RecordedRun[]): RecordedRun | undefined {
  const isDone = ({ outcome }: RecordedRun) => outcome === 'applied' || outcome === 'backfilled';
  return runs.findLast(isDone) ?? runs.findLast(({ outcome }) => outcome === 'unfinished') ?? runs.at(-1);
}

function describeRun(row: TrackerRow): RecordedRun {
  const { lines, ...logs } = parseRowLogs(row.logs);
  const outcome = findOutcome(row);
  const isDone = outcome === 'applied' || outcome === 'backfilled';
  return {
    outcome,
    at: row.finishedAt ?? row.rolledBackAt ?? (row.startedAt || null),
    ...logs,
    message: isDone || lines.length === 0 ? null : wordFailure(lines.join('\n')),
    notes: isDone ? lines : [],
    checksum: row.checksum,
  };
}

function findOutcome(row: TrackerRow): RecordedRun['outcome'] {
  switch (classifyRow(row)) {
    case 'rolled-back':
      return 'rolled-back';
    case 'open':
      return 'unfinished';
    case 'finished':
      return row.appliedStepsCount === 0 ? 'backfilled' : 'applied';
  }
}

/** The error without the part of a guard's message that is for the program. */
export function wordFailure(logs: string): string {
  const guard = parseGuardFailure(logs);
  if (guard === null) return logs;
  return guard.code === 'violations'
    ? 'it left foreign keys that point nowhere'
    : 'it did not end in the schema that was rehearsed';
}
