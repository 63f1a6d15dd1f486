/** The folder compared with the tracker: the state of every migration. */

import { groupBy } from '../text/group.ts';
import { readMessage } from '../tracker/row-logs.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';
import { compareNames, type Migration, matchesChecksum } from './migration.ts';

/**
 * - `pending`, `out-of-order` (pending, but older than an applied one), `failed` (rolled back, may be retried): to apply
 * - `unfinished`: begun by another tool, perhaps half there
 * - `renamed`: pending, but its file was applied under a name that has no folder any more
 * - `applied`, `backfilled` (recorded without running)
 * - `edited`: applied, but the file is not what ran; `unverified`: applied, but the recorded checksum is none
 * - `missing`: recorded as applied, but there is no folder
 */
export type MigrationState =
  | 'pending'
  | 'out-of-order'
  | 'failed'
  | 'unfinished'
  | 'renamed'
  | 'applied'
  | 'backfilled'
  | 'edited'
  | 'unverified'
  | 'missing';

export interface HistoryEntry {
  readonly name: string;
  readonly state: MigrationState;
  /** null where there is no folder. */
  readonly migration: Migration | null;
  /** The tracker's rows of this name, in the order in which they were written. */
  readonly rows: readonly TrackerRow[];
  /** When it was applied or backfilled, or its last failure was rolled back; milliseconds since 1970. */
  readonly at: number | null;
  /** What the last failure's logs say. */
  readonly logs: string | null;
  /** For `renamed`: the name under which the same file is recorded. */
  readonly recordedAs: string | null;
  /** For `renamed`: the rows of that name that record this very file. */
  readonly recordedRows: readonly TrackerRow[];
  /** Whether it is yet to be applied and older than one that is applied. */
  readonly outOfOrder: boolean;
}

export interface History {
  /** In Prisma's order; entries without a folder stand where their name sorts. */
  readonly entries: readonly HistoryEntry[];
  /** Whether the tracker has at least one finished row. */
  readonly begun: boolean;
}

const doneStates: ReadonlySet<MigrationState> = new Set(['applied', 'backfilled', 'edited', 'unverified', 'missing']);

/** Whether a migration in this state has a row under its own name that says it was applied. */
export function isDone(state: MigrationState): boolean {
  return doneStates.has(state);
}

/** Whether production is said to have run the file: a renamed one ran under its old name. */
export function isRecorded({ state }: HistoryEntry): boolean {
  return isDone(state) || state === 'renamed';
}

const toApplyStates: ReadonlySet<MigrationState> = new Set(['pending', 'out-of-order', 'failed', 'unfinished']);

/** Whether `apply` would run a migration in this state (an unfinished one only with consent). */
export function isToApply(entry: HistoryEntry): boolean {
  return entry.migration !== null && toApplyStates.has(entry.state);
}

/** Rows of a tool that began it and did not finish. */
export function findOpenRows(entry: HistoryEntry): readonly TrackerRow[] {
  return entry.rows.filter((row) => classifyRow(row) === 'open');
}

/** Rows of attempts that came to nothing, when the file was another: Prisma compares the first row that it finds. */
export function findStaleRows({ migration, rows }: HistoryEntry): readonly TrackerRow[] {
  return rows.filter(
    (row) => classifyRow(row) !== 'finished' && migration !== null && !matchesChecksum(migration, row.checksum),
  );
}

/** What keeps a database from being up to date: what is to apply, what was begun and not finished, what was renamed. */
export function findOpenEntries(history: History): readonly HistoryEntry[] {
  return history.entries.filter(
    (entry) => isToApply(entry) || entry.state === 'unfinished' || entry.state === 'renamed',
  );
}

/** What keeps production and the folder from being one and the same, where nothing is to apply. */
export interface Besides {
  /** How many are recorded as applied and have no folder here. */
  readonly missing: number;
  /** How many have a file that is not what ran. */
  readonly edited: number;
  /** Of how many it cannot be told, because the tracker has no checksum. */
  readonly unverified: number;
}

