/** Losing a race: another run has begun the same migrations, so this one waits, reading, until they are all recorded. */

import { isAccessLost, MigrateError } from '../errors.ts';
import { type Migration, matchesChecksum } from '../history/migration.ts';
import type { Clock, Database } from '../ports.ts';
import { readProduction } from '../production/gather.ts';
import type { Production } from '../production/production.ts';
import { listSome } from '../text/list.ts';
import { command } from '../text/prose.ts';
import { parseRunMarks } from '../tracker/row-logs.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';
import type { GuardCode } from './guards.ts';

export type OtherRun =
  /** Every migration is recorded as applied, with the same checksums. */
  | { readonly type: 'finished' }
  /** The rest has to be planned anew; if the other run only did less, it can simply be applied. */
  | {
      readonly type: 'stale';
      readonly message: string;
      readonly next: 'plan' | 'apply';
      /** Migrations of the plan that another run applied, in order. */
      readonly recorded: readonly string[];
    }
  /** This run was interrupted while it waited, or may not look any more. */
  | { readonly type: 'stopped'; readonly error: MigrateError; readonly hasState: boolean };

export interface OtherRunInput {
  readonly database: Database;
  readonly clock: Clock;
  /** Those that this run would still have applied. */
  readonly migrations: readonly Migration[];
  readonly guard: GuardCode;
  /** The fingerprints that the guards compared with; null where they did not. */
  readonly expected: { readonly schema: string | null; readonly tracker: string | null };
  /** Rows that were there when this run planned. */
  readonly known: ReadonlySet<string>;
  /** How long, in milliseconds, to wait without any progress. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

const shortestDelay = 100;
const longestDelay = 1_000;

/** Milliseconds without a change after which the other run is taken to have ended; `--timeout` may make each shorter. */
const patience = {
  /** All that was begun is finished. */
  quiet: 5_000,
  /** The same, and the other run said that it has more to do: its next one may be a long one. */
  announced: 30_000,
  /** A look may be answered by a copy that has yet to hear of what a guard saw. */
  behind: 5_000,
} as const;

/** It never plans again: that would be planning on a moving target. */
export async function awaitOtherRun(input: OtherRunInput): Promise<OtherRun> {
  const { clock, timeout, signal } = input;
  let seen: LookAtRun | null = null;
  let movedAt = clock.now();
  let delay = shortestDelay;
  for (;;) {
    if (signal?.aborted) return { type: 'stopped', error: interrupted(), hasState: false };
    const look = await readProduction(input.database, signal ? { signal } : {}).then(
      (production) => judge(input, production),
      (error: unknown) => refuse(input, error, seen),
    );
    if (look !== null && 'type' in look) return look;
    if (look !== null) {
      if (look.rows !== seen?.rows) {
        movedAt = clock.now();
        delay = shortestDelay;
      }
      seen = look;
      if (clock.now() - movedAt >= findPatience(look, timeout)) return describeStanding(input, look);
    }
    if (clock.now() - movedAt > timeout)
      return seen === null ? stale(neverSeen(input), []) : describeStanding(input, seen);
    await clock.sleep(delay, signal);
    delay = Math.min(delay * 1.5, longestDelay);
  }
}

/** This run's migrations in one look that does not decide it. */
interface LookAtRun {
  /** The rows that came after this run planned; when another one comes, something moved. */
  readonly rows: string;
  readonly recorded: readonly string[];
  /** Begun and not finished: another tool's, since a row of this program is there when it is done. */
  readonly open: readonly string[];
  readonly untouched: readonly string[];
  /** True if the run that recorded them said that it has more to do. */
  readonly announced: boolean;
  /** True if production looks as it did before the change that the guard found: a copy that lags has answered. */
  readonly isBehind: boolean;
}

function judge(input: OtherRunInput, production: Production): OtherRun | LookAtRun {
  const recorded: string[] = [];
  const open: string[] = [];
  const untouched: string[] = [];
  const news = production.trackerRows.filter((row) => !input.known.has(row.id));
  for (const migration of input.migrations) {
    const own = news.filter((row) => row.migrationName === migration.name);
    const finished = own.filter((row) => classifyRow(row) === 'finished');
    if (finished.some((row) => row.appliedStepsCount === 0)) {
      return stale(`Somebody recorded ${migration.name} as applied, without running it.`, recorded);
    }
    if (finished.some((row) => matchesChecksum(migration, row.checksum))) recorded.push(migration.name);
    else if (finished.length > 0)
      return stale(`Another run applied ${migration.name} from a different file.`, recorded);
    else if (own.some((row) => classifyRow(row) === 'rolled-back')) {
      return stale(`Another run failed at ${migration.name}.`, recorded);
    } else (own.length > 0 ? open : untouched).push(migration.name);
  }
  if (recorded.length === input.migrations.length) return { type: 'finished' };
  return {
    rows: news.map((row) => `${row.id} ${classifyRow(row)}`).join('\n'),
    recorded,
    open,
    untouched,
    announced: announcesMore(news),
    isBehind: recorded.length + open.length === 0 && isBehind(input, production),
  };
}

/** True if a run said that its plan ends with a migration that is not recorded yet. */
function announcesMore(news: readonly TrackerRow[]): boolean {
  const names = new Set(news.map((row) => row.migrationName));
  return news.some((row) => {
    const marks = classifyRow(row) === 'finished' ? parseRunMarks(row.logs) : null;
    return marks !== null && !names.has(marks.last);
  });
}

/**
 * A guard runs where everything is written, so what it found is true. A look that shows what the guard did not find was
 * answered by a copy that lags, unless somebody put it all back.
 */
function isBehind({ guard, expected, known }: OtherRunInput, production: Production): boolean {
  const ids = new Set(production.trackerRows.map(({ id }) => id));
  if ([...known].some((id) => !ids.has(id))) return true;
  switch (guard) {
    case 'moved-tracker':
      return production.trackerFingerprint === expected.tracker;
    case 'moved-schema':
      return production.schemaFingerprint === expected.schema;
    default:
      return true;
  }
}

function findPatience({ isBehind, open, recorded, announced }: LookAtRun, timeout: number): number {
  if (isBehind) return Math.min(timeout, patience.behind);
  if (open.length > 0) return timeout;
  if (recorded.length === 0) return 0;
  return Math.min(timeout, announced ? patience.announced : patience.quiet);
}

function describeStanding({ guard }: OtherRunInput, look: LookAtRun): OtherRun {
  const { recorded, open, untouched, announced, isBehind } = look;
  if (open.length > 0) {
    return stale(
      `Another run started ${listSome(open)} and has not continued since; a part of it may have run.`,
      recorded,
    );
  }
  if (recorded.length === 0) {
    const copy = isBehind
      ? ' The server that answers now still shows the old state: it may be a replica that is behind.'
      : '';
    return stale(`${describeMoved(guard)}${copy}`, []);
  }
  const rest = announced
    ? `It has ${listSome(untouched)} still to apply, and has not continued since: it may have ended, or be at a long one. Nothing is half applied.`
    : `Not applied: ${listSome(untouched)}. The tracker has no row for it, and nothing changed for some seconds.`;
  const message = `Another run applied ${listSome(recorded)}. ${rest}`;
  return { type: 'stale', message, next: announced ? 'plan' : 'apply', recorded };
}

function stale(message: string, recorded: readonly string[]): OtherRun {
  return { type: 'stale', message, next: 'plan', recorded };
}

/** @returns null where a later look may be answered. @throws what is a bug */
function refuse(input: OtherRunInput, error: unknown, seen: LookAtRun | null): OtherRun | null {
  if (!(error instanceof MigrateError)) throw error;
  if (!isAccessLost(error)) return null;
  const state =
    seen === null || seen.recorded.length === 0
      ? 'What it applied is not known.'
      : `When it was last seen, it had applied ${listSome(seen.recorded)}.`;
  const own = `This run applied none of ${listSome(input.migrations.map(({ name }) => name))}.`;
  const message = `This run was waiting for another run that applies the same migrations, and lost access: ${error.message} ${state} ${own}`;
  return { type: 'stopped', error: error.with({ message }), hasState: true };
}

function neverSeen({ guard }: OtherRunInput): string {
  return `${describeMoved(guard)} It could not be read since then, so it is unknown what is applied.`;
}

function interrupted(): MigrateError {
  return new MigrateError(
    'INTERRUPTED',
    'Interrupted while waiting for another run, which continues with the rest.',
    command('status'),
  );
}

function describeMoved(guard: GuardCode): string {
  return guard === 'moved-schema'
    ? "Production's schema was changed after it was read for this plan."
    : "Production's tracker was changed after it was read for this plan.";
}
