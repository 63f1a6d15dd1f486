/** Tokens: what a read-only one is enough for, and what a wrong one gets. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, assertUpToDate, backfill, inspect, plan, status, tables } from '../../../src/index.ts';
import { applyByClock, startJumpingClock } from '../../support/clock.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, type Server, startServer } from '../../support/server.ts';
import { batches } from './requests.ts';
import { shop } from './shop.ts';

describeWithServer('a server that asks for a token', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = await startServer({ auth: true, namespaces: false });
    url = server.url;
    await apply({ url, migrations: shop.slice(0, 2), authToken: server.token('rw') });
  });
  afterAll(() => server.stop());

  test('answers everything that only reads for a read-only one', async () => {
    const options = { url, authToken: server.token('ro') };
    const before = await server.dump();
    expect((await status({ ...options, migrations: shop })).toApply).toBe(5);
    const { plan: planned, ready } = await plan({ ...options, migrations: shop });
    expect([planned.migrations.length, ready]).toEqual([5, true]);
    expect(planned.asked?.questions).toBeGreaterThan(0);
    expect((await tables(options)).map(({ name }) => name)).toContain('Customer');
    expect((await inspect({ ...options, table: 'Order' })).foreignKeys).toHaveLength(1);
    await assertUpToDate({ ...options, migrations: shop.slice(0, 2) });
    expect(await server.dump()).toBe(before);
  });

  test('applies nothing with a read-only one, which is exit code 1', async () => {
    const before = await server.dump();
    const result = await apply({ url, migrations: shop, authToken: server.token('ro') });
    expect(result.error).toMatchObject({ code: 'TOKEN_READ_ONLY', exitCode: 1 });
    expect([result.applied, result.notStarted.length]).toEqual([[], 5]);
    expect(await server.dump()).toBe(before);
  });

  test.each([
    ['has expired', () => server.token('rw', -3_600), 'AUTH_FAILED'],
    ['may only read', () => server.token('ro'), 'TOKEN_READ_ONLY'],
  ])('is told at once that a token, once it was planned with, %s', async (_, token, code) => {
    const before = await server.dump();
    const proxy = await startProxy(server.port);
    proxy.breakFrom(batches[0], { token: token() });
    const clock = startJumpingClock();
    const input = { url: proxy.url, migrations: shop, authToken: server.token('rw'), clock };
    const result = await applyByClock(input).finally(() => proxy.stop());
    expect(clock.slept()).toBeLessThan(5);
    expect(result.error).toMatchObject({ code, exitCode: 1 });
    expect([result.outcome, result.applied, result.notStarted.length]).toEqual(['failed', [], 5]);
    expect(await server.dump()).toBe(before);
  });

  test('backfills nothing with a read-only one', async () => {
    const before = await server.dump();
    await expect(
      backfill({ url, migrations: shop, allow: ['unproven', 'rows-unseen'], authToken: server.token('ro') }),
    ).rejects.toMatchObject({
      code: 'TOKEN_READ_ONLY',
    });
    expect(await server.dump()).toBe(before);
  });

  test.each([
    ['none', () => undefined],
    ['an expired one', () => server.token('rw', -3_600)],
    ['one that somebody else signed', () => `${server.token('rw').slice(0, -8)}AAAAAAAA`],
  ])('turns away %s', async (_, token) => {
    const before = await server.dump();
    for (const run of [status, apply]) {
      await expect(run({ url, migrations: shop, authToken: token() })).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        exitCode: 1,
      });
    }
    expect(await server.dump()).toBe(before);
  });
});
