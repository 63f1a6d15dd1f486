/** The conditional batch of one or more migrations: each in a transaction of its own, each only after the one before. */

import type { PlacedGuard } from '../consents/guard-consent.ts';
import type { PlannedMigration } from '../plan/plan.ts';
import { selectSchemaObjects } from '../schema/model/objects.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import type { Condition, Query, Step } from '../target/request.ts';
import { hideSecrets } from '../target/secret.ts';
import { createTracker, now, type TrackerTable } from '../tracker/tracker.ts';
import { and, autocommit, buildTransaction, inTransaction, not, ok } from './conditions.ts';
import { guardEnd, guardForeignKeysOff, guardRows, guardSchema, guardTracker, guardUnrecorded } from './guards.ts';
import { guardViolations, violationsAsJson } from './violations.ts';

export interface Attempt {
  readonly tracker: TrackerTable;
  /** Names this attempt; a row with this id fences it off. */
  readonly id: string;
  /** The connection's setting of foreign keys, restored at the end. */
  readonly foreignKeys: boolean;
}

export interface AttemptedMigration {
  readonly migration: PlannedMigration;
  /** The id of the row that it gets when it succeeds. */
  readonly rowId: string;
  /** The id of the row that says it failed. */
  readonly failureId: string;
  /** Whose run it is, of which plan, with which consents: one line of JSON. The first line of its rows' logs. */
  readonly logs: string;
  /** Consents that lift a guard. */
  readonly allowViolations: boolean;
  readonly allowUnrehearsed: boolean;
}

/** Must be true of production when the first transaction of a request begins. */
export interface Before {
  /** null where nobody saw it beforehand, and consent was given to that. */
  readonly schema: string | null;
  /** null where rows of this attempt's earlier requests are in it already. */
  readonly tracker: string | null;
  readonly trackerExists: boolean;
}

/** Where the steps of one migration ended up, so that the replies can be read. */
export interface MigrationSteps {
  readonly attempted: AttemptedMigration;
  /** The first step that belongs to it. */
  readonly first: number;
  /** The guards that only speak of what others did; from the next step on a failure is the migration's own. */
  readonly lastBefore: number;
  /** The index in the migration of the statement that a step runs, or that it is added around. */
  readonly statements: ReadonlyMap<number, number>;
  /** The guard of rows that a step is. */
  readonly guards: ReadonlyMap<number, PlacedGuard>;
  /** The step that reads the schema when the rehearsal turns out to have been wrong; null without that guard. */
  readonly actualSchema: number | null;
  readonly commit: number;
  /** The last step that belongs to it. */
  readonly last: number;
}

export interface Batch {
  readonly steps: readonly Step[];
  readonly migrations: readonly MigrationSteps[];
}

/** Builds a batch; docs/protocol.md says why every condition is what it is. */
export function buildBatch(attempt: Attempt, before: Before, migrations: readonly AttemptedMigration[]): Batch {
  const steps: Step[] = [];
  const placed: MigrationSteps[] = [];
  let previous: Condition | null = null;
  for (const [index, attempted] of migrations.entries()) {
    const built = addMigration(steps, attempt, attempted, index === 0 ? before : null, previous);
    placed.push(built.place);
    previous = built.succeeded;
  }
  return { steps, migrations: placed };
}

