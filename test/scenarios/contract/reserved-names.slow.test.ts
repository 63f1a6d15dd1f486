/** What goes by a name that SQLite keeps for itself, and is somebody's own: files to which `writable_schema` wrote have such. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, backfill, drift, type MigrationSource, plan } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { defineSchema } from '../../support/schemas.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL';
const init: MigrationSource = { name: '1_init', sql: `CREATE TABLE "Customer" (${columns});` };
const index = 'sqlite_autoindex_Customer_9';
const createIndex = `CREATE UNIQUE INDEX "${index}" ON "Customer" ("email")`;
const byHand = [
  `CREATE TABLE "Customer" (${columns})`,
  `INSERT INTO "Customer" VALUES (1, 'a@shop'), (2, 'b@shop')`,
  'PRAGMA writable_schema=ON',
  createIndex,
  'PRAGMA writable_schema=OFF',
];
const twice = `INSERT INTO "Customer" ("id", "email") VALUES (9, 'a@shop')`;
const readIndexes = `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'Customer' AND sql IS NOT NULL`;

const rebuild = `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Customer" (${columns}, "points" INTEGER NOT NULL DEFAULT 0);
INSERT INTO "new_Customer" ("id", "email") SELECT "id", "email" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
PRAGMA foreign_keys=ON;
`;

function schemaOf({ root }: Project): string {
  return join(root, 'prisma', 'schema.prisma');
}

/** Production has more than the migration makes, and may. */
async function recordInit(url: string): Promise<void> {
  const recorded = await backfill({ url, migrations: [init], allow: ['unproven'] });
  expect(recorded).toMatchObject({ outcome: 'recorded', error: null });
}

/** The table is recorded as made by a migration. */
async function record(target: TestTarget): Promise<TestTarget> {
  await recordInit(target.url);
  return target;
}

describeTargets('an index with a name of SQLite itself and a text of its own', (fresh) => {
  const begin = async () => record(await fresh(byHand));

  it('is kept by whatever leaves its table alone, and nobody is asked', async () => {
    const target = await begin();
    const add = { name: '2_points', sql: 'ALTER TABLE "Customer" ADD COLUMN "points" INTEGER;' };
    expect(await apply({ url: target.url, migrations: [init, add] })).toMatchObject({
      outcome: 'applied',
      error: null,
    });
    expect(await target.sql(readIndexes)).toEqual([[index, createIndex]]);
    await expect(target.sql(twice)).rejects.toThrow('UNIQUE constraint failed');
  });

  it.each([
    ['a rebuild', rebuild, /^The rebuild drops the index .*\. SQLite does not create anything/],
    [
      'a table that is dropped and made again',
      `DROP TABLE "Customer"; CREATE TABLE "Customer" (${columns});`,
      /is dropped and recreated, but its index .* is not\. SQLite does not create anything/,
    ],
  ])('is not lost without a word by %s, and is made under another name as the plan says', async (_what, sql, says) => {
    const target = await begin();
    const migrations = [init, { name: '2_change', sql }];
    const { plan: planned } = await plan({ url: target.url, migrations });
    const found = planned.migrations.flatMap(({ findings }) => findings).filter(({ code }) => code === 'drops-index');
    expect(found).toEqual([
      expect.objectContaining({ kind: 'hazard', message: expect.stringMatching(says), sql: createIndex }),
    ]);
    const lossy = sql.startsWith('DROP') ? ['data-loss' as const] : [];
    expect(await apply({ url: target.url, migrations, allow: lossy })).toMatchObject({
      outcome: 'blocked',
      error: { code: 'CONSENT_MISSING' },
    });
    expect(await target.sql(readIndexes)).toEqual([[index, createIndex]]);

    const mended = [init, { name: '2_change', sql: `${sql}\n${found[0]?.way}` }];
    const again = await plan({ url: target.url, migrations: mended });
    expect(again.plan.migrations.flatMap(({ findings }) => findings).map(({ code }) => code)).not.toContain(
      'drops-index',
    );
    expect(await apply({ url: target.url, migrations: mended, allow: lossy })).toMatchObject({ outcome: 'applied' });
    expect(await target.sql(readIndexes)).toEqual([
      ['autoindex_Customer_9', 'CREATE UNIQUE INDEX "autoindex_Customer_9" ON "Customer" ("email")'],
    ]);
  });

  it('is not made again by the statement that Prisma writes for it, and the plan says which one does', async () => {
    const target = await begin();
    const written = `CREATE UNIQUE INDEX "${index}" ON "Customer"("email");`;
    const migrationsOf = (sql: string) => [init, { name: '2_change', sql: rebuild + sql }];
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(written) });
    const found = planned.migrations[0]?.findings.find(({ kind }) => kind === 'blocker');
    expect(found).toMatchObject({ code: 'rehearsal-failed', sql: written.slice(0, -1) });
    const migrations = migrationsOf(found?.way ?? '');
    expect(await apply({ url: target.url, migrations })).toMatchObject({ outcome: 'applied', error: null });
    await expect(target.sql(twice)).rejects.toThrow('UNIQUE constraint failed');
  });

  it.each([
    ['a rebuild', (sql: string) => rebuild + sql, ''],
    [
      'the statement that Prisma writes for it',
      (sql: string) => rebuild + sql,
      `CREATE UNIQUE INDEX "${index}" ON "Customer"("email");`,
    ],
    [
      'a table that is dropped and made again',
      (sql: string) => `DROP TABLE "Customer"; CREATE TABLE "Customer" (${columns});\n${sql}`,
      '',
    ],
  ])('gets a name that is free, where the plan says how to go on from %s', async (_what, build, written) => {
    const target = await record(await fresh([...byHand, 'CREATE TABLE "Autoindex_Customer_9" ("x" TEXT)']));
    const migrationsOf = (sql: string) => [init, { name: '2_change', sql: build(sql) }];
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(written) });
    const way = planned.migrations[0]?.findings.find((finding) => finding.way?.includes('CREATE UNIQUE'))?.way ?? '';
    expect(way).toContain('"autoindex_Customer_9_2"');
    const applied = await apply({ url: target.url, migrations: migrationsOf(way), allow: ['data-loss'] });
    expect(applied).toMatchObject({ outcome: 'applied', error: null });
  });

  it('stops a RENAME of its table before anything is sent, since SQLite refuses it', async () => {
    const target = await begin();
    const rename = { name: '2_rename', sql: 'ALTER TABLE "Customer" RENAME TO "Client";' };
    const { plan: planned, ready } = await plan({ url: target.url, migrations: [init, rename] });
    expect(ready).toBe(false);
    expect(planned.migrations[0]?.findings).toContainEqual(
      expect.objectContaining({ kind: 'blocker', code: 'rehearsal-failed' }),
    );
  });

  it('is drift, which --fix writes down under a name that libSQL takes', async () => {
    const target = await begin();
    const project = await makeProject({ [init.name]: init.sql }, { schema: defineSchema() });
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    try {
      const seen = () => drift({ url: target.url, migrations: project.migrationsFolder, schema: schemaOf(project) });
      expect((await seen()).pairs[0]?.differences).toMatchObject([
        { kind: 'existence', object: 'index', name: index, left: createIndex, right: null },
      ]);
      expect((await run('drift', '--fix', '--name', 'x', '--yes')).code).toBe(0);
      expect((await seen()).pairs[0]?.differences).toEqual([]);
      const other = await fresh();
      const made = await runInProcess(['apply', '--yes', '--url', other.url], { cwd: project.root });
      expect(made.code).toBe(0);
      await other.sql(`INSERT INTO "Customer" ("id", "email") VALUES (1, 'a@shop')`);
      await expect(other.sql(twice)).rejects.toThrow('UNIQUE constraint failed');
    } finally {
      await project.remove();
    }
  });

  it('is listed by tables', async () => {
    const target = await begin();
    const { stdout } = await runInProcess(['tables', '--url', target.url], { cwd: tmpdir() });
    expect(stdout).toContain(`${index} unique (email)`);
  });
});

