/** What the documents show of a session is what happens. `UPDATE_DOCS=1 npx vitest run test/docs/sessions.test.ts` writes it anew. */

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply } from '../../src/index.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import { listBlocks, runPage, type Stage, withoutChance } from './sessions.ts';

const docs = new URL('../../docs/', import.meta.url);
const pages = ['../README.md', ...readdirSync(docs)].filter(
  (name) => name.endsWith('.md') && listBlocks(read(name)).length > 0,
);

function read(name: string): string {
  return readFileSync(new URL(name, docs), 'utf8');
}

const tables = [
  `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL)`,
  `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "customerId" INTEGER NOT NULL, "total" REAL NOT NULL, CONSTRAINT "Order_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE CASCADE ON UPDATE CASCADE)`,
];
const init = `${tables.join(';\n')};\n`;
const rebuild = `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "name" TEXT NOT NULL DEFAULT '');
INSERT INTO "new_Customer" ("email", "id") SELECT "email", "id" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;
const schema = `datasource db {
  provider = "sqlite"
}
model Customer {
  id     Int     @id @default(autoincrement())
  email  String
  orders Order[]
}
model Order {
  id         Int      @id @default(autoincrement())
  customerId Int
  customer   Customer @relation(fields: [customerId], references: [id], onDelete: Cascade)
  total      Float
}
`;

describeWithServer('a session in the documents', () => {
  let server: Server;
  const projects: Project[] = [];
  const stages: Record<string, Stage> = {};
  beforeAll(async () => {
    server = await startServer();
    const rows = `INSERT INTO "Customer" ("email") VALUES ('ann@example.com'), ('bob@example.com')`;
    const orders = `INSERT INTO "Order" ("customerId", "total") VALUES (1, 20), (1, 5), (2, 12)`;
    const open = async (name: string, files: Readonly<Record<string, string>>, statements: readonly string[]) => {
      const project = await makeProject(files, { schema });
      projects.push(project);
      const url = await freshDatabase(server);
      if (statements.length > 0) await server.sql(statements, url);
      stages[name] = { cwd: project.root, url };
      return { project, url };
    };
    const first = { '20260105090000_init': init };
    await open('adopt', first, [
      ...tables,
      rows,
      orders,
      `CREATE INDEX "customer_email" ON "Customer" ("email")`,
      `ALTER TABLE "Customer" ADD COLUMN "phone" TEXT`,
    ]);
    await open('adopt-exact', first, [...tables, rows]);
    await open('adopt-empty', {}, [...tables, rows]);
    const { project, url } = await open('apply', { ...first, '20260209140000_customer_name': rebuild }, []);
    await apply({ url, migrations: project.migrationsFolder, to: '20260105090000_init' });
    await server.sql([rows, orders], url);
    await openShop();
    await openMalformed();
  });

  /** The example, three migrations old and in use since. */
  async function openShop() {
    const shop = fileURLToPath(new URL('../../examples/shop/', import.meta.url));
    const project = await makeProject({});
    projects.push(project);
    cpSync(join(shop, 'prisma'), join(project.root, 'prisma'), { recursive: true });
    const url = await freshDatabase(server);
    await apply({ url, migrations: project.migrationsFolder, to: '20260202101500_stock_log' });
    const statements = readFileSync(join(shop, 'rows.sql'), 'utf8').trim().split(/;\n/);
    await server.sql(statements, url);
    stages.shop = { cwd: project.root, url };
  }

  /** Texts that should be JSON, and are not all. */
  async function openMalformed() {
    const old = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL);\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "details" TEXT);`;
    const project = await makeProject({ '20260105090000_init': old });
    projects.push(project);
    const url = await freshDatabase(server);
    await apply({ url, migrations: project.migrationsFolder });
    const count = (most: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${most})`;
    await server.sql(
      [
        `${count(1_200)} INSERT INTO "Customer" SELECT i, 'Customer.' || i || '@example.com' FROM n`,
        `${count(3_000)} INSERT INTO "Order" SELECT i, iif(i % 500 = 0, '{gift', '{"gift":' || (i % 2) || '}') FROM n`,
      ],
      url,
    );
    await project.write('20260501100000_emails_lower', `UPDATE "Customer" SET "email" = lower("email");`);
    const gift = `ALTER TABLE "Order" ADD COLUMN "gift" TEXT;\nUPDATE "Order" SET "gift" = "details" ->> '$.gift';`;
    await project.write('20260502100000_order_gift', gift);
    stages.malformed = { cwd: project.root, url, shown: 'libsql://shop-acme.turso.io' };
  }
  afterAll(async () => {
    await server.stop();
    await Promise.all(projects.map((project) => project.remove()));
  });

  it.each(pages)('of %s is what happens', async (name) => {
    const url = new URL(name, docs);
    const now = await runPage(url, stages);
    if (process.env.UPDATE_DOCS) writeFileSync(url, now);
    expect(withoutChance(read(name))).toBe(withoutChance(now));
  });
});
