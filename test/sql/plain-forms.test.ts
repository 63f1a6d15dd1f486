/** What every parser takes costs no question to the server; whatever else there is costs one. */

import { describe, expect, it } from 'vitest';
import { classify } from '../../src/sql/classify.ts';
import { isPlainForm } from '../../src/sql/plain-forms.ts';
import { plainStatements } from './plain.ts';

const isPlain = (sql: string) => isPlainForm(sql, classify(sql));

describe('plain', () => {
  it.each(plainStatements)('%s', (sql) => expect(isPlain(sql)).toBe(true));
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
    'INSERT INTO "A" SELECT group_concat("a", \', \' ORDER BY "a") FROM "B"',
    'INSERT INTO "A" VALUES (1) ON CONFLICT DO NOTHING',
    'ALTER TABLE "A" DROP COLUMN "b"',
    'ALTER TABLE "A" RENAME COLUMN "a" TO "b"',
    'DROP VIEW "V"',
    'UPDATE "A" SET "a" = CAST("b" AS TEXT)',
    'UPDATE "A" SET "a" = (SELECT max("b") OVER () FROM "B")',
    'UPDATE "A" SET "a" = "b" ->> \'$.x\'',
    'UPDATE "A" SET temp = 1',
    'DELETE FROM "A" WHERE "id" = ?',
    'DELETE FROM "A" WHERE "id" IN (SELECT "id" FROM "A" ORDER BY "a" LIMIT 1)',
    'SELECT 1',
    'CREATE VIEW "V" AS SELECT "a" FROM "A"',
    'CREATE TRIGGER "R" AFTER INSERT ON "A" BEGIN SELECT 1; END',
    'CREATE VIRTUAL TABLE "f" USING fts5("a")',
    'REINDEX "A"',
    'EXPLAIN SELECT 1',
    'nonsense',
  ])('%s', (sql) => expect(isPlain(sql)).toBe(false));
});
