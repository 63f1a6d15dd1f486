/** What became of a request whose answer is lost: looked for on the real engine as long as something moves, then fenced off. */

import { beforeEach, describe, expect, it } from 'vitest';
import { buildBatch } from '../../src/apply/batch.ts';
import { look, pollDelay } from '../../src/apply/look.ts';
import { type SettleInput, settle } from '../../src/apply/settle.ts';
import { type ErrorCode, MigrateError } from '../../src/errors.ts';
import type { Reply } from '../../src/ports.ts';
import { attempt, attempted, plannedMigration } from './planned.ts';
import { openProduction, startTestClock, type TestProduction } from './production.ts';
import {
  breaks,
  comesAfter,
  isRefused,
  losesAnswer,
  makeUnreliable,
  neverArrives,
  passes,
  throws,
  turnedAway,
} from './unreliable.ts';

const three = ['1_a', '2_b', '3_c'].map((name) => attempted(plannedMigration(name, [])));
const rowIds = three.map(({ rowId }) => rowId);

let production: TestProduction;
let clock: ReturnType<typeof startTestClock>;
beforeEach(async () => {
  production = await openProduction();
  clock = startTestClock();
});

/** What the lost request did: so many of its migrations are there. */
async function apply(count: number) {
  const { schemaFingerprint, trackerFingerprint, trackerExists } = await production.read();
  const before = { schema: schemaFingerprint, tracker: trackerFingerprint, trackerExists };
  await production.execute(buildBatch(attempt, before, three.slice(0, count)).steps);
}

/** One more of them commits, late. */
const finish = (index: number) => () =>
  production.run({
    sql: `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at) VALUES (?, 'c', ?, 5)`,
    args: [rowIds[index] ?? '', three[index]?.migration.name ?? ''],
  });

async function run(fates: Parameters<typeof makeUnreliable>[1] = {}, more: Partial<SettleInput> = {}) {
  const { database, requests } = makeUnreliable(production.database, fates);
  const settled = await settle({
    database,
    clock,
    attempt,
    migrations: three,
    patience: 2_000,
    timeout: 10_000,
    reason: 'The answer was lost',
    ...more,
  });
  const slept = clock.slept.reduce((sum, each) => sum + each, 0);
  return { ...settled, finished: [...settled.finished], requests, slept };
}

const looks = (count: number) => Array.from({ length: count }, () => 'read');

describe('a lost attempt', () => {
  it('is known as soon as all of it is there, and is not fenced', async () => {
    await apply(3);
    expect(await run()).toEqual({ type: 'known', finished: rowIds, isFenced: false, requests: ['read'], slept: 0 });
  });

  it('is fenced off once nothing has moved for as long as it is given', async () => {
    await apply(1);
    expect(await run()).toEqual({
      type: 'known',
      finished: rowIds.slice(0, 1),
      isFenced: true,
      requests: [...looks(4), 'execute'],
      slept: 2_000,
    });
    expect(await production.value('SELECT count(*) FROM "_prisma_migrations" WHERE id = \'attempt\'')).toBe(1);
  });

  it('gets its time anew whenever something moves', async () => {
    await apply(1);
    const moves = [passes, passes, passes, comesAfter<readonly Reply[]>(finish(1))];
    expect(await run({ read: moves })).toMatchObject({
      finished: rowIds.slice(0, 2),
      isFenced: true,
      // The fourth look is half a second before the end of its patience.
      requests: [...looks(7), 'execute'],
      slept: 3_500,
    });
  });

  it('is looked for no longer than there is time in all', async () => {
    await apply(1);
    const { requests, slept } = await run({}, { timeout: 1_000, patience: 5_000 });
    expect([requests, slept]).toEqual([[...looks(2), 'execute'], 1_000]);
  });

  it('is not there where there is no tracker yet', async () => {
    expect(await run()).toMatchObject({ type: 'known', finished: [], isFenced: true });
  });

  it('counts only rows that were asked for', async () => {
    const strange = async (): Promise<readonly Reply[]> => [{ type: 'rows', rows: [['x'], ['y'], [rowIds[1] ?? '']] }];
    expect(await run({ read: [strange], execute: [neverArrives], repeat: 'last' })).toMatchObject({
      type: 'unknown',
      finished: [rowIds[1]],
    });
  });

  it('of nothing is known at once', async () => {
    expect(await run({ read: [throws('UNREACHABLE')], repeat: 'last' }, { migrations: [], patience: 0 })).toMatchObject(
      {
        type: 'known',
        finished: [],
        isFenced: false,
      },
    );
  });

  it('is looked for although a look is not answered', async () => {
    await apply(3);
    expect(
      await run({ read: [throws('UNREACHABLE'), async () => [{ type: 'error', message: 'busy', code: 'B' }]] }),
    ).toEqual({
      type: 'known',
      finished: rowIds,
      isFenced: false,
      requests: looks(3),
      slept: 1_000,
    });
  });

  it('is not known once a look is turned away', async () => {
    await apply(2);
    const told = await run({ read: [passes, throws('AUTH_FAILED')] });
    expect(told).toEqual({
      type: 'unknown',
      finished: rowIds.slice(0, 2),
      message: 'The server says AUTH_FAILED.',
      first: 'wait',
      requests: looks(2),
      slept: 500,
    });
    expect(await run({ read: [throws('TOKEN_READ_ONLY')] })).toMatchObject({ type: 'unknown', finished: [] });
  });

  it('lets a bug through', async () => {
    await expect(run({ read: [breaks] })).rejects.toThrow('a bug');
    await expect(run({ execute: [breaks] })).rejects.toThrow('a bug');
  });
});

