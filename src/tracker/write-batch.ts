/** The batch that writes to the tracker without running a migration. */

import { correctStaleRow, markRolledBack } from '../apply/batch.ts';
import { buildTransaction } from '../apply/conditions.ts';
import { guardSchema, guardTracker } from '../apply/guards.ts';
import type { Production } from '../production/production.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import type { Query, Step } from '../target/request.ts';
import { hideSecrets } from '../target/secret.ts';
import { replaceTracker } from './replace.ts';
import { createTracker, now, type TrackerTable } from './tracker.ts';

const isBackfilled = 'finished_at IS NOT NULL AND rolled_back_at IS NULL AND applied_steps_count = 0';

/** One change to the tracker; rows are given by their ids. */
export type TrackerWrite =
  /** As `prisma migrate resolve --applied` does: no steps. */
  | {
      readonly type: 'record';
      readonly id: string;
      readonly name: string;
      readonly checksum: string;
      readonly logs: string;
      /** Rows that say it was started; they become rolled back. */
      readonly openRows: readonly string[];
      /** Older rows of the name with another checksum, which Prisma might find first. */
      readonly staleRows: readonly string[];
    }
  /** Records the present file as what ran; the old checksum stays in the logs. */
  | { readonly type: 'accept'; readonly rows: readonly string[]; readonly checksum: string; readonly by: string }
  /** Records the run under the file's new name: one row, as there was one run. */
  | { readonly type: 'rename'; readonly rows: readonly string[]; readonly name: string; readonly by: string }
  | { readonly type: 'roll-back'; readonly rows: readonly string[] }
  /** Removes the rows of migrations recorded without running. */
  | { readonly type: 'take-back'; readonly rows: readonly string[] };

/** One transaction, which fails if the schema or the tracker has changed since they were read. */
export function buildTrackerBatch(production: Production, writes: readonly TrackerWrite[]): readonly Step[] {
  const masked = writes.map(maskTexts);
  const { tracker } = production.schema;
  const begin =
    production.tracker === 'other-shape'
      ? replaceTracker(production)
      : [createTracker(tracker), guardTracker(tracker, production.trackerFingerprint)];
  return buildTransaction([
    guardSchema(tracker, production.schemaFingerprint),
    ...begin,
    ...masked.flatMap((write) => buildRowChanges(tracker, write)),
    ...insertRecords(tracker, masked),
  ]);
}

/** Masks secrets in texts that are only read. Ids, names and checksums are compared, so they must not change. */
function maskTexts(write: TrackerWrite): TrackerWrite {
  switch (write.type) {
    case 'record':
      return { ...write, logs: hideSecrets(write.logs, []) };
    case 'accept':
    case 'rename':
      return { ...write, by: hideSecrets(write.by, []) };
    case 'roll-back':
    case 'take-back':
      return write;
  }
}

function buildRowChanges(tracker: TrackerTable, write: TrackerWrite): readonly Query[] {
  switch (write.type) {
    case 'record':
      return [
        ...(write.openRows.length > 0 ? [markRolledBack(tracker, write.openRows)] : []),
        ...write.staleRows.map((id) => correctStaleRow(tracker, id, write.checksum)),
      ];
    case 'accept':
      return [
        {
          sql: `UPDATE ${quoteIdentifier(tracker.name)} SET logs = coalesce(nullif(logs, '') || char(10), '') || 'The checksum was ''' || checksum || '''; the present file was accepted by ' || ?, checksum = ? WHERE id IN (SELECT value FROM json_each(?))`,
          args: [write.by, write.checksum, JSON.stringify(write.rows)],
        },
      ];
    case 'rename':
      return [
        {
          sql: `UPDATE ${quoteIdentifier(tracker.name)} SET logs = coalesce(nullif(logs, '') || char(10), '') || 'It ran as ''' || migration_name || '''; renamed by ' || ?, migration_name = ? WHERE id IN (SELECT value FROM json_each(?))`,
          args: [write.by, write.name, JSON.stringify(write.rows)],
        },
      ];
    case 'roll-back':
      return [markRolledBack(tracker, write.rows)];
    case 'take-back':
      return [
        {
          sql: `DELETE FROM ${quoteIdentifier(tracker.name)} WHERE ${isBackfilled} AND id IN (SELECT value FROM json_each(?))`,
          args: [JSON.stringify(write.rows)],
        },
      ];
  }
}

function insertRecords(tracker: TrackerTable, writes: readonly TrackerWrite[]): readonly Query[] {
  const records = writes.filter((write) => write.type === 'record');
  if (records.length === 0) return [];
  return [
    {
      sql: `INSERT INTO ${quoteIdentifier(tracker.name)} (id, checksum, migration_name, logs, started_at, finished_at, applied_steps_count) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), ${now}, ${now}, 0 FROM json_each(?) ORDER BY key`,
      args: [JSON.stringify(records.map(({ id, checksum, name, logs }) => [id, checksum, name, logs]))],
    },
  ];
}

/** Returns 1 if a change is there, otherwise 0. All changes are in one transaction, so one of them is enough. */
export function selectWhetherWritten(tracker: TrackerTable, write: TrackerWrite): Query {
  const select = (what: string, where: string, ...args: readonly string[]): Query => ({
    sql: `SELECT ${what} (SELECT 1 FROM ${quoteIdentifier(tracker.name)} WHERE ${where})`,
    args,
  });
  const ids = 'id IN (SELECT value FROM json_each(?))';
  switch (write.type) {
    case 'record':
      return select('EXISTS', 'id = ?', write.id);
    case 'accept':
      return select('EXISTS', `${ids} AND checksum = ?`, JSON.stringify(write.rows), write.checksum);
    case 'rename':
      return select('EXISTS', `${ids} AND migration_name = ?`, JSON.stringify(write.rows), write.name);
    case 'roll-back':
      return select('EXISTS', `${ids} AND rolled_back_at IS NOT NULL`, JSON.stringify(write.rows));
    case 'take-back':
      return select('NOT EXISTS', `${ids} AND ${isBackfilled}`, JSON.stringify(write.rows));
  }
}
