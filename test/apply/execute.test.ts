/** Sending a plan to the real engine over an unreliable line: what is told is what is there, whatever becomes of the requests. */

import { beforeEach, describe, expect, it } from 'vitest';
import { executePlan } from '../../src/apply/execute.ts';
import type { ApplyEvent, ExecuteInput, Execution } from '../../src/apply/execution.ts';
import type { Migration } from '../../src/history/migration.ts';
import type { Plan, PlannedMigration } from '../../src/plan/plan.ts';
import type { BatchOutcome, Outside, Step } from '../../src/ports.ts';
import { createOutside } from '../../src/wiring.ts';
import { plannedMigration, plannedStatement } from './planned.ts';
import { openProduction, startTestClock, type TestProduction } from './production.ts';
import {
  breaks,
  comesAfter,
  isRefused,
  losesAnswer,
  makeUnreliable,
  neverArrives,
  passes,
  sentTwice,
  throws,
  turnedAway,
  type Unreliable,
} from './unreliable.ts';

const create = (name: string) => plannedMigration(name, [`CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY)`]);
/** As large as one request may be, so that what follows it travels in another. */
const large = (name: string) =>
  plannedMigration(name, [`CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY) -- ${'x'.repeat(600_000)}`]);
const failing = (name: string) => plannedMigration(name, [plannedStatement('SELECT absent', { line: 4 })]);

const three = [create('1_a'), create('2_b'), create('3_c')];
const inTwoRequests = [create('1_a'), large('2_b'), create('3_c')];

let production: TestProduction;
let clock: ReturnType<typeof startTestClock>;
let outside: Outside;
beforeEach(async () => {
  production = await openProduction('CREATE TABLE "Old" ("id" INTEGER)');
  clock = startTestClock();
  let ids = 0;
  outside = { ...createOutside('me@here', '1.2.3'), clock, newId: () => `id ${++ids}` };
});

const planOf = (migrations: readonly PlannedMigration[]): Plan => ({
  id: '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-00',
  target: production.database.target,
  asked: null,
  ranOn: null,
  migrations,
  findings: [],
});

const fileOf = ({ name, path, checksum }: PlannedMigration): Migration => ({
  name,
  path,
  checksum,
  alternativeChecksums: [],
  sql: '',
  consents: [],
});

interface Ran extends Execution {
  readonly events: readonly ApplyEvent['type'][];
  readonly seen: readonly ApplyEvent[];
  readonly requests: Unreliable['requests'];
  readonly sent: Unreliable['sent'];
}

async function execute(
  migrations: readonly PlannedMigration[],
  fates: Parameters<typeof makeUnreliable>[1] = {},
  more: Partial<ExecuteInput> = {},
): Promise<Ran> {
  const { database, requests, sent } = makeUnreliable(production.database, fates);
  const seen: ApplyEvent[] = [];
  const execution = await executePlan({
    database,
    outside,
    plan: planOf(migrations),
    production: await production.read(),
    migrations: migrations.map(fileOf),
    consents: [],
    restorePoint: { at: 'then', clock: 'server', command: null, backup: null },
    backupName: null,
    timeoutSeconds: 60,
    onEvent: (event) => seen.push(event),
    ...more,
  });
  return { ...execution, seen, events: seen.map(({ type }) => type), requests, sent };
}

