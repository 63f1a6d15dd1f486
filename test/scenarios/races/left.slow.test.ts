/** Deploys of different folders at once: what the loser says when the winner did less, died, or locked it out. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { type ApplyResult, apply } from '../../../src/index.ts';
import { awaitOtherRun, type OtherRun } from '../../../src/operations/other-run.ts';
import type { Clock } from '../../../src/ports.ts';
import { runCommand } from '../../support/command.ts';
import { withDatabase } from '../../support/database.ts';
import { makeProject } from '../../support/folder.ts';
import { startProxy } from '../../support/proxy.ts';
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

  /** Applies `migrations`, and lets `before` happen right before they are sent. */
  async function applyAfter(
    url: string,
    migrations: readonly StoryMigration[],
    before: () => Promise<unknown>,
  ): Promise<{ readonly result: ApplyResult; readonly seconds: number }> {
    const proxy = await startProxy(server.port);
    let since = performance.now();
    proxy.onRequest(batch, async () => {
      await before();
      since = performance.now();
    });
    const input = { url: proxy.through(url), migrations, timeoutSeconds };
    const result = await apply(input).finally(() => proxy.stop());
    return { result, seconds: (performance.now() - since) / 1000 };
  }

  test.concurrent('says after some seconds what is left, and how to go on', async () => {
    const url = await freshDatabase(server);
    const { result, seconds } = await applyAfter(url, tables, () => apply({ url, migrations: three }));
    expect(seconds).toBeGreaterThan(4);
    expect(seconds).toBeLessThan(15);
    expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'PLAN_STALE', exitCode: 1 } });
    expect([result.notStarted, result.byAnotherRun]).toEqual([[fourth], true]);
    expect(result.error?.message).toBe(
      `Another run applied ${first}, ${second}, ${third}. Left is ${fourth}: no row of it is there, and nothing moved for some seconds.`,
    );
    expect(result.error?.next).toBe('migrate-prod apply');
    const subject = { server, url, migrations: tables, reference };
    expect(await expectWhole(subject)).toBe(3);
    await expectFinishes(subject);
  });

  test.concurrent('names the whole command, with the options of this run', async () => {
    const url = await freshDatabase(server);
    const proxy = await startProxy(server.port);
    proxy.onRequest(batch, async () => void (await apply({ url, migrations: three })));
    const project = await makeProject(Object.fromEntries(tables.map(({ name, sql }) => [name, sql])));
    const target = proxy.through(url);
    const command = ['apply', '--yes', '--url', target, '--to', fourth ?? '', '--allow', 'data-loss'];
    const options = { cwd: project.root, env: {}, timeoutMs: 25_000 };
    const { code, stderr } = await runCommand(command, options);
    await proxy.stop();
    await project.remove();
    expect(code).toBe(1);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      `Next: migrate-prod apply --url ${target} --to ${fourth} --allow data-loss --yes`,
    );
  });

  test.concurrent('is to be planned again where a plan was named: what is left is another one', async () => {
    const url = await freshDatabase(server);
    const proxied = await startProxy(server.port);
    // The plan, the plan again, and then what is sent.
    proxied.onRequest(batch + 1, async () => void (await apply({ url, migrations: three })));
    const input = { url: proxied.through(url), migrations: tables, timeoutSeconds };
    const unnamed = await apply({ ...input, plan: `${'0'.repeat(8)}-${'0'.repeat(24)}-${'0'.repeat(24)}` });
    expect(unnamed.outcome).toBe('blocked');
    const result = await apply({ ...input, plan: unnamed.plan.id }).finally(() => proxied.stop());
    expect(result.error).toMatchObject({ code: 'PLAN_STALE', next: 'migrate-prod plan' });
    expect(result.error?.message).toContain(`Left is ${fourth}`);
  });

  test.concurrent('ends well where it is the one of three that waits', async () => {
    const url = await freshDatabase(server);
    const { result, seconds } = await applyAfter(url, three, () => apply({ url, migrations: tables }));
    expect(result).toMatchObject({ outcome: 'applied', error: null, applied: [], byAnotherRun: true });
    expect(seconds).toBeLessThan(4);
  });

  test.concurrent('is told at once where the winner fails at one of its own', async () => {
    const url = await freshDatabase(server);
    const bad = defineMigration(second ?? '', [
      'CREATE TABLE "b" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n)',
      'INSERT INTO "b" SELECT 1 UNION ALL SELECT 1',
    ]);
    const { result, seconds } = await applyAfter(url, tables, () =>
      apply({ url, migrations: [three[0] as StoryMigration, bad] }),
    );
    expect(result.error?.message).toContain(`Another run failed at ${second}`);
    expect(seconds).toBeLessThan(4);
    expect(await expectWhole({ server, url, migrations: tables, reference })).toBe(1);
  });

  test.concurrent('of three at once leaves every migration applied once, and nobody waits for nothing', async () => {
    const url = await freshDatabase(server);
    const gate = await startGate(server, 3);
    const since = performance.now();
    const folders = [tables.slice(0, 2), three, tables];
    const results = await Promise.all(
      folders.map((migrations) => apply({ url: gate.through(url), migrations, timeoutSeconds })),
    ).finally(() => gate.stop());
    expect(performance.now() - since).toBeLessThan(25_000);
    for (const { error } of results) {
      if (error !== null)
        expect([error.code, error.message]).toEqual(['PLAN_STALE', expect.stringContaining('Left is ')]);
    }
    const there = await expectWhole({ server, url, migrations: tables, reference });
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(tables.slice(0, there).map(({ name }) => name));
    await expectFinishes({ server, url, migrations: tables, reference });
  });

  /** Waits by a clock that only sleeping moves. */
  async function waitFor(
    url: string,
    migrations: readonly StoryMigration[],
  ): Promise<{ end: OtherRun; seconds: number }> {
    let time = 0;
    const clock: Clock = {
      now: () => time,
      sleep: async (milliseconds) => {
        time += milliseconds;
      },
    };
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
    return { end, seconds: time / 1000 };
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
    const { end, seconds } = await waitFor(subject.url, shop);
    expect(end).toMatchObject({ type: 'stale', next: 'plan', message: expect.stringContaining('yet to do') });
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThan(40);
  });

  test.concurrent('waits all its time where another tool began one and left it open', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: three });
    await server.sql(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('open', '${tables[3]?.checksum}', '${fourth}', 1790000000000)`,
      url,
    );
    const { end, seconds } = await waitFor(url, tables);
    expect(end).toMatchObject({ type: 'stale', message: expect.stringContaining(`began ${fourth}`) });
    expect(seconds).toBeGreaterThanOrEqual(timeoutSeconds);
  });
});

describeWithServer('a token that expires', () => {
  let server: Server;

  beforeAll(async () => {
    server = await startServer({ auth: true, namespaces: false });
  });
  afterAll(() => server.stop());

  test('while waiting for another run is said to have expired, with what is known', async () => {
    const { url } = server;
    const migrations = shop.slice(0, 5);
    await apply({ url, migrations: shop.slice(0, 2), authToken: server.token('rw') });
    const proxy = await startProxy(server.port);
    const open = `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('open', 'x', '${shop[3]?.name}', 1790000000000)`;
    proxy.onRequest(batches[0], async () => {
      await apply({ url, migrations: shop.slice(0, 3), authToken: server.token('rw') });
      await server.sql(open);
    });
    const since = performance.now();
    // Good for four seconds more: a minute is let pass.
    const result = await apply({
      url: proxy.through(url),
      migrations,
      authToken: server.token('rw', -56),
      timeoutSeconds: 60,
    }).finally(() => proxy.stop());
    expect(performance.now() - since).toBeLessThan(20_000);
    expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'AUTH_FAILED', exitCode: 1 } });
    expect(result.error?.message).toContain('lost access');
    expect(result.error?.message).toContain(`When last seen it had applied ${shop[2]?.name}`);
    expect(result.error?.next).toContain('new token');
  });

  test('while a lost answer is settled leaves it unknown at once, and says what to do first', async () => {
    const own = await startServer({ auth: true, namespaces: false });
    const proxy = await startProxy(own.port);
    const authToken = own.token('rw', -57);
    // The answer comes when the token is of no use any more, and is lost.
    proxy.breakRequest(batch, 'after');
    proxy.onRequest(batch + 1, () => sleep(4_000));
    const since = performance.now();
    const input = { url: proxy.through(own.url), migrations: three, authToken, timeoutSeconds: 60 };
    const result = await apply(input);
    await proxy.stop();
    await own.stop();
    expect(performance.now() - since).toBeLessThan(20_000);
    expect(result).toMatchObject({ outcome: 'unknown', error: { code: 'OUTCOME_UNKNOWN', exitCode: 4 } });
    expect(result.error?.message).toContain('does not accept the token (401)');
    expect(result.error?.next).toMatch(/^Make a new token.* Then: migrate-prod status$/);
  });
});
