/** Deploys of different folders at once: what the loser says when the winner did less, died, or locked it out. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { awaitOtherRun, type OtherRun } from '../../../src/apply/other-run.ts';
import { type ApplyResult, apply } from '../../../src/index.ts';
import { applyByClock, startJumpingClock } from '../../support/clock.ts';
import { withDatabase } from '../../support/database.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { batches } from '../faults/requests.ts';
import { defineMigration, type StoryMigration, shop } from '../faults/shop.ts';
import { beginMigrations, buildReference, expectFinishes, expectWhole, type State } from '../faults/truth.ts';
import { startGate } from './gate.ts';

const tables = ['a', 'b', 'c', 'd'].map((letter) =>
  defineMigration(`2026010100000${letter}_${letter}`, [
    `CREATE TABLE "${letter}" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n)`,
  ]),
);
const [first, second, third, fourth] = tables.map(({ name }) => name);
const three = tables.slice(0, 3);

/** A request to write to an empty database follows the one to read. */
const batch = 2;

/** As long as it is by default: none of these may use it up. */
const timeoutSeconds = 300;

describeWithServer('a deploy of four migrations beside one of three', () => {
  let server: Server;
  let reference: readonly State[];

  beforeAll(async () => {
    server = await startServer();
    reference = await buildReference(server, await freshDatabase(server), tables);
  });
  afterAll(() => server.stop());

  /** Applies `migrations`, and lets `before` happen right before they are sent. @returns the seconds by its clock, too, and how many of them it slept. */
  async function applyAfter(
    url: string,
    migrations: readonly StoryMigration[],
    before: () => Promise<unknown>,
  ): Promise<{ readonly result: ApplyResult; readonly passed: number; readonly slept: number }> {
    const proxy = await startProxy(server.port);
    const clock = startJumpingClock();
    let since = clock.now();
    proxy.onRequest(batch, async () => {
      await before();
      since = clock.now();
    });
    const input = { url: proxy.through(url), migrations, timeoutSeconds, clock };
    const result = await applyByClock(input).finally(() => proxy.stop());
    return { result, passed: (clock.now() - since) / 1000, slept: clock.slept() };
  }

  test.concurrent('says after some seconds what is left, and how to go on', async () => {
    const url = await freshDatabase(server);
    const { result, passed, slept } = await applyAfter(url, tables, () => apply({ url, migrations: three }));
    expect(passed).toBeGreaterThan(4);
    expect(slept).toBeLessThan(15);
    expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'PLAN_STALE', exitCode: 1 } });
    expect([result.notStarted, result.byAnotherRun]).toEqual([[fourth], true]);
    expect(result.error?.message).toBe(
      `Another run applied ${first}, ${second}, ${third}. Not applied: ${fourth}. The tracker has no row for it, and nothing changed for some seconds.`,
    );
    expect(result.error?.next).toBe('migrate-prod apply');
    const subject = { server, url, migrations: tables, reference };
    expect(await expectWhole(subject)).toBe(3);
    await expectFinishes(subject);
  });

  test.concurrent('is to be planned again where a plan was named: what is left is another one', async () => {
    const url = await freshDatabase(server);
    const proxied = await startProxy(server.port);
    // The plan, the plan again, and then what is sent.
    proxied.onRequest(batch + 1, async () => void (await apply({ url, migrations: three })));
    const input = { url: proxied.through(url), migrations: tables, timeoutSeconds };
    const unnamed = await applyByClock({ ...input, plan: `${'0'.repeat(8)}-${'0'.repeat(24)}-${'0'.repeat(20)}-00` });
    expect(unnamed.outcome).toBe('blocked');
    const result = await applyByClock({ ...input, plan: unnamed.plan.id }).finally(() => proxied.stop());
    expect(result.error).toMatchObject({ code: 'PLAN_STALE', next: 'migrate-prod plan' });
    expect(result.error?.message).toContain(`Not applied: ${fourth}`);
  });

  test.concurrent('ends well where it is the one of three that waits', async () => {
    const url = await freshDatabase(server);
    const { result, slept } = await applyAfter(url, three, () => apply({ url, migrations: tables }));
    expect(result).toMatchObject({ outcome: 'applied', error: null, applied: [], byAnotherRun: true });
    expect(slept).toBeLessThan(4);
  });

  test.concurrent('is told at once where the winner fails at one of its own', async () => {
    const url = await freshDatabase(server);
    const bad = defineMigration(second ?? '', [
      'CREATE TABLE "b" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n)',
      'INSERT INTO "b" SELECT 1 UNION ALL SELECT 1',
    ]);
    const { result, slept } = await applyAfter(url, tables, () =>
      apply({ url, migrations: [three[0] as StoryMigration, bad] }),
    );
    expect(result.error?.message).toContain(`Another run failed at ${second}`);
    expect(slept).toBeLessThan(4);
    expect(await expectWhole({ server, url, migrations: tables, reference })).toBe(1);
  });

  test.concurrent('of three at once leaves every migration applied once, and nobody waits for nothing', async () => {
    const url = await freshDatabase(server);
    const gate = await startGate(server, 3);
    const folders = [tables.slice(0, 2), three, tables].map((migrations) => ({
      migrations,
      clock: startJumpingClock(),
    }));
    const results = await Promise.all(
      folders.map((folder) => applyByClock({ url: gate.through(url), ...folder, timeoutSeconds })),
    ).finally(() => gate.stop());
    for (const { clock } of folders) expect(clock.slept()).toBeLessThan(25);
    for (const { error } of results) {
      if (error !== null)
        expect([error.code, error.message]).toEqual(['PLAN_STALE', expect.stringContaining('Not applied: ')]);
    }
    const there = await expectWhole({ server, url, migrations: tables, reference });
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(tables.slice(0, there).map(({ name }) => name));
    await expectFinishes({ server, url, migrations: tables, reference });
  });

  /** @returns the seconds by its clock, too, and how many of them it slept. */
  async function waitFor(
    url: string,
    migrations: readonly StoryMigration[],
  ): Promise<{ readonly end: OtherRun; readonly passed: number; readonly slept: number }> {
    const clock = startJumpingClock();
    const since = clock.now();
    const end = await withDatabase(url, (database) =>
      awaitOtherRun({
        database,
        clock,
        migrations: migrations.map(({ name, sql }) => migrationFromText(name, sql)),
        guard: 'recorded',
        expected: { schema: null, tracker: null },
        known: new Set(),
        timeout: timeoutSeconds * 1000,
      }),
    );
    return { end, passed: (clock.now() - since) / 1000, slept: clock.slept() };
  }

  test.concurrent('waits longer for a winner that said it has more to do, and not for ever: it may have died', async () => {
    const subject = await beginMigrations(server, shop, 0, []);
    const stop = new AbortController();
    // Its first request has four, and it ends before the second.
    const result = await apply({
      url: subject.url,
      migrations: shop,
      signal: stop.signal,
      onEvent: ({ type }) => type === 'answered' && stop.abort(),
    });
    expect(result.error?.code).toBe('INTERRUPTED');
    const applied = result.applied.length;
    expect(applied).toBeGreaterThan(0);
    expect(applied).toBeLessThan(shop.length);
    const { end, passed, slept } = await waitFor(subject.url, shop);
    expect(end).toMatchObject({ type: 'stale', next: 'plan', message: expect.stringContaining('still to apply') });
    expect(passed).toBeGreaterThan(25);
    expect(slept).toBeLessThan(40);
  });

  test.concurrent('waits all its time where another tool began one and left it open', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: three });
    await server.sql(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('open', '${tables[3]?.checksum}', '${fourth}', 1790000000000)`,
      url,
    );
    const { end, passed } = await waitFor(url, tables);
    expect(end).toMatchObject({ type: 'stale', message: expect.stringContaining(`started ${fourth}`) });
    expect(passed).toBeGreaterThanOrEqual(timeoutSeconds);
  });
});

describeWithServer('a token that has expired', () => {
  let server: Server;
  let expired: Fault;

  beforeAll(async () => {
    server = await startServer({ auth: true });
    expired = { token: server.token('rw', -3_600) };
  });
  afterAll(() => server.stop());

  test.concurrent('while another run is waited for is said so, with what is known', async () => {
    const url = await freshDatabase(server);
    const authToken = server.token('rw');
    await apply({ url, migrations: shop.slice(0, 2), authToken });
    const proxy = await startProxy(server.port);
    const open = `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('open', 'x', '${shop[3]?.name}', 1790000000000)`;
    proxy.onRequest(batches[0], async () => {
      await apply({ url, migrations: shop.slice(0, 3), authToken });
      await server.sql(open, url);
    });
    // Two looks are answered; it would go on looking for a minute.
    const looks = 2;
    proxy.breakFrom(batches[0] + looks + 1, expired);
    const input = { url: proxy.through(url), migrations: shop.slice(0, 5), authToken, timeoutSeconds: 60 };
    const result = await applyByClock(input).finally(() => proxy.stop());
    expect(proxy.requests).toHaveLength(batches[0] + looks + 1);
    expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'AUTH_FAILED', exitCode: 1 } });
    expect(result.error?.message).toContain('lost access');
    expect(result.error?.message).toContain(`When it was last seen, it had applied ${shop[2]?.name}`);
    expect(result.error?.next).toContain('new token');
  });

  test.concurrent('when a lost answer is looked for leaves it unknown at once, and says what to do first', async () => {
    const url = await freshDatabase(server);
    const proxy = await startProxy(server.port);
    proxy.breakFrom(batch + 1, expired);
    proxy.breakRequest(batch, 'after');
    const authToken = server.token('rw');
    const input = { url: proxy.through(url), migrations: three, authToken, timeoutSeconds: 60 };
    const result = await applyByClock(input).finally(() => proxy.stop());
    expect(proxy.requests).toHaveLength(batch + 1);
    expect(result).toMatchObject({ outcome: 'unknown', error: { code: 'OUTCOME_UNKNOWN', exitCode: 4 } });
    expect(result.error?.message).toContain('does not accept the token (401)');
    expect(result.error?.next).toMatch(/^Make a new token.* Then: migrate-prod status$/);
  });
});
