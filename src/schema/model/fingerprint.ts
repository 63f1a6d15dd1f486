/** Fingerprints: short texts that are equal in two databases if their schemas, or their trackers, are equal. */

import { quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import type { TrackerTable } from '../../tracker/tracker.ts';
import { isOfUser } from './objects.ts';

/**
 * An SQL expression for the hash of the texts that `rows` returns (a SELECT of one ordered text column x); sha3 is
 * libSQL's own function. It is a hash of hashes, because all texts in one value would be more than a server takes
 * (about 4 MB, measured).
 */
function fingerprintOf(rows: string): string {
  return `(SELECT lower(hex(sha3(coalesce(group_concat(hex(sha3(x)), ''), '')))) FROM (${rows}))`;
}

/**
 * Covers the whole schema, except the tracker and SQLite's own tables. Each object is represented by its SQL text,
 * which contains type, name and table; SQLite rewrites the text when one of them is renamed.
 */
export function schemaFingerprint(tracker: TrackerTable): string {
  const isPart = `${isOfUser} AND tbl_name <> ${quoteText(tracker.name)} COLLATE NOCASE`;
  return fingerprintOf(`SELECT sql AS x FROM sqlite_schema WHERE ${isPart} ORDER BY type, name`);
}

/** Covers which migrations the tracker has as started, finished or rolled back. */
export function trackerFingerprint({ name }: TrackerTable): string {
  return fingerprintOf(
    `SELECT id || char(31) || migration_name || char(31) || checksum || char(31) || (finished_at IS NULL) || (rolled_back_at IS NULL) AS x FROM ${quoteIdentifier(name)} ORDER BY id`,
  );
}

/** The fingerprint of a tracker without rows, or of one that does not exist. */
export const emptyFingerprint = `lower(hex(sha3('')))`;
