/** The folder compared with the tracker: the state of every migration. */

import { groupBy } from '../text/group.ts';
import { readMessage } from '../tracker/row-logs.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';
import { compareNames, type Migration, matchesChecksum } from './migration.ts';

/**
 * - `pending`, `out-of-order` (pending, but older than an applied one), `failed` (rolled back, may be retried): to
 * apply
 * - `unfinished`: started by another tool, perhaps partly done
 * - `renamed`: pending, but its file was applied under a name that no longer has a folder
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
  /** null if there is no folder. */
  readonly migration: Migration | null;
  /** The tracker's rows of this name, in the order in which they were written. */
  readonly rows: readonly TrackerRow[];
  /** When it was applied or backfilled, or when its last failure was rolled back; milliseconds since 1970. */
  readonly at: number | null;
  /** The logs of the last failure. */
  readonly logs: string | null;
  /** For `renamed`: the name under which the same file is recorded. */
  readonly recordedAs: string | null;
  /** For `renamed`: the rows of that name with this file's checksum. */
  readonly recordedRows: readonly TrackerRow[];
  /** True if it is to be applied and is older than an applied one. */
  readonly outOfOrder: boolean;
}

export interface History {
  /** In Prisma's order; entries without a folder stand where their name sorts. */
  readonly entries: readonly HistoryEntry[];
  /** True if the tracker has at least one finished row. */
  readonly begun: boolean;
}

const doneStates: ReadonlySet<MigrationState> = new Set(['applied', 'backfilled', 'edited', 'unverified', 'missing']);

/** True if a migration in this state has a row under its own name that says it was applied. */
export function isDone(state: MigrationState): boolean {
  return doneStates.has(state);
}

/** True if the tracker says that production has run the file, also under an old name. */
export function isRecorded({ state }: HistoryEntry): boolean {
  return isDone(state) || state === 'renamed';
}

const toApplyStates: ReadonlySet<MigrationState> = new Set(['pending', 'out-of-order', 'failed', 'unfinished']);

/** True if `apply` would run a migration in this state (an unfinished one only with consent). */
export function isToApply(entry: HistoryEntry): boolean {
  return entry.migration !== null && toApplyStates.has(entry.state);
}

/** The rows of a tool that started the migration and did not finish it. */
export function findOpenRows(entry: HistoryEntry): readonly TrackerRow[] {
  return entry.rows.filter((row) => classifyRow(row) === 'open');
}

/** Rows of attempts that failed, with another checksum: Prisma compares the first row that it finds. */
export function findStaleRows({ migration, rows }: HistoryEntry): readonly TrackerRow[] {
  return rows.filter(
    (row) => classifyRow(row) !== 'finished' && migration !== null && !matchesChecksum(migration, row.checksum),
  );
}

/** Entries because of which a database is not up to date: to be applied, started and not finished, or renamed. */
export function findOpenEntries(history: History): readonly HistoryEntry[] {
  return history.entries.filter(
    (entry) => isToApply(entry) || entry.state === 'unfinished' || entry.state === 'renamed',
  );
}

/** Differences between production and the folder when nothing is to be applied. */
export interface Besides {
  /** The number recorded as applied without a folder here. */
  readonly missing: number;
  /** The number whose file is not what ran. */
  readonly edited: number;
  /** The number without a checksum in the tracker, for which this is not known. */
  readonly unverified: number;
}

export function countBesides({ entries }: History): Besides {
  const count = (counted: MigrationState) => entries.filter(({ state }) => state === counted).length;
  return { missing: count('missing'), edited: count('edited'), unverified: count('unverified') };
}

/**
 * @param migrations in Prisma's order
 * @param rows in the order in which they were written
 */
export function compareHistory(migrations: readonly Migration[], rows: readonly TrackerRow[]): History {
  const rowsByName = groupBy(rows, (row) => row.migrationName);
  const folderNames = new Set(migrations.map((migration) => migration.name));
  const withoutFolder = [...rowsByName].filter(([name]) => !folderNames.has(name));
  const rowsWithoutFolder = withoutFolder.flatMap(([, own]) => own.filter((row) => classifyRow(row) === 'finished'));

  const lastDone = migrations.findLastIndex((migration) =>
    (rowsByName.get(migration.name) ?? []).some((row) => classifyRow(row) === 'finished'),
  );
  const own = migrations.map((migration, index) =>
    describeMigration(migration, rowsByName.get(migration.name) ?? [], index < lastDone, rowsWithoutFolder),
  );
  const missing = withoutFolder
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
  rowsWithoutFolder: readonly TrackerRow[],
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
  const recordedAs = rowsWithoutFolder.findLast((row) => matchesChecksum(migration, row.checksum))?.migrationName;
  if (recordedAs !== undefined) {
    const recordedRows = rowsWithoutFolder.filter(
      (row) => row.migrationName === recordedAs && matchesChecksum(migration, row.checksum),
    );
    return { ...base, state: 'renamed', at: null, recordedAs, recordedRows, outOfOrder: false };
  }
  return { ...base, state: outOfOrder ? 'out-of-order' : 'pending', at: null, outOfOrder };
}

/** True if the file that a row records is in the folder under another name: that migration was renamed, and is not missing. */
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
