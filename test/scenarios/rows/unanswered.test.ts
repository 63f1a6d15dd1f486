/** Questions to production's rows that get no answer: the plan is made all the same, and says so. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../../src/index.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { findAll } from './cases.ts';

const init: MigrationSource = {
  name: '20260101000000_init',
  sql: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "fax" TEXT);',
};
const pending: MigrationSource = {
  name: '20260201000000_pending',
  sql: 'ALTER TABLE "Customer" DROP COLUMN "fax";\nCREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");',
};
const rows = `INSERT INTO "Customer" VALUES (1, 'a@shop.example', '1'), (2, 'a@shop.example', NULL)`;

describeWithServer('questions that are not answered in time', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it.concurrent('leave a plan that tells losses without a number, finds nothing that would fail, and says so', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    await server.sql([rows], url);
    const proxy = await startProxy(server.port);
    try {
      proxy.breakRequest(2, 'hang');
      const input = { url: proxy.through(url), migrations: [init, pending], timeoutSeconds: 2 };
      const { plan: planned, ready } = await plan(input);
      expect(planned.asked).toEqual({ questions: 3, unanswered: 3, rowsRead: null });
      const found = findAll(planned).filter(({ kind }) => kind !== 'note');
      expect(found.map(({ kind, code }) => `${kind} ${code}`)).toEqual(['hazard data-loss']);
      expect(found[0]?.evidence?.count).toBeNull();
      expect(ready).toBe(false);

      // The next one is heard again, and so is the database.
      const { plan: again } = await plan(input);
      expect(again.asked?.unanswered).toBe(0);
      expect(findAll(again).map(({ kind, code }) => `${kind} ${code}`)).toContain('blocker duplicates');
    } finally {
      await proxy.stop();
    }
  });

  it.concurrent.each([
    [
      'rows that OR IGNORE may leave out',
      'INSERT OR IGNORE INTO "new_Customer" SELECT "id", "email", "fax" FROM "Customer";',
      'TEXT NOT NULL',
      ['hazard data-loss null'],
    ],
    [
      'none where the copy would fail',
      'INSERT INTO "new_Customer" SELECT "id", "email", "fax" FROM "Customer";',
      'TEXT NOT NULL',
      [],
    ],
  ])('leave a rebuild with %s', async (_, copy, email, expected) => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    await server.sql([rows], url);
    const proxy = await startProxy(server.port);
    const sql = `CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" ${email}, "fax" TEXT);\n${copy}\nDROP TABLE "Customer";\nALTER TABLE "new_Customer" RENAME TO "Customer";`;
    try {
      proxy.breakRequest(2, 'hang');
      const migrations = [init, { name: pending.name, sql }];
      const { plan: planned } = await plan({ url: proxy.through(url), migrations, timeoutSeconds: 2 });
      const found = findAll(planned).filter(({ kind }) => kind !== 'note');
      expect(found.map(({ kind, code, evidence }) => `${kind} ${code} ${evidence?.count ?? null}`)).toEqual(expected);
    } finally {
      await proxy.stop();
    }
  });

  it.concurrent('do not keep apply from its work', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    const proxy = await startProxy(server.port);
    try {
      proxy.breakRequest(2, 'hang');
      const input = { url: proxy.through(url), migrations: [init, pending], timeoutSeconds: 2 };
      expect(await apply({ ...input, allow: ['data-loss'] })).toMatchObject({ outcome: 'applied', error: null });
    } finally {
      await proxy.stop();
    }
  });
});

describeTargets('a question that the database cannot answer', (fresh) => {
  const schema = 'CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY, "body" TEXT);';
  const check = `CREATE TABLE "new_Note" ("id" INTEGER NOT NULL PRIMARY KEY, "body" TEXT CHECK (json_extract("body", '$.a') > 0));
INSERT INTO "new_Note" ("id", "body") SELECT "id", "body" FROM "Note";
DROP TABLE "Note";
ALTER TABLE "new_Note" RENAME TO "Note";`;
  const migrations = [
    { name: init.name, sql: schema },
    { name: pending.name, sql: check },
  ];
  const ask = async (target: TestTarget, body: string) => {
    await apply({ url: target.url, migrations: migrations.slice(0, 1) });
    await target.sql(`INSERT INTO "Note" VALUES (1, '${body}')`);
    return (await plan({ url: target.url, migrations })).plan.asked;
  };

  it.concurrent('is counted', async () => {
    expect(await ask(await fresh(), 'no JSON')).toMatchObject({ unanswered: 1 });
  });

  it.concurrent('is none where it can', async () => {
    expect(await ask(await fresh(), '{"a":1}')).toMatchObject({ unanswered: 0 });
  });
});