function addMigration(
  steps: Step[],
  attempt: Attempt,
  attempted: AttemptedMigration,
  before: Before | null,
  previous: Condition | null,
): { readonly place: MigrationSteps; readonly succeeded: Condition } {
  const { migration } = attempted;
  const { tracker } = attempt;
  const first = steps.length;
  const add = (query: Query, condition: Condition | null): number => {
    steps.push(condition === null ? query : { ...query, condition });
    return steps.length - 1;
  };
  /** A step inside the transaction: only if the one before it went well and the transaction is still open. */
  const addInside = (query: Query): number => add(query, and(ok(steps.length - 1), inTransaction));

  let begun = previous;
  if (migration.foreignKeysOff) begun = ok(add({ sql: 'PRAGMA foreign_keys=OFF' }, previous));
  add({ sql: 'BEGIN IMMEDIATE' }, begun === null ? autocommit : and(begun, autocommit));
  const createsTracker = before !== null && !before.trackerExists;
  if (createsTracker) addInside(createTracker(tracker));
  if (before && before.tracker !== null) addInside(guardTracker(tracker, before.tracker));
  if (migration.unfinishedRows.length > 0) addInside(markRolledBack(tracker, migration.unfinishedRows));
  let lastBefore = addInside(guardUnrecorded(tracker, migration.name, attempt.id));
  if (before && before.schema !== null) lastBefore = addInside(guardSchema(tracker, before.schema));
  if (migration.foreignKeysOff) addInside(guardForeignKeysOff);
  addInside(insertUnfinishedRow(tracker, attempted));

  const statements = new Map<number, number>();
  const guards = new Map<number, PlacedGuard>();
  for (const [index, statement] of migration.statements.entries()) {
    if (statement.action === 'skip') continue;
    for (const guard of statement.guards) guards.set(addInside(guardRows(guard)), { statement, guard });
    for (const sql of [...statement.before, statement.sent, ...statement.after]) {
      statements.set(addInside({ sql }), index);
    }
  }

  if (comparesKeys(attempted)) addInside(guardViolations(tracker, migration.keyChecks, attempted.rowId));
  for (const id of migration.staleRows) addInside(correctStaleRow(tracker, id, migration.checksum));
  const finished = addInside(finishRow(tracker, attempted));
  const expected = attempted.allowUnrehearsed ? null : migration.schemaAfter;
  const guarded = addInside(guardEnd(tracker, attempted.rowId, expected));
  const commit = addInside({ sql: 'COMMIT' });
  const wasGuardedOff = and(ok(finished), not(ok(guarded)), inTransaction);
  const actualSchema = expected === null ? null : add({ sql: selectSchemaObjects }, wasGuardedOff);
  add({ sql: 'ROLLBACK' }, inTransaction);

  let succeeded = ok(commit);
  if (migration.foreignKeysOff) {
    const restored = add({ sql: `PRAGMA foreign_keys=${attempt.foreignKeys ? 'ON' : 'OFF'}` }, autocommit);
    succeeded = and(ok(commit), ok(restored));
  }
  const failed = and(ok(lastBefore), not(ok(commit)), autocommit);
  if (createsTracker) add(createTracker(tracker), failed);
  const last = add(insertRolledBackRow(tracker, attempted.failureId, attempted, 'Failed and rolled back.'), failed);
  return { place: { attempted, first, lastBefore, statements, guards, actualSchema, commit, last }, succeeded };
}

function comparesKeys({ migration, allowViolations }: AttemptedMigration): boolean {
  return migration.keyChecks.length > 0 && !allowViolations;
}

function insertUnfinishedRow(tracker: TrackerTable, attempted: AttemptedMigration): Query {
  const { migration, rowId } = attempted;
  const logs = comparesKeys(attempted) ? violationsAsJson(migration.keyChecks) : 'NULL';
  return {
    sql: `INSERT INTO ${quoteIdentifier(tracker.name)} (id, checksum, migration_name, started_at, applied_steps_count, logs) VALUES (?, ?, ?, ${now}, 0, ${logs})`,
    args: [rowId, migration.checksum, migration.name],
  };
}

function finishRow(tracker: TrackerTable, { rowId, logs }: AttemptedMigration): Query {
  return {
    sql: `UPDATE ${quoteIdentifier(tracker.name)} SET finished_at = ${now}, applied_steps_count = 1, logs = ? WHERE id = ?`,
    args: [hideSecrets(logs, []), rowId],
  };
}

export function markRolledBack(tracker: TrackerTable, ids: readonly string[]): Query {
  return {
    sql: `UPDATE ${quoteIdentifier(tracker.name)} SET rolled_back_at = ${now} WHERE id IN (SELECT value FROM json_each(?)) AND finished_at IS NULL`,
    args: [JSON.stringify(ids)],
  };
}

export function correctStaleRow(tracker: TrackerTable, id: string, checksum: string): Query {
  return {
    sql: `UPDATE ${quoteIdentifier(tracker.name)} SET logs = coalesce(logs || char(10), '') || 'The file was edited after this; the checksum was ' || checksum, checksum = ? WHERE id = ? AND rolled_back_at IS NOT NULL`,
    args: [checksum, id],
  };
}