describe('a fence', () => {
  it('is tried again until it is placed', async () => {
    await apply(1);
    expect(await run({ execute: [neverArrives, isRefused, throws('UNREACHABLE')] })).toEqual({
      type: 'known',
      finished: rowIds.slice(0, 1),
      isFenced: true,
      requests: [...looks(4), 'execute', 'execute', 'execute', 'execute'],
      slept: 3_500,
    });
  });

  it('that was placed and not heard of is placed again', async () => {
    await apply(1);
    expect(await run({ execute: [losesAnswer] })).toMatchObject({
      type: 'known',
      finished: rowIds.slice(0, 1),
      isFenced: true,
    });
    expect(await production.value('SELECT count(*) FROM "_prisma_migrations"')).toBe(2);
  });

  it('tells what was finished in the meantime', async () => {
    await apply(1);
    expect(await run({ execute: [comesAfter(finish(1))] })).toMatchObject({
      finished: rowIds.slice(0, 2),
      isFenced: true,
    });
  });

  it('is not placed where its COMMIT has no result', async () => {
    await apply(1);
    const cut = async (send: () => Promise<never>) => {
      const outcome = (await send()) as { replies: readonly Reply[] };
      return {
        ...outcome,
        replies: outcome.replies.map((reply, index) => (index === 4 ? { type: 'skipped' } : reply)),
      };
    };
    const failing = async () => ({ type: 'ran', sent: 1, replies: [{ type: 'error', message: 'locked', code: 'L' }] });
    const told = await run({ execute: [cut as never], repeat: 'last' });
    expect(told).toMatchObject({ type: 'unknown', message: 'no answer' });
    expect(await run({ execute: [failing as never], repeat: 'last' })).toMatchObject({
      type: 'unknown',
      message: 'locked',
    });
    const empty = async () => ({ type: 'ran', sent: 1, replies: [] });
    expect(await run({ execute: [empty as never], repeat: 'last' })).toMatchObject({
      type: 'unknown',
      message: 'no answer',
    });
  });

  it('is given up at the end of the time, and no sooner than after as much as was waited for', async () => {
    await apply(1);
    const told = await run({ execute: [neverArrives], repeat: 'last' });
    expect(told).toMatchObject({
      type: 'unknown',
      finished: rowIds.slice(0, 1),
      message: 'the line is dead',
      first: null,
    });
    expect(told.slept).toBe(10_000);
    clock = startTestClock();
    // All the time went by while it was looked for.
    const late = await run({ execute: [neverArrives], repeat: 'last' }, { timeout: 1_000 });
    expect(late.slept).toBe(3_000);
  });

  it('is tried twice at least', async () => {
    await apply(1);
    const slow = comesAfter<never>(() => clock.sleep(60_000), neverArrives as never) as never;
    expect(await run({ execute: [slow] })).toMatchObject({ type: 'known', isFenced: true });
    clock = startTestClock();
    production = await openProduction();
    const twice = await run({ execute: [slow], repeat: 'last' });
    expect(twice.requests.filter((kind) => kind === 'execute')).toHaveLength(2);
  });

  it('is not tried again once it is turned away', async () => {
    await apply(1);
    expect(await run({ execute: [throws('TOKEN_READ_ONLY')] })).toMatchObject({
      type: 'unknown',
      finished: rowIds.slice(0, 1),
      message: 'The server says TOKEN_READ_ONLY.',
      first: 'wait',
      requests: [...looks(4), 'execute'],
    });
    const unseen = {
      read: [throws('UNREACHABLE')],
      execute: [turnedAway('AUTH_FAILED', 'own')],
      repeat: 'last',
    } as const;
    expect(await run(unseen)).toMatchObject({ type: 'unknown', finished: [], first: 'wait' });
  });
});

