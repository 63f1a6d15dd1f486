/** What reaches outside is told from a statement's text; what only looks like it is not. */

import { expect, test } from 'vitest';
import { findReaches } from '../../src/sandbox/suspects.ts';

test.each([
  ['a plain call', `SELECT writefile('x', 'y')`],
  ['a call in capitals', `SELECT WriteFile('x', 'y')`],
  ['a call by a quoted name', `SELECT "writefile"('x', 'y')`],
  ['a call by a name in brackets', `SELECT [writefile]('x', 'y')`],
  ['a call by a name in backticks', 'SELECT `writefile`(1, 2)'],
  ['a call behind a comment', `SELECT writefile/* of mine */\n('x', 'y')`],
  ['a call in a WHERE', `DELETE FROM "t" WHERE writefile('x', 'y')`],
  ['a call in an INSERT', `INSERT INTO "t" ("a") VALUES (readfile('x'))`],
  ['a call in an UPDATE', `UPDATE "t" SET "a" = readfile('x')`],
  ['a call in a default', `CREATE TABLE "t" ("a" TEXT DEFAULT (readfile('x')))`],
  ['a call in a CHECK', `CREATE TABLE "t" ("a" TEXT CHECK (readfile("a") IS NULL))`],
  ['a call in a generated column', `CREATE TABLE "t" ("a" TEXT, "b" AS (readfile("a")))`],
  ['a call in a view', `CREATE VIEW "v" AS SELECT readfile('x')`],
  ['a call in a trigger', `CREATE TRIGGER "r" AFTER INSERT ON "t" BEGIN SELECT writefile('x', 'y'); END`],
  ['a call in an index', `CREATE INDEX "i" ON "t" (readfile("a"))`],
  ['a call in the condition of an index', `CREATE INDEX "i" ON "t" ("a") WHERE readfile("a") IS NULL`],
  ['a call in a new column', `ALTER TABLE "t" ADD COLUMN "a" TEXT CHECK (readfile("a") IS NULL)`],
  ['a call in a join', `SELECT 1 FROM "t" JOIN "u" ON readfile("t"."a")`],
  ['a call in a LIMIT', `DELETE FROM "t" LIMIT readfile('x')`],
  ['a call in RETURNING', `DELETE FROM "t" RETURNING readfile('x')`],
  ['a call of one that runs text', `SELECT sha3_query('SELECT writefile(1, 2)')`],
  ['a call beside a table of the name', `INSERT INTO "edit" ("id") VALUES (edit('x'))`],
  ['a call within a common table', `WITH "edit" ("a") AS (SELECT edit(1)) SELECT * FROM "edit"`],
  ['a call in a query in parentheses', `CREATE TABLE x AS SELECT * FROM (SELECT readfile('x'))`],
  ['a call behind DISTINCT', `CREATE TABLE x AS SELECT * FROM (SELECT DISTINCT readfile('x'))`],
  ['a call behind a keyword', `SELECT CASE WHEN readfile('x') THEN edit('x') END`],
  ['a call behind a list of columns', `CREATE TABLE x (a) AS SELECT readfile('x')`],
  ['loading code', `SELECT load_extension('x')`],
  ['a table of files', `SELECT * FROM fsdir('.')`],
  ['a table of files by a text', `SELECT * FROM 'fsdir'('.')`],
  ['a table of files in a list', `SELECT * FROM "t", fsdir('.')`],
  ['a table of files in a list, by a text', `SELECT * FROM "t", 'fsdir'`],
  ['a table of files in parentheses', `SELECT * FROM (fsdir)`],
  ['a table of files with its schema', `SELECT * FROM main.fsdir('.')`],
  ['a table of files behind IN', `SELECT 1 WHERE 'x' IN fsdir('.')`],
  ['raw pages read', 'SELECT * FROM sqlite_dbpage'],
  ['raw pages written', `UPDATE sqlite_dbpage SET data = x'00'`],
  ['raw pages written, whatever happens', `UPDATE OR IGNORE sqlite_dbpage SET data = x'00'`],
  ['raw pages inserted', `INSERT INTO "sqlite_dbpage" VALUES (1, x'00')`],
  ['a virtual table over a file', `CREATE VIRTUAL TABLE "x" USING csv(filename='/etc/passwd')`],
  ['a virtual table over other databases', `CREATE VIRTUAL TABLE "x" USING "unionvtab"('SELECT 1')`],
])('%s is seen', (_, sql) => {
  expect(findReaches(sql)).not.toEqual([]);
});

test.each([
  ['a table', `CREATE TABLE "edit" ("id" INTEGER)`],
  ['a table, if it is not there', 'CREATE TABLE IF NOT EXISTS edit (id INTEGER)'],
  ['rows of a table', `INSERT INTO "edit" ("id") VALUES (1)`],
  ['rows of a table with its schema', `INSERT INTO main."edit" ("id") VALUES (1)`],
  ['an upsert', `INSERT INTO "t" AS edit ("id") VALUES (1) ON CONFLICT ("id") DO UPDATE SET "edit" = 1`],
  ['a foreign key to a table', `CREATE TABLE "t" ("a" REFERENCES "edit" ("id"))`],
  ['an index of a table', `CREATE INDEX "i" ON "edit" ("id")`],
  ['an index', `CREATE INDEX "readfile" ON "t" ("a")`],
  ['a view with columns', `CREATE VIEW "edit" ("a") AS SELECT 1`],
  ['a common table', `WITH edit (a) AS (SELECT 1) SELECT * FROM edit`],
  ['the second of common tables', `WITH x AS (SELECT 1), edit (a) AS MATERIALIZED (VALUES (1)) SELECT * FROM edit`],
  ['a type', `CREATE TABLE "t" ("a" edit(10) NOT NULL, "b" "edit" (10, 2))`],
  ['the type of a new column', `ALTER TABLE "t" ADD COLUMN "a" edit(10)`],
  ['a type in a CAST', 'SELECT CAST("a" AS edit(10)) FROM "t"'],
  ['a column', `SELECT "t"."readfile", "writefile" FROM "t" WHERE "load_extension" IN (1, 2)`],
  ['columns that are set together', `UPDATE "t" SET ("edit", "b") = (1, 2)`],
  ['a text', `INSERT INTO "t" VALUES ('writefile(1)', 'fsdir')`],
  ['a comment', `SELECT 1 -- writefile(1, 2)`],
  ['a longer name', `SELECT my_readfile(1), readfiles(2), "readfile 2"(3)`],
  ['a column called as a table', `CREATE TABLE "t" ("csv" TEXT, "zipfile" BLOB)`],
  ['a function with columns of such names', `SELECT coalesce("csv", "zipfile", 'fsdir') FROM "t"`],
  ['vectors', `CREATE INDEX "i" ON "t" (libsql_vector_idx("e", 'metric=cosine'))`],
  ['JSON', `SELECT * FROM json_each('[1]'), json_tree('{}')`],
  ['full text', `CREATE VIRTUAL TABLE "f" USING fts5("a", content='t')`],
  ['a table name that is renamed', `ALTER TABLE "t" RENAME TO edit`],
])('%s is none', (_, sql) => {
  expect(findReaches(sql)).toEqual([]);
});

test("a table of the name is named, for whoever knows whether it is the project's own", () => {
  expect(findReaches(`INSERT INTO "csv" ("a") SELECT 1`)).toMatchObject([{ name: 'csv', type: 'table' }]);
});
