/** `drift --fix`: a migration that makes what production has and no migration does, written and recorded as backfilled. */

import { type HistoryEntry, isToApply } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { nameMigration } from '../core/migrations/naming.ts';
import { buildTrackerBatch } from '../core/plan/tracker-batch.ts';
import type { Difference } from '../core/schema/difference.ts';
import { MigrateError } from '../errors.ts';
import type { MigrationsFolder } from '../ports.ts';
import { type Drift, type DriftInput, type DriftWithSides, findDrift, isPendingThere } from './drift.ts';
import { buildProvenFix, impossible } from './fix-proof.ts';
import { buildTrackerWrites, executeRecord } from './tracker-writes.ts';

export interface FixInput extends DriftInput {
  readonly folder: MigrationsFolder;
  /** What `--name` gave: what the new migration is called, without the time before it. */
  readonly name?: string | undefined;
  /** Shows what is about to be written, and asks. */
  readonly confirm: (question: FixQuestion) => Promise<FixAnswer>;
}

export type FixQuestion =
  /** A new migration, to be recorded too. The name is asked for where it is null. */
  | {
      readonly type: 'write';
      readonly differences: readonly Difference[];
      readonly sql: string;
      readonly name: string | null;
    }
  /** Migrations of the folder that production has already, such as one that an interrupted run left behind. */
  | { readonly type: 'record'; readonly names: readonly string[] };

export type FixAnswer =
  | { readonly type: 'yes'; readonly name: string | null }
  | { readonly type: 'no' | 'cannot-ask' | 'no-name' };

export interface FixResult {
  readonly outcome: 'written' | 'recorded' | 'nothing-to-do' | 'declined' | 'failed' | 'unknown';
  /** The migrations that are, or would be, recorded; the new one among them. */
  readonly names: readonly string[];
  /** The new migration's file, as shown to people; null where none was written. */
  readonly path: string | null;
  /** The new migration's text; null where there is none. */
  readonly sql: string | null;
  /** Drift as it was before. */
  readonly drift: Drift;
  readonly error: MigrateError | null;
}

/** @throws MigrateError FIX_IMPOSSIBLE, USAGE (a name that is none), FILE_NOT_WRITTEN, and those of `findDrift` */
export async function fixDrift(input: FixInput): Promise<FixResult> {
  const found = await findDrift(input);
  const { drift, sides } = found;
  const none: FixResult = { outcome: 'nothing-to-do', names: [], path: null, sql: null, drift, error: null };
  const [applied] = drift.pairs;
  if (sides.pending.length > 0) return isPendingThere(sides) ? recordPending(input, found, none) : refusePending(found);
  if (applied?.incomparable != null)
    throw impossible(`Production and the migrations cannot be compared: ${applied.incomparable}`);
  if (applied === undefined || applied.differences.length === 0) return none;

  const sql = await buildProvenFix(input, found);
  const last = input.migrations.at(-1)?.name ?? null;
  const given = input.name === undefined ? null : nameMigration(input.name, input.outside.clock.now(), last);
  const answer = await input.confirm({ type: 'write', differences: applied.differences, sql, name: given });
  if (answer.type !== 'yes') return { ...none, outcome: 'declined', sql, error: notConfirmed(answer.type) };
  const name = given ?? nameMigration(answer.name ?? '', input.outside.clock.now(), last);
  return writeMigration(input, found, name, { ...none, names: [name], sql });
}

/** The folder first, the tracker then: a migration that is recorded always has its file. */
async function writeMigration(
  input: FixInput,
  { production }: DriftWithSides,
  name: string,
  result: FixResult,
): Promise<FixResult> {
  const { folder, outside } = input;
  const sql = result.sql ?? '';
  const path = folder.pathOf(name);
  const staged = await folder.stage(name, sql);
  const checksum = outside.sha256(sql);
  const migration: Migration = { name, checksum, alternativeChecksums: [], sql, path };
  const entry = describeNew(migration);
  const writes = buildTrackerWrites([{ name, action: 'record', entry }], [], outside);
  const steps = buildTrackerBatch(production, writes);
  await staged.publish();
  const error = await tryToRecord(input, steps);
  if (error === null) return { ...result, outcome: 'written', path };
  if (error.code === 'OUTCOME_UNKNOWN') {
    return { ...result, outcome: 'unknown', path, error: stays(error, path) };
  }
  await staged.remove();
  return { ...result, outcome: 'failed', error };
}

/** A request that was refused before it was sent is a known failure too. */
async function tryToRecord(
  { database }: FixInput,
  steps: Parameters<typeof executeRecord>[1],
): Promise<MigrateError | null> {
  try {
    return await executeRecord(database, steps);
  } catch (error) {
    if (error instanceof MigrateError) return error;
    throw error;
  }
}

function stays(error: MigrateError, path: string): MigrateError {
  return new MigrateError(
    error.code,
    `${error.message} ${path} is written and stays.`,
    'migrate-prod drift --fix settles it: it records the migration if that did not happen.',
    { cause: error },
  );
}

async function recordPending(input: FixInput, found: DriftWithSides, none: FixResult): Promise<FixResult> {
  const entries = found.history.entries.filter((entry) => isToApply(entry));
  const names = entries.map(({ name }) => name);
  const answer = await input.confirm({ type: 'record', names });
  if (answer.type !== 'yes') return { ...none, outcome: 'declined', names, error: notConfirmed(answer.type) };
  const items = entries.map((entry) => ({ name: entry.name, action: 'record' as const, entry }));
  const steps = buildTrackerBatch(found.production, buildTrackerWrites(items, [], input.outside));
  const error = await executeRecord(input.database, steps);
  const outcome = error === null ? 'recorded' : error.code === 'OUTCOME_UNKNOWN' ? 'unknown' : 'failed';
  return { ...none, outcome, names, error };
}

function describeNew(migration: Migration): HistoryEntry {
  const base = { rows: [], at: null, logs: null, recordedAs: null, outOfOrder: false } as const;
  return { ...base, name: migration.name, state: 'pending', migration };
}

function refusePending({ drift, sides }: DriftWithSides): never {
  const names = sides.pending.map(({ name }) => name);
  const some = names.length === 1 ? `${names[0]} is` : `${names.length} migrations are`;
  throw new MigrateError(
    'FIX_IMPOSSIBLE',
    `${some} pending, so a new migration would come before what production does not have yet. Nothing was written.`,
    drift.pairs[0]?.incomparable == null
      ? 'migrate-prod plan, then apply; or, if production has it already: migrate-prod backfill. Then migrate-prod drift --fix.'
      : 'migrate-prod drift',
  );
}

function notConfirmed(answer: 'no' | 'cannot-ask' | 'no-name'): MigrateError {
  switch (answer) {
    case 'no':
      return new MigrateError(
        'DECLINED',
        'Not confirmed (only y counts); nothing was written.',
        'migrate-prod drift --fix',
      );
    case 'no-name':
      return new MigrateError(
        'CONFIRMATION_MISSING',
        'The new migration needs a name, and there is no terminal to ask on; nothing was written.',
        'migrate-prod drift --fix --name <name> --yes',
      );
    case 'cannot-ask':
      return new MigrateError(
        'CONFIRMATION_MISSING',
        'There is no terminal to confirm on; nothing was written.',
        'migrate-prod drift --fix --yes',
      );
  }
}
