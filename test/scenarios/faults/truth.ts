/** What must be true after anything that can happen to `apply`, looked at without any of the program's own code. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ApplyResult, apply, status } from '../../../src/index.ts';
import type { Value } from '../../../src/ports.ts';
import type { Server } from '../../support/server.ts';
import type { StoryMigration } from './shop.ts';

/** Everything a database holds apart from the tracker: its objects, and each table's rows. */
export type State = Readonly<Record<string, readonly (readonly Value[])[]>>;

interface TrackerRow {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  readonly state: 'finished' | 'rolled back' | 'open';
}

export async function readState(server: Server, url: string): Promise<State> {
  const [objects = []] = await server.sql(
    `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name <> '_prisma_migrations' ORDER BY type, name`,
    url,
  );
  const tables = objects
    .filter(([type, name]) => type === 'table' && name !== 'sqlite_sequence')
    .map(([, name]) => name);
  const rows = await server.sql(['SELECT 1', ...tables.map((name) => `SELECT * FROM "${name}" ORDER BY rowid`)], url);
  return { objects, ...Object.fromEntries(tables.map((name, index) => [String(name), rows[index + 1] ?? []])) };
}

export async function readTracker(server: Server, url: string): Promise<readonly TrackerRow[]> {
  const [there] = await server.sql(`SELECT 1 FROM sqlite_schema WHERE name = '_prisma_migrations'`, url);
  if (there?.length === 0) return [];
  const [rows = []] = await server.sql(
    `SELECT id, migration_name, checksum, CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' WHEN finished_at IS NOT NULL THEN 'finished' ELSE 'open' END FROM _prisma_migrations ORDER BY rowid`,
    url,
  );
  return rows.map(([id, name, checksum, state]) => ({
    id: String(id),
    name: String(name),
    checksum: String(checksum),
    state: state as TrackerRow['state'],
  }));
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

/**
 * Asserts that a whole number of migrations is there, wholly and recorded, and nothing of any other.
 * @returns how many.
 */
export async function expectWhole({ server, url, migrations, reference }: Subject): Promise<number> {
  const rows = await readTracker(server, url);
  const finished = rows.filter((row) => row.state === 'finished');
  const there = migrations.slice(0, finished.length);
  expect(finished.map(({ name, checksum }) => [name, checksum])).toEqual(
    there.map(({ name, checksum }) => [name, checksum]),
  );
  expect(rows.filter((row) => row.state === 'open')).toEqual([]);
  expect(await readState(server, url)).toEqual(reference[finished.length]);
  const [violations] = await server.sql('SELECT * FROM pragma_foreign_key_check', url);
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
  const second = await apply({ url, migrations, timeoutSeconds: 10 });
  expect(second.error).toBeNull();
  expect(['applied', 'nothing-to-do']).toContain(second.outcome);
  expect(await expectWhole(subject)).toBe(migrations.length);
  expect((await status({ url, migrations })).toApply).toBe(0);
  const third = await apply({ url, migrations });
  expect([third.outcome, third.requests]).toEqual(['nothing-to-do', 1]);
}
