/** Waiting for another run, on the real engine: until all is recorded, or it is plain that it will not be. */

import { beforeEach, describe, expect, it } from 'vitest';
import { awaitOtherRun, type OtherRunInput } from '../../src/apply/other-run.ts';
import type { Clock } from '../../src/ports.ts';
import { renderRowLogs } from '../../src/tracker/row-logs.ts';
import { type Files, migrationsOf } from '../plan/plan-on.ts';
import { createdTracker, openProduction, startTestClock, type TestProduction } from './production.ts';
import { breaks, makeUnreliable, passes, throws } from './unreliable.ts';

const files: Files = { '1_a': 'SELECT 1;', '2_b': 'SELECT 2;', '3_c': 'SELECT 3;' };
const migrations = migrationsOf(files);

let production: TestProduction;
let expected: { schema: string; tracker: string };
beforeEach(async () => {
  production = await openProduction('CREATE TABLE "Old" ("id")', createdTracker);
  const { schemaFingerprint, trackerFingerprint } = await production.read();
  expected = { schema: schemaFingerprint, tracker: trackerFingerprint };
});

type Row = 'finished' | 'open' | 'rolled back' | 'backfilled' | 'edited';

/** The other run records something; by its place in the list. */
function record(index: number, as: Row = 'finished', last: string | null = null) {
  const migration = migrations[index];
  const logs = last === null ? null : renderRowLogs({ plan: '0-0-0', last }, {});
  return production.run({
    sql: 'INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, rolled_back_at, applied_steps_count, logs) VALUES (?, ?, ?, ?, ?, ?, ?)',
    args: [
      `other ${index} ${as}`,
      as === 'edited' ? 'another' : (migration?.checksum ?? ''),
      migration?.name ?? '',
      as === 'open' || as === 'rolled back' ? null : 5,
      as === 'rolled back' ? 5 : null,
      as === 'backfilled' ? 0 : 1,
      logs,
    ],
  });
}

interface Waited {
  readonly end: Awaited<ReturnType<typeof awaitOtherRun>>;
  /** Milliseconds. */
  readonly waited: number;
  readonly looks: number;
  readonly slept: readonly number[];
}

/** @param later what happens once so many milliseconds have gone by. */
async function wait(
  more: Partial<OtherRunInput> = {},
  later: readonly (readonly [number, () => Promise<unknown>])[] = [],
  fates: Parameters<typeof makeUnreliable>[1] = {},
): Promise<Waited> {
  const base = startTestClock();
  const begin = base.now();
  const open = [...later];
  const clock: Clock = {
    now: base.now,
    sleep: async (milliseconds) => {
      await base.sleep(milliseconds);
      while (open[0] && base.now() - begin >= open[0][0]) await open.shift()?.[1]();
    },
  };
  const { database, requests } = makeUnreliable(production.database, fates);
  const end = await awaitOtherRun({
    database,
    clock,
    migrations,
    guard: 'moved-tracker',
    expected,
    known: new Set(),
    timeout: 60_000,
    ...more,
  });
  return { end, waited: base.now() - begin, looks: requests.length, slept: base.slept };
}

