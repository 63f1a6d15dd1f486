/** A token that the server no longer takes, from one request of `apply` on: each end says what is there, and another token finishes. */

import { beforeAll, expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { applyByClock, startJumpingClock } from '../../support/clock.ts';
import { type Fault, startProxy, type TestProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { isKind, type RequestKind, reads } from './requests.ts';
import { defineMigration, shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import { expectTrue, expectWhole, type Subject } from './truth.ts';

const failing = shop.map((migration, index) =>
  index === begun
    ? defineMigration(migration.name, [
        ...migration.statements,
        'INSERT INTO "Counter" ("id", "runs") VALUES (1 + last_insert_rowid() * 0, 0)',
      ])
    : migration,
);

describeWithServer('a token that has expired', () => {
  const at = useShopServer(shop, { auth: true });
  let expired: Fault;
  beforeAll(() => {
    expired = { token: at.server.token('rw', -3_600) };
  });

  const token = () => ({ authToken: at.server.token('rw') });

  async function withSubject(run: (subject: Subject, proxy: TestProxy, proxied: string) => Promise<void>) {
    const url = await freshDatabase(at.server);
    await apply({ url, migrations: shop.slice(0, begun), ...token() });
    const proxy = await startProxy(at.server.port);
    const subject = at.subject(url);
    try {
      await run(subject, proxy, proxy.through(url));
    } finally {
      await proxy.stop();
    }
    const second = await apply({ url, migrations: shop, ...token() });
    expect([second.error, await expectWhole(subject)]).toEqual([null, shop.length]);
  }

  test.concurrent.each(reads)('before anything is sent (request %i) has written nothing', (number) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakFrom(number, expired);
      const run = apply({ url: proxied, migrations: shop, ...token() });
      await expect(run).rejects.toMatchObject({ code: 'AUTH_FAILED', exitCode: 1 });
      expect(await expectWhole(subject)).toBe(begun);
    }),
  );

  test.concurrent.each([
    { number: 3, applied: 0 },
    { number: 4, applied: 2 },
    { number: 5, applied: 3 },
  ])('from request $number on leaves what was applied, and says so soon', ({ number, applied }) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakFrom(number, expired);
      const clock = startJumpingClock();
      const result = await applyByClock({ url: proxied, migrations: shop, clock, ...token() });
      expect(clock.slept()).toBeLessThan(5);
      expect(result.error).toMatchObject({ code: 'AUTH_FAILED', exitCode: 1 });
      // One sentence, and a true one: no fence could be placed.
      const state =
        applied === 0
          ? 'Nothing was written.'
          : `Before that: ${applied} applied; ${shop.length - begun - applied} not applied.`;
      expect(result.error?.message).toBe(
        `${proxied} does not accept the token (401). The server says: Unauthorized: \`The JWT has expired\`. ${state}`,
      );
      expect(await expectWhole(subject)).toBe(begun + applied);
      expectTrue(result, begun, begun + applied, shop);
    }),
  );

  /** @returns how many requests there were of the kind, when asked. */
  function expireFrom(proxy: TestProxy, kind: RequestKind): () => number {
    let count = 0;
    proxy.breakWhere(({ body }) => {
      if (isKind(kind, body)) count += 1;
      return count > 0 ? expired : undefined;
    });
    return () => count;
  }

  test.concurrent.each(['poll', 'fence'] as const)(
    'from the %s on, after an answer was lost, leaves it unknown',
    (kind) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(3, 'before');
        const count = expireFrom(proxy, kind);
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds: 1, ...token() });
        expect(count()).toBeGreaterThan(0);
        expect(result.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', exitCode: 4 });
        expect(result.error?.message).toContain('does not accept the token');
        expect(await expectWhole(subject)).toBe(begun);
      }),
  );

  test.concurrent('from the record of a failure on takes nothing from the report', () =>
    withSubject(async (subject, proxy, proxied) => {
      const count = expireFrom(proxy, 'failureRecord');
      const result = await apply({ url: proxied, migrations: failing, ...token() });
      expect(count()).toBe(2);
      expect(result.error?.code).toBe('STATEMENT_FAILED');
      expect([result.failed?.name, result.unrecorded]).toEqual([shop[begun]?.name, null]);
      expect(await expectWhole(subject)).toBe(begun);
    }));
});