describe('a refusal', () => {
  const refusal = (code: ErrorCode, words: 'own' | 'foreign') => ({
    refusal: { error: new MigrateError(code, 'No.', 'wait'), isOwn: words === 'own' },
  });

  it('was none where all is there', async () => {
    await apply(3);
    expect(await run({}, refusal('SERVER_BUSY', 'foreign'))).toEqual({
      type: 'known',
      finished: rowIds,
      isFenced: false,
      requests: ['read'],
      slept: 0,
    });
  });

  it('is proven by a fence, at once, where nothing is there', async () => {
    expect(await run({}, refusal('SERVER_BUSY', 'foreign'))).toEqual({
      type: 'known',
      finished: [],
      isFenced: true,
      requests: ['read', 'execute'],
      slept: 0,
    });
  });

  it("is believed in libSQL's own words where the fence is refused alike, and nothing is there", async () => {
    const alike = { execute: [turnedAway('TOKEN_READ_ONLY', 'own')], repeat: 'last' } as const;
    const known = { type: 'known', finished: [], isFenced: false };
    expect(await run(alike, refusal('TOKEN_READ_ONLY', 'own'))).toMatchObject({
      ...known,
      requests: ['read', 'execute'],
    });
    // So are looks.
    expect(await run({ ...alike, read: [throws('TOKEN_READ_ONLY')] }, refusal('TOKEN_READ_ONLY', 'own'))).toMatchObject(
      { ...known, requests: ['read', 'execute'] },
    );
  });

  it('is not believed so soon in other words, or where the fence is refused otherwise', async () => {
    const alike = { execute: [turnedAway('SERVER_BUSY', 'foreign')], repeat: 'last' } as const;
    const foreign = await run(alike, refusal('SERVER_BUSY', 'foreign'));
    // In the end it is: it stays, and nothing is there.
    expect(foreign).toMatchObject({ type: 'known', finished: [], isFenced: false, slept: 2_000 });
    const other = await run(alike, refusal('TARGET_NOT_FOUND', 'own'));
    expect(other).toMatchObject({ type: 'unknown' });
  });

  it('is not believed where a look is refused otherwise, or shows a part', async () => {
    const foreign = {
      read: [throws('UNREACHABLE')],
      execute: [turnedAway('SERVER_BUSY', 'own')],
      repeat: 'last',
    } as const;
    expect(await run(foreign, refusal('SERVER_BUSY', 'own'))).toMatchObject({ type: 'unknown', finished: [] });
    await apply(1);
    const part = await run(
      { execute: [turnedAway('SERVER_BUSY', 'own')], repeat: 'last' },
      refusal('SERVER_BUSY', 'own'),
    );
    expect(part).toMatchObject({ type: 'unknown', finished: rowIds.slice(0, 1) });
    expect(part.requests.slice(0, 2)).toEqual(['read', 'read']);
  });

  it('is waited for as long as something may move, and no longer', async () => {
    await apply(1);
    const told = await run({}, { ...refusal('SERVER_BUSY', 'own'), timeout: 60_000 });
    expect(told).toMatchObject({ type: 'known', isFenced: true, slept: 2_000 });
    clock = startTestClock();
    production = await openProduction();
    await apply(1);
    const moving = { read: [passes, passes, passes, comesAfter<readonly Reply[]>(finish(1))] };
    expect((await run(moving, { ...refusal('SERVER_BUSY', 'own'), timeout: 60_000 })).slept).toBe(2_000);
    clock = startTestClock();
    production = await openProduction();
    await apply(1);
    expect((await run({}, { ...refusal('SERVER_BUSY', 'own'), timeout: 500 })).slept).toBe(500);
  });
});

describe('a look', () => {
  const query = { sql: 'SELECT id FROM "_prisma_migrations"' };
  const lookAt = (read: Parameters<typeof makeUnreliable>[1]['read'], patience = 5_000) =>
    look(makeUnreliable(production.database, { read: read ?? [] }).database, query, patience);

  it('has rows, or finds that nothing is there yet, or is not answered', async () => {
    expect(await lookAt([])).toEqual({ type: 'absent' });
    await apply(1);
    expect(await lookAt([])).toEqual({ type: 'rows', rows: [[rowIds[0]]] });
    await production.run('DROP TABLE "_prisma_migrations"', 'CREATE TABLE "_prisma_migrations" ("name")');
    expect(await look(production.database, { sql: 'SELECT finished_at FROM "_prisma_migrations"' }, 5_000)).toEqual({
      type: 'absent',
    });
    expect(await lookAt([async () => [{ type: 'error', message: 'busy', code: 'B' }]])).toEqual({
      type: 'unanswered',
      error: null,
    });
    expect(await lookAt([async () => [{ type: 'skipped' }]])).toEqual({ type: 'unanswered', error: null });
    expect(await lookAt([async () => []])).toEqual({ type: 'unanswered', error: null });
  });

  it('is not answered where the request fails, which is told; and a bug is one', async () => {
    expect(await lookAt([throws('UNREACHABLE')])).toMatchObject({ type: 'unanswered', error: { code: 'UNREACHABLE' } });
    await expect(lookAt([breaks])).rejects.toThrow('a bug');
  });

  it('is given so much time and no more', async () => {
    let signal: AbortSignal | undefined;
    const database = {
      ...production.database,
      read: async (_: unknown, options?: { readonly signal?: AbortSignal }) => {
        signal = options?.signal;
        return [];
      },
    };
    await look(database, query, 1);
    await new Promise((resolve) => {
      if (signal?.aborted) resolve(null);
      else signal?.addEventListener('abort', resolve);
    });
    expect([signal?.aborted, pollDelay]).toEqual([true, 500]);
  });
});