describe('another run', () => {
  it('is over once all is recorded with the same files', async () => {
    await Promise.all([record(0), record(1), record(2)]);
    expect(await wait()).toMatchObject({ end: { type: 'finished' }, waited: 0, looks: 1 });
  });

  it('is waited for as long as something moves', async () => {
    await record(0);
    const { end, waited } = await wait({}, [
      [4_500, () => record(1)],
      [9_000, () => record(2)],
    ]);
    expect(end).toEqual({ type: 'finished' });
    expect(waited).toBeGreaterThanOrEqual(9_000);
    expect(waited).toBeLessThan(10_500);
  });

  it('is looked at often at first, and again when something moved, then less and less', async () => {
    await record(0);
    const { slept } = await wait({}, [[4_000, () => record(1)]]);
    expect(slept.slice(0, 8).map(Math.round)).toEqual([100, 150, 225, 338, 506, 759, 1_000, 1_000]);
    expect(slept.filter((each) => each === 100)).toHaveLength(2);
    expect(Math.max(...slept)).toBe(1_000);
  });

  it('that stopped after a part is not at work any more, and the rest can be applied', async () => {
    await record(0);
    const { end, waited } = await wait();
    expect(end).toEqual({
      type: 'stale',
      next: 'apply',
      recorded: ['1_a'],
      message:
        'Another run applied 1_a. Not applied: 2_b, 3_c. The tracker has no row for it, and nothing changed for some seconds.',
    });
    expect([waited >= 5_000, waited < 6_500]).toEqual([true, true]);
  });

  it('that said that it has more to do is waited for longer', async () => {
    await record(0, 'finished', '3_c');
    const { end, waited } = await wait();
    expect(end).toMatchObject({ type: 'stale', next: 'plan', recorded: ['1_a'] });
    expect((end as { message: string }).message).toContain('It has 2_b, 3_c still to apply');
    expect([waited >= 30_000, waited < 32_000]).toEqual([true, true]);
  });

  it('that said what its last is, and has done it, has no more to do', async () => {
    await record(0, 'finished', '1_a');
    expect((await wait()).end).toMatchObject({ next: 'apply' });
  });

  it('is waited for no longer than there is time', async () => {
    await record(0, 'finished', '3_c');
    expect((await wait({ timeout: 2_000 })).waited).toBeLessThan(3_500);
    await production.run('DELETE FROM "_prisma_migrations"');
    await record(0);
    expect((await wait({ timeout: 1_000 })).waited).toBeLessThan(2_500);
  });

  it('that has begun one is waited for to the end of the time', async () => {
    await record(0);
    await record(1, 'open');
    const { end, waited } = await wait();
    expect(end).toMatchObject({ type: 'stale', next: 'plan', recorded: ['1_a'] });
    expect((end as { message: string }).message).toBe(
      'Another run started 2_b and has not continued since; a part of it may have run.',
    );
    expect(waited).toBeGreaterThanOrEqual(60_000);
  });

  it.each([
    ['rolled back', 'Another run failed at 2_b.'],
    ['backfilled', 'Somebody recorded 2_b as applied, without running it.'],
    ['edited', 'Another run applied 2_b from a different file.'],
  ] as const)('that leaves one %s is not waited for', async (as, message) => {
    await record(0);
    await record(1, as);
    expect(await wait()).toMatchObject({
      end: { type: 'stale', next: 'plan', message, recorded: ['1_a'] },
      waited: 0,
    });
  });

  it('may have failed at first, and gone on', async () => {
    await record(0, 'rolled back');
    await record(0);
    await record(1);
    await record(2);
    expect((await wait()).end).toEqual({ type: 'finished' });
  });

  it('is known by rows that came since', async () => {
    await record(0);
    const before = await wait({ known: new Set(['other 0 finished']) });
    // Nothing of it is new, so nobody is at work.
    expect(before.end).toMatchObject({ type: 'stale', recorded: [] });
    await record(1, 'rolled back');
    const old = await wait({ known: new Set(['other 1 rolled back']), migrations: migrations.slice(1) });
    expect((old.end as { message: string }).message).not.toContain('failed at');
  });
});

