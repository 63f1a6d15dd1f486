/** Migrations that the contract's stories are told with. */

import type { MigrationSource } from '../../../src/index.ts';

export const parents: MigrationSource = {
  name: '20260101000000_parents',
  sql: `-- CreateTable
CREATE TABLE "Parent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT,
    "fax" TEXT
);
CREATE TABLE "Cascading" ("id" INTEGER PRIMARY KEY, "parentId" INTEGER NOT NULL REFERENCES "Parent" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE "Nulling" ("id" INTEGER PRIMARY KEY, "parentId" INTEGER REFERENCES "Parent" ("id") ON DELETE SET NULL);
CREATE TABLE "Defaulting" ("id" INTEGER PRIMARY KEY, "parentId" INTEGER DEFAULT 1 REFERENCES "Parent" ("id") ON DELETE SET DEFAULT);
CREATE TABLE "Restricting" ("id" INTEGER PRIMARY KEY, "parentId" INTEGER REFERENCES "Parent" ("id") ON DELETE RESTRICT);
CREATE INDEX "Parent_name_idx" ON "Parent"("name");
`,
};

export const children = ['Cascading', 'Nulling', 'Defaulting', 'Restricting'] as const;

export const fill: readonly string[] = [
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO "Parent" (id, name, fax) SELECT i, 'p' || i, 'f' || i FROM n`,
  ...children.map(
    (table) =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) INSERT INTO "${table}" (id, parentId) SELECT i, 1 + i % 50 FROM n`,
  ),
];

/** As Prisma writes it, without the column `fax`, ending in `last`. */
export function rebuildParent(last = ''): MigrationSource {
  return {
    name: '20260102000000_rebuild_parent',
    sql: `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Parent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL DEFAULT ''
);
INSERT INTO "new_Parent" ("id", "name") SELECT "id", coalesce("name", '') AS "name" FROM "Parent";
DROP TABLE "Parent";
ALTER TABLE "new_Parent" RENAME TO "Parent";
CREATE INDEX "Parent_name_idx" ON "Parent"("name");
${last}
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`,
  };
}

/** What that asks for where the column has values. */
export const lossOfFax: readonly string[] = [`data-loss:${rebuildParent().name}`];

export const everyRow = `SELECT (SELECT count(*) || ' ' || sum(id) FROM "Parent"), ${children
  .map((table) => `(SELECT count(*) || ' ' || sum(parentId) FROM "${table}")`)
  .join(', ')}`;
