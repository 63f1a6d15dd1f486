/** What the server's parser refuses and the rehearsal's engine takes: the plan says so before anybody applies it. */

import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseTarget } from '../../../src/adapters/files/target.ts';
import { apply, backfill, type Finding, type MigrationSource, plan } from '../../../src/index.ts';
import { Secret } from '../../../src/target/secret.ts';
import { openDatabase } from '../../../src/wiring.ts';
import { plainStatements } from '../../sql/plain.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { request } from '../../support/request.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets } from '../../support/targets.ts';

const init: MigrationSource = {
  name: '1_init',
  sql: `CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);
CREATE TABLE "Child" ("id" INTEGER NOT NULL PRIMARY KEY, "t" INTEGER REFERENCES "T" ("id") ON DELETE CASCADE);`,
};

const next = (sql: string): MigrationSource => ({ name: '2_next', sql });

const rebuild = `PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT, "b" INTEGER NOT NULL DEFAULT 0);
INSERT INTO "new_T" ("id", "a") SELECT "id", "a" FROM "T";
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;`;

const sorted = `group_concat("a", ', ' ORDER BY "a")`;

const refused: Readonly<Record<string, string>> = {
  'a view': `CREATE VIEW "V" AS SELECT ${sorted} AS "all" FROM "T";`,
  'a table made of a query': `CREATE TABLE "X" AS SELECT ${sorted} AS "all" FROM "T";`,
  'rows made of a query': `INSERT INTO "T" ("id", "a") SELECT 9, ${sorted} FROM "T";`,
  'an UPDATE': `UPDATE "T" SET "a" = (SELECT ${sorted} FROM "T");`,
  'a DELETE': `DELETE FROM "T" WHERE "a" = (SELECT string_agg("a", ',' ORDER BY "id" DESC) FROM "T");`,
  'a SELECT': `SELECT json_group_array("a" ORDER BY "a") FROM "T";`,
  'a trigger': `CREATE TRIGGER "R" AFTER INSERT ON "T" BEGIN\n  UPDATE "T" SET "a" = (SELECT ${sorted} FROM "T");\nEND;`,
  'a cast to nothing': 'CREATE TABLE "X" ("a" TEXT DEFAULT (CAST(1 AS)));',
  'a word that is two columns': 'CREATE TABLE "X" (temp TEXT, temporary TEXT);',
};

const taken: readonly string[] = [
  'CREATE VIEW "V" AS SELECT group_concat("a", \', \') AS "all" FROM (SELECT "a" FROM "T" ORDER BY "a");',
  'CREATE TABLE "X" AS SELECT "a", row_number() OVER (PARTITION BY "a" ORDER BY "id") AS "n" FROM "T";',
  'CREATE TABLE "X" ("id" INTEGER PRIMARY KEY, "n" INTEGER GENERATED ALWAYS AS ("id" + 1) STORED CHECK ("n" > 0)) STRICT;\nINSERT INTO "X" ("id") VALUES (1) ON CONFLICT DO NOTHING;',
  'CREATE UNIQUE INDEX "i" ON "T" (lower("a") COLLATE NOCASE DESC) WHERE "a" IS NOT NULL;',
  'CREATE TRIGGER "R" AFTER UPDATE OF "a" ON "T" FOR EACH ROW WHEN new."a" IS NOT old."a" BEGIN DELETE FROM "Child" WHERE "t" = old."id"; END;',
  // Each refers to what one before it makes.
  'CREATE TABLE "X" ("a" TEXT CHECK ("a" <> \'\'));\nCREATE VIEW "XV" AS SELECT "a" FROM "X";\nUPDATE "X" SET "a" = upper("a") WHERE "a" IN (SELECT "a" FROM "XV");\nALTER TABLE "X" RENAME COLUMN "a" TO "b";\nEXPLAIN SELECT "b" FROM "X";\nDROP VIEW "XV";\nDROP TABLE "X";',
  'CREATE VIRTUAL TABLE "f" USING fts5("a", content=\'T\', content_rowid=\'id\');\nINSERT INTO "f"("f") VALUES (\'rebuild\');',
  'ALTER TABLE "T" ALTER COLUMN "a" TO "a" TEXT DEFAULT \'x\';\nREINDEX "T";',
  'SELECT * FROM "T" RIGHT JOIN "Child" ON "Child"."t" = "T"."id";',
];

const stopping = (findings: readonly Finding[]) => findings.filter(({ kind }) => kind !== 'note');