/**
 * A row that Prisma, too, reads as rolled back, so that the migration may be run again. Its logs say whose run it was, then why.
 * @param unless a row that makes it untrue when it is finished.
 */
function insertRolledBackRow(
  tracker: TrackerTable,
  id: string,
  { migration: { name, checksum }, logs }: AttemptedMigration,
  reason: string,
  unless: string | null = null,
): Query {
  const finished = `SELECT 1 FROM ${quoteIdentifier(tracker.name)} WHERE id = ? AND finished_at IS NOT NULL`;
  return {
    sql: `INSERT INTO ${quoteIdentifier(tracker.name)} (id, checksum, migration_name, logs, started_at, rolled_back_at, applied_steps_count) SELECT ?, ?, ?, ?, ${now}, ${now}, 0 WHERE ${unless === null ? 'true' : `NOT EXISTS (${finished})`} ON CONFLICT (id) DO UPDATE SET logs = excluded.logs`,
    args: [id, checksum, name, hideSecrets(`${logs}\n${reason}`, []), ...(unless === null ? [] : [unless])],
  };
}

/**
 * Makes sure of the failure's row, which the batch itself wrote without it, and of its message; and looks which rows of the
 * attempt are finished, because what said that it failed is only an answer.
 */
export function buildFailureRecord(
  tracker: TrackerTable,
  attempted: AttemptedMigration,
  message: string,
  rowIds: readonly string[],
): readonly Step[] {
  return [
    createTracker(tracker),
    { ...insertRolledBackRow(tracker, attempted.failureId, attempted, message, attempted.rowId), condition: ok(0) },
    { ...selectFinished(tracker, rowIds), condition: ok(0) },
  ];
}

/** Where the list of finished rows is among its replies. */
export const finishedOfFailure = 2;

/**
 * Fences an attempt off: after this row is committed no transaction of the attempt can commit any more, because each
 * asks for its absence. Then says which migrations are finished.
 * @param reason what the row says before that, without a full stop.
 */
export function buildFence(
  attempt: Attempt,
  first: AttemptedMigration,
  rowIds: readonly string[],
  reason: string,
): readonly Step[] {
  const { id, tracker } = attempt;
  return buildTransaction([
    createTracker(tracker),
    insertRolledBackRow(tracker, id, first, `${reason}; this attempt was fenced off.`),
    selectFinished(tracker, rowIds),
  ]);
}

/** Where a fence's list of finished rows and its COMMIT are among its replies. */
export const fenceReplies = { finished: 3, commit: 4 } as const;

/** Which of these rows are there and finished. */
export function selectFinished(tracker: TrackerTable, rowIds: readonly string[]): Query {
  return {
    sql: `SELECT id FROM ${quoteIdentifier(tracker.name)} WHERE finished_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
    args: [JSON.stringify(rowIds)],
  };
}

/** Limits of one request, as measured to keep the server's memory and its reply small. */
const largestRequest = { characters: 600_000, steps: 4_000 };

/** Guards and rows around the statements of one migration, about. */
const overhead = { characters: 2_000, steps: 12 };

function listKeyChecks({ keyChecks }: PlannedMigration): readonly string[] {
  return keyChecks.flatMap(({ before, after }) => [before ?? '', after]);
}

/** Cuts a long plan at whole migrations; each part is one request. */
export function cutIntoRequests(migrations: readonly PlannedMigration[]): readonly (readonly PlannedMigration[])[] {
  const parts: PlannedMigration[][] = [];
  let characters = 0;
  let steps = 0;
  for (const migration of migrations) {
    const run = migration.statements.filter((statement) => statement.action === 'run');
    const sent = run.flatMap(({ before, sent, after, guards }) => [
      ...before,
      ...guards.map(({ holds }) => holds),
      sent,
      ...after,
    ]);
    const ownCharacters = [...sent, ...listKeyChecks(migration)].reduce(
      (sum, sql) => sum + sql.length,
      overhead.characters,
    );
    const ownSteps = sent.length + overhead.steps;
    const part = parts.at(-1);
    if (part && characters + ownCharacters <= largestRequest.characters && steps + ownSteps <= largestRequest.steps) {
      part.push(migration);
      characters += ownCharacters;
      steps += ownSteps;
    } else {
      parts.push([migration]);
      characters = ownCharacters;
      steps = ownSteps;
    }
  }
  return parts;
}
