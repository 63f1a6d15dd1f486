/** The batches that write the tracker without running a migration: backfill, and taking a backfill back. */

import type { Query, Step } from '../../ports.ts';
import { createTracker, trackerTable } from '../migrations/tracker.ts';
import type { Production } from '../production.ts';
import { correctStaleRow, markRolledBack, now } from './batch.ts';
import { guardTracker } from './guards.ts';
import { buildTransaction } from './transaction.ts';

export interface RecordedMigration {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  /** Rows that say it was begun; they become rolled back. */
  readonly openRows: readonly string[];
  /** Older rows of the name with another checksum, which Prisma might find first. */
  readonly staleRows: readonly string[];
}

/** One transaction; the rows are those of `prisma migrate resolve --applied`: no steps, empty logs. */
export function buildBackfill(production: Production, migrations: readonly RecordedMigration[]): readonly Step[] {
  return recordAll(production, [
    ...migrations.flatMap((migration) => [
      ...(migration.openRows.length > 0 ? [markRolledBack(migration.openRows)] : []),
      ...migration.staleRows.map((id) => correctStaleRow(id, migration.checksum)),
    ]),
    {
      sql: `INSERT INTO "${trackerTable}" (id, checksum, migration_name, logs, started_at, finished_at, applied_steps_count) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), '', ${now}, ${now}, 0 FROM json_each(?) ORDER BY key`,
      args: [JSON.stringify(migrations.map(({ id, checksum, name }) => [id, checksum, name]))],
    },
  ]);
}

/** One transaction; removes backfilled rows. */
export function buildUndo(production: Production, ids: readonly string[]): readonly Step[] {
  return recordAll(production, [
    {
      sql: `DELETE FROM "${trackerTable}" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL AND applied_steps_count = 0 AND id IN (SELECT value FROM json_each(?))`,
      args: [JSON.stringify(ids)],
    },
  ]);
}

function recordAll(production: Production, writes: readonly Query[]): readonly Step[] {
  return buildTransaction([{ sql: createTracker }, guardTracker(production.trackerFingerprint), ...writes]);
}
