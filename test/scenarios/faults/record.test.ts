/** What `backfill` writes, when its answer is lost or made up: it is looked for, and found where it is. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { backfill, status, type TargetOptions, undoBackfill } from '../../../src/index.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { bodies, malformed, statuses } from './answers.ts';
import { shop } from './shop.ts';
import { timeoutSeconds } from './truth.ts';

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

  test.concurrent('does not know of what never arrived', async () => {
    const url = await begin();
    const lost = await disturbed(url, 'before', (options) => backfill({ ...options, migrations }));
    expect(lost).toMatchObject({ outcome: 'unknown', error: { code: 'OUTCOME_UNKNOWN', exitCode: 4 } });
    expect(lost.error?.message).toContain('nothing is recorded so far');
    expect(await stateOf(url)).toBe('pending');
  });

  test.concurrent.each([401, 403])('is told at once that the server refuses it (%i)', async (code) => {
    const url = await begin();
    const since = performance.now();
    const refused = disturbed(url, { status: code, body: bodies['in its words'] }, (options) =>
      backfill({ ...options, migrations, timeoutSeconds: 20 }),
    );
    await expect(refused).rejects.toMatchObject({ code: code === 401 ? 'AUTH_FAILED' : 'TOKEN_READ_ONLY' });
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(await stateOf(url)).toBe('pending');
  });
});