describeWithServer("the server's parser", () => {
  let server: Server;
  let proxy: TestProxy;
  beforeAll(async () => {
    server = await startServer({ auth: true });
    proxy = await startProxy(server.port);
  });
  afterEach(() => proxy.mend());
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });

  async function begin(url?: string) {
    const own = url ?? (await freshDatabase(server));
    const [reading, writing] = [server.token('ro'), server.token('rw')];
    const target = { url: own, authToken: writing, migrations: [init] };
    await (url === undefined ? apply(target) : backfill({ ...target, allow: ['unproven'] }));
    await server.sql(
      [`INSERT OR IGNORE INTO "T" ("id", "a") VALUES (1, 'b'), (2, 'a')`, `INSERT INTO "Child" VALUES (1, 2)`],
      own,
    );
    return {
      /** With a token that only reads. */
      plan: async (migration: MigrationSource) => {
        const sent = proxy.requests.length;
        const migrations = [init, migration];
        const report = await plan({ url: proxy.through(own), authToken: reading, migrations });
        const findings = [...report.plan.findings, ...report.plan.migrations.flatMap((each) => each.findings)];
        return { ready: report.ready, asked: report.plan.asked, findings, requests: proxy.requests.length - sent };
      },
      apply: (migration: MigrationSource, ...allow: readonly string[]) =>
        apply({ url: own, authToken: writing, migrations: [init, migration], allow }),
      sql: async (sql: string) => (await server.sql(sql, own))[0],
    };
  }

  it.each(Object.keys(refused))('is asked by the plan, which says what it refuses: %s', async (name) => {
    const database = await begin();
    const migration = next(`ALTER TABLE "T" ADD COLUMN "b" TEXT;\n${refused[name]}`);
    const { findings, ready, requests } = await database.plan(migration);
    const blockers = findings.filter(({ kind }) => kind === 'blocker');
    expect(blockers).toMatchObject([{ code: 'server-refuses', line: 2 }]);
    expect([ready, requests]).toEqual([false, 2]);
    const [blocker] = blockers;
    expect(blocker?.message).toMatch(/^The server's parser refuses it: /);
    expect(blocker?.message).not.toMatch(/\d+, \d+/);
    expect(blocker?.way).toBeDefined();
    expect((await database.apply(migration, 'unrehearsed', 'data-loss')).outcome).toBe('blocked');
    expect(await database.sql('SELECT count(*) FROM "T"')).toEqual([[2]]);
  });

  it.each(taken)('stops nothing that it takes: %s', async (sql) => {
    const database = await begin();
    const { findings, requests } = await database.plan(next(sql));
    expect(stopping(findings).filter(({ code }) => code !== 'data-loss')).toEqual([]);
    expect(requests).toBe(2);
    expect((await database.apply(next(sql), 'data-loss')).outcome).toBe('applied');
  });

  it('is not asked by a plan in the forms that Prisma writes: one request, as ever', async () => {
    const database = await begin();
    const { findings, requests } = await database.plan(
      next(`-- CreateTable
CREATE TABLE "U" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "n" DECIMAL NOT NULL DEFAULT -1.5,
    "on" BOOLEAN NOT NULL DEFAULT true,
    "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "t" INTEGER,
    CONSTRAINT "U_t_fkey" FOREIGN KEY ("t") REFERENCES "T" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "U_t_key" ON "U"("t");
CREATE INDEX "U_at_idx" ON "U"("at" DESC);
ALTER TABLE "T" ADD COLUMN "b" TEXT;
CREATE INDEX "T_b_idx" ON "T"("b");
DROP INDEX "T_b_idx";
PRAGMA foreign_keys=off;
PRAGMA foreign_keys=on;
PRAGMA journal_mode = WAL;`),
    );
    expect(stopping(findings)).toEqual([]);
    expect(requests).toBe(1);
  });

  it('takes whatever it is not asked about', async () => {
    const { target } = parseTarget(server.url, process.cwd());
    const token = new Secret(server.token('rw'));
    const database = await openDatabase({ target, token, timeoutSeconds: 20, create: 'must-exist' });
    expect(await database.parse(plainStatements)).toEqual(plainStatements.map(() => null));
    await database.close();
  });

  it('is asked in the request that asks about the rows', async () => {
    const database = await begin();
    const { asked, findings, requests } = await database.plan(next(`${rebuild}\n${refused['a view']}`));
    expect(asked?.questions).toBeGreaterThan(0);
    expect(stopping(findings)).toMatchObject([{ code: 'server-refuses', line: 9 }]);
    expect(requests).toBe(2);
    expect((await database.plan(next(rebuild))).requests).toBe(2);
  });

  it('names every statement that it refuses, those as well that differ in their literals only', async () => {
    const database = await begin();
    const text = [1, 2, 3].map((id) => `UPDATE "T" SET "a" = (SELECT ${sorted} FROM "T") WHERE "id" = ${id};`);
    const { findings } = await database.plan(next([...text, refused['a view']].join('\n')));
    expect(stopping(findings).map(({ code, line }) => `${code} ${line}`)).toEqual([
      'server-refuses 1',
      'server-refuses 2',
      'server-refuses 3',
      'server-refuses 4',
    ]);
    const sent = proxy.requests.at(-1)?.body ?? '';
    expect(sent.split(sorted.slice(0, 20).replaceAll('"', '\\"'))).toHaveLength(3);
  });

  it('is asked about a view that a rebuild makes again, and apply goes on once the file drops it', async () => {
    const dump = join(tmpdir(), `migrate-prod-dump-${process.pid}.sql`);
    await writeFile(
      dump,
      `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n${init.sql}\n${refused['a view']}\nINSERT INTO "T" VALUES (1, 'b');\nCOMMIT;\n`,
    );
    const name = `dumped-${process.pid}`;
    const created = await request({
      url: `${server.adminUrl}/v1/namespaces/${name}/create`,
      body: JSON.stringify({ dump_url: `file://${dump}` }),
    });
    await rm(dump);
    expect(created.status).toBe(200);
    const database = await begin(`${server.url}/dev/${name}`);
    expect(await database.sql('SELECT * FROM "V"')).toEqual([['a, b']]);
    const { findings, requests } = await database.plan(next(rebuild));
    expect(stopping(findings)).toMatchObject([
      {
        code: 'server-refuses',
        way: expect.stringContaining('DROP VIEW "V";'),
        sql: expect.stringContaining('ORDER BY'),
      },
    ]);
    expect(requests).toBe(2);
    expect((await database.apply(next(rebuild))).outcome).toBe('blocked');
    expect(await database.sql('SELECT * FROM "V"')).toEqual([['a, b']]);
    const mended = next(`DROP VIEW "V";\n${rebuild}\n${taken[0]}`);
    expect(stopping((await database.plan(mended)).findings)).toEqual([]);
    expect((await database.apply(mended)).outcome).toBe('applied');
    expect(await database.sql('SELECT * FROM "V"')).toEqual([['a, b']]);
    expect(await database.sql('SELECT count(*) FROM "Child"')).toEqual([[1]]);
  });

  it.each([
    ['a reset', 'before' as const],
    ['a 403', { status: 403, body: '{"error":"Authorization forbidden"}' }],
    ['a 500', { status: 500, body: 'oops' }],
    ['another answer', { status: 200, body: '{"baton":null,"results":[]}' }],
  ])('that cannot be asked is no error of the plan, and no answer about rows is lost: %s', async (_, fault) => {
    const database = await begin();
    proxy.breakWhere(({ body }) => (body.includes('"or"') ? fault : undefined));
    const alone = await database.plan(next(`${taken[0]}`));
    expect(stopping(alone.findings)).toEqual([]);
    const { asked, findings } = await database.plan(next(`${rebuild}\n${refused['a view']}`));
    expect(stopping(findings)).toEqual([]);
    expect(asked).toMatchObject({ unanswered: 0 });
    // Nothing is lost all the same: the server refuses all of it before it runs any.
    const { outcome, error } = await database.apply(next(`${rebuild}\n${refused['a view']}`));
    expect([outcome, error?.code]).toEqual(['blocked', 'PLAN_BLOCKED']);
  });

  it('that refuses for another reason than the text proves nothing', async () => {
    const database = await begin();
    const rewrite = (body: string) => body.replaceAll('SQL_PARSE_ERROR', 'SQLITE_BUSY');
    proxy.breakWhere(({ body }) => (body.includes('"or"') ? { rewrite } : undefined));
    expect(stopping((await database.plan(next(`${refused['a view']}`))).findings)).toEqual([]);
  });

  it('is asked all the same where the file explains a PRAGMA, which a token that only reads may not', async () => {
    const database = await begin();
    const { findings, requests } = await database.plan(next(`EXPLAIN PRAGMA user_version;\n${refused['a view']}`));
    expect(stopping(findings)).toMatchObject([{ code: 'server-refuses', line: 2 }]);
    expect(requests).toBe(2);
  });

  it.each([
    'CREATE VIRTUAL TABLE temp.v USING fts5("a")',
    'CREATE TEMP TABLE v ("a")',
    'CREATE VIEW temp.v AS SELECT 1',
  ])('takes nothing temporary, as the plan says: %s', async (sql) => {
    const database = await begin();
    expect(stopping((await database.plan(next(sql))).findings)).toMatchObject([{ code: 'server-refuses', line: 1 }]);
  });

  it('is not asked where a statement reaches outside: it is put before nobody', async () => {
    const database = await begin();
    const { findings, requests } = await database.plan(
      next(`${refused['a view']}\nCREATE TABLE "X" AS SELECT readfile('/etc/hostname') AS "a" FROM "T" ORDER BY 1;`),
    );
    expect(stopping(findings).map(({ code }) => code)).toEqual(['reaches-outside']);
    expect(requests).toBe(1);
  });
});

describeTargets('what the embedded engine takes', (fresh) => {
  it('is applied to a file, which has no other parser', async () => {
    const { url, kind, sql } = await fresh();
    await apply({ url, migrations: [init] });
    await sql(`INSERT INTO "T" VALUES (1, 'b'), (2, 'a')`);
    const migrations = [init, next(`${refused['a view']}`)];
    const { outcome } = await apply({ url, migrations });
    expect(outcome).toBe(kind === 'file' ? 'applied' : 'blocked');
    if (kind === 'file') expect(await sql('SELECT * FROM "V"')).toEqual([['a, b']]);
  });
});
