/** Reads that lag: a copy that has yet to hear of what another run did is no proof that nothing happened. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, status } from '../../../src/index.ts';
import { applyByClock, startJumpingClock } from '../../support/clock.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { describeWithServer, type Server, startServer } from '../../support/server.ts';
import { batches, isKind } from '../faults/requests.ts';
import { shop } from '../faults/shop.ts';
import { begun, useShopServer } from '../faults/shop-server.ts';
import { expectFinishes, expectWhole, type Subject } from '../faults/truth.ts';

const timeoutSeconds = 60;

describeWithServer('a run that is answered by a copy that lags', () => {
  const at = useShopServer();

  /** A database with two migrations, as it was then as well, and a proxy in front of it. */
  async function withCopy(run: (subject: Subject, copy: string, proxy: TestProxy) => Promise<void>): Promise<void> {
    const subject = await at.begin();
    const copy = await at.server.copyNamespace(subject.url);
    const proxy = await startProxy(at.server.port);
    try {
      await run(subject, copy, proxy);
    } finally {
      await proxy.stop();
    }
  }

  test.concurrent("waits for the winner's rows and ends well when they come", () =>
    withCopy(async (subject, copy, proxy) => {
      const { url } = subject;
      proxy.onRequest(batches[0], async () => void (await apply({ url, migrations: shop })));
      let looks = 0;
      // The first is the gather; those after the batch are looks.
      proxy.divert(({ number, body }) =>
        number > batches[0] && isKind('gather', body) && ++looks <= 4 ? copy : undefined,
      );
      const result = await applyByClock({ url: proxy.through(url), migrations: shop, timeoutSeconds });
      expect(looks).toBeGreaterThan(4);
      expect(result).toMatchObject({
        outcome: 'applied',
        error: null,
        applied: [],
        notStarted: [],
        byAnotherRun: true,
      });
      await expectFinishes(subject);
    }));

  test.concurrent('says that it may be one where the rows never come, and not after all of --timeout', () =>
    withCopy(async (subject, copy, proxy) => {
      const { url } = subject;
      proxy.onRequest(batches[0], async () => void (await apply({ url, migrations: shop })));
      proxy.divert(({ number, body }) => (number > batches[0] && isKind('gather', body) ? copy : undefined));
      const clock = startJumpingClock();
      const result = await applyByClock({ url: proxy.through(url), migrations: shop, timeoutSeconds, clock });
      expect(clock.slept()).toBeLessThan(20);
      expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'PLAN_STALE' } });
      expect(result.error?.message).toContain('may be a replica that is behind');
      expect(await expectWhole(subject)).toBe(shop.length);
    }));

  test.concurrent('right after another one finds that all is applied, though its plan was made from the copy', () =>
    withCopy(async (subject, copy, proxy) => {
      const { url } = subject;
      await apply({ url, migrations: shop });
      proxy.divert(({ number }) => (number < batches[0] ? copy : undefined));
      const result = await applyByClock({ url: proxy.through(url), migrations: shop, timeoutSeconds });
      expect(result.plan.migrations).toHaveLength(shop.length - begun);
      expect(result).toMatchObject({ outcome: 'applied', error: null, applied: [], byAnotherRun: true });
      await expectFinishes(subject);
    }));

  test.concurrent('after its own answer was lost is told what is true, whatever the copy shows', () =>
    withCopy(async (subject, copy, proxy) => {
      proxy.breakRequest(batches[0], 'after');
      proxy.divert(({ body }) => (isKind('poll', body) ? copy : undefined));
      const result = await applyByClock({ url: proxy.through(subject.url), migrations: shop, timeoutSeconds: 3 });
      expect(result).toMatchObject({ outcome: 'applied', error: null, byAnotherRun: false });
      expect(result.applied).toEqual(shop.slice(begun).map(({ name }) => name));
      await expectFinishes(subject);
    }));
});

describeWithServer('a real replica', () => {
  let primary: Server;
  let replica: Server;

  beforeAll(async () => {
    primary = await startServer({ namespaces: false, primary: true });
    replica = await startServer({ namespaces: false, replicaOf: primary });
  });
  afterAll(async () => {
    await replica.stop();
    await primary.stop();
  });

  test('hands every read of the program on to the primary, and its writes', async () => {
    await primary.sql('CREATE TABLE "Warm" (id)');
    // Until it has caught up it hands everything on.
    await expect
      .poll(async () => await replica.sql('SELECT count(*) FROM "Warm"'), { timeout: 10_000 })
      .toEqual([[[0]]]);
    const readDirectly = async (): Promise<number> => {
      const before = await replica.countHandedOn();
      await replica.sql('SELECT count(*) FROM "Warm"');
      return (await replica.countHandedOn()) - before;
    };
    await expect.poll(readDirectly, { timeout: 10_000 }).toBe(0);
    await primary.sql('DROP TABLE "Warm"');

    const migrations = shop.slice(0, 3);
    expect(await apply({ url: replica.url, migrations })).toMatchObject({ outcome: 'applied', error: null });
    const before = await replica.countHandedOn();
    expect((await status({ url: replica.url, migrations })).toApply).toBe(0);
    // BEGIN, a dozen questions, COMMIT.
    expect((await replica.countHandedOn()) - before).toBeGreaterThan(8);
    await apply({ url: primary.url, migrations: shop });
    expect((await status({ url: replica.url, migrations: shop })).toApply).toBe(0);
  });
});
