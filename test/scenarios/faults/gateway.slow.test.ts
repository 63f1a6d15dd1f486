/** Statuses that libSQL gives before it runs anything, from the server or made up on the way: what they prove is looked at. */

import { expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { applyByClock, startJumpingClock } from '../../support/clock.ts';
import { describeWithServer } from '../../support/server.ts';
import { bodies, statuses } from './answers.ts';
import { disturb } from './disturb.ts';
import { batches, isWriting } from './requests.ts';
import { shop } from './shop.ts';
import { begun } from './shop-server.ts';
import { expectTold, failing, useShop } from './shop-through-proxy.ts';
import { expectFinishes, expectTrue, expectWhole, readTracker, timeoutSeconds } from './truth.ts';

const ends = [batches[0], batches[2]];
const made = statuses.flatMap((code) =>
  Object.entries(bodies).map(([words, body]) => ({ name: `${code} ${words}`, code, body })),
);

describeWithServer('a status in place of an answer', () => {
  const withSubject = useShop();

  test.concurrent.each(made.map((answer, index) => ({ ...answer, number: ends[Math.floor(index / 2) % 2] ?? 0 })))(
    'to a batch that is committed is found again when something answers $name (request $number)',
    ({ number, code, body }) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(number, { status: code, body, effect: 'before' });
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
        expect([result.outcome, result.error]).toEqual(['applied', null]);
        expect(await expectTold(subject, result)).toBe(shop.length);
      }),
  );

  test.concurrent.each(made)(
    'to a batch that goes on all the same is not believed when something answers $name',
    ({ code, body }) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(batches[0], { status: code, body, effect: 'meanwhile' });
        const result = await apply({ url: proxied, migrations: shop, timeoutSeconds });
        await expectTold(subject, result);
      }),
  );

  test.concurrent.each(made.filter(({ code }) => code !== 500))(
    'that refuses a batch is told in its own words when nothing ran ($name)',
    ({ code, body }) =>
      withSubject(async (subject, proxy, proxied) => {
        disturb(proxy, { kind: 'batch', fault: { status: code, body } });
        const clock = startJumpingClock();
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds: 20, clock });
        expect(result.error).toMatchObject({ exitCode: 1, message: expect.stringContaining(String(code)) });
        // No other sentence says what was written: the fence's row was.
        expect(result.error?.message).toMatch(/Nothing of this request was applied\.$/);
        expect(result.error?.message).not.toContain('Nothing was written');
        const logs = await subject.server.sql(
          'SELECT logs FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL',
          subject.url,
        );
        expect(logs).toEqual([
          [[expect.stringMatching(/^\{"plan".+\}\nThe request was refused; this attempt was fenced off\.$/)]],
        ]);
        expect(result.error?.code).not.toBe('CONNECTION_LOST');
        // One look, and one fence that proves it.
        expect(clock.slept()).toBeLessThan(5);
        expect(await expectTold(subject, result)).toBe(begun);
      }),
  );

  test.concurrent.each(made.filter(({ code }) => code === 401 || code === 403))(
    'that refuses every write, as it does with a token that may only read, is told so ($name)',
    ({ code, body }) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakWhere((request) => (isWriting(request.body) ? { status: code, body } : undefined));
        const before = await readTracker(subject.server, subject.url);
        const isOwn = body === bodies['in its words'];
        const clock = startJumpingClock();
        const result = await applyByClock({
          url: proxied,
          migrations: shop,
          timeoutSeconds: isOwn ? 20 : timeoutSeconds,
          clock,
        });
        expect(result.error?.code).toBe(code === 401 ? 'AUTH_FAILED' : 'TOKEN_READ_ONLY');
        // What is not in the server's own words is looked for as long as anything else that is lost.
        if (isOwn) expect(clock.slept()).toBeLessThan(5);
        expectTrue(result, begun, begun, shop);
        expect(await readTracker(subject.server, subject.url)).toEqual(before);
      }),
  );

  test.concurrent('of a server that refuses everything from then on is believed, in its words', () =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakFrom(batches[1], { status: 401, body: bodies['in its words'] });
      const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds: 20 });
      expect(result.error).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringMatching(/2 applied\D+3 not/) });
      expect(await expectTold(subject, result)).toBe(4);
    }));

  test.concurrent('of a gateway that shows a page from then on proves nothing, and is said so', () =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakFrom(batches[0], { status: 403, body: bodies['as a page'], effect: 'before' });
      const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
      expect(result.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', exitCode: 4 });
      expect(result.outcome).toBe('unknown');
      proxy.mend();
      await expectFinishes(subject);
    }));

  test.concurrent.each([404, 429])(
    'to a batch that fails is told, though it was turned away with %i at first',
    (code) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(batches[0], { status: code, body: bodies['in its words'] });
        const migrations = shop.map((migration, index) => (index === 3 ? failing(migration) : migration));
        const result = await applyByClock({ url: proxied, migrations, timeoutSeconds });
        expect(result.error).toMatchObject({ code: 'STATEMENT_FAILED', exitCode: 1 });
        expect([result.failed?.name, result.applied.length]).toEqual([shop[3]?.name, 1]);
        expect(await expectWhole(subject)).toBe(3);
        await expectFinishes(subject);
      }),
  );
});
