/** What a run that loses does by the real clock: its command waits and says what is left, and its token expires meanwhile. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { runCommand } from '../../support/command.ts';
import { makeProject } from '../../support/folder.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { batches } from '../faults/requests.ts';
import { defineMigration, shop } from '../faults/shop.ts';

const tables = ['a', 'b', 'c', 'd'].map((letter) =>
  defineMigration(`2026010100000${letter}_${letter}`, [
    `CREATE TABLE "${letter}" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n)`,
  ]),
);
const fourth = tables[3]?.name;
const three = tables.slice(0, 3);

/** A request to write to an empty database follows the one to read. */
const batch = 2;

describeWithServer('the command that applies four migrations beside a run of three', () => {
  test('names the whole command, with the options of this run', async () => {
    const server = await startServer();
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
    await server.stop();
    expect(code).toBe(1);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      `Next: migrate-prod apply --url ${target} --to ${fourth} --allow data-loss --yes`,
    );
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
    expect(result.error?.message).toContain(`When it was last seen, it had applied ${shop[2]?.name}`);
    expect(result.error?.next).toContain('new token');
  });
});
