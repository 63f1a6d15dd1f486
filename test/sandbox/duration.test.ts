/** Only what may loop, or call what takes long, is run with somebody standing ready to end it. */

import { expect, test } from 'vitest';
import { addParents, followsKeys, mayRunPrograms, mayTakeLong } from '../../src/sandbox/duration.ts';
import { mayBeSeveral } from '../../src/sql/contents.ts';

test.each([
  'INSERT INTO t SELECT 1',
  'INSERT INTO t VALUES (hex(zeroblob(1000000000)))',
  'INSERT INTO t VALUES (hex(randomblob(100000)))',
  'INSERT INTO t (a) VALUES (replicate(1, 2))',
  'INSERT INTO t VALUES ("zeroblob" (5))',
  'WITH n AS (VALUES (1)) INSERT INTO t VALUES (1)',
  "UPDATE t SET a = printf('%.*c', 1000000000, 'x')",
  "DELETE FROM t WHERE a LIKE '%a%a%'",
  "DELETE FROM t WHERE a GLOB '*a*a*'",
  'CREATE INDEX i ON t (hex(zeroblob(a)))',
  'CREATE TABLE u AS SELECT 1',
  'INSERT INTO t VALUES (hex/**/(randomblob/**/(1000000)))',
  'INSERT INTO t VALUES (HEX -- x\n(zeroblob(1)))',
  'UPDATE t SET a = 1 FROM b, c, d',
  'ALTER TABLE t ADD COLUMN b CHECK (length(hex(randomblob(1000000))) > 0)',
  'DELETE FROM t WHERE a = replicate(b, 5)',
])('%s may take long', (sql) => {
  expect(mayTakeLong(sql)).toBe(true);
});

test.each([
  `INSERT INTO "t" ("a", "b") VALUES (1, 'x'), (2, NULL)`,
  'INSERT INTO t VALUES (lower(hex(randomblob(16))), datetime(), json_array(1, 2))',
  'REPLACE INTO t VALUES (1)',
  'UPDATE "t" SET "a" = 1 WHERE "id" = 2',
  'DELETE FROM "t" WHERE "id" = 2',
  'CREATE TABLE "t" ("a" VARCHAR(20) DEFAULT CURRENT_TIMESTAMP, "b" DECIMAL (10, 2))',
  'CREATE UNIQUE INDEX "i" ON "t" ("a", "b")',
  'ALTER TABLE "t" ADD COLUMN "a" TEXT',
  'ALTER TABLE "t" ADD COLUMN "a" VARCHAR(20) NOT NULL DEFAULT 1 CHECK ("a" > 0)',
  'ALTER TABLE "t" ADD COLUMN "a" INTEGER REFERENCES "u" ("id")',
  "INSERT INTO t VALUES ('select (1) like')",
  'INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 2',
  'DROP TABLE "t"',
])('%s does not', (sql) => {
  expect(mayTakeLong(sql)).toBe(false);
});

test.each([
  'CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END',
  'CREATE VIEW v AS VALUES (1)',
  'CREATE TABLE t (a CHECK (a > 0))',
  'CREATE TABLE t (a, b AS (a + 1))',
  'CREATE TABLE t (a DEFAULT (hex(zeroblob(9))))',
  'CREATE TABLE t (a DEFAULT/**/(hex(zeroblob(9))))',
  'CREATE VIRTUAL TABLE f USING fts5(a)',
  'ALTER TABLE t ADD COLUMN a CHECK (a > 0)',
])('after %s other statements may run more than they say', (sql) => {
  expect(mayRunPrograms(sql)).toBe(true);
});

test.each([
  'CREATE TABLE u AS SELECT 1',
  'CREATE TEMP TABLE "u" AS SELECT a, count(*) AS n FROM t GROUP BY a',
  'CREATE TABLE t (a, b TEXT NOT NULL)',
  'ALTER TABLE t ADD COLUMN a TEXT',
])('after %s they run what they say', (sql) => {
  expect(mayRunPrograms(sql)).toBe(false);
});

const keyed = 'CREATE TABLE "Order" ("id" INTEGER, "customer" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE)';

test.each([
  ['DELETE FROM customer WHERE id = 1', [keyed]],
  ["DELETE FROM 'Customer'", [keyed]],
  ['DROP TABLE [Customer]', [keyed]],
  ['UPDATE "Customer" SET "note" = 1, "ID" = 2', [keyed]],
  ['UPDATE "Customer" SET rowid = 2 WHERE "note" = 1', [keyed]],
  ['UPDATE OR REPLACE "Customer" SET "note" = 1', [keyed]],
  ['INSERT OR REPLACE INTO "Customer" VALUES (1)', [keyed]],
  ['INSERT INTO "Customer" VALUES (1) ON CONFLICT DO UPDATE SET "id" = 2', [keyed]],
  ['UPDATE "Customer" SET "note" = 1', ['CREATE TABLE a (b REFERENCES Customer)']],
  ['UPDATE "Customer" SET "a" = 1', ['CREATE TABLE x (b, FOREIGN KEY (b, c) REFERENCES Customer (c, a))']],
  ['DELETE FROM "Client"', [keyed, 'ALTER TABLE "Customer" RENAME TO "Client"']],
  ['UPDATE "Customer" SET "key" = 1', [keyed, 'ALTER TABLE "Customer" RENAME "id" TO "key"']],
])('%s may go through the children of a row', (sql, before) => {
  expect(followsKeys(sql, parentsOf(before))).toBe(true);
});

test.each([
  ['DELETE FROM "Order" WHERE "id" = 1'],
  ['UPDATE "Customer" SET "note" = 1 WHERE "id" = 2'],
  ['INSERT INTO "Customer" ("id") VALUES (1)'],
  ['ALTER TABLE "Order" ADD COLUMN "note" TEXT'],
])('%s does not', (sql) => {
  expect(followsKeys(sql, parentsOf([keyed]))).toBe(false);
});

function parentsOf(statements: readonly string[]) {
  const parents = { tables: new Set<string>(), columns: new Set<string>() };
  for (const sql of statements) addParents(parents, sql);
  return parents;
}

test.each([
  ['SELECT 1; SELECT 2', true],
  ["SELECT 'a'';' ; SELECT 2", true],
  ["-- it's\n SELECT 1; -- it's", true],
  ["SELECT 1 /* ' */; SELECT '2'", true],
  ["SELECT [a'b]; SELECT 'c'", true],
  ["SELECT `a'b`; SELECT 'c'", true],
  [`SELECT "a'"; SELECT 'b"'`, true],
  ["SELECT 'a\0;'", true],
  ["SELECT 'a; b", true],
  ["INSERT INTO t VALUES ('a; it''s -- one; [', 1 - 2)", false],
  ['CREATE TABLE "a; b" (c)', false],
  ['SELECT 1', false],
])('%j might be several statements: %s', (sql, isIt) => {
  expect(mayBeSeveral(sql)).toBe(isIt);
});
