/** Limits of the server: writes blocked, no room left, a transaction that takes too long for another writer. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { startProxy } from '../../support/proxy.ts';
import { request } from '../../support/request.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { batches } from './requests.ts';
import { defineMigration, defineSlowMigration, shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import {
  buildReference,
  expectFinishes,
  expectQuiet,
  expectTrue,
  expectWhole,
  readState,
  readTracker,
} from './truth.ts';
import { takeWriteLock } from './write-lock.ts';

function namespaceOf(url: string): string {
  return url.split('/').at(-1) ?? '';
}

describeWithServer('a server at its limits', () => {
  const at = useShopServer();

  const begin = () => at.begin();

  test.concurrent('that blocks writes lets nothing in, and is told so', async () => {
    const subject = await begin();
    const { url } = subject;
    await at.server.configure({ block_writes: true, block_reason: 'quota exceeded' }, namespaceOf(url));
    const result = await apply({ url, migrations: shop });
    expect(result.error).toMatchObject({ code: 'STATEMENT_FAILED', exitCode: 1 });
    expect(result.error?.message).toContain('quota exceeded');
    expect(result.error?.next).toContain('Lift the block');
    expect(result.unrecorded).toContain('quota exceeded');
    expectTrue(result, begun, begun, shop);
    await at.server.configure({ block_writes: false, block_reason: null }, namespaceOf(url));
    expect(await expectWhole(subject)).toBe(begun);
    expect((await readTracker(at.server, url)).length).toBe(begun);
    await expectFinishes(subject);
  });

  test.concurrent.each(batches.slice(1))(
    'that begins to block writes before request %i keeps what came before',
    async (number) => {
      const subject = await begin();
      const { url } = subject;
      const proxy = await startProxy(at.server.port);
      proxy.onRequest(number, () =>
        at.server.configure({ block_writes: true, block_reason: 'over' }, namespaceOf(url)),
      );
      const result = await apply({ url: proxy.through(url), migrations: shop }).finally(() => proxy.stop());
      expect(result.error?.code).toBe('STATEMENT_FAILED');
      await at.server.configure({ block_writes: false, block_reason: null }, namespaceOf(url));
      const now = await expectWhole(subject);
      expect(now).toBeGreaterThan(begun);
      expectTrue(result, begun, now, shop);
      await expectFinishes(subject);
    },
  );

  async function findSize(url: string): Promise<number> {
    const [pages, size] = await at.server.sql(['PRAGMA page_count', 'PRAGMA page_size'], url);
    return (Number(pages?.[0]?.[0]) * Number(size?.[0]?.[0])) / 1024;
  }

  test.concurrent('that runs out of room in the middle of a rebuild loses no row', async () => {
    const url = await freshDatabase(at.server);
    const full = [
      ...shop.slice(0, 2),
      defineMigration('20260102500000_many', [
        `INSERT INTO "Customer" ("name") WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT 'one of many, called ' || i || hex(zeroblob(40)) FROM n`,
        'INSERT INTO "Order" ("customerId") SELECT "id" FROM "Customer"',
      ]),
      ...shop.slice(2),
    ];
    const states = await buildReference(at.server, await freshDatabase(at.server), full);
    const subject = { server: at.server, url, migrations: full, reference: states };
    await apply({ url, migrations: full.slice(0, 3) });
    // Room for the new table's first pages, and not for all of its rows.
    await at.server.configure({ max_db_size: `${(await findSize(url)) + 48}KB` }, namespaceOf(url));
    const result = await apply({ url, migrations: full });
    expect(result.failed?.name).toBe(shop[2]?.name);
    expect(result.failed?.statement).toContain('INSERT INTO "new_Customer"');
    expect(result.failed?.message).toContain('full');
    expect(result.error?.next).toContain('Make room');
    expect(await expectWhole(subject)).toBe(3);
    expectTrue(result, 3, 3, full);
    await at.server.configure({ max_db_size: '1000MB' }, namespaceOf(url));
    await expectFinishes(subject);
  });

  test.concurrent('without room for the tracker says that the failure could not be recorded either', async () => {
    const url = await freshDatabase(at.server);
    await at.server.configure({ max_db_size: '8KB' }, namespaceOf(url));
    const result = await apply({ url, migrations: shop });
    expect(result.error?.code).toBe('STATEMENT_FAILED');
    expect(result.error?.message).toContain('full');
    expect(result.unrecorded).toContain('full');
    expectTrue(result, 0, 0, shop);
    expect(await readState(at.server, url)).toEqual(at.reference[0]);
    await at.server.configure({ max_db_size: '1000MB' }, namespaceOf(url));
    await expectFinishes(at.subject(url));
  });

  const slow = defineSlowMigration('20260102500000_slow', 24);

  test('that gives a slow migration up to another writer leaves nothing of it, and starts nothing after it', async () => {
    const url = `${at.server.url}/dev/impatient`;
    await request({ url: `${at.server.adminUrl}/v1/namespaces/impatient/create`, body: '{"txn_timeout_s":1}' });
    const migrations = [...shop.slice(0, 2), slow, ...shop.slice(2)];
    const states = await buildReference(at.server, await freshDatabase(at.server), migrations);
    const subject = { server: at.server, url, migrations, reference: states };
    await apply({ url, migrations: migrations.slice(0, begun) });
    let other: Promise<unknown> = Promise.resolve();
    const result = await apply({
      url,
      migrations,
      timeoutSeconds: 10,
      onEvent: ({ type }) => {
        if (type === 'sending')
          other = sleep(100)
            .then(() => takeWriteLock(url))
            .then((lock) => lock.release());
      },
    });
    await other;
    expect(result.error).toMatchObject({ code: 'STATEMENT_FAILED', exitCode: 1 });
    expect(result.error?.message).toContain('took longer');
    expect(result.failed?.name).toBe(slow.name);
    expectTrue(result, begun, await expectWhole(subject), migrations);
    expect(await expectWhole(subject)).toBe(begun);
    await expectQuiet(subject, begun);

    // Two at the same moment are such writers to each other: at most one gets through, and both say what is true.
    const both = await Promise.all([1, 2].map(() => apply({ url, migrations, timeoutSeconds: 10 })));
    const now = await expectWhole(subject);
    expect(both.flatMap(({ applied }) => applied).sort()).toEqual(migrations.slice(begun, now).map(({ name }) => name));
    for (const { error } of both.filter(({ outcome }) => outcome !== 'applied')) {
      expect(['STATEMENT_FAILED', 'PLAN_STALE']).toContain(error?.code);
    }
    await expectFinishes(subject);
  });
});
