/** Fingerprints: one short text that two databases share when their schema, or their tracker, is the same. */

import { quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import type { TrackerTable } from '../../tracker/tracker.ts';
import { isOfUser } from './objects.ts';

/**
 * An SQL expression for the hash of whatever `rows` (a SELECT of one text column x, ordered) returns; sha3 is libSQL's own.
 * A hash of hashes: all the texts in one value would be more than a server takes, which is about 4 MB (measured).
 */
function fingerprintOf(rows: string): string {
  return `(SELECT lower(hex(sha3(coalesce(group_concat(hex(sha3(x)), ''), '')))) FROM (${rows}))`;
}

/**
 * Everything in the schema, except the tracker and what SQLite keeps for itself. Each object is its SQL text, which
 * has its type, name and table in it; SQLite rewrites the text when one of them is renamed.
 */
export function schemaFingerprint(tracker: TrackerTable): string {
  const isPart = `${isOfUser} AND tbl_name <> ${quoteText(tracker.name)} COLLATE NOCASE`;
  return fingerprintOf(`SELECT sql AS x FROM sqlite_schema WHERE ${isPart} ORDER BY type, name`);
}

/** Which migrations the tracker calls begun, finished or rolled back. */
export function trackerFingerprint({ name }: TrackerTable): string {
  return fingerprintOf(
    `SELECT id || char(31) || migration_name || char(31) || checksum || char(31) || (finished_at IS NULL) || (rolled_back_at IS NULL) AS x FROM ${quoteIdentifier(name)} ORDER BY id`,
  );
}

/** The fingerprint of nothing: a tracker without rows, or not there yet. */
export const emptyFingerprint = `lower(hex(sha3('')))`;
