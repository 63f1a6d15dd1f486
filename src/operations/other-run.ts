/** Losing a race: another run has begun the same migrations, so this one waits, reading, until they are all recorded. */

import { type Migration, matchesChecksum } from '../core/migrations/migration.ts';
import { classifyRow, type TrackerRow } from '../core/migrations/tracker.ts';
import type { GuardCode } from '../core/plan/guards.ts';
import { MigrateError } from '../errors.ts';
import type { Clock, Database } from '../ports.ts';
import { readProduction } from './production.ts';

export type OtherRun =
  /** Every migration is recorded as applied, with the same checksums. */
  | { readonly type: 'finished' }
  | { readonly type: 'stale'; readonly message: string }
  /** This run was interrupted while it waited. */
  | { readonly type: 'stopped'; readonly error: MigrateError };

export interface OtherRunInput {
  readonly database: Database;
  readonly clock: Clock;
  /** What this run would still have applied. */
  readonly migrations: readonly Migration[];
  readonly guard: GuardCode;
  /** Rows that were there when this run planned. */
  readonly known: ReadonlySet<string>;
  /** How long, in milliseconds, to wait without any progress. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

const shortestDelay = 100;
const longestDelay = 1_000;

/** It never plans again: that would be planning on a moving target. */
export async function awaitOtherRun(input: OtherRunInput): Promise<OtherRun> {
  const { clock, migrations } = input;
  let recorded = -1;
  let movedAt = clock.now();
  let delay = shortestDelay;
  for (;;) {
    if (input.signal?.aborted) return { type: 'stopped', error: interrupted() };
    const rows = await readRows(input);
    if (rows !== null) {
      const verdict = judge(migrations, rows, input.known);
      if (verdict.type !== 'going-on') return verdict;
      if (verdict.begun === 0) return { type: 'stale', message: describeMoved(input.guard) };
      if (verdict.recorded !== recorded) {
        recorded = verdict.recorded;
        movedAt = clock.now();
        delay = shortestDelay;
      }
    }
    if (clock.now() - movedAt > input.timeout) {
      return { type: 'stale', message: 'Another run began these migrations and has not gone on since.' };
    }
    await clock.sleep(delay, input.signal);
    delay = Math.min(delay * 1.5, longestDelay);
  }
}

async function readRows({ database, signal }: OtherRunInput): Promise<readonly TrackerRow[] | null> {
  try {
    return (await readProduction(database, signal ? { signal } : {})).trackerRows;
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}

type Verdict = OtherRun | { readonly type: 'going-on'; readonly recorded: number; readonly begun: number };

function judge(migrations: readonly Migration[], rows: readonly TrackerRow[], known: ReadonlySet<string>): Verdict {
  let recorded = 0;
  let begun = 0;
  for (const migration of migrations) {
    const own = rows.filter((row) => row.migrationName === migration.name && !known.has(row.id));
    const finished = own.filter((row) => classifyRow(row) === 'finished');
    if (finished.some((row) => row.appliedStepsCount === 0)) {
      return { type: 'stale', message: `Somebody recorded ${migration.name} as applied, without running it.` };
    }
    if (finished.some((row) => matchesChecksum(migration, row.checksum))) recorded++;
    else if (finished.length > 0) {
      return { type: 'stale', message: `Another run applied ${migration.name} from a different file.` };
    } else if (own.some((row) => classifyRow(row) === 'rolled-back')) {
      return { type: 'stale', message: `Another run failed at ${migration.name}.` };
    }
    if (own.length > 0) begun++;
  }
  return recorded === migrations.length ? { type: 'finished' } : { type: 'going-on', recorded, begun };
}

function interrupted(): MigrateError {
  return new MigrateError(
    'INTERRUPTED',
    'Interrupted while waiting for another run, which goes on applying the rest.',
    'migrate-prod status',
  );
}

function describeMoved(guard: GuardCode): string {
  return guard === 'moved-schema'
    ? "Production's schema was changed after it was read for this plan."
    : "Production's tracker was changed after it was read for this plan.";
}
