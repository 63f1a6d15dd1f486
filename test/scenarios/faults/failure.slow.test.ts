/** A migration that fails, and what becomes of the row that says so when that cannot be written either. */

import { expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { batches, describeKinds, requestsOfShop } from './requests.ts';
import { defineMigration, type StoryMigration, shop } from './shop.ts';
import { useShopServer } from './shop-server.ts';
import { expectFinishes, expectTrue, expectWhole, readTracker, timeoutSeconds } from './truth.ts';

/** Fails at its last statement, after a rebuild and after rows were changed. */
function failLast({ name, statements }: StoryMigration): StoryMigration {
  return defineMigration(name, [
    ...statements,
    'DELETE FROM "Order" WHERE "id" < 10',
    // Always 1, which is taken; to a plan it is left to chance.
    'INSERT INTO "Counter" ("id", "runs") VALUES (1 + last_insert_rowid() * 0, 0)',
  ]);
}

/** `record`: the number of the request that records it, after the batches up to the one that fails. */
const beginnings = [
  { begun: 0, failing: 2, record: requestsOfShop.none.indexOf('batch') + 2 },
  { begun: 2, failing: 2, record: batches[0] + 1 },
  { begun: 2, failing: 6, record: batches[2] + 1 },
];

const faults: readonly (Fault | 'none')[] = ['none', 'before', 'after', 'mid-reply', 'hang', { status: 503 }];

describeWithServer('a migration whose last statement fails', () => {
  const at = useShopServer();

  test.concurrent.each(beginnings.flatMap((beginning) => faults.map((fault) => ({ ...beginning, fault }))))(
    'leaves all as it was and a row that says so; fault $fault while recording, $failing of them applied',
    async (cell) => {
      const { begun, failing, record, fault } = cell;
      const url = await freshDatabase(at.server);
      const migrations = shop.map((migration, index) => (index === failing ? failLast(migration) : migration));
      const subject = at.subject(url, migrations);
      if (begun > 0) await apply({ url, migrations: shop.slice(0, begun) });
      const proxy = await startProxy(at.server.port);
      try {
        if (fault !== 'none') proxy.breakRequest(record, fault);
        // Only what is never answered is to be given up; the rest may take as long as the machine makes it.
        const patience = fault === 'hang' ? { timeoutSeconds } : {};
        const result = await apply({ url: proxy.through(url), migrations, ...patience });
        expect(result.outcome).toBe('failed');
        expect(result.error).toMatchObject({ code: 'STATEMENT_FAILED', exitCode: 1 });
        expect(result.failed?.statement).toContain('last_insert_rowid()');
        expect(result.failed?.message).toContain('UNIQUE constraint failed: Counter.id');
        expect(await expectWhole(subject)).toBe(failing);
        expectTrue(result, begun, failing, migrations);
        const rolledBack = (await readTracker(at.server, url)).filter((row) => row.state === 'rolled back');
        expect(rolledBack.map((row) => row.name)).toEqual([shop[failing]?.name]);
        expect(result.unrecorded).toBeNull();
        expect(describeKinds(proxy.requests[record - 1]?.body ?? '')).toBe('failureRecord');
        const [logs] = await at.server.sql(
          `SELECT logs FROM _prisma_migrations WHERE id = '${rolledBack[0]?.id}'`,
          url,
        );
        expect(logs?.[0]?.[0]).toContain('UNIQUE constraint failed');
        // The mended file is applied, and the failed row has its checksum for Prisma to find.
        await expectFinishes({ ...subject, migrations: shop });
        const rows = (await readTracker(at.server, url)).filter((row) => row.name === shop[failing]?.name);
        expect(rows.map((row) => [row.state, row.checksum])).toEqual([
          ['rolled back', shop[failing]?.checksum],
          ['finished', shop[failing]?.checksum],
        ]);
      } finally {
        await proxy.stop();
      }
    },
  );

  test('is recorded by its own batch, so that only its message is missing when that cannot be added', async () => {
    const url = await freshDatabase(at.server);
    await apply({ url, migrations: shop.slice(0, 2) });
    const migrations = shop.map((migration, index) => (index === 2 ? failLast(migration) : migration));
    const proxy = await startProxy(at.server.port);
    proxy.breakFrom(batches[0] + 1, 'before');
    const result = await apply({ url: proxy.through(url), migrations }).finally(() => proxy.stop());
    expect([result.failed?.name, result.unrecorded]).toEqual([shop[2]?.name, null]);
    const rolledBack = (await readTracker(at.server, url)).filter((row) => row.state === 'rolled back');
    expect(rolledBack.map((row) => row.name)).toEqual([shop[2]?.name]);
    await expectFinishes(at.subject(url));
  });

  test('says beside its failure why that could not be recorded', async () => {
    const url = await freshDatabase(at.server);
    await apply({ url, migrations: shop.slice(0, 2) });
    await at.server.sql(
      `CREATE TRIGGER no_failures BEFORE INSERT ON _prisma_migrations WHEN NEW.rolled_back_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'no failures here'); END`,
      url,
    );
    const migrations = shop.map((migration, index) => (index === 2 ? failLast(migration) : migration));
    const result = await apply({ url, migrations });
    expect(result.error?.message).toContain('UNIQUE constraint failed');
    expect(result.unrecorded).toContain('no failures here');
    expectTrue(result, 2, 2, migrations);
    expect((await readTracker(at.server, url)).length).toBe(2);
    await at.server.sql('DROP TRIGGER no_failures', url);
    await expectFinishes(at.subject(url));
  });
});
