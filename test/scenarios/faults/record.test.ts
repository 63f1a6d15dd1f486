/** What `backfill` writes, when its answer is lost or made up: it is looked for, and found where it is. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backfill, status, type TargetOptions, undoBackfill } from '../../../src/index.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { bodies, malformed, statuses } from './answers.ts';
import { isWriting } from './requests.ts';
import { shop } from './shop.ts';
import { timeoutSeconds } from './truth.ts';
import { takeWriteLock } from './write-lock.ts';

const [first] = shop;
const migrations = first ? [first] : [];

/** Gather, then record. */
const record = 2;

describeWithServer('backfill', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  async function begin(): Promise<string> {
    const url = await freshDatabase(server);
    await server.sql(first?.statements ?? [], url);
    return url;
  }

  async function disturbed<Result>(url: string, fault: Fault, run: (options: TargetOptions) => Promise<Result>) {
    const proxy = await startProxy(server.port);
    proxy.breakRequest(record, fault);
    return run({ url: proxy.through(url), timeoutSeconds }).finally(() => proxy.stop());
  }

  const stateOf = async (url: string) => (await status({ url, migrations })).history.entries[0]?.state;

  const found: readonly { readonly name: string; readonly fault: Fault }[] = [
    { name: 'lost', fault: 'after' },
    { name: 'late', fault: { delayMs: 3_000 } },
    ...Object.entries(malformed).map(([name, fault]) => ({ name, fault })),
    ...statuses.flatMap((code) =>
      Object.entries(bodies).map(([words, body]) => ({
        name: `${code} ${words}`,
        fault: { status: code, body, effect: 'before' as const },
      })),
    ),
    { name: '403 while it goes on', fault: { status: 403, body: bodies['in its words'], effect: 'meanwhile' } },
  ];

  test.concurrent.each(found)('finds what it recorded, and what it took back ($name)', async ({ fault }) => {
    const url = await begin();
    const recorded = await disturbed(url, fault, (options) => backfill({ ...options, migrations }));
    expect([recorded.outcome, recorded.error]).toEqual(['recorded', null]);
    expect(await stateOf(url)).toBe('backfilled');
    const name = first?.name ?? '';
    const undone = await disturbed(url, fault, (options) => undoBackfill({ ...options, migrations, name }));
    expect([undone.outcome, undone.error]).toEqual(['undone', null]);
    expect(await stateOf(url)).toBe('pending');
  });

  test.concurrent('sends again what never arrived', async () => {
    const url = await begin();
    const recorded = await disturbed(url, 'before', (options) => backfill({ ...options, migrations }));
    expect([recorded.outcome, recorded.error]).toEqual(['recorded', null]);
    expect(await server.sql('SELECT count(*) FROM _prisma_migrations', url)).toEqual([[[1]]]);
  });

  test.concurrent('does not know of what never arrives, and says what was found', async () => {
    const url = await begin();
    const proxy = await startProxy(server.port);
    proxy.breakWhere(({ body }) => (isWriting(body) ? 'before' : undefined));
    const lost = await backfill({ url: proxy.through(url), migrations, timeoutSeconds }).finally(() => proxy.stop());
    expect(lost).toMatchObject({ outcome: 'unknown', error: { code: 'OUTCOME_UNKNOWN', exitCode: 4 } });
    expect(lost.error?.message).toContain('nothing is recorded so far');
    expect(await stateOf(url)).toBe('pending');
  });

  test.concurrent('records once what was lost while it waited for another writer', async () => {
    const url = await begin();
    const lock = await takeWriteLock(url);
    const run = disturbed(url, { resetAfterMs: 100 }, (options) =>
      backfill({ ...options, migrations, timeoutSeconds: 8 }),
    );
    await sleep(900);
    await lock.release();
    const recorded = await run;
    expect([recorded.outcome, recorded.error]).toEqual(['recorded', null]);
    await sleep(300);
    expect(await server.sql('SELECT count(*) FROM _prisma_migrations', url)).toEqual([[[1]]]);
  });

  test.concurrent.each([401, 403])('is told soon that the server refuses it (%i)', async (code) => {
    const url = await begin();
    const proxy = await startProxy(server.port);
    proxy.breakWhere(({ body }) => (isWriting(body) ? { status: code, body: bodies['in its words'] } : undefined));
    const refused = backfill({ url: proxy.through(url), migrations, timeoutSeconds: 20 });
    await expect(refused.finally(() => proxy.stop())).rejects.toMatchObject({
      code: code === 401 ? 'AUTH_FAILED' : 'TOKEN_READ_ONLY',
    });
    // It would be tried twenty times.
    expect(proxy.requests.filter(({ body }) => isWriting(body)).length).toBeLessThan(4);
    expect(await stateOf(url)).toBe('pending');
  });

  test.concurrent('is not told that nothing was recorded by a server that refuses it after its answer was lost', async () => {
    const url = await begin();
    const proxy = await startProxy(server.port);
    proxy.breakRequest(record, 'after');
    proxy.breakFrom(record + 1, { status: 401, body: bodies['in its words'] });
    const lost = await backfill({ url: proxy.through(url), migrations, timeoutSeconds }).finally(() => proxy.stop());
    expect(lost).toMatchObject({ outcome: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } });
    expect(await stateOf(url)).toBe('backfilled');
  });
});
