/** What the tracker's rows tell of each migration: every time that it was run, in the order in which the rows were written. */

import { parseGuardFailure } from '../apply/guards.ts';
import { groupBy } from '../text/group.ts';
import { parseRowLogs, type RecordedConsent } from '../tracker/row-logs.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';

/** One row: a run that applied it, that failed and was rolled back, or of which no end is known; or a record without a run. */
export interface RecordedRun {
  readonly outcome: 'applied' | 'backfilled' | 'rolled-back' | 'unfinished';
  /** Milliseconds since 1970: when it ended, or began where it has no end; null where the tracker holds no time. */
  readonly at: number | null;
  /** The page of a CI run, or `user@host`; null where the row does not say, as Prisma's do not. */
  readonly by: string | null;
  /** The program and its version. */
  readonly tool: string | null;
  readonly plan: string | null;
  readonly consents: readonly RecordedConsent[];
  /** What consents to single guards gave up, in words. */
  readonly mayLose: readonly string[];
  /** The instant to restore to, UTC. */
  readonly restorePoint: string | null;
  /** The name of the backup's file. */
  readonly backup: string | null;
  /** What went wrong, whole; null where nothing did, or nobody wrote it down. */
  readonly message: string | null;
  /** What was written to the row later, or by another tool. */
  readonly notes: readonly string[];
  readonly checksum: string;
}

export interface RecordedMigration {
  readonly name: string;
  /** What the last of the rows that count says. */
  readonly state: 'applied' | 'backfilled' | 'failed' | 'unfinished';
  /** When that was. */
  readonly at: number | null;
  readonly runs: readonly RecordedRun[];
}

/** @param rows in the order in which they were written. @returns the migrations in the order of their first rows. */
export function listRecorded(rows: readonly TrackerRow[]): readonly RecordedMigration[] {
  return [...groupBy(rows, (row) => row.migrationName)].map(([name, own]) => {
    const runs = own.map(describeRun);
    const counts = findCounting(runs);
    const state = counts?.outcome === 'rolled-back' || counts === undefined ? 'failed' : counts.outcome;
    return { name, state, at: counts?.at ?? null, runs };
  });
}

/** One that was finished outweighs all others, and one that is open those that were rolled back. */
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

/** What the tracker says of a failure; a guard's text is for the program. */
export function wordFailure(logs: string): string {
  const guard = parseGuardFailure(logs);
  if (guard === null) return logs;
  return guard.code === 'violations'
    ? 'it left foreign keys that point nowhere'
    : 'it did not end in the schema that was rehearsed';
}
