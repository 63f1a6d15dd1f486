/** Writing to the tracker on the real engine: what is written, when it is not, and what a lost answer is taken for. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { BackfillAction, BackfillItem } from '../../src/backfill/choice.ts';
import { compareHistory } from '../../src/history/history.ts';
import type { Migration } from '../../src/history/migration.ts';
import type { BatchOutcome, Outside } from '../../src/ports.ts';
import type { Production } from '../../src/production/production.ts';
import { parseTrackerRow, prismaTracker, selectTrackerRows } from '../../src/tracker/tracker.ts';
import { buildTrackerWrites, executeRecord } from '../../src/tracker/write.ts';
import { buildTrackerBatch, selectWhetherWritten, type TrackerWrite } from '../../src/tracker/write-batch.ts';
import { createOutside } from '../../src/wiring.ts';
import { createdTracker, openProduction, startTestClock, type TestProduction } from '../apply/production.ts';
import {
  breaks,
  comesAfter,
  type Fate,
  isRefused,
  losesAnswer,
  makeUnreliable,
  neverArrives,
  passes,
  sentTwice,
  throws,
  turnedAway,
} from '../apply/unreliable.ts';

let production: TestProduction;
let clock: ReturnType<typeof startTestClock>;
let outside: Outside;
beforeEach(async () => {
  production = await openProduction('CREATE TABLE "Old" ("id" INTEGER)');
  clock = startTestClock();
  outside = { ...createOutside('me@here', '1.2.3'), clock, newId: () => 'new id' };
});

const record = (name: string, more: Partial<Extract<TrackerWrite, { type: 'record' }>> = {}): TrackerWrite => ({
  type: 'record',
  id: `id of ${name}`,
  name,
  checksum: `checksum of ${name}`,
  logs: `logs of ${name}`,
  openRows: [],
  staleRows: [],
  ...more,
});

const insert = (id: string, columns: string, values: string) =>
  `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, ${columns}) VALUES ('${id}', 'c', '1_a', ${values})`;

const rows = () =>
  production.rows(
    'SELECT id, migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, applied_steps_count, logs FROM "_prisma_migrations" ORDER BY rowid',
  );

async function write(...writes: readonly TrackerWrite[]) {
  const replies = await production.execute(buildTrackerBatch(await production.read(), writes));
  return replies.find((reply) => reply.type === 'error');
}

const isThere = async (change: TrackerWrite) => {
  const [reply] = await production.execute([selectWhetherWritten(prismaTracker, change)]);
  return reply?.type === 'rows' ? reply.rows : reply;
};

describe('a change to the tracker', () => {
  it('records what was not run, as Prisma does, in one statement for all', async () => {
    expect(await write(record('1_a'), record('2_b'))).toBeUndefined();
    expect(await rows()).toEqual([
      ['id of 1_a', '1_a', 'checksum of 1_a', 1, 0, 0, 'logs of 1_a'],
      ['id of 2_b', '2_b', 'checksum of 2_b', 1, 0, 0, 'logs of 2_b'],
    ]);
    const times = await production.rows('SELECT typeof(started_at), typeof(finished_at) FROM "_prisma_migrations"');
    expect(times[0]).toEqual(['integer', 'integer']);
    const steps = buildTrackerBatch(await production.read(), [record('3_c'), record('4_d')]);
    expect(steps.filter(({ sql }) => sql.startsWith('INSERT'))).toHaveLength(1);
    const none = buildTrackerBatch(await production.read(), [{ type: 'roll-back', rows: ['x'] }]);
    expect(none.filter(({ sql }) => sql.startsWith('INSERT'))).toHaveLength(0);
  });

  it('settles the older rows of what it records, and marks none where there is none', async () => {
    await production.run(
      createdTracker,
      insert('open', 'logs', 'NULL'),
      insert('stale', 'rolled_back_at', '5'),
      insert('other', 'logs', 'NULL'),
    );
    await write(record('1_a', { openRows: ['open'], staleRows: ['stale', 'open'] }));
    expect(await rows()).toMatchObject([
      ['open', '1_a', 'checksum of 1_a', 0, 1, 0, expect.stringContaining('the checksum was c')],
      ['stale', '1_a', 'checksum of 1_a', 0, 1, 0, expect.stringContaining('the checksum was c')],
      ['other', '1_a', 'c', 0, 0, 0, null],
      ['id of 1_a', '1_a', 'checksum of 1_a', 1, 0, 0, 'logs of 1_a'],
    ]);
    const steps = buildTrackerBatch(await production.read(), [record('2_b')]);
    expect(steps.filter(({ sql }) => sql.includes('rolled_back_at ='))).toEqual([]);
  });

  it('accepts a file in place of the one that ran, and keeps the old checksum', async () => {
    await production.run(
      createdTracker,
      insert('1', 'logs, finished_at', `'', 5`),
      insert('2', 'logs, finished_at', `'it said', 5`),
      insert('3', 'finished_at', '5'),
    );
    await write({ type: 'accept', rows: ['1', '2'], checksum: 'new', by: 'me' });
    expect((await rows()).map(([id, , checksum, , , , logs]) => [id, checksum, logs])).toEqual([
      ['1', 'new', `The checksum was 'c'; the present file was accepted by me`],
      ['2', 'new', `it said\nThe checksum was 'c'; the present file was accepted by me`],
      ['3', 'c', null],
    ]);
  });

  it('renames what ran, and keeps the old name', async () => {
    await production.run(createdTracker, insert('1', 'finished_at', '5'), insert('2', 'logs', `'it said'`));
    await write({ type: 'rename', rows: ['1', '2'], name: '1_new', by: 'me' });
    expect((await rows()).map(([id, name, , , , , logs]) => [id, name, logs])).toEqual([
      ['1', '1_new', `It ran as '1_a'; renamed by me`],
      ['2', '1_new', `it said\nIt ran as '1_a'; renamed by me`],
    ]);
  });

  it('rolls back what was begun', async () => {
    await production.run(createdTracker, insert('1', 'logs', 'NULL'), insert('2', 'finished_at', '5'));
    await write({ type: 'roll-back', rows: ['1', '2'] });
    expect((await rows()).map(([id, , , , rolledBack]) => [id, rolledBack])).toEqual([
      ['1', 1],
      ['2', 0],
    ]);
  });

  it('takes back what was recorded without being run, and nothing that ran', async () => {
    await production.run(
      createdTracker,
      insert('backfilled', 'finished_at', '5'),
      insert('ran', 'finished_at, applied_steps_count', '5, 1'),
      insert('rolled back', 'finished_at, rolled_back_at', '5, 5'),
      insert('open', 'logs', 'NULL'),
      insert('other', 'finished_at', '5'),
    );
    await write({ type: 'take-back', rows: ['backfilled', 'ran', 'rolled back', 'open'] });
    expect((await rows()).map(([id]) => id)).toEqual(['ran', 'rolled back', 'open', 'other']);
  });

  it("puts Prisma's table in the place of another, and keeps that one", async () => {
    await production.run(
      'CREATE TABLE "_prisma_migrations" ("name" TEXT)',
      `INSERT INTO "_prisma_migrations" VALUES ('a')`,
    );
    expect(await write(record('1_a'))).toBeUndefined();
    expect(await production.rows('SELECT * FROM "_prisma_migrations_replaced"')).toEqual([['a']]);
    expect((await rows()).map(([id]) => id)).toEqual(['id of 1_a']);
  });

  it('is not made where the schema moved, or the tracker', async () => {
    const before = await production.read();
    const tryNow = async () => {
      const replies = await production.execute(buildTrackerBatch(before, [record('1_a')]));
      const error = replies.find((reply) => reply.type === 'error');
      return error?.type === 'error' ? /MP_GUARD:([a-z-]+)/.exec(error.message)?.[1] : undefined;
    };
    await production.run('CREATE TABLE "New" ("id")');
    expect(await tryNow()).toBe('moved-schema');
    await production.run('DROP TABLE "New"', createdTracker, insert('1', 'logs', 'NULL'));
    expect(await tryNow()).toBe('moved-tracker');
    expect((await rows()).length).toBe(1);
  });

  it('is found where it is there, and only then', async () => {
    await production.run(createdTracker, insert('1', 'finished_at', '5'), insert('2', 'logs', 'NULL'));
    const changes: readonly TrackerWrite[] = [
      record('1_a'),
      { type: 'accept', rows: ['1'], checksum: 'new', by: 'me' },
      { type: 'rename', rows: ['1'], name: '1_new', by: 'me' },
      { type: 'roll-back', rows: ['2'] },
    ];
    for (const change of changes) {
      expect(await isThere(change), change.type).toEqual([[0]]);
      await write(change);
      expect(await isThere(change), change.type).toEqual([[1]]);
    }
    // Of another row it says nothing.
    expect(await isThere({ type: 'accept', rows: ['2'], checksum: 'new', by: 'me' })).toEqual([[0]]);
    expect(await isThere({ type: 'rename', rows: ['2'], name: '1_new', by: 'me' })).toEqual([[0]]);
    expect(await isThere({ type: 'roll-back', rows: ['1'] })).toEqual([[0]]);
    const back: TrackerWrite = { type: 'take-back', rows: ['1'] };
    expect(await isThere(back)).toEqual([[0]]);
    await write(back);
    expect(await isThere(back)).toEqual([[1]]);
    expect(await isThere({ type: 'take-back', rows: ['2'] })).toEqual([[1]]);
  });
});

describe('what is chosen becomes a write', () => {
  const file = (name: string, checksum: string): Migration => ({
    name,
    checksum,
    alternativeChecksums: [],
    sql: '',
    consents: [],
    path: name,
  });

  async function build(action: BackfillAction, name: string, consents: readonly string[] = []) {
    const [reply] = await production.execute([selectTrackerRows(prismaTracker)]);
    const read = reply?.type === 'rows' ? reply.rows.map(parseTrackerRow) : [];
    const history = compareHistory([file('1_a', 'now'), file('3_c', 'c')], read);
    const entry = history.entries.find((each) => each.name === name);
    if (entry === undefined) throw new Error(name);
    const item: BackfillItem = { name, action, entry };
    return buildTrackerWrites([item], consents, outside)[0];
  }

  beforeEach(async () => {
    await production.run(
      createdTracker,
      insert('open', 'logs', 'NULL'),
      insert('stale', 'rolled_back_at', '5'),
      insert('done', 'finished_at', '5'),
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at) VALUES ('right', 'now', '1_a', 5)`,
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at) VALUES ('renamed', 'c', '2_b', 5)`,
    );
  });

  it('with the rows that it is about', async () => {
    expect(await build('take-back', '1_a')).toEqual({ type: 'take-back', rows: ['open', 'stale', 'done', 'right'] });
    expect(await build('roll-back', '1_a')).toEqual({ type: 'roll-back', rows: ['open'] });
    expect(await build('accept', '1_a')).toEqual({
      type: 'accept',
      rows: ['open', 'stale', 'done'],
      checksum: 'now',
      by: 'migrate-prod 1.2.3, me@here',
    });
    expect(await build('rename', '3_c')).toEqual({
      type: 'rename',
      rows: ['renamed'],
      name: '3_c',
      by: 'migrate-prod 1.2.3, me@here',
    });
    expect(await build('record', '1_a')).toEqual({
      type: 'record',
      id: 'new id',
      name: '1_a',
      checksum: 'now',
      openRows: ['open'],
      staleRows: ['open', 'stale'],
      logs: '',
    });
  });

  it('with the consents, where there are some', async () => {
    expect(await build('rename', '3_c', ['a', 'b'])).toMatchObject({ by: 'migrate-prod 1.2.3, me@here, allowed a, b' });
    expect(await build('record', '1_a', ['a', 'b'])).toMatchObject({
      logs: '{"tool":"migrate-prod 1.2.3","by":"me@here","allowed":["a","b"]}',
    });
  });

  it('only where it has a file', async () => {
    await production.run(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at) VALUES ('gone', 'z', '0_z', 5)`,
    );
    await expect(build('record', '0_z')).rejects.toThrow('0_z has no folder');
    await expect(build('accept', '0_z')).rejects.toThrow('0_z has no folder');
  });
});

describe('a record over an unreliable line', () => {
  let seen: Production;
  beforeEach(async () => {
    seen = await production.read();
  });

  async function run(fates: Parameters<typeof makeUnreliable>[1], timeoutSeconds?: number) {
    const { database, requests } = makeUnreliable(production.database, fates);
    const writes = [record('1_a')];
    const end = await executeRecord({ database, outside, production: seen, writes, timeoutSeconds }).then(
      (error) => (error === null ? 'recorded' : { code: error.code, message: error.message }),
      (error: Error & { code?: string }) => ({ thrown: error.code ?? error.message, message: error.message }),
    );
    const there = (
      await production.rows(`SELECT count(*) FROM sqlite_schema WHERE name = '_prisma_migrations'`)
    )[0]?.[0];
    const recorded = there === 1 ? await production.value('SELECT count(*) FROM "_prisma_migrations"') : 0;
    return { end, requests, recorded, slept: clock.slept.reduce((sum, each) => sum + each, 0) };
  }

  it('is one request where nothing goes wrong', async () => {
    expect(await run({})).toEqual({ end: 'recorded', requests: ['execute'], recorded: 1, slept: 0 });
  });

  it('is found where its answer is lost', async () => {
    expect(await run({ execute: [losesAnswer] })).toEqual({
      end: 'recorded',
      requests: ['execute', 'read'],
      recorded: 1,
      slept: 0,
    });
  });

  it('is sent again where it never arrived', async () => {
    expect(await run({ execute: [neverArrives] })).toEqual({
      end: 'recorded',
      requests: ['execute', 'read', 'execute'],
      recorded: 1,
      slept: 500,
    });
  });

  it('is found by the second try, which its own first stands in the way of', async () => {
    // The first is yet to commit when it is looked for.
    const late = { pending: null as null | (() => Promise<BatchOutcome>) };
    const arrivesLate: Fate<BatchOutcome> = async (send) => {
      late.pending = send;
      return { type: 'lost', message: 'the line is dead' };
    };
    const second = comesAfter<BatchOutcome>(async () => late.pending?.());
    expect(await run({ execute: [arrivesLate, second] })).toMatchObject({
      end: 'recorded',
      requests: ['execute', 'read', 'execute', 'read'],
      recorded: 1,
    });
  });

  it('is written once where the request was sent twice', async () => {
    expect(await run({ execute: [sentTwice('ran')] })).toEqual({
      end: 'recorded',
      requests: ['execute', 'read'],
      recorded: 1,
      slept: 0,
    });
    production = await openProduction('CREATE TABLE "Old" ("id" INTEGER)');
    expect(await run({ execute: [sentTwice('did not run')] })).toMatchObject({
      end: 'recorded',
      requests: ['execute'],
    });
  });

  it('is refused where production moved, and says what did', async () => {
    const schema = await run({ execute: [comesAfter(() => production.run('CREATE TABLE "New" ("id")'))] });
    expect(schema).toEqual({
      end: { code: 'PLAN_STALE', message: "Somebody else changed production's schema meanwhile; nothing was written." },
      requests: ['execute'],
      recorded: 0,
      slept: 0,
    });
    await production.run('DROP TABLE "New"', createdTracker, insert('1', 'logs', 'NULL'));
    expect((await run({})).end).toEqual({
      code: 'PLAN_STALE',
      message: 'Somebody else changed the tracker meanwhile; nothing was written.',
    });
  });

  it('fails with the words of the database, at once where it was the first', async () => {
    expect(await run({ execute: [isRefused] })).toEqual({
      end: { code: 'STATEMENT_FAILED', message: 'Nothing was recorded: near "X": syntax error.' },
      requests: ['execute'],
      recorded: 0,
      slept: 0,
    });
    const view = comesAfter<BatchOutcome>(
      async () => {},
      async () => ({
        type: 'ran',
        sent: 1,
        replies: [{ type: 'error', message: 'disk full', code: 'FULL' }],
      }),
    );
    expect((await run({ execute: [view] })).end).toEqual({
      code: 'STATEMENT_FAILED',
      message: 'Nothing was recorded: disk full.',
    });
  });

  it('is unknown where a second try finds production moved, and nothing is there', async () => {
    const meddle = comesAfter<BatchOutcome>(() => production.run('CREATE TABLE IF NOT EXISTS "New" ("id")'), passes);
    const { end, recorded, slept } = await run({ execute: [neverArrives, meddle] });
    expect(recorded).toBe(0);
    expect(end).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect((end as { message: string }).message).toContain(
      "a second try found production's schema changed, by the first or by somebody else",
    );
    expect((end as { message: string }).message).toContain('nothing is recorded so far');
    expect(slept).toBe(10_000);
  });

  it('is unknown in the words of the database where a second try fails otherwise', async () => {
    const { end } = await run({ execute: [neverArrives, isRefused], repeat: 'last' });
    expect(end).toMatchObject({ code: 'OUTCOME_UNKNOWN', message: expect.stringContaining('near "X": syntax error') });
  });

  it('is given up in the time that there is, and no later than after ten seconds', async () => {
    const forever = { execute: [neverArrives], repeat: 'last' } as const;
    expect((await run(forever)).slept).toBe(10_000);
    clock = startTestClock();
    outside = { ...outside, clock };
    expect((await run(forever, 3)).slept).toBe(3_000);
    clock = startTestClock();
    outside = { ...outside, clock };
    expect((await run(forever, 60)).slept).toBe(10_000);
  });

  it('says whether production could be asked', async () => {
    const { end } = await run({ execute: [neverArrives], read: [throws('UNREACHABLE')], repeat: 'last' });
    expect(end).toMatchObject({ message: expect.stringContaining('production could not be asked') });
  });

  it('is lost like an answer where a later try cannot be sent, and thrown where it was the first', async () => {
    expect((await run({ execute: [throws('UNREACHABLE')] })).end).toMatchObject({ thrown: 'UNREACHABLE' });
    expect(await run({ execute: [neverArrives, throws('UNREACHABLE')] })).toMatchObject({
      end: 'recorded',
      requests: ['execute', 'read', 'execute', 'read', 'execute'],
    });
    expect((await run({ execute: [breaks] })).end).toMatchObject({ thrown: 'a bug' });
  });

  describe('that is turned away', () => {
    const own = turnedAway('TOKEN_READ_ONLY', 'own');
    const foreign = turnedAway('SERVER_BUSY', 'foreign');
    const thrown = (code: string) => ({ thrown: code, message: `The server says ${code}. Nothing was recorded.` });

    it('is believed the second time where nothing is found', async () => {
      expect(await run({ execute: [own], repeat: 'last' })).toEqual({
        end: thrown('TOKEN_READ_ONLY'),
        requests: ['execute', 'read', 'execute', 'read'],
        recorded: 0,
        slept: 500,
      });
    });

    it('is believed where looking is refused in the same way, not in another', async () => {
      const looks = (code: 'TOKEN_READ_ONLY' | 'UNREACHABLE') =>
        run({ execute: [own], read: [throws(code)], repeat: 'last' });
      expect((await looks('TOKEN_READ_ONLY')).end).toEqual(thrown('TOKEN_READ_ONLY'));
      expect((await looks('UNREACHABLE')).end).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    });

    it("is tried for the whole time where it is not in libSQL's words", async () => {
      const { end, slept } = await run({ execute: [foreign], repeat: 'last' });
      expect([end, slept]).toEqual([thrown('SERVER_BUSY'), 10_000]);
      const unasked = await run({ execute: [foreign], read: [throws('SERVER_BUSY')], repeat: 'last' });
      expect(unasked.end).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    });

    it('is found where it was taken in all the same', async () => {
      expect(await run({ execute: [turnedAway('SERVER_BUSY', 'foreign', 'after')] })).toMatchObject({
        end: 'recorded',
        requests: ['execute', 'read'],
      });
    });

    it('proves nothing where an earlier try may have been taken in', async () => {
      expect((await run({ execute: [neverArrives, own], repeat: 'last' })).end).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
      });
    });
  });

  it('finds a change of nothing there already', async () => {
    const { database } = makeUnreliable(production.database, { execute: [neverArrives] });
    expect(await executeRecord({ database, outside, production: seen, writes: [] })).toBeNull();
  });
});
