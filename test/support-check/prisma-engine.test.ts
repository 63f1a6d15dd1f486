/** Prisma's engine over our adapter, tried on the example project: what it says of it is known. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyToEmbedded } from '../support/copy.ts';
import { type Embedded, openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { openPrismaEngine, type PrismaEngine } from '../support/prisma-engine.ts';
import { describeWithServer, startServer } from '../support/server.ts';

const shop = fileURLToPath(new URL('../../examples/shop/prisma/', import.meta.url));
const shopMigrations = `${shop}migrations`;
const names = [
  '20260105090000_init',
  '20260119140000_product_slug',
  '20260202101500_stock_log',
  '20260216083000_normalise_emails',
  '20260302113000_customer_email_unique',
  '20260316160000_customer_name_required',
  '20260330093000_address',
  '20260413150000_order_note',
];

describe('the engine on the example shop', () => {
  let database: Embedded;
  let engine: PrismaEngine;
  beforeEach(async () => {
    database = openEmbedded();
    engine = await openPrismaEngine(database);
  });
  afterEach(() => {
    engine.close();
    database.close();
  });

  test('finds that its migrations lead to its schema.prisma', async () => {
    const text = await readFile(`${shop}schema.prisma`, 'utf8');
    const diff = await engine.diff({ type: 'migrations', folder: shopMigrations }, { type: 'schema', text });
    expect(diff).toEqual({ empty: true, script: '-- This is an empty migration.\n' });
  });

  test('writes the difference when there is one', async () => {
    const text = await readFile(`${shop}schema.prisma`, 'utf8');
    const wanted = text.replace('country    String\n', 'country    String\n  floor      String?\n');
    const diff = await engine.diff({ type: 'migrations', folder: shopMigrations }, { type: 'schema', text: wanted });
    expect(diff.empty).toBe(false);
    expect(diff.script).toContain('ALTER TABLE "Address" ADD COLUMN "floor" TEXT;');
  });

  test('deploys all of it and then calls the database up to date', async () => {
    await expect(engine.diagnoseMigrationHistory(shopMigrations)).rejects.toMatchObject({ code: 'P1014' });
    expect(await engine.applyMigrations(shopMigrations)).toEqual(names);
    expect(await engine.diagnoseMigrationHistory(shopMigrations)).toEqual({
      history: null,
      failedMigrationNames: [],
      editedMigrationNames: [],
      hasMigrationsTable: true,
    });
    const text = await readFile(`${shop}schema.prisma`, 'utf8');
    expect((await engine.diff({ type: 'database' }, { type: 'schema', text })).empty).toBe(true);
  });

  test('deploys the rest on a shop that is in use without losing an order', async () => {
    for (const name of names.slice(0, 3)) {
      database.exec(await readFile(`${shopMigrations}/${name}/migration.sql`, 'utf8'));
      await engine.markMigrationApplied(name, shopMigrations);
    }
    database.exec(`INSERT INTO "Customer" ("email") VALUES (' One@Example.com');
      INSERT INTO "Order" ("customerId") VALUES (1); INSERT INTO "Product" ("name", "priceInCents") VALUES ('Tea', 300);
      INSERT INTO "OrderLine" ("orderId", "productId") VALUES (1, 1); UPDATE "Product" SET "stock" = 3;`);
    expect(await engine.applyMigrations(shopMigrations)).toEqual(names.slice(3));
    const read = (sql: string) => database.prepare(sql).raw(true).all();
    expect(read('SELECT "email", "name" FROM "Customer"')).toEqual([['one@example.com', '']]);
    expect(read('SELECT "before", "after" FROM "StockChange"')).toEqual([[0, 3]]);
    expect(read('SELECT count(*) FROM "Order" JOIN "OrderLine" ON "orderId" = "Order"."id"')).toEqual([[1]]);
  });
});

describe('the engine on a project of its own', () => {
  let project: Project;
  let database: Embedded;
  let engine: PrismaEngine;
  beforeEach(async () => {
    project = await makeProject({
      '1_one': 'CREATE TABLE "one" ("a" TEXT);',
      '2_two': 'CREATE TABLE "two" ("a" TEXT);',
    });
    database = openEmbedded();
    engine = await openPrismaEngine(database);
  });
  afterEach(async () => {
    engine.close();
    database.close();
    await project.remove();
  });

  test('marks a migration as applied without running it', async () => {
    await engine.markMigrationApplied('1_one', project.migrationsFolder);
    expect(await engine.diagnoseMigrationHistory(project.migrationsFolder)).toMatchObject({
      history: { diagnostic: 'databaseIsBehind', unappliedMigrationNames: ['2_two'] },
    });
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'one'").raw(true).all()).toEqual([]);
  });

  test('records a failure, stands in its way, and lets it be marked as rolled back', async () => {
    await project.write('2_two', 'CREATE TABLE "two" ("a" TEXT); INSERT INTO "nowhere" VALUES (1);');
    await expect(engine.applyMigrations(project.migrationsFolder)).rejects.toThrow();
    expect((await engine.diagnoseMigrationHistory(project.migrationsFolder)).failedMigrationNames).toEqual(['2_two']);
    await engine.markMigrationRolledBack('2_two');
    expect((await engine.diagnoseMigrationHistory(project.migrationsFolder)).failedMigrationNames).toEqual([]);
  });

  test('sees that a file was edited after it ran', async () => {
    await engine.applyMigrations(project.migrationsFolder);
    await project.write('1_one', 'CREATE TABLE "one" ("b" TEXT);');
    const { editedMigrationNames } = await engine.diagnoseMigrationHistory(project.migrationsFolder);
    expect(editedMigrationNames).toEqual(['1_one']);
  });

  test('reads a database with a partial index', async () => {
    database.exec('CREATE TABLE "t" ("a" TEXT); CREATE UNIQUE INDEX "t_a_key" ON "t" ("a") WHERE "a" IS NOT NULL;');
    const { script } = await engine.diff({ type: 'empty' }, { type: 'database' });
    expect(script).toContain('CREATE TABLE "t"');
  });
});

describeWithServer('the engine on a copy of a server', () => {
  test('reads the tracker of the server', async () => {
    const server = await startServer();
    const project = await makeProject({ '1_one': 'CREATE TABLE "one" ("a" TEXT);' });
    try {
      await server.sql([
        'CREATE TABLE "one" ("a" TEXT)',
        'CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)',
        `INSERT INTO "_prisma_migrations" VALUES ('x', 'wrong', 1767225600000, '1_one', NULL, NULL, 1767225600000, 1)`,
      ]);
      const copy = await copyToEmbedded(server.url);
      const engine = await openPrismaEngine(copy);
      expect(await engine.diagnoseMigrationHistory(project.migrationsFolder)).toMatchObject({
        history: null,
        editedMigrationNames: ['1_one'],
      });
      engine.close();
      copy.close();
    } finally {
      await server.stop();
      await project.remove();
    }
  });
});
