/** What must be true after anything that can happen to `apply`, looked at without any of the program's own code. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ApplyResult, apply, status } from '../../../src/index.ts';
import type { Value } from '../../../src/ports.ts';
import { freshDatabase, type Server } from '../../support/server.ts';
import type { StoryMigration } from './shop.ts';

/**
 * For runs that have to give something up: what is lost is waited for this long. Short enough for tests, and long
 * enough for a request on a busy machine.
 */
export const timeoutSeconds = 2;

/** Everything a database holds apart from the tracker: its objects, and each table's rows. */
export type State = Readonly<Record<string, readonly (readonly Value[])[]>>;

interface TrackerRow {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  readonly state: 'finished' | 'rolled back' | 'open';
}

interface Snapshot {
  readonly state: State;
  readonly tracker: readonly TrackerRow[];
  readonly violations: readonly (readonly Value[])[];
}

const tracker = '_prisma_migrations';

/** All of it in one read transaction, so that what is committed meanwhile is seen wholly or not at all. */
async function readSnapshot(server: Server, url: string): Promise<Snapshot> {
  const selectObjects = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name';
  const [expected = []] = await server.sql(selectObjects, url);
  const names = expected.filter(([type]) => type === 'table').map(([, name]) => String(name));
  const tables = names.filter((name) => name !== tracker && name !== 'sqlite_sequence');
  const queries = [
    selectObjects,
    'SELECT * FROM pragma_foreign_key_check',
    ...tables.map((name) => `SELECT * FROM "${name}" ORDER BY rowid`),
    ...(names.includes(tracker) ? [selectTracker] : []),
  ];
  const replies = await server.sql(['BEGIN', ...queries, 'COMMIT'], url);
  const [objects = [], violations = [], ...rows] = replies.slice(1, -1);
  if (JSON.stringify(objects) !== JSON.stringify(expected)) throw new Error('the schema changed while it was read');
  const own = objects.filter(([, , table]) => table !== tracker);
  return {
    state: {
      objects: own,
      ...Object.fromEntries(tables.map((name, index) => [name, (rows[index] ?? []).map(shorten)])),
    },
    tracker: (rows[tables.length] ?? []).map(parseTrackerRow),
    violations,
  };
}

const selectTracker = `SELECT id, migration_name, checksum, CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' WHEN finished_at IS NOT NULL THEN 'finished' ELSE 'open' END FROM ${tracker} ORDER BY rowid`;

function parseTrackerRow([id, name, checksum, state]: readonly Value[]): TrackerRow {
  return { id: String(id), name: String(name), checksum: String(checksum), state: state as TrackerRow['state'] };
}

/** A difference is to be read by people. */
function shorten(row: readonly Value[]): readonly Value[] {
  return row.map((value) =>
    typeof value === 'string' && value.length > 1_000 ? `${value.slice(0, 20)}… ${value.length} characters` : value,
  );
}

/** Reads again when the schema changed in the middle of it. */
async function readCalmly(server: Server, url: string): Promise<Snapshot> {
  for (let tries = 1; ; tries++) {
    try {
      return await readSnapshot(server, url);
    } catch (error) {
      if (tries === 20) throw error;
      await sleep(20);
    }
  }
}

export async function readState(server: Server, url: string): Promise<State> {
  return (await readCalmly(server, url)).state;
}

export async function readTracker(server: Server, url: string): Promise<readonly TrackerRow[]> {
  return (await readCalmly(server, url)).tracker;
}

/** The state after each number of migrations, from none to all, had by running their statements one by one as Prisma does. */
export async function buildReference(
  server: Server,
  url: string,
  migrations: readonly StoryMigration[],
): Promise<readonly State[]> {
  const states = [await readState(server, url)];
  for (const { statements } of migrations) {
    await server.sql(statements, url);
    states.push(await readState(server, url));
  }
  return states;
}

/** One database, the migrations for it, and what it must look like after each of them. */
export interface Subject {
  readonly server: Server;
  /** The database, not through any proxy. */
  readonly url: string;
  readonly migrations: readonly StoryMigration[];
  readonly reference: readonly State[];
}

/** A fresh database that has the first `begun` of the migrations. */
export async function beginMigrations(
  server: Server,
  migrations: readonly StoryMigration[],
  begun: number,
  reference: readonly State[],
): Promise<Subject> {
  const url = await freshDatabase(server);
  await apply({ url, migrations: migrations.slice(0, begun) });
  return { server, url, migrations, reference };
}

/**
 * Asserts that a whole number of migrations is there, wholly and recorded, and nothing of any other.
 * @returns how many.
 */
export async function expectWhole({ server, url, migrations, reference }: Subject): Promise<number> {
  const { state, tracker: rows, violations } = await readCalmly(server, url);
  const finished = rows.filter((row) => row.state === 'finished');
  const there = migrations.slice(0, finished.length);
  expect(finished.map(({ name, checksum }) => [name, checksum])).toEqual(
    there.map(({ name, checksum }) => [name, checksum]),
  );
  expect(rows.filter((row) => row.state === 'open')).toEqual([]);
  expect(state).toEqual(reference[finished.length]);
  expect(violations).toEqual([]);
  return finished.length;
}

/** Asserts that a result says what production holds at this moment. @param before how many were applied before it. */
export function expectTrue(
  result: ApplyResult,
  before: number,
  now: number,
  migrations: readonly StoryMigration[],
): void {
  const names = migrations.map(({ name }) => name);
  const named = [...result.applied, ...(result.failed ? [result.failed.name] : []), ...result.notStarted];
  expect(named).toEqual(names.slice(before));
  expect(result.applied).toEqual(names.slice(before, now));
  expect(result.error === null).toBe(result.outcome === 'applied' || result.outcome === 'nothing-to-do');
  if (result.outcome === 'applied') expect(now).toBe(names.length);
}

/** Asserts that nothing of an attempt that is over commits afterwards. */
export async function expectQuiet(subject: Subject, now: number, milliseconds = 250): Promise<void> {
  await sleep(milliseconds);
  expect(await expectWhole(subject)).toBe(now);
}

/** Asserts that another `apply`, undisturbed, brings everything to its end, and that there is nothing left to do then. */
export async function expectFinishes(subject: Subject): Promise<void> {
  const { url, migrations } = subject;
  const second = await apply({ url, migrations });
  expect(second.error).toBeNull();
  expect(['applied', 'nothing-to-do']).toContain(second.outcome);
  expect(await expectWhole(subject)).toBe(migrations.length);
  expect((await status({ url, migrations })).toApply).toBe(0);
  const third = await apply({ url, migrations });
  expect([third.outcome, third.requests]).toEqual(['nothing-to-do', 1]);
}
