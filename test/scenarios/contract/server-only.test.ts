/** What only the server has (an extension of its own) is no wall, and what nobody has is told before it is applied. */

import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, type Finding, type MigrationSource, plan } from '../../../src/index.ts';
import { makeExtension } from '../../support/extension.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets } from '../../support/targets.ts';

const init: MigrationSource = {
  name: '1_init',
  sql: `CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);`,
};
const next = (sql: string): MigrationSource => ({ name: '2_next', sql });

const rebuild = (columns = '"id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT, "b" INTEGER NOT NULL DEFAULT 0') =>
  `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_T" (${columns});
INSERT INTO "new_T" ("id", "a") SELECT "id", "a" FROM "T";
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T";
PRAGMA foreign_keys=ON;`;

/** With the number of the line that needs it. */
const uses: readonly (readonly [string, string, number])[] = [
  ['a function', 'UPDATE "T" SET "a" = own_fn("a");', 1],
  ['a function in a CHECK', 'CREATE TABLE "X" ("a" TEXT CHECK (own_fn("a") = \'own\'));', 1],
  ['a function in a generated column', 'CREATE TABLE "X" ("a" TEXT, "b" TEXT AS (OWN_FN("a")));', 1],
  ['a function in a column that is added', 'ALTER TABLE "T" ADD COLUMN "b" TEXT CHECK (own_fn("b") = \'own\');', 1],
  ['a function in an index', 'CREATE INDEX "i" ON "T" (own_fn("a"));', 1],
  ['a function in a query', 'CREATE TABLE "X" AS SELECT own_fn("a") AS "b" FROM "T";', 1],
  [
    'a function in a view that is read',
    'CREATE VIEW "V" AS SELECT own_fn("a") AS "a" FROM "T";\nINSERT INTO "T" ("id", "a") SELECT 9, "a" FROM "V" LIMIT 1;',
    2,
  ],
  [
    'a function in a trigger that fires',
    'CREATE TRIGGER "R" AFTER INSERT ON "T" BEGIN UPDATE "T" SET "a" = own_fn("a") WHERE "id" = new."id"; END;\nINSERT INTO "T" ("id") VALUES (9);',
    2,
  ],
  ['a function in a rebuilt table', rebuild('"id" INTEGER PRIMARY KEY, "a" TEXT CHECK (own_fn("a") = \'own\')'), 2],
  ['a module', 'CREATE VIRTUAL TABLE "X" USING own_mod(1);', 1],
  ['a table-valued function', `INSERT INTO "T" ("id", "a") SELECT 9, "a" FROM own_mod('x');`, 1],
  ['a table-valued function in a table', `CREATE TABLE "X" AS SELECT * FROM "T" JOIN "own_mod"('x');`, 1],
  ['a collation', 'CREATE TABLE "X" ("a" TEXT COLLATE own_coll PRIMARY KEY);', 1],
  ['a collation of a column that is added', 'ALTER TABLE "T" ADD COLUMN "b" TEXT COLLATE OWN_COLL;', 1],
  ['a collation of an index', 'CREATE INDEX "i" ON "T" ("a" COLLATE OWN_COLL);', 1],
  ['a collation of a query', `UPDATE "T" SET "a" = (SELECT "a" FROM "T" ORDER BY "a" COLLATE "own_coll" LIMIT 1);`, 1],
  ['two of them', 'UPDATE "T" SET "a" = own_fn("a") WHERE "a" < \'x\' COLLATE own_coll;', 1],
];

const wrong: readonly (readonly [string, string, RegExp])[] = [
  [
    'a function',
    'UPDATE "T" SET "a" = nobodys("a");',
    /the function nobodys, which neither libSQL itself nor this server/,
  ],
  ['a function of two', 'UPDATE "T" SET "a" = own_fn(nobodys("a"));', /needs the function nobodys, which neither/],
  ['a module', 'CREATE VIRTUAL TABLE "X" USING nobodys(1);', /the module nobodys, which neither/],
  [
    'a table-valued function',
    `INSERT INTO "T" ("id", "a") SELECT 9, "a" FROM nobodys('x');`,
    /the table nobodys, which/,
  ],
  ['a collation', 'CREATE INDEX "i" ON "T" ("a" COLLATE nobodys);', /the collation nobodys, which neither/],
];

const extension = makeExtension();
afterAll(() => {
  if (extension !== null) rmSync(extension, { recursive: true });
});

const stopping = (findings: readonly Finding[]) => findings.filter(({ kind }) => kind !== 'note');

const title = `an extension of the server${extension === null ? ' (skipped: it cannot be compiled here)' : ''}`;

