/** Guards: assertions that run inside the transaction and fail it with a text of our own. */

import { buildLossKey } from '../findings/loss.ts';
import type { DataGuard } from '../plan/plan.ts';
import { schemaFingerprint, trackerFingerprint } from '../schema/model/fingerprint.ts';
import { quoteIdentifier, quoteText } from '../sql/identifiers.ts';
import type { Query } from '../target/request.ts';
import type { TrackerTable } from '../tracker/tracker.ts';

export const marker = 'MP_GUARD:';

/**
 * - `moved-tracker`: the tracker is not as it was read
 * - `recorded`: somebody else began or finished this migration, or this attempt was fenced off
 * - `moved-schema`: the schema is not as it was read
 * - `foreign-keys-on`: they could not be switched off
 * - `violations`: the migration leaves rows whose foreign keys point nowhere
 * - `lost-row`: the migration's own row in the tracker is not there, or not as it was written
 * - `data-loss`: there is something to lose where the plan saw nothing
 * - `unrehearsed`: the resulting schema is not the rehearsal's
 */
const guardCodes = [
  'moved-tracker',
  'recorded',
  'moved-schema',
  'foreign-keys-on',
  'violations',
  'lost-row',
  'data-loss',
  'unrehearsed',
] as const;

export type GuardCode = (typeof guardCodes)[number];

export interface GuardFailure {
  readonly code: GuardCode;
  /** The guard's own words; empty if it has none. */
  readonly detail: string;
}

/**
 * A SELECT that fails with the first of `cases` that applies, each `WHEN <what must not be> THEN <text>`. A JSON path that
 * is none is an error in every SQLite, its text is in the message, and nothing is created; RAISE would need a trigger,
 * and libSQL servers refuse temporary ones.
 */
export function refuseWhen(...cases: readonly string[]): string {
  return `SELECT json_extract('{}', CASE ${cases.join(' ')} ELSE '$' END) AS g`;
}

/** NULL does not hold either. */
function whenNot(holds: string, code: GuardCode): string {
  return `WHEN NOT coalesce(${holds}, 0) THEN '${marker}${code}:'`;
}

const failurePattern = new RegExp(`${marker}([a-z-]+):([\\s\\S]*)$`);

/** @returns the guard that an error message speaks of, or null when it is another error. */
export function parseGuardFailure(message: string): GuardFailure | null {
  const match = failurePattern.exec(message);
  const code = guardCodes.find((candidate) => candidate === match?.[1]);
  return code ? { code, detail: (match?.[2] ?? '').replace(/'$/, '').replaceAll("''", "'") } : null;
}

export function guardTracker(tracker: TrackerTable, expected: string): Query {
  return { sql: refuseWhen(whenNot(`${trackerFingerprint(tracker)} = ?`, 'moved-tracker')), args: [expected] };
}

/** The table in the tracker's place is still the one that was read; two guards, since a table that is gone cannot be counted. */
export function guardReplaceable({ name }: TrackerTable, sql: string, rows: number): readonly Query[] {
  const same = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${quoteText(name)} COLLATE NOCASE AND sql = ?`;
  const counted = `(SELECT count(*) FROM ${quoteIdentifier(name)}) = ?`;
  return [
    { sql: refuseWhen(whenNot(`EXISTS (${same})`, 'moved-tracker')), args: [sql] },
    { sql: refuseWhen(whenNot(counted, 'moved-tracker')), args: [rows] },
  ];
}

export function guardSchema(tracker: TrackerTable, expected: string): Query {
  return { sql: refuseWhen(whenNot(`${schemaFingerprint(tracker)} = ?`, 'moved-schema')), args: [expected] };
}

/**
 * At a migration's end: its row is there and finished, and the schema is the rehearsal's.
 * @param expected the schema's fingerprint; null where consent was given to any.
 */
export function guardEnd(tracker: TrackerTable, rowId: string, expected: string | null): Query {
  const row = `SELECT 1 FROM ${quoteIdentifier(tracker.name)} WHERE id = ? AND finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  const recorded = whenNot(`EXISTS (${row})`, 'lost-row');
  if (expected === null) return { sql: refuseWhen(recorded), args: [rowId] };
  return {
    sql: refuseWhen(recorded, whenNot(`${schemaFingerprint(tracker)} = ?`, 'unrehearsed')),
    args: [rowId, expected],
  };
}

/** No row of this migration is open or finished, and this attempt was not fenced off. */
export function guardUnrecorded(tracker: TrackerTable, name: string, attemptId: string): Query {
  const taken = `SELECT 1 FROM ${quoteIdentifier(tracker.name)} WHERE id = ? OR (migration_name = ? AND rolled_back_at IS NULL)`;
  return { sql: refuseWhen(whenNot(`NOT EXISTS (${taken})`, 'recorded')), args: [attemptId, name] };
}

/** Fails if a loss is there that the plan did not see. */
export function guardRows({ holds, loss }: DataGuard): Query {
  const refusal = refuseWhen(`WHEN NOT coalesce((${holds}), 0) THEN '${marker}data-loss:' || ?`);
  return { sql: refusal, args: [buildLossKey(loss)] };
}

export const guardForeignKeysOff: Query = {
  sql: refuseWhen(whenNot('(SELECT foreign_keys FROM pragma_foreign_keys) = 0', 'foreign-keys-on')),
};