const everyKind = [
  ...byHand,
  'PRAGMA writable_schema=ON',
  'CREATE TABLE "sqlite_notes" ("text" TEXT)',
  'CREATE VIEW "sqlite_view" AS SELECT "email" FROM "Customer"',
  `CREATE TRIGGER "sqlite_trigger" AFTER INSERT ON "Customer" BEGIN INSERT INTO "sqlite_notes" VALUES (NEW."email"); END`,
  'PRAGMA writable_schema=OFF',
  `INSERT INTO "sqlite_notes" VALUES ('kept')`,
];

describeTargets('tables, views and triggers with names of SQLite itself', (fresh) => {
  it('are rehearsed on as they are', async () => {
    const target = await record(await fresh(everyKind));
    const migrations = [init, { name: '2_more', sql: 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);' }];
    expect(await apply({ url: target.url, migrations })).toMatchObject({ outcome: 'applied', error: null });
  });

  it('are there for good, which is said before anything is sent: libSQL drops no such table', async () => {
    const target = await record(await fresh(everyKind));
    const migrations = [init, { name: '2_drop', sql: 'DROP TRIGGER "sqlite_trigger"; DROP TABLE "sqlite_notes";' }];
    const result = await apply({ url: target.url, migrations, allow: ['data-loss'] });
    expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_BLOCKED' } });
    expect(await target.sql('SELECT * FROM "sqlite_notes"')).toEqual([['kept']]);
  });
});

describe('a backup', () => {
  describeWithServer('of a server that has such names', () => {
    let server: Server;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(() => server.stop());

    it('has everything in it that goes by them, and loads again', async () => {
      const url = await freshDatabase(server, everyKind);
      const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-reserved-'));
      try {
        const backup = join(folder, 'all.sql');
        await recordInit(url);
        const migrations = [init, { name: '2_more', sql: 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);' }];
        expect(await apply({ url, migrations, backup })).toMatchObject({ outcome: 'applied', error: null });
        const restored = await server.loadNamespace('restored', readFileSync(backup, 'utf8'));
        const all = `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%prisma%' ORDER BY 1, 2`;
        const ask = (database: string) => server.sql([all, 'SELECT * FROM "sqlite_notes"'], database);
        const before = await freshDatabase(server, everyKind);
        expect(await ask(restored)).toEqual(await ask(before));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});
