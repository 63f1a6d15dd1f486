/** Fingerprints: one short text that two databases share when their schema, or their tracker, is the same. */

import { type TrackerRow, trackerTable } from '../migrations/tracker.ts';
import { sameName } from '../sql/identifiers.ts';
import type { SchemaObject } from './objects.ts';

/**
 * `sha3`: hashed by libSQL's own function. `text`: unhashed, for a libSQL without that function; longer, but as strict.
 */
export type FingerprintForm = 'sha3' | 'text';

/** An SQL expression for the fingerprint of whatever `rows` (a SELECT of one text column x, ordered) returns. */
function fingerprintOf(rows: string, form: FingerprintForm): string {
  const text = `coalesce(group_concat(x, char(10)), '')`;
  return `(SELECT ${form === 'sha3' ? `lower(hex(sha3(${text})))` : text} FROM (${rows}))`;
}

/**
 * Everything in the schema, except the tracker and what SQLite keeps for itself. Each object is its SQL text, which
 * has its type, name and table in it; SQLite rewrites the text when one of them is renamed.
 */
export function schemaFingerprint(form: FingerprintForm): string {
  return fingerprintOf(
    `SELECT sql AS x FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name <> '${trackerTable}' COLLATE NOCASE ORDER BY type, name`,
    form,
  );
}

/** Which migrations the tracker calls begun, finished or rolled back. */
export function trackerFingerprint(form: FingerprintForm): string {
  return fingerprintOf(
    `SELECT id || char(31) || migration_name || char(31) || checksum || char(31) || (finished_at IS NULL) || (rolled_back_at IS NULL) AS x FROM "${trackerTable}" ORDER BY id`,
    form,
  );
}

/** The `sha3` fingerprint of nothing: a tracker without rows, or not there yet. */
export const emptyFingerprint = `lower(hex(sha3('')))`;

const separator = '\u001f';

/** The `text` fingerprint of a schema that was read, as the expression above computes it in the database. */
export function renderSchemaFingerprint(objects: readonly SchemaObject[]): string {
  return objects
    .filter((object) => !object.name.startsWith('sqlite_') && !sameName(object.table, trackerTable))
    .map((object) => ({ key: `${object.type}${separator}${object.name}`, sql: object.sql }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .flatMap(({ sql }) => (sql === null ? [] : [sql]))
    .join('\n');
}

/** The `text` fingerprint of tracker rows that were read. */
export function renderTrackerFingerprint(rows: readonly TrackerRow[]): string {
  return [...rows]
    .sort((left, right) => (left.id < right.id ? -1 : 1))
    .map((row) =>
      [
        row.id,
        row.migrationName,
        row.checksum,
        `${row.finishedAt === null ? 1 : 0}${row.rolledBackAt === null ? 1 : 0}`,
      ].join(separator),
    )
    .join('\n');
}
