/** Statements that no server is asked about, because every parser takes them. */

export const plainStatements: readonly string[] = [
  'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "n" DECIMAL(10, 2) DEFAULT -1.5, "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "b" BLOB DEFAULT x\'00\', CONSTRAINT "f" FOREIGN KEY ("n") REFERENCES "B" ("n") ON DELETE SET NULL ON UPDATE CASCADE)',
  'CREATE TABLE if not exists "A" (id INTEGER, name VARCHAR(10) UNIQUE, "order" TEXT)',
  'CREATE UNIQUE INDEX "A_n_key" ON "A"("n" DESC)',
  'ALTER TABLE "A" ADD COLUMN "b" BOOLEAN NOT NULL DEFAULT false',
  'ALTER TABLE "new_A" RENAME TO "A"',
  'INSERT INTO "new_A" ("id", "n") SELECT "id", coalesce("n", 0) AS "n" FROM "A"',
  "INSERT INTO \"A\" VALUES (1, 'ORDER BY', NULL), (-2, '', datetime('now'))",
  'DROP TABLE "A";',
  'DROP INDEX IF EXISTS "A_n_key"',
  'UPDATE "A" SET "a" = \'x\' || "a", b = CASE WHEN "b" IS NULL THEN 1 ELSE -"b" % 2 END WHERE "id" IN (1, 2) AND NOT ("a" LIKE \'x%\' OR "n" BETWEEN 1 AND 2)',
  'DELETE FROM "A" WHERE NOT EXISTS (SELECT 1 FROM "B" WHERE "B"."a" = "A"."id" AND "B"."n" <> 0)',
  'INSERT INTO "A" ("id") WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT i FROM n',
];
