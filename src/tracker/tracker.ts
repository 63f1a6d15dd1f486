/** The tracker: Prisma's table `_prisma_migrations`, read as rows and written as Prisma would. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import type { Query, Value } from '../target/request.ts';

/** The table that keeps the record of what ran. */
export interface TrackerTable {
  readonly name: string;
}

export const prismaTracker: TrackerTable = { name: '_prisma_migrations' };

/** Prisma's own text (schema engine, SQLite flavour), so that Prisma finds the table it would have made. */
const trackerColumns = `(
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

export function createTracker({ name }: TrackerTable): Query {
  return { sql: `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(name)} ${trackerColumns}` };
}

/** Without these columns the table is not Prisma's. */
export const requiredTrackerColumns: readonly string[] = [
  'id',
  'checksum',
  'finished_at',
  'migration_name',
  'logs',
  'rolled_back_at',
  'started_at',
  'applied_steps_count',
];

/** Rows are read with their logs cut to this many characters: another tool may have put any text there. */
const longestLogs = 4_000;

export interface TrackerRow {
  readonly id: string;
  readonly checksum: string;
  readonly migrationName: string;
  /** Milliseconds since 1970; null if the column is NULL. */
  readonly finishedAt: number | null;
  readonly rolledBackAt: number | null;
  readonly startedAt: number;
  readonly logs: string | null;
  readonly appliedStepsCount: number;
}

export function selectTrackerRows(tracker: TrackerTable): Query {
  return selectRows(tracker, longestLogs);
}

/**
 * The columns are in the order that `parseTrackerRow` expects.
 * @param most the greatest number of characters of the logs
 */
export function selectRows({ name }: TrackerTable, most: number): Query {
  return {
    sql: `SELECT id, checksum, migration_name, finished_at, rolled_back_at, started_at, substr(logs, 1, ${most}), applied_steps_count FROM ${quoteIdentifier(name)} ORDER BY rowid`,
  };
}

export function parseTrackerRow(values: readonly Value[]): TrackerRow {
  const [id, checksum, name, finishedAt, rolledBackAt, startedAt, logs, steps] = values;
  return {
    id: String(id ?? ''),
    checksum: String(checksum ?? ''),
    migrationName: String(name ?? ''),
    finishedAt: parseTime(finishedAt ?? null),
    rolledBackAt: parseTime(rolledBackAt ?? null),
    startedAt: parseTime(startedAt ?? null) ?? 0,
    logs: logs === null || logs === undefined ? null : String(logs),
    appliedStepsCount: Number(steps ?? 0),
  };
}

/**
 * A time of the tracker in milliseconds since 1970. Three encodings are in use: integer milliseconds (Prisma's native
 * engine), ISO text (its libSQL adapter), and `YYYY-MM-DD HH:MM:SS` in UTC (the column's default). A value that cannot
 * be read as a time becomes 0: only null means that it is not set.
 */
export function parseTime(value: Value): number | null {
  if (value === null) return null;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  const text = String(value).trim();
  if (/^\d+$/.test(text)) return Number(text);
  const iso = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
  const parsed = Date.parse(iso);
  return Number.isNaN(parsed) ? 0 : parsed;
}

export function classifyRow(row: TrackerRow): 'finished' | 'rolled-back' | 'open' {
  if (row.rolledBackAt !== null) return 'rolled-back';
  return row.finishedAt !== null ? 'finished' : 'open';
}

/** Milliseconds since 1970 by the server's clock, as Prisma's native engine writes a time. */
export const now = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