const tables = async () =>
  (
    await production.rows(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '[0-9]*' ORDER BY name`)
  ).flat();
const rows = () =>
  production.rows(
    'SELECT migration_name, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, logs FROM "_prisma_migrations" ORDER BY rowid',
  );
/** The same, with the message of a failure in place of its logs, which must begin with whose run it was. */
const failures = async () =>
  (await rows()).map(([name, finished, rolledBack, logs]) => {
    const [first = '', ...rest] = String(logs).split('\n');
    expect(JSON.parse(first)).toMatchObject({ by: 'me@here' });
    return [name, finished, rolledBack, rest.join('\n')];
  });

describe('a plan that is sent', () => {
  it('is applied in one request, and says so as it goes', async () => {
    const { applied, wrote, end, seen, requests } = await execute(three);
    expect({ applied, wrote, end }).toEqual({
      applied: ['1_a', '2_b', '3_c'],
      wrote: true,
      end: { type: 'applied', byAnotherRun: false },
    });
    expect(seen).toEqual([
      { type: 'sending', migrations: ['1_a', '2_b', '3_c'] },
      { type: 'answered' },
      { type: 'restore-point', point: { at: 'then', clock: 'server', command: null, backup: null } },
    ]);
    expect(requests).toEqual(['execute']);
    expect(await tables()).toEqual(['1_a', '2_b', '3_c']);
  });

  it('is recorded with who did it, with what, and how to get back; a file has no restore point', async () => {
    await execute([create('1_a')], {}, { backupName: 'shop.sql' });
    const [[, , , logs] = []] = await rows();
    expect(JSON.parse(String(logs))).toEqual({
      plan: '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f60718293-00',
      last: '1_a',
      tool: 'migrate-prod 1.2.3',
      by: 'me@here',
      backup: 'shop.sql',
    });
    await execute([create('2_b'), create('3_c'), create('4_d')]);
    const [, [, , , without] = []] = await rows();
    expect(JSON.parse(String(without))).toMatchObject({ last: '4_d' });
    expect(String(without)).not.toContain('backup');
  });

  it('is applied in several requests where it is too long for one, and the restore point is told once', async () => {
    const { applied, end, events, requests } = await execute(inTwoRequests);
    expect([applied, end.type, requests]).toEqual([
      ['1_a', '2_b', '3_c'],
      'applied',
      ['execute', 'execute', 'execute'],
    ]);
    expect(events.filter((type) => type === 'restore-point')).toHaveLength(1);
    expect(await tables()).toEqual(['1_a', '2_b', '3_c']);
  });

  it('makes the tracker in the first of them only, and only where it is not there', async () => {
    const makes = ({ sent }: Ran) =>
      sent.map(({ steps }) => steps.some(({ sql }) => sql.startsWith('CREATE TABLE IF NOT EXISTS "_prisma')));
    expect(makes(await execute(inTwoRequests))).toEqual([true, false, false]);
    expect(makes(await execute([create('4_d'), large('5_e')]))).toEqual([false, false]);
  });

  it('can be interrupted while it is sent', async () => {
    const { signal } = new AbortController();
    const signals = (sent: Awaited<ReturnType<typeof execute>>) => sent.sent.map(({ options }) => options?.signal);
    expect(signals(await execute([create('1_a')], {}, { signal }))).toEqual([signal]);
    expect(signals(await execute([create('2_b')]))).toEqual([undefined]);
  });

  it('holds each request to the schema that the one before it left, unless any was allowed', async () => {
    const meddle = comesAfter(() => production.run('CREATE TABLE "Meddled" ("id")'), passes);
    const production1 = await openProduction('CREATE TABLE "Old" ("id" INTEGER)', 'CREATE TABLE "1_a" ("id" INTEGER)');
    const schemaAfter = (await production1.read()).schemaFingerprint;
    const first = plannedMigration('1_a', [`CREATE TABLE "1_a" ("id" INTEGER)`], { schemaAfter });
    const plan = [first, large('2_b')];
    const held = await execute(plan, { execute: [passes, meddle] });
    expect([held.applied, held.end.type]).toEqual([['1_a'], 'stale']);
    expect(await tables()).toEqual(['1_a']);
    production = await openProduction('CREATE TABLE "Old" ("id" INTEGER)');
    const free = await execute(
      plan,
      { execute: [passes, comesAfter(() => production.run('CREATE TABLE "Meddled" ("id")'), passes)] },
      { consents: [{ code: 'unrehearsed', migration: null }] },
    );
    expect(free.applied).toEqual(['1_a', '2_b']);
  });

  it('holds the first request to production as it was read', async () => {
    const migrations = [create('1_a')];
    const meddle = (sql: string) => execute(migrations, { execute: [comesAfter(() => production.run(sql))] });
    expect(await meddle('CREATE TABLE "Meddled" ("id")')).toMatchObject({ applied: [], wrote: false });
    expect(await tables()).toEqual([]);
    await execute([create('0_z')]);
    const moved = await meddle('UPDATE "_prisma_migrations" SET checksum = \'another\'');
    expect(moved).toMatchObject({ applied: [], wrote: false, end: { type: 'stale', next: 'plan', recorded: [] } });
    expect(moved.events).toEqual(['sending', 'answered', 'waiting-for-other-run']);
  });
});

describe('a migration that fails', () => {
  it('is told with its statement, recorded with its message, and keeps those before it', async () => {
    const { applied, wrote, end, requests } = await execute([create('1_a'), failing('2_b'), create('3_c')]);
    expect([applied, wrote]).toEqual([['1_a'], true]);
    expect(end).toMatchObject({
      type: 'failed',
      unrecorded: null,
      failure: { statement: { line: 4 }, recorded: true },
    });
    expect(requests).toEqual(['execute', 'execute']);
    expect(await tables()).toEqual(['1_a']);
    expect(await failures()).toEqual([
      ['1_a', 1, 0, ''],
      ['2_b', 0, 1, 'no such column: absent\nprisma/migrations/2_b/migration.sql:4'],
    ]);
  });

  it('is recorded without its place where it was no statement', async () => {
    await execute([plannedMigration('1_a', [], { schemaAfter: 'another' })]);
    expect(await failures()).toEqual([['1_a', 0, 1, 'the schema ended up different from the rehearsal']]);
  });

  const recordOf = async (fates: Parameters<typeof makeUnreliable>[1]) => {
    const { end, requests } = await execute([failing('1_a')], fates);
    return { unrecorded: end.type === 'failed' ? end.unrecorded : end.type, requests: requests.length };
  };

  it('is recorded a second time where the first answer is lost', async () => {
    expect(await recordOf({ execute: [passes, losesAnswer] })).toEqual({ unrecorded: null, requests: 3 });
    expect((await rows())[0]?.[3]).toContain('no such column');
    expect(await recordOf({ execute: [passes, passes] })).toEqual({ unrecorded: null, requests: 2 });
  });

  it.each([
    ['never arrives', [neverArrives, neverArrives], 3],
    ['is refused', [isRefused], 2],
    ['cannot be sent', [throws('UNREACHABLE')], 2],
  ] as const)('is recorded by the batch itself where its message %s', async (_, fates, requests) => {
    expect(await recordOf({ execute: [passes, ...fates] })).toEqual({ unrecorded: null, requests });
    expect((await failures())[0]?.[3]).toBe('Failed and rolled back.');
  });

  it.each([
    ['never arrives', [neverArrives, neverArrives], 'the line is dead'],
    ['is refused', [isRefused], 'near "X": syntax error'],
    ['cannot be sent', [throws('UNREACHABLE')], 'The server says UNREACHABLE.'],
  ] as const)('is told to be unrecorded where its row %s', async (_, fates, unrecorded) => {
    // The batch leaves no row where its own first table is not taken.
    const unable = comesAfter<BatchOutcome>(() =>
      production.run('CREATE VIEW "_prisma_migrations" AS SELECT 1 AS "id"'),
    );
    const result = await execute([failing('1_a')], { execute: [unable, ...fates] });
    expect(result.end).toMatchObject({ type: 'failed', unrecorded });
  });

  it('is recorded by the second request alone, where the batch could not', async () => {
    const rewrite = (step: Step): Step =>
      step.args?.some((arg) => String(arg).endsWith('Failed and rolled back.'))
        ? { sql: 'SELECT absent', args: [] }
        : step;
    const { end } = await execute([failing('1_a')], { rewrite });
    expect(end).toMatchObject({ type: 'failed', unrecorded: null, failure: { recorded: false } });
    expect((await rows())[0]?.[3]).toContain('no such column');
  });

  it('is told to be unrecorded in the words of the database', async () => {
    const unable = comesAfter<BatchOutcome>(() =>
      production.run('CREATE VIEW "_prisma_migrations" AS SELECT 1 AS "id"'),
    );
    const { end } = await execute([failing('1_a')], { execute: [unable] });
    expect(end).toMatchObject({ type: 'failed', unrecorded: expect.stringContaining('_prisma_migrations') });
  });

  it('is no failure where its row says that it is finished', async () => {
    // A line that says of a batch that ran that it failed.
    const lies = async (run: Parameters<typeof passes>[0]) => {
      const outcome = (await run()) as { type: 'ran'; replies: readonly unknown[] };
      const replies = outcome.replies.map(() => ({ type: 'error', message: 'no', code: 'NO' }));
      return { ...outcome, replies } as never;
    };
    const { applied, end, seen } = await execute([create('1_a')], { execute: [lies] });
    expect([applied, end]).toEqual([['1_a'], { type: 'applied', byAnotherRun: false }]);
    expect(seen).toContainEqual({ type: 'settling', cause: 'lost', reason: 'the answer contradicts production' });
    const part = await execute([create('2_b'), failing('3_c')], { execute: [lies] });
    expect([part.applied, part.end]).toEqual([['2_b'], { type: 'lost', message: 'the answer contradicts production' }]);
  });

  it('lets a bug through', async () => {
    await expect(execute([failing('1_a')], { execute: [passes, breaks] })).rejects.toThrow('a bug');
    await expect(execute([create('1_a')], { execute: [breaks] })).rejects.toThrow('a bug');
  });
});

describe('a request that is not taken in', () => {
  it('is told with the statements that the server refuses', async () => {
    const { applied, wrote, end } = await execute(three, { execute: [isRefused] });
    expect({ applied, wrote, end }).toEqual({
      applied: [],
      wrote: false,
      end: { type: 'refused', message: 'near "X": syntax error', refusals: [] },
    });
  });

  it('stops what comes after it, where it was never sent', async () => {
    const { applied, wrote, end, events } = await execute(inTwoRequests, { execute: [passes, throws('UNREACHABLE')] });
    expect([applied, wrote]).toEqual([['1_a'], true]);
    expect(end).toMatchObject({ type: 'stopped', hasState: false, error: { code: 'UNREACHABLE' } });
    expect(events.slice(-2)).toEqual(['sending', 'answered']);
  });

  it('is an interruption where the run was interrupted', async () => {
    const signal = AbortSignal.abort();
    const { end } = await execute(three, { execute: [throws('UNREACHABLE')] }, { signal });
    expect(end).toEqual({ type: 'lost', message: 'interrupted' });
  });

  it('is not followed by another where the run was interrupted', async () => {
    const controller = new AbortController();
    const interrupt = comesAfter(async () => controller.abort(), passes);
    const { applied, wrote, end, requests } = await execute(
      inTwoRequests,
      { execute: [interrupt] },
      { signal: controller.signal },
    );
    expect([applied, wrote, end]).toEqual([['1_a'], true, { type: 'lost', message: 'interrupted' }]);
    expect(requests).toEqual(['execute']);
  });
});

describe('an answer that is lost', () => {
  it('is found where all of it was done', async () => {
    const { applied, wrote, end, seen, requests } = await execute(three, { execute: [losesAnswer] });
    expect([applied, wrote, end]).toEqual([['1_a', '2_b', '3_c'], true, { type: 'applied', byAnotherRun: false }]);
    expect(seen.map(({ type }) => type)).toEqual(['sending', 'answered', 'restore-point', 'settling']);
    expect(seen.at(-1)).toEqual({ type: 'settling', cause: 'lost', reason: 'the line is dead' });
    expect(requests).toEqual(['execute', 'read']);
  });

  it('is looked for as long as something moves, then fenced off, and nothing of it can come later', async () => {
    const { applied, wrote, end, requests } = await execute(three, { execute: [neverArrives] });
    expect([applied, wrote, end]).toEqual([[], true, { type: 'lost', message: 'the line is dead' }]);
    // Ten seconds in steps of half a second.
    expect(requests).toEqual(['execute', ...Array.from({ length: 20 }, () => 'read'), 'execute']);
    expect(await failures()).toEqual([['1_a', 0, 1, 'The answer was lost; this attempt was fenced off.']]);
  });

  it('counts what was done before what failed', async () => {
    const { applied, end } = await execute([create('1_a'), failing('2_b')], { execute: [losesAnswer] });
    expect([applied, end]).toEqual([['1_a'], { type: 'lost', message: 'the line is dead' }]);
  });

  it('is given less time where the run was interrupted, and none is waited for beyond the timeout', async () => {
    const signal = AbortSignal.abort();
    const interrupted = await execute(three, { execute: [neverArrives] }, { signal });
    expect(interrupted.requests.filter((kind) => kind === 'read')).toHaveLength(4);
    expect(interrupted.seen).toContainEqual({ type: 'settling', cause: 'interrupted', reason: 'the line is dead' });
    expect((await failures())[0]?.[3]).toBe('The run was interrupted; this attempt was fenced off.');
    const short = await execute([create('4_d')], { execute: [neverArrives] }, { timeoutSeconds: 1 });
    expect(short.requests.filter((kind) => kind === 'read')).toHaveLength(2);
  });

  it('is unknown where nobody answers any more', async () => {
    const { applied, wrote, end } = await execute(three, {
      read: [throws('UNREACHABLE')],
      execute: [neverArrives],
      repeat: 'last',
    });
    expect([applied, wrote]).toEqual([[], true]);
    expect(end).toEqual({
      type: 'unknown',
      message: 'the line is dead; the line is dead',
      first: null,
      uncertain: ['1_a', '2_b', '3_c'],
    });
  });

  it('is unknown at once where the token is turned away', async () => {
    const { end, requests } = await execute(three, { read: [throws('AUTH_FAILED')], execute: [neverArrives] });
    expect(end).toMatchObject({ type: 'unknown', first: expect.any(String), uncertain: ['1_a', '2_b', '3_c'] });
    expect(requests).toEqual(['execute', 'read']);
  });

  it('is unknown in what was not seen, and was written or may have been', async () => {
    const part = [create('1_a'), failing('2_b'), create('3_c')];
    const { applied, end } = await execute(part, { read: [passes, throws('AUTH_FAILED')], execute: [losesAnswer] });
    expect(applied).toEqual(['1_a']);
    expect(end).toMatchObject({ type: 'unknown', uncertain: ['2_b', '3_c'] });
    const refused = await execute([create('4_d')], {
      read: [throws('UNREACHABLE')],
      execute: [turnedAway('SERVER_BUSY', 'own'), throws('UNREACHABLE')],
      repeat: 'last',
    });
    expect([refused.end.type, refused.wrote]).toEqual(['unknown', true]);
  });

  it('may leave a part that is known', async () => {
    // The first of two requests is there; of the second nobody knows.
    const { applied, end } = await execute(inTwoRequests, {
      read: [throws('AUTH_FAILED')],
      execute: [passes, neverArrives],
    });
    expect(applied).toEqual(['1_a']);
    expect(end).toMatchObject({ type: 'unknown', uncertain: ['2_b'] });
  });
});

describe('a request that is turned away', () => {
  it('wrote nothing where the fence says so, and nothing is told of a restore point', async () => {
    const { applied, wrote, end, events } = await execute(three, { execute: [turnedAway('SERVER_BUSY', 'own')] });
    expect([applied, wrote]).toEqual([[], false]);
    expect(events).not.toContain('restore-point');
    expect(end).toMatchObject({
      type: 'stopped',
      hasState: true,
      error: { code: 'SERVER_BUSY', message: 'The server says SERVER_BUSY. Nothing of this request was applied.' },
    });
    expect((await failures())[0]?.[3]).toBe('The request was refused; this attempt was fenced off.');
  });

  it('is there all the same where something on the way answered so afterwards', async () => {
    const { applied, wrote, end } = await execute(three, { execute: [turnedAway('SERVER_BUSY', 'foreign', 'after')] });
    expect([applied, wrote, end.type]).toEqual([['1_a', '2_b', '3_c'], true, 'applied']);
  });

  it('is believed where every look and every fence is turned away alike', async () => {
    const { end, requests } = await execute(three, {
      read: [throws('TOKEN_READ_ONLY')],
      execute: [turnedAway('TOKEN_READ_ONLY', 'own')],
      repeat: 'last',
    });
    expect(end).toMatchObject({
      type: 'stopped',
      hasState: false,
      error: { message: 'The server says TOKEN_READ_ONLY.' },
    });
    expect(requests).toEqual(['execute', 'read', 'execute']);
  });

  it('is an interruption where the run was interrupted', async () => {
    const { end } = await execute(
      three,
      { execute: [turnedAway('SERVER_BUSY', 'own')] },
      { signal: AbortSignal.abort() },
    );
    expect(end).toEqual({ type: 'lost', message: 'status of SERVER_BUSY' });
  });

  it('counts as answered where a part is there', async () => {
    const { applied, end } = await execute([create('1_a'), failing('2_b')], {
      execute: [turnedAway('SERVER_BUSY', 'foreign', 'after')],
    });
    expect([applied, end]).toEqual([['1_a'], { type: 'lost', message: 'status of SERVER_BUSY' }]);
  });
});

describe('a request that was sent twice', () => {
  it('is applied once where the first was not taken in', async () => {
    const { applied, end, events } = await execute(three, { execute: [sentTwice('did not run')] });
    expect([applied, end.type]).toEqual([['1_a', '2_b', '3_c'], 'applied']);
    expect(events).not.toContain('settling');
  });

  it('is applied once where the first ran, which the second finds in its way', async () => {
    const { applied, end, seen, events } = await execute(three, { execute: [sentTwice('ran')] });
    expect([applied, end]).toEqual([['1_a', '2_b', '3_c'], { type: 'applied', byAnotherRun: false }]);
    expect(events).not.toContain('waiting-for-other-run');
    expect(seen).toContainEqual(
      expect.objectContaining({ type: 'settling', reason: expect.stringContaining('cannot be run again') }),
    );
  });

  it('has failed where both say so', async () => {
    const { applied, end } = await execute([failing('1_a')], { execute: [sentTwice('did not run')] });
    expect(applied).toEqual([]);
    expect(end).toMatchObject({ type: 'failed', failure: { message: 'no such column: absent' } });
  });

  it('is lost where another run came in between', async () => {
    const meddled = comesAfter(() => production.run('CREATE TABLE "Meddled" ("id")'), sentTwice('did not run'));
    const { applied, end } = await execute(three, { execute: [meddled] });
    expect(applied).toEqual([]);
    expect(end).toMatchObject({ type: 'lost' });
  });
});

describe('a race that is lost', () => {
  const other = (names: readonly string[]) => async () => {
    await production.run('BEGIN');
    await production.run(
      `CREATE TABLE IF NOT EXISTS "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
      ...names.flatMap((name) => [
        `CREATE TABLE "${name}" ("id")`,
        `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('other ${name}', 'checksum of ${name}', '${name}', 5, 1)`,
      ]),
      'COMMIT',
    );
  };

  it('is a success of another run where that applied all', async () => {
    const { applied, wrote, end, events } = await execute(three, {
      execute: [comesAfter(other(['1_a', '2_b', '3_c']))],
    });
    expect([applied, wrote, end]).toEqual([[], false, { type: 'applied', byAnotherRun: true }]);
    expect(events).toContain('waiting-for-other-run');
  });

  it('says what another run applied of it, and what is left', async () => {
    const { applied, end } = await execute(three, { execute: [comesAfter(other(['1_a']))] });
    expect(applied).toEqual([]);
    expect(end).toMatchObject({ type: 'stale', next: 'apply', recorded: ['1_a'] });
  });

  it('is waited for only in what this run had not applied itself', async () => {
    const { applied, wrote, end } = await execute(inTwoRequests, {
      execute: [passes, comesAfter(other(['2_b', '3_c']))],
    });
    expect([applied, wrote, end]).toEqual([['1_a'], true, { type: 'applied', byAnotherRun: true }]);
  });

  it('is told from what this run did itself, in an earlier request', async () => {
    // Its own rows say that its plan goes on to the last; those of the other run say nothing.
    const { end } = await execute(inTwoRequests, { execute: [passes, comesAfter(other(['2_b']))] });
    expect(end).toMatchObject({ type: 'stale', next: 'apply', recorded: ['2_b'] });
  });

  it('is told from what this run did itself, in the same request', async () => {
    await execute([create('0_z')]);
    // While the first of them runs, another run records the second, and half of the third.
    const rewrite = (step: Step): Step =>
      step.sql.startsWith('CREATE TABLE "1_a"')
        ? {
            ...step,
            sql: `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('other', 'checksum of 2_b', '2_b', 5, 1)`,
          }
        : step;
    const { applied, wrote, end } = await execute(three, { rewrite });
    expect([applied, wrote]).toEqual([['1_a'], true]);
    expect(end).toMatchObject({ type: 'stale', next: 'apply', recorded: ['2_b'] });
  });

  it('is given up after the timeout', async () => {
    const open = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ('other', 'checksum of 1_a', '1_a')`;
    await execute([create('0_z')]);
    const { end } = await execute(
      [create('1_a')],
      { execute: [comesAfter(() => production.run(open))] },
      { timeoutSeconds: 7 },
    );
    expect(end).toMatchObject({
      type: 'stale',
      next: 'plan',
      message: expect.stringContaining('Another run started 1_a'),
    });
    const waited = clock.slept.reduce((sum, each) => sum + each, 0);
    expect(waited).toBeGreaterThanOrEqual(7_000);
    expect(waited).toBeLessThan(9_000);
  });
});
