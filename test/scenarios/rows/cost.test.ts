/** What asking production's rows costs: requests, and the token that it takes. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../../src/index.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, migrationsOf } from './cases.ts';
import { redefine } from './rebuilds.ts';

const tables = ['Customer', 'Order', 'Shop', 'Basket'];
const columns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT, "fax" TEXT';
const init: MigrationSource = {
  name: '20260101000000_init',
  sql: tables.map((table) => `CREATE TABLE "${table}" (${columns});`).join('\n'),
};

/** Five migrations of each table, and each has something to ask. */
const twenty: readonly MigrationSource[] = tables.flatMap((table, index) =>
  [
    `CREATE UNIQUE INDEX "${table}_name_key" ON "${table}"("name");`,
    redefine({ table, columns: columns.replace('"name" TEXT', '"name" TEXT NOT NULL'), into: '"id", "name", "fax"' }),
    `ALTER TABLE "${table}" ADD COLUMN "stock" INTEGER NOT NULL DEFAULT 1 CHECK ("stock" > 0);`,
    `ALTER TABLE "${table}" DROP COLUMN "fax";`,
    `DELETE FROM "${table}" WHERE "id" = 1;\nALTER TABLE "${table}" ADD COLUMN "slug" TEXT;`,
  ].map((sql, step) => ({ name: `202602${index + 1}${step + 1}000000_${table.toLowerCase()}`, sql })),
);
const harmless: MigrationSource = {
  name: '20260201000000_harmless',
  sql: 'CREATE TABLE "Label" ("id" INTEGER PRIMARY KEY);\nALTER TABLE "Customer" ADD COLUMN "phone" TEXT;\nCREATE INDEX "Customer_name_idx" ON "Customer"("name");',
};

describeWithServer('what questions to the rows cost', () => {
  let server: Server;
  let proxy: TestProxy;
  beforeAll(async () => {
    server = await startServer({ auth: true });
    proxy = await startProxy(server.port);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  /** A database with rows, and how many requests reached it. */
  async function prepare() {
    const url = await freshDatabase(server);
    const authToken = server.token('rw');
    await apply({ url, authToken, migrations: [init] });
    await server.sql(
      tables.flatMap((table) => [`INSERT INTO "${table}" VALUES (1, 'Ada Example', NULL), (2, 'Bob Example', NULL)`]),
      url,
    );
    const sent = proxy.requests.length;
    return { url: proxy.through(url), authToken, countRequests: () => proxy.requests.length - sent };
  }

  it('one more request, however many migrations ask', async () => {
    const { url, authToken, countRequests } = await prepare();
    const { plan: planned, ready } = await plan({ url, authToken, migrations: [init, ...twenty] });
    expect(planned.migrations).toHaveLength(20);
    expect(ready).toBe(true);
    expect(countRequests()).toBe(2);
    // One for each migration, another for the NULLs of each table that is rebuilt, and one that fetches the rows; no row of the
    // two in each table more than twice for each, and for fetching it is counted, measured and read, each time with the list
    // of tables.
    expect(planned.asked?.questions).toBeLessThanOrEqual(twenty.length + tables.length + 1);
    expect(planned.asked?.rowsRead).toBeGreaterThan(0);
    expect(planned.asked?.rowsRead).toBeLessThanOrEqual(2 * 2 * twenty.length + 8 * 2 * tables.length);
  });

  it('none where there is nothing to ask', async () => {
    const { url, authToken, countRequests } = await prepare();
    const { plan: planned } = await plan({ url, authToken, migrations: [init, harmless] });
    expect(planned.asked).toBeNull();
    expect(countRequests()).toBe(1);
    const result = await apply({ url, authToken, migrations: [init, harmless] });
    expect(result).toMatchObject({ outcome: 'applied', requests: 2 });
  });

  it('three requests to apply what asks', async () => {
    const { url, authToken, countRequests } = await prepare();
    const result = await apply({ url, authToken, migrations: [init, ...twenty] });
    expect(result).toMatchObject({ outcome: 'applied', error: null, requests: 3 });
    expect(countRequests()).toBe(3);
  });

  it('no more than a token that only reads, and nothing is locked', async () => {
    const { url } = await prepare();
    const authToken = server.token('ro');
    const { plan: planned, ready } = await plan({ url, authToken, migrations: [init, ...twenty] });
    expect(ready).toBe(true);
    expect(planned.asked?.questions).toBeGreaterThan(0);
    const sent = proxy.requests.slice(-2).map(({ body }) => body);
    expect(sent.filter((body) => /BEGIN IMMEDIATE/.test(body))).toEqual([]);
  });
});

describeTargets('the id of a plan', (fresh) => {
  it('does not know how many rows there are, only whether there are any', async () => {
    const story = {
      title: '',
      schema: 'CREATE TABLE "Fax" ("id" INTEGER PRIMARY KEY, "number" TEXT);',
      rows: { Fax: [[1, '+47 0001']] },
      pending: ['DROP TABLE "Fax";'],
    };
    const target = await begin(await fresh(), story);
    const read = async () => (await plan({ url: target.url, migrations: migrationsOf(story) })).plan.id;
    const one = await read();
    await target.sql(`INSERT INTO "Fax" VALUES (2, '+47 0002'), (3, '+47 0003')`);
    expect(await read()).toBe(one);
    await target.sql('DELETE FROM "Fax"');
    expect(await read()).not.toBe(one);
  });
});
