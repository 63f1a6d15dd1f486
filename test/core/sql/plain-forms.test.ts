/** The forms of Prisma's own migrations cost no question to the server; whatever else there is costs one. */

import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/core/sql/classify.ts';
import { isPlainForm } from '../../../src/core/sql/plain-forms.ts';

const isPlain = (sql: string) => isPlainForm(sql, classify(sql));

describe('plain', () => {
  it.each([
    'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "n" DECIMAL(10, 2) DEFAULT -1.5, "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "b" BLOB DEFAULT x\'00\', CONSTRAINT "f" FOREIGN KEY ("n") REFERENCES "B" ("n") ON DELETE SET NULL ON UPDATE CASCADE)',
    'CREATE TABLE if not exists "A" (id INTEGER, name VARCHAR(10) UNIQUE, "order" TEXT)',
    'CREATE UNIQUE INDEX "A_n_key" ON "A"("n" DESC)',
    'ALTER TABLE "A" ADD COLUMN "b" BOOLEAN NOT NULL DEFAULT false',
    'ALTER TABLE "new_A" RENAME TO "A"',
    'INSERT INTO "new_A" ("id", "n") SELECT "id", coalesce("n", 0) AS "n" FROM "A"',
    "INSERT INTO \"A\" VALUES (1, 'ORDER BY', NULL), (-2, '', datetime('now'))",
    'DROP TABLE "A";',
    'DROP INDEX IF EXISTS "A_n_key"',
  ])('%s', (sql) => expect(isPlain(sql)).toBe(true));
});

describe('not plain', () => {
  it.each([
    'CREATE TABLE "A" ("id" INTEGER CHECK ("id" > 0))',
    'CREATE TABLE "A" ("id" INTEGER, "b" TEXT GENERATED ALWAYS AS ("id"))',
    'CREATE TABLE "A" ("a" TEXT) STRICT, WITHOUT ROWID',
    'CREATE TABLE "A" (temp TEXT, temporary TEXT)',
    'CREATE TABLE "A" AS SELECT "a" FROM "B"',
    'CREATE INDEX "i" ON "A" ("a" COLLATE NOCASE)',
    'CREATE INDEX "i" ON "A" ("a") WHERE "a" IS NOT NULL',
    'INSERT INTO "A" SELECT "id" FROM "B" WHERE "id" = 1',
    'INSERT INTO "A" SELECT group_concat("a", \', \' ORDER BY "a") FROM "B"',
    'INSERT INTO "A" VALUES (1) ON CONFLICT DO NOTHING',
    "INSERT INTO \"A\" VALUES ('a' || 'b')",
    'ALTER TABLE "A" DROP COLUMN "b"',
    'ALTER TABLE "A" RENAME COLUMN "a" TO "b"',
    'DROP VIEW "V"',
    'UPDATE "A" SET "a" = 1',
    'DELETE FROM "A"',
    'SELECT 1',
    'CREATE VIEW "V" AS SELECT "a" FROM "A"',
    'CREATE TRIGGER "R" AFTER INSERT ON "A" BEGIN SELECT 1; END',
    'CREATE VIRTUAL TABLE "f" USING fts5("a")',
    'REINDEX "A"',
    'EXPLAIN SELECT 1',
    'nonsense',
  ])('%s', (sql) => expect(isPlain(sql)).toBe(false));
});
