/** Losing to somebody: a run that fails, a hand that changes the schema, another tool that records a migration. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ApplyResult, apply, backfill, plan, status } from '../../../src/index.ts';
import { applyByClock, type JumpingClock, startJumpingClock } from '../../support/clock.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { batches, reads } from '../faults/requests.ts';
import { defineMigration, defineSlowMigration, type StoryMigration, shop } from '../faults/shop.ts';
import { begun, useShopServer } from '../faults/shop-server.ts';
import {
  buildReference,
  expectFinishes,
  expectTrue,
  expectWhole,
  readState,
  readTracker,
  timeoutSeconds,
} from '../faults/truth.ts';
import { takeWriteLock } from '../faults/write-lock.ts';
import { startGate } from './gate.ts';

const runs = 5;

/** Once production was read: before its rows are asked about, and before anything is sent. */
const afterReading = [reads[1], batches[0]];

describeWithServer('a run that loses', () => {
  const at = useShopServer();

  /** Applies the rest of the shop while `disturb` runs just before that request reaches the server. */
  async function applyDisturbed(
    url: string,
    number: number,
    disturb: () => Promise<unknown>,
    clock: JumpingClock = startJumpingClock(),
  ): Promise<ApplyResult> {
    const proxy = await startProxy(at.server.port);
    proxy.onRequest(number, async () => void (await disturb()));
    // What is waited for between two requests is skipped; a request may take as long as the machine makes it.
    const options = { url: proxy.through(url), migrations: shop, timeoutSeconds: 30, clock };
    return applyByClock(options).finally(() => proxy.stop());
  }

  test.concurrent.each([3, 6])('to one that fails at number %i says so at once', async (failing) => {
    const subject = await at.begin();
    const { url } = subject;
    const migrations = shop.map((migration, index) =>
      index === failing
        ? defineMigration(migration.name, [
            ...migration.statements,
            `INSERT INTO "Counter" ("id") SELECT 1 WHERE last_insert_rowid() IS NOT NULL`,
          ])
        : migration,
    );
    const gate = await startGate(at.server, runs);
    const since = performance.now();
    const results = await Promise.all(
      Array.from({ length: runs }, () => apply({ url: gate.through(url), migrations, timeoutSeconds: 20, rows: 0 })),
    ).finally(() => gate.stop());
    expect(performance.now() - since).toBeLessThan(10_000);
    // Who was already waiting for the lock may fail at the same place; whoever is not, was told of it.
    const failed = results.filter(({ error }) => error?.code === 'STATEMENT_FAILED');
    const stale = results.filter(({ error }) => error?.code === 'PLAN_STALE');
    expect(failed.length).toBeGreaterThanOrEqual(1);
    expect(failed.length + stale.length).toBe(runs);
    for (const { error, outcome } of stale) {
      expect([outcome, error?.exitCode]).toEqual(['failed', 1]);
      expect(error?.message).toContain(`Another run failed at ${shop[failing]?.name}`);
    }
    expect(await expectWhole(subject)).toBe(failing);
    const applied = results.flatMap((result) => result.applied).sort();
    expect(applied).toEqual(shop.slice(begun, failing).map(({ name }) => name));
    await expectFinishes(subject);
  });

  const byHand = 'CREATE TABLE "ByHand" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n)';

  test.concurrent.each(afterReading)('to a schema changed by hand before request %i writes nothing', async (number) => {
    const { url } = await at.begin();
    const before = await readTracker(at.server, url);
    const result = await applyDisturbed(url, number, () => at.server.sql(byHand, url));
    expect(result.error).toMatchObject({ code: 'PLAN_STALE', exitCode: 1, next: 'migrate-prod plan' });
    expect(result.error?.message).toContain("Production's schema was changed");
    expectTrue(result, begun, begun, shop);
    expect(await readTracker(at.server, url)).toEqual(before);
    await at.server.sql('DROP TABLE "ByHand"', url);
    await expectFinishes(at.subject(url));
  });

  test.concurrent('to a schema changed by hand between its requests keeps what it has applied', async () => {
    const { url } = await at.begin();
    const result = await applyDisturbed(url, batches[1], () => at.server.sql(byHand, url));
    expect(result.error?.code).toBe('PLAN_STALE');
    expect(result.error?.message).toContain("Production's schema was changed");
    expectTrue(result, begun, 4, shop);
    await at.server.sql('DROP TABLE "ByHand"', url);
    expect(await expectWhole(at.subject(url))).toBe(4);
    await expectFinishes(at.subject(url));
  });

  test.concurrent('to a schema changed by hand after it planned goes on when it plans again', async () => {
    const { url } = await at.begin();
    await applyDisturbed(url, batches[0], () => at.server.sql(byHand, url));
    const again = await apply({ url, migrations: shop });
    expect(again.outcome).toBe('applied');
    expect((await status({ url, migrations: shop })).toApply).toBe(0);
    const objects = (await readState(at.server, url)).objects ?? [];
    expect(objects.map(([, name]) => name)).toContain('ByHand');
  });

  /** Prisma's way: the row first, the statements, then the row's end. */
  function asPrisma({ name, checksum, statements }: StoryMigration): readonly string[] {
    return [
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('prisma ${name}', '${checksum}', '${name}', 1790000000000)`,
      ...statements,
      `UPDATE _prisma_migrations SET finished_at = 1790000000500, applied_steps_count = 1 WHERE id = 'prisma ${name}'`,
    ];
  }

  test.concurrent.each(afterReading)(
    'to Prisma, which applied all of it before request %i, ends well',
    async (number) => {
      const subject = await at.begin();
      const { url } = subject;
      const result = await applyDisturbed(url, number, () => at.server.sql(shop.slice(begun).flatMap(asPrisma), url));
      expect(result.error).toBeNull();
      expect([result.outcome, result.applied, result.notStarted, result.byAnotherRun]).toEqual([
        'applied',
        [],
        [],
        true,
      ]);
      expect(await expectWhole(subject)).toBe(shop.length);
      await expectFinishes(subject);
    },
  );

  test.concurrent.each([...afterReading, batches[1]])(
    'to Prisma, which applied the next one before request %i, runs nothing on top of it',
    async (number) => {
      const subject = await at.begin();
      const { url } = subject;
      const next = number === batches[1] ? 4 : begun;
      const result = await applyDisturbed(url, number, () =>
        at.server.sql(shop.slice(next, next + 1).flatMap(asPrisma), url),
      );
      expect(result.error?.code).toBe('PLAN_STALE');
      expect(result.error?.message).toContain(`Another run applied ${shop[next]?.name}. Not applied: `);
      expect(result.error?.next).toBe('migrate-prod apply');
      expect(result.applied).toEqual(shop.slice(begun, next).map(({ name }) => name));
      expect(await expectWhole(subject)).toBe(next + 1);
      await expectFinishes(subject);
    },
  );

  test.concurrent('to Prisma, which takes its turn between two transactions of one request, runs nothing twice', async () => {
    const url = await freshDatabase(at.server);
    const counts = ['a', 'b', 'c'].map((letter) =>
      defineMigration(`20260102600000_${letter}`, ['UPDATE "Counter" SET "runs" = "runs" + 1']),
    );
    const migrations = [...shop.slice(0, 2), defineSlowMigration('20260102500000_slow', 4), ...counts];
    const states = await buildReference(at.server, await freshDatabase(at.server), migrations);
    await apply({ url, migrations: migrations.slice(0, begun) });
    let other: Promise<void> = Promise.resolve();
    const result = await apply({
      url,
      migrations,
      timeoutSeconds: 20,
      onEvent: ({ type }) => {
        // It waits for the lock while the slow one runs, and is the next to have it.
        if (type !== 'sending') return;
        other = sleep(60)
          .then(() => takeWriteLock(url))
          .then((lock) => lock.release(...counts.flatMap(asPrisma)));
      },
    });
    await other;
    expect([result.outcome, result.byAnotherRun]).toEqual(['applied', true]);
    expect(result.applied).toEqual(['20260102500000_slow']);
    await expectFinishes({ server: at.server, url, migrations, reference: states });
  });

  test.concurrent.each(afterReading)(
    'to Prisma, which began one before request %i and left it open, says so and blocks there',
    async (number) => {
      const { url } = await at.begin();
      const [open = ''] = asPrisma(shop[begun] as StoryMigration);
      const before = await readState(at.server, url);
      const result = await applyDisturbed(url, number, () => at.server.sql(open, url));
      expect(result.error?.code).toBe('PLAN_STALE');
      expectTrue(result, begun, begun, shop);
      expect(await readState(at.server, url)).toEqual(before);
      const again = await apply({ url, migrations: shop });
      expect(again.outcome).toBe('blocked');
      expect(again.error?.message).toContain('unfinished');
    },
  );

  test.concurrent.each(afterReading)(
    'to one with another file of the same name says so at once (request %i)',
    async (number) => {
      const { url } = await at.begin();
      const other = { ...(shop[begun] as StoryMigration), checksum: 'f'.repeat(64) };
      const clock = startJumpingClock();
      const result = await applyDisturbed(url, number, () => at.server.sql(asPrisma(other), url), clock);
      expect(clock.slept()).toBeLessThan(10);
      expect(result.error?.code).toBe('PLAN_STALE');
      expect(result.error?.message).toContain('from a different file');
      expectTrue({ ...result, notStarted: shop.slice(begun).map(({ name }) => name) }, begun, begun, shop);
    },
  );

  test.concurrent.each(afterReading)(
    'to a backfill of everything before request %i says so at once, and ran nothing',
    async (number) => {
      const { url } = await at.begin();
      const before = await readState(at.server, url);
      const result = await applyDisturbed(url, number, () =>
        backfill({ url, migrations: shop, allow: ['unproven', 'rows-unseen'] }),
      );
      expect([result.outcome, result.applied]).toEqual(['failed', []]);
      expect(result.error).toMatchObject({ code: 'PLAN_STALE' });
      expect(result.error?.message).toContain('without running it');
      expect(await readState(at.server, url)).toEqual(before);
    },
  );

  const basket = {
    schema:
      'CREATE TABLE "Basket" ("id" INTEGER PRIMARY KEY, "n" INTEGER, "x" TEXT); CREATE TABLE "Empty" ("id" INTEGER PRIMARY KEY);',
    rows: 'INSERT INTO "Basket" ("id", "n") VALUES (1, 1), (2, 2)',
  };

  test.concurrent.each([
    { what: 'drops a table that was empty', pending: 'DROP TABLE "Empty";' },
    { what: 'drops a column that was empty', pending: 'ALTER TABLE "Basket" DROP COLUMN "x";' },
    {
      what: 'fills what must be filled',
      pending:
        'UPDATE "Basket" SET "x" = \'small\' WHERE "n" < 3; UPDATE "Basket" SET "n" = "n" + 10; PRAGMA foreign_keys=OFF; CREATE TABLE "new_Basket" ("id" INTEGER PRIMARY KEY, "n" INTEGER CHECK ("n" < 20), "x" TEXT NOT NULL); INSERT INTO "new_Basket" SELECT "id", "n", "x" FROM "Basket"; DROP TABLE "Basket"; ALTER TABLE "new_Basket" RENAME TO "Basket"; PRAGMA foreign_keys=ON;',
    },
  ])('while it asks about rows takes no answer about what the winner left: $what', async ({ pending }) => {
    const url = await freshDatabase(at.server);
    const migrations = [
      { name: '20260101000000_init', sql: basket.schema },
      { name: '20260102000000_pending', sql: pending },
    ];
    await apply({ url, migrations: migrations.slice(0, 1) });
    await at.server.sql(basket.rows, url);
    const proxy = await startProxy(at.server.port);
    proxy.onRequest(reads[1], async () => {
      expect((await apply({ url, migrations })).outcome).toBe('applied');
    });
    const result = await apply({ url: proxy.through(url), migrations, timeoutSeconds }).finally(() => proxy.stop());
    expect(result.error).toBeNull();
    expect([result.outcome, result.applied, result.byAnotherRun]).toEqual(['applied', [], true]);
  });

  test.concurrent('while a plan is made has it made again', async () => {
    const { url } = await at.begin();
    const proxy = await startProxy(at.server.port);
    proxy.onRequest(reads[1], async () => void (await apply({ url, migrations: shop.slice(0, 5) })));
    const made = await plan({ url: proxy.through(url), migrations: shop }).finally(() => proxy.stop());
    expect(made.plan.migrations.map(({ name }) => name)).toEqual(shop.slice(5).map(({ name }) => name));
    expect(made.plan.asked).toEqual((await plan({ url, migrations: shop })).plan.asked);
  });
});