describe('what a guard saw', () => {
  it('is told at once where nobody of this plan is at work', async () => {
    await production.run('CREATE TABLE "New" ("id")');
    expect(await wait({ guard: 'moved-schema' })).toMatchObject({
      end: {
        type: 'stale',
        next: 'plan',
        recorded: [],
        message: "Production's schema was changed after it was read for this plan.",
      },
      waited: 0,
    });
    await production.run('INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES (1, 2, 3)');
    expect((await wait()).end).toMatchObject({
      message: "Production's tracker was changed after it was read for this plan.",
    });
  });

  it.each(['moved-schema', 'moved-tracker', 'recorded'] as const)(
    'is waited for where a look does not show it yet: %s',
    async (guard) => {
      const { end, waited } = await wait({ guard });
      expect((end as { message: string }).message).toContain('it may be a replica that is behind');
      expect([waited >= 5_000, waited < 6_500]).toEqual([true, true]);
      expect((await wait({ guard, timeout: 1_000 })).waited).toBeLessThan(2_500);
    },
  );

  it('is waited for where a row is missing that was there', async () => {
    await production.run('CREATE TABLE "New" ("id")');
    const { end, waited } = await wait({ guard: 'moved-schema', known: new Set(['gone']) });
    expect([(end as { message: string }).message.includes('a replica that is behind'), waited >= 5_000]).toEqual([
      true,
      true,
    ]);
  });

  it('is believed once a part of this plan is there, or begun', async () => {
    await record(0);
    expect(((await wait({ guard: 'recorded' })).end as { message: string }).message).not.toContain('lags');
    await production.run('DELETE FROM "_prisma_migrations"');
    await record(0, 'open');
    expect((await wait({ guard: 'recorded' })).waited).toBeGreaterThanOrEqual(60_000);
  });
});

describe('waiting', () => {
  it('ends where the run is interrupted', async () => {
    expect(await wait({ signal: AbortSignal.abort() })).toMatchObject({
      end: { type: 'stopped', hasState: false, error: { code: 'INTERRUPTED' } },
      looks: 0,
    });
    const controller = new AbortController();
    await record(0, 'open');
    const { end, waited } = await wait({ signal: controller.signal }, [[2_000, async () => controller.abort()]]);
    expect([end.type, waited < 4_000]).toEqual(['stopped', true]);
  });

  it('goes on over a look that is not answered', async () => {
    await Promise.all([record(0), record(1), record(2)]);
    expect(await wait({}, [], { read: [throws('UNREACHABLE')] })).toMatchObject({
      end: { type: 'finished' },
      looks: 2,
    });
  });

  it('is given up where nothing was ever seen', async () => {
    const { end, waited } = await wait({ timeout: 5_000 }, [], { read: [throws('UNREACHABLE')], repeat: 'last' });
    expect(end).toMatchObject({ type: 'stale', next: 'plan', recorded: [] });
    expect((end as { message: string }).message).toContain('It could not be read since');
    expect([waited > 5_000, waited < 7_000]).toEqual([true, true]);
  });

  it('is given up with what was seen last', async () => {
    await record(0);
    const { end } = await wait({}, [], { read: [passes, throws('UNREACHABLE')], repeat: 'last' });
    expect(end).toMatchObject({ type: 'stale', next: 'apply', recorded: ['1_a'] });
  });

  it('ends where the token is turned away, with what is known', async () => {
    const never = await wait({}, [], { read: [throws('AUTH_FAILED')] });
    expect(never.end).toMatchObject({ type: 'stopped', hasState: true, error: { code: 'AUTH_FAILED' } });
    const said = (never.end as { error: Error }).error.message;
    expect(said).toContain('What it applied is not known. This run applied none of 1_a, 2_b, 3_c.');
    await record(0);
    const seen = await wait({}, [], { read: [passes, throws('TOKEN_READ_ONLY')] });
    expect((seen.end as { error: Error }).error.message).toContain('When it was last seen, it had applied 1_a.');
    await production.run('DELETE FROM "_prisma_migrations"');
    await record(0, 'open');
    const open = await wait({}, [], { read: [passes, throws('AUTH_FAILED')] });
    expect((open.end as { error: Error }).error.message).toContain('What it applied is not known.');
  });

  it('lets a bug through', async () => {
    await expect(wait({}, [], { read: [breaks] })).rejects.toThrow('a bug');
  });
});