export function countBesides({ entries }: History): Besides {
  const count = (wanted: MigrationState) => entries.filter(({ state }) => state === wanted).length;
  return { missing: count('missing'), edited: count('edited'), unverified: count('unverified') };
}

/** @param migrations in Prisma's order. @param rows in the order in which they were written. */
export function compareHistory(migrations: readonly Migration[], rows: readonly TrackerRow[]): History {
  const rowsByName = groupBy(rows, (row) => row.migrationName);
  const folderNames = new Set(migrations.map((migration) => migration.name));
  const orphans = [...rowsByName].filter(([name]) => !folderNames.has(name));
  const orphanRows = orphans.flatMap(([, own]) => own.filter((row) => classifyRow(row) === 'finished'));

  const lastDone = migrations.findLastIndex((migration) =>
    (rowsByName.get(migration.name) ?? []).some((row) => classifyRow(row) === 'finished'),
  );
  const own = migrations.map((migration, index) =>
    describeMigration(migration, rowsByName.get(migration.name) ?? [], index < lastDone, orphanRows),
  );
  const missing = orphans
    .filter(([, rows]) => rows.some((row) => classifyRow(row) !== 'rolled-back'))
    .filter(([, rows]) => !rows.some((row) => classifyRow(row) === 'finished' && isElsewhere(row, own)))
    .map(([name, rows]) => describeOrphan(name, rows));
  const entries = [...own, ...missing].sort((left, right) => compareNames(left.name, right.name));
  return { entries, begun: rows.some((row) => classifyRow(row) === 'finished') };
}

function describeMigration(
  migration: Migration,
  rows: readonly TrackerRow[],
  outOfOrder: boolean,
  orphanRows: readonly TrackerRow[],
): HistoryEntry {
  const base = { name: migration.name, migration, rows, recordedAs: null, recordedRows: [], logs: null };
  const finished = rows.filter((row) => classifyRow(row) === 'finished');
  const matching = finished.findLast((row) => matchesChecksum(migration, row.checksum));
  const done = matching ?? finished.at(-1);
  if (done) {
    const state = matching ? (done.appliedStepsCount === 0 ? 'backfilled' : 'applied') : nameMismatch(done.checksum);
    return { ...base, state, at: done.finishedAt, outOfOrder: false };
  }
  const open = rows.find((row) => classifyRow(row) === 'open');
  if (open) return { ...base, state: 'unfinished', at: open.startedAt, logs: open.logs, outOfOrder };
  const rolledBack = rows.at(-1);
  if (rolledBack) {
    return { ...base, state: 'failed', at: rolledBack.rolledBackAt, logs: readMessage(rolledBack.logs), outOfOrder };
  }
  const recordedAs = orphanRows.findLast((row) => matchesChecksum(migration, row.checksum))?.migrationName;
  if (recordedAs !== undefined) {
    const recordedRows = orphanRows.filter(
      (row) => row.migrationName === recordedAs && matchesChecksum(migration, row.checksum),
    );
    return { ...base, state: 'renamed', at: null, recordedAs, recordedRows, outOfOrder: false };
  }
  return { ...base, state: outOfOrder ? 'out-of-order' : 'pending', at: null, outOfOrder };
}

/** Whether the file that a row records is in the folder under another name: that migration was renamed, and is not missing. */
function isElsewhere(row: TrackerRow, entries: readonly HistoryEntry[]): boolean {
  return entries.some(({ migration }) => migration !== null && matchesChecksum(migration, row.checksum));
}

function nameMismatch(recorded: string): MigrationState {
  return /^[0-9a-f]{64}$/i.test(recorded) ? 'edited' : 'unverified';
}

function describeOrphan(name: string, rows: readonly TrackerRow[]): HistoryEntry {
  const finished = rows.findLast((row) => classifyRow(row) === 'finished');
  const open = rows.find((row) => classifyRow(row) === 'open');
  return {
    name,
    state: finished ? 'missing' : 'unfinished',
    migration: null,
    rows,
    at: finished?.finishedAt ?? open?.startedAt ?? null,
    logs: null,
    recordedAs: null,
    recordedRows: [],
    outOfOrder: false,
  };
}
