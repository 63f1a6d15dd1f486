/** Reads a batch's replies: which migrations committed, and why the first of the others failed. */

import type { PlacedGuard } from '../consents/guard-consent.ts';
import { parseLossKey, wordLoss } from '../findings/loss.ts';
import type { PlannedStatement } from '../plan/plan.ts';
import { parseSchemaObject, type SchemaObject } from '../schema/model/objects.ts';
import type { Reply } from '../target/request.ts';
import { withholdValues } from '../text/withhold-values.ts';
import type { Batch, MigrationSteps } from './batch.ts';
import { type GuardCode, type GuardFailure, parseGuardFailure } from './guards.ts';

export interface Failure {
  readonly steps: MigrationSteps;
  /** The statement that failed; null where it was a guard, BEGIN, COMMIT or the tracker's row. */
  readonly statement: PlannedStatement | null;
  /** The server's own message, without values of rows. */
  readonly message: string;
  readonly code: string;
  readonly guard: GuardFailure | null;
  /** The guard of rows that failed: it found some, or could not look. */
  readonly rowsGuard: PlacedGuard | null;
  /** True if the batch left a row that says so. */
  readonly recorded: boolean;
  /** The schema as the migration left it before it was rolled back; read only where the rehearsal was wrong. */
  readonly actualSchema: readonly SchemaObject[] | null;
}

export type BatchResult =
  | { readonly type: 'committed' }
  /** A guard found that production changed after it was read; nothing of this migration ran. */
  | { readonly type: 'moved'; readonly committed: number; readonly guard: GuardCode }
  | { readonly type: 'failed'; readonly committed: number; readonly failure: Failure };

const movedGuards: ReadonlySet<GuardCode> = new Set(['moved-tracker', 'recorded', 'moved-schema']);

/**
 * A migration succeeded exactly when its COMMIT has a result. The first error in step order is the failure: after a
 * stolen lock every later step reports one too.
 * @param schema as it was before.
 */
export function parseBatchReplies(
  batch: Batch,
  replies: readonly Reply[],
  schema: readonly SchemaObject[],
): BatchResult {
  const committed = batch.migrations.findIndex((steps) => replies[steps.commit]?.type !== 'rows');
  const steps = batch.migrations[committed];
  if (!steps) return { type: 'committed' };
  const failure = findFailure(steps, replies, () => joinKnown(batch, schema));
  if (failure.guard && movedGuards.has(failure.guard.code)) {
    return { type: 'moved', committed, guard: failure.guard.code };
  }
  return { type: 'failed', committed, failure };
}

/** Texts that are no row's. */
function joinKnown({ migrations }: Batch, schema: readonly SchemaObject[]): string {
  const statements = migrations.flatMap(({ attempted }) => attempted.migration.statements);
  const run = statements.flatMap(({ sql, before, sent, after, guards }) => [
    sql,
    ...before,
    sent,
    ...after,
    ...guards.map(({ holds }) => holds),
  ]);
  return [...run, ...schema.flatMap(({ name, sql }) => [name, sql ?? ''])].join('\n');
}

function findFailure(steps: MigrationSteps, replies: readonly Reply[], readKnown: () => string): Failure {
  const recorded = replies[steps.last]?.type === 'rows';
  for (let index = steps.first; index <= steps.last; index++) {
    const reply = replies[index];
    if (reply?.type !== 'error') continue;
    const statement = findStatement(steps, index);
    // A statement of the file may fail with any text, a guard's marker included.
    const guard = statement === null ? parseGuardFailure(reply.message) : null;
    return {
      steps,
      statement,
      message: guard === null ? withholdValues(reply.message, readKnown()) : reply.message,
      code: reply.code,
      guard,
      rowsGuard: steps.guards.get(index) ?? null,
      recorded,
      actualSchema: steps.actualSchema === null ? null : parseSchema(replies[steps.actualSchema]),
    };
  }
  return {
    steps,
    statement: null,
    message: 'the server ended the transaction without an error',
    code: 'UNKNOWN',
    guard: null,
    rowsGuard: null,
    recorded,
    actualSchema: null,
  };
}

function findStatement(steps: MigrationSteps, index: number): PlannedStatement | null {
  const statement = steps.statements.get(index);
  return statement === undefined ? null : (steps.attempted.migration.statements[statement] ?? null);
}

function parseSchema(reply: Reply | undefined): readonly SchemaObject[] | null {
  return reply?.type === 'rows' ? reply.rows.map(parseSchemaObject) : null;
}

/** Why it failed: the server's own message, or, where a guard spoke, what it means. */
export function describeReason(failure: Failure): string {
  const { guard, message } = failure;
  switch (guard?.code) {
    case undefined:
      return message;
    case 'violations':
      return `foreign keys that point nowhere: ${guard?.detail}`;
    case 'data-loss':
      return `it would delete ${describeLost(failure)} that its plan did not show`;
    case 'unrehearsed':
      return 'the schema ended up different from the rehearsal';
    case 'lost-row':
      return 'its own row in the tracker was removed or changed while it ran';
    case 'foreign-keys-on':
      return 'the server did not switch foreign keys off';
    default:
      return 'production changed after it was read';
  }
}

/** The loss that a guard of rows prevented. A text that is no loss is shown as it came back. */
export function describeLost({ guard, rowsGuard }: Pick<Failure, 'guard' | 'rowsGuard'>): string {
  const loss = parseLossKey(guard?.detail ?? '') ?? rowsGuard?.guard.loss ?? null;
  return loss === null ? `something that could not be read (${guard?.detail})` : wordLoss(loss);
}
