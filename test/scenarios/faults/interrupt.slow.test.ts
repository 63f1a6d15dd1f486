/** Interrupting `apply`: whenever it is, what it says is true and nothing is half applied. */

import { expect, test } from 'vitest';
import { type ApplyEvent, apply } from '../../../src/index.ts';
import { applyByClock } from '../../support/clock.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { batches, reads } from './requests.ts';
import { defineSlowMigration, shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import { buildReference, expectFinishes, expectQuiet, expectTrue, expectWhole } from './truth.ts';

describeWithServer('apply, interrupted', () => {
  const at = useShopServer();

  test.concurrent.each(reads)('while it reads (request %i), has written nothing', async (number) => {
    const subject = await at.begin();
    const proxy = await startProxy(at.server.port);
    const stop = new AbortController();
    proxy.onRequest(number, () => stop.abort());
    const run = apply({ url: proxy.through(subject.url), migrations: shop, signal: stop.signal });
    await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    expect(proxy.requests).toHaveLength(number);
    await proxy.stop();
    expect(await expectWhole(subject)).toBe(begun);
    await expectFinishes(subject);
  });

  test.concurrent.each(batches)('before request %i arrives, knows what came of those before it', async (number) => {
    const subject = await at.begin();
    const proxy = await startProxy(at.server.port);
    const stop = new AbortController();
    proxy.breakRequest(number, 'before');
    proxy.onRequest(number, () => stop.abort());
    const run = applyByClock({
      url: proxy.through(subject.url),
      migrations: shop,
      signal: stop.signal,
      timeoutSeconds: 5,
    });
    const result = await run.finally(() => proxy.stop());
    const now = await expectWhole(subject);
    expect(result.error).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    expect(result.outcome).toBe('failed');
    expectTrue(result, begun, now, shop);
    expect(result.error?.message).toContain(`${now - begun} applied, ${shop.length - now} not applied`);
    await expectQuiet(subject, now);
    await expectFinishes(subject);
  });

  test.concurrent.each(batches)(
    'when request %i has run but is not answered yet, finds it and stops there',
    async (number) => {
      const subject = await at.begin();
      const proxy = await startProxy(at.server.port);
      const stop = new AbortController();
      proxy.breakRequest(number, 'hang');
      proxy.onRequest(number, () => void setTimeout(() => stop.abort(), 200));
      const run = applyByClock({
        url: proxy.through(subject.url),
        migrations: shop,
        signal: stop.signal,
        timeoutSeconds: 5,
      });
      const result = await run.finally(() => proxy.stop());
      const now = await expectWhole(subject);
      expectTrue(result, begun, now, shop);
      // With the last request everything is there, and to say anything else would be wrong.
      if (number === batches[2]) expect([result.outcome, now]).toEqual(['applied', shop.length]);
      else expect([result.error?.code, now < shop.length]).toEqual(['INTERRUPTED', true]);
      await expectFinishes(subject);
    },
  );

  test.concurrent('between two requests, sends no more', async () => {
    const subject = await at.begin();
    const stop = new AbortController();
    const onEvent = ({ type }: ApplyEvent) => (type === 'answered' ? stop.abort() : undefined);
    const result = await apply({ url: subject.url, migrations: shop, signal: stop.signal, onEvent });
    const now = await expectWhole(subject);
    expect(now).toBe(4);
    expect(result.error?.code).toBe('INTERRUPTED');
    expect(result.requests).toBe(batches[0]);
    expectTrue(result, begun, now, shop);
    await expectFinishes(subject);
  });

  test.concurrent('in the middle of a long migration, leaves nothing of it', async () => {
    const slow = defineSlowMigration('20260104500000_slow', 8);
    const migrations = [...shop.slice(0, 4), slow, ...shop.slice(4)];
    const states = await buildReference(at.server, await freshDatabase(at.server), migrations);
    const url = await freshDatabase(at.server);
    const subject = { server: at.server, url, migrations, reference: states };
    const stop = new AbortController();
    let began = 0;
    const result = await apply({
      url,
      migrations,
      signal: stop.signal,
      onEvent: ({ type }) => {
        if (type !== 'sending') return;
        began = performance.now();
        setTimeout(() => stop.abort(), 150);
      },
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(result.error).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    const now = await expectWhole(subject);
    expect(now).toBe(4);
    expectTrue(result, 0, now, migrations);
    await expectQuiet(subject, now, 800);
    await expectFinishes(subject);
  });
});
