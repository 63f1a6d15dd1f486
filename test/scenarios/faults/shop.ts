/** A shop's migrations: parents with children of every ON DELETE, rebuilt the way Prisma does it, sent in three batches. */

import { createHash } from 'node:crypto';
import type { MigrationSource } from '../../../src/index.ts';

/** A migration whose statements are known without a splitter of anybody's. */
export interface StoryMigration extends MigrationSource {
  readonly statements: readonly string[];
  readonly checksum: string;
}

export function defineMigration(name: string, statements: readonly string[]): StoryMigration {
  const sql = `-- ${name}\n${statements.map((statement) => `${statement};`).join('\n')}\n`;
  return { name, sql, statements, checksum: createHash('sha256').update(sql).digest('hex') };
}

const children = [
  ['Order', 'ON DELETE CASCADE'],
  ['Note', 'ON DELETE SET NULL'],
  ['Badge', 'ON DELETE SET DEFAULT'],
  ['Invoice', 'ON DELETE RESTRICT'],
] as const;

const init = defineMigration('20260101000000_init', [
  'CREATE TABLE "Customer" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    "name" TEXT NOT NULL\n)',
  ...children.map(
    ([table, action]) =>
      `CREATE TABLE "${table}" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    "customerId" INTEGER DEFAULT 1,\n    CONSTRAINT "${table}_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ${action} ON UPDATE CASCADE\n)`,
  ),
  'CREATE TABLE "Counter" (\n    "id" INTEGER NOT NULL PRIMARY KEY,\n    "runs" INTEGER NOT NULL DEFAULT 0\n)',
  'CREATE UNIQUE INDEX "Customer_name_key" ON "Customer"("name")',
]);

const seed = defineMigration('20260102000000_seed', [
  `INSERT INTO "Customer" ("name") WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT 'customer ' || i FROM n`,
  ...children.map(([table]) => `INSERT INTO "${table}" ("customerId") SELECT "id" FROM "Customer" WHERE "id" > 1`),
  'INSERT INTO "Counter" ("id", "runs") VALUES (1, 0)',
]);

/** What Prisma calls RedefineTables: the form that loses the children of its table when it is run carelessly. */
function rebuildCustomer(columns: string, copied: string): readonly string[] {
  return [
    'PRAGMA defer_foreign_keys=ON',
    'PRAGMA foreign_keys=OFF',
    `CREATE TABLE "new_Customer" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    ${columns}\n)`,
    `INSERT INTO "new_Customer" (${copied}) SELECT ${copied} FROM "Customer"`,
    'DROP TABLE "Customer"',
    'ALTER TABLE "new_Customer" RENAME TO "Customer"',
    'CREATE UNIQUE INDEX "Customer_name_key" ON "Customer"("name")',
    'PRAGMA foreign_keys=ON',
    'PRAGMA defer_foreign_keys=OFF',
  ];
}

const rebuild = defineMigration(
  '20260103000000_rebuild_customer',
  rebuildCustomer(`"name" TEXT NOT NULL,\n    "points" INTEGER NOT NULL DEFAULT 0`, '"id", "name"'),
);

/** Anything that runs it twice leaves another number. */
const count = defineMigration('20260104000000_count', [
  'UPDATE "Counter" SET "runs" = "runs" + 1',
  'UPDATE "Customer" SET "points" = "points" + 10 WHERE "id" % 2 = 0',
]);

/** As large as one request may be, so that what follows it travels in a request of its own. */
const letters = defineMigration('20260105000000_letters', [
  'CREATE TABLE "Letter" (\n    "id" INTEGER NOT NULL PRIMARY KEY,\n    "text" TEXT NOT NULL\n)',
  `INSERT INTO "Letter" ("id", "text") VALUES (1, '${'x'.repeat(600_000)}')`,
]);

const index = defineMigration('20260106000000_index', [
  'CREATE INDEX "Order_customerId_idx" ON "Order"("customerId")',
  'UPDATE "Counter" SET "runs" = "runs" + 1',
]);

const rebuildAgain = defineMigration(
  '20260107000000_rebuild_again',
  rebuildCustomer(
    `"name" TEXT NOT NULL,\n    "points" INTEGER NOT NULL DEFAULT 0,\n    "email" TEXT`,
    '"id", "name", "points"',
  ),
);

/** Seven; from the third on they travel as [3, 4], [5], [6, 7]. */
export const shop: readonly StoryMigration[] = [init, seed, rebuild, count, letters, index, rebuildAgain];

/**
 * Takes its time on production's rows and none on an empty copy of its schema. Several statements, because the server
 * looks at the time between them; each inserts one row. Follows `seed`.
 * @param steps each about 50 ms.
 */
export function defineSlowMigration(name: string, steps: number): StoryMigration {
  const rows = '"Note" a, "Note" b, "Note" c, "Note" d';
  return defineMigration(
    name,
    Array.from(
      { length: steps },
      () =>
        `INSERT INTO "Counter" ("id", "runs") SELECT (SELECT max("id") + 1 FROM "Counter"), count(*) FROM ${rows} WHERE a."id" + b."id" > c."id" + d."id" AND a."id" <= 30`,
    ),
  );
}