describeWithServer(title, () => {
  let server: Server;
  let proxy: TestProxy;
  beforeAll(async () => {
    server = await startServer({ auth: true, ...(extension === null ? {} : { extensions: extension }) });
    proxy = await startProxy(server.port);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  async function begin(...production: readonly string[]) {
    const url = await freshDatabase(server);
    const [reading, writing] = [server.token('ro'), server.token('rw')];
    await apply({ url, authToken: writing, migrations: [init] });
    await server.sql([...production, `INSERT INTO "T" ("id", "a") VALUES (1, 'b'), (2, 'a')`], url);
    return {
      url,
      plan: async (migration: MigrationSource) => {
        const sent = proxy.requests.length;
        const report = await plan({ url: proxy.through(url), authToken: reading, migrations: [init, migration] });
        const findings = [...report.plan.findings, ...report.plan.migrations.flatMap((each) => each.findings)];
        return { findings, requests: proxy.requests.length - sent };
      },
      apply: (migration: MigrationSource, ...allow: readonly string[]) =>
        apply({ url, authToken: writing, migrations: [init, migration], allow }),
    };
  }

  it.skipIf(extension === null).each(uses)('is a hazard, and applied with consent: %s', async (_, sql, line) => {
    const database = await begin();
    const { findings, requests } = await database.plan(next(sql));
    const [first, ...rest] = stopping(findings).filter(({ code }) => code !== 'data-loss');
    expect(first).toMatchObject({ kind: 'hazard', code: 'unrehearsed', line });
    expect(first?.message).toContain('which this server has, but libSQL itself does not have');
    expect(rest).toEqual([]);
    expect(requests).toBe(2);
    expect((await database.apply(next(sql))).outcome).toBe('blocked');
    const { outcome, error } = await database.apply(next(sql), 'unrehearsed', 'data-loss');
    expect([outcome, error]).toEqual(['applied', null]);
  });

  it.each(wrong)('is told from what nobody has, which is a blocker: %s', async (_, sql, words) => {
    const database = await begin();
    const { findings, requests } = await database.plan(next(sql));
    expect(stopping(findings)).toMatchObject([
      { kind: 'blocker', code: 'rehearsal-failed', line: 1, message: expect.stringMatching(words) },
    ]);
    expect(requests).toBe(2);
    expect((await database.apply(next(sql), 'unrehearsed')).outcome).toBe('blocked');
  });

  it('is a hazard where the server does not say what it has', async () => {
    const database = await begin();
    proxy.breakWhere(({ body }) =>
      body.includes('pragma_function_list') ? { status: 403, body: '{"error":"no"}' } : undefined,
    );
    const { findings } = await database.plan(next('UPDATE "T" SET "a" = nobodys("a");'));
    proxy.mend();
    expect(stopping(findings)).toMatchObject([
      { kind: 'hazard', code: 'unrehearsed', message: expect.stringContaining('did not say whether it has it') },
    ]);
  });

  it.skipIf(extension === null).each([
    ['a view', 'CREATE VIEW "V" AS SELECT own_fn("a") AS "a" FROM "T"'],
    ['a trigger', 'CREATE TRIGGER "R" AFTER UPDATE ON "T" BEGIN UPDATE "T" SET "a" = own_fn("a") WHERE 0; END'],
    ['a view with a collation', 'CREATE VIEW "V" AS SELECT "a" FROM "T" ORDER BY "a" COLLATE own_coll'],
    ['a view over a table-valued function', `CREATE VIEW "V" AS SELECT "T"."a" FROM "T", own_mod('x')`],
    ['an index', 'CREATE INDEX "by_hand" ON "T" (own_fn("a"))'],
    ['a table with a CHECK', 'CREATE TABLE "K" ("a" TEXT CHECK (own_fn("a") = \'own\'))'],
    ['a table with a collation', 'CREATE TABLE "K" ("a" TEXT COLLATE own_coll)'],
    ['a virtual table', 'CREATE VIRTUAL TABLE "K" USING own_mod(1)'],
  ])("in production's own schema is no wall for a rebuild: %s", async (_, production) => {
    const database = await begin(production);
    const { findings } = await database.plan(next(rebuild()));
    expect(stopping(findings).filter(({ kind }) => kind === 'blocker')).toEqual([]);
    const { outcome, error } = await database.apply(
      next(rebuild()),
      'unrehearsed',
      'data-loss',
      'drops-index',
      'leaves-broken',
    );
    expect(outcome === 'applied' ? null : error).toBeNull();
    // What only the server can make again is lost where consent was given to a plan that names it.
    const isNamed = findings.some(({ message, sql }) => message.includes(production) || sql === production);
    const [rows] = await server.sql(`SELECT count(*) FROM sqlite_schema WHERE name IN ('V', 'R', 'K')`, database.url);
    expect(isNamed || Number(rows?.[0]?.[0]) === 1).toBe(true);
  });
});

describeTargets('what nobody has', (fresh) => {
  it.each(wrong)('is a blocker of a file as of a server: %s', async (_, sql) => {
    const { url } = await fresh();
    await apply({ url, migrations: [init] });
    const { outcome, gate } = await apply({ url, migrations: [init, next(sql)], allow: ['unrehearsed'] });
    expect([outcome, gate.blockers.map(({ code }) => code)]).toEqual(['blocked', ['rehearsal-failed']]);
  });
});
