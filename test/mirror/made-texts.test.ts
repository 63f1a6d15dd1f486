/** Texts in double quotes in views and triggers: only what surely is none of their names is taken for a text. */

import { expect, it } from 'vitest';
import { straightenMade } from '../../src/mirror/made-texts.ts';
import { buildIndexedSchema } from '../../src/schema/model/indexed-schema.ts';
import { parseSchema } from '../../src/schema/model/objects.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const schema = parseSchema(
  [
    ['table', 'Post', 'Post', 'CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "title" TEXT, "a""b" TEXT)'],
    ['table', 'Log', 'Log', 'CREATE TABLE "Log" ("msg" TEXT, "draft" TEXT)'],
    ['table', 'Find', 'Find', 'CREATE VIRTUAL TABLE "Find" USING fts5(words)'],
    ['view', 'Shown', 'Shown', 'CREATE VIEW "Shown" AS SELECT "id" AS "key", max(title) FROM Post'],
    ['view', 'Lost', 'Lost', 'CREATE VIEW "Lost" AS SELECT * FROM json_each(\'[]\')'],
  ],
  [],
  prismaTracker,
);
const { findSource } = buildIndexedSchema(schema.objects);
const straighten = (sql: string) => straightenMade(sql, findSource);

it.each([
  [`SELECT "id" FROM "Post" WHERE "title" <> "draft"`, `SELECT "id" FROM "Post" WHERE "title" <> 'draft'`],
  [`SELECT "id" FROM "Post" WHERE "title" LIKE "it's%"`, `SELECT "id" FROM "Post" WHERE "title" LIKE 'it''s%'`],
  [
    `SELECT p."id" FROM main."Post" AS p, Post q WHERE "A""B" IN ("x", "")`,
    `SELECT p."id" FROM main."Post" AS p, Post q WHERE "A""B" IN ('x', '')`,
  ],
  [
    `SELECT "id" FROM ("Post" AS p JOIN Post AS q USING ("id")) WHERE "title" = "none"`,
    `SELECT "id" FROM ("Post" AS p JOIN Post AS q USING ("id")) WHERE "title" = 'none'`,
  ],
  [`SELECT "key" FROM "Shown" WHERE "key" = "none"`, `SELECT "key" FROM "Shown" WHERE "key" = 'none'`],
  [
    `SELECT CASE WHEN "title" = "a" THEN "b" ELSE "c" END "kind" FROM "Post" ORDER BY "kind"`,
    `SELECT CASE WHEN "title" = 'a' THEN 'b' ELSE 'c' END "kind" FROM "Post" ORDER BY "kind"`,
  ],
  [`SELECT /* "x" */ "x" AS "y" FROM Post -- "z"`, `SELECT /* "x" */ 'x' AS "y" FROM Post -- "z"`],
])('view: %s', (query, expected) => {
  expect(straighten(`CREATE VIEW "v" AS ${query}`)).toBe(`CREATE VIEW "v" AS ${expected}`);
});

it.each([
  // a column, also of another table that it reads
  'SELECT "title" FROM "Post"',
  'SELECT "draft" FROM "Post" CROSS JOIN "Log"',
  'SELECT "draft" FROM "Post" WHERE EXISTS (SELECT 1 FROM Log)',
  'SELECT "draft" FROM "Post" AS p JOIN "Post" AS q ON p.id = q.id, "Log"',
  'SELECT "rowid", "Oid" FROM "Post"',
  // a name of its own
  'SELECT 1 AS "a" FROM "Post" ORDER BY "a"',
  'SELECT "title" "a" FROM "Post" ORDER BY "a"',
  `SELECT 1 AS 'a' FROM "Post" ORDER BY "a"`,
  'SELECT 1 AS a FROM "Post" GROUP BY "A"',
  'SELECT "a" FROM (SELECT 1 AS [a] FROM "Post")',
  'SELECT "1" FROM (SELECT 1 FROM "Post")',
  'SELECT "id+1" FROM (SELECT id+1 FROM "Post")',
  'SELECT "max(title)" FROM "Shown"',
  'WITH c("a") AS (SELECT 1) SELECT "a" FROM c',
  // what it reads is not known
  'SELECT "value" FROM "Post", json_each("title")',
  'SELECT "value" FROM "Post" JOIN json_each("title") ON 1',
  'SELECT "value" FROM "Post" AS a JOIN "Post" AS b ON a.id = b.id, json_each("title")',
  'SELECT "rank" FROM "Find"',
  'SELECT "tbl_name" FROM "sqlite_schema"',
  'SELECT "draft" FROM "gone"',
  'SELECT "key" FROM "Lost"',
  // no text at all
  'SELECT "Post"."none", "lower"("title") COLLATE "NOCASE", CAST("id" AS "TEXT") FROM "Post"',
  'SELECT `draft`, [none] FROM "Post"',
])('nothing is sure in view: %s', (query) => {
  const sql = `CREATE VIEW "v" AS ${query}`;
  expect(straighten(sql)).toBe(sql);
});

const begin = 'CREATE TRIGGER "draft" AFTER UPDATE OF "title" ON "Post" WHEN NEW."title" = ';
it.each([
  [
    `${begin}"draft" BEGIN SELECT "told"; UPDATE "Post" SET "title" = "x"; DELETE FROM "Post" WHERE "id" = "y"; END`,
    `${begin}'draft' BEGIN SELECT 'told'; UPDATE "Post" SET "title" = 'x'; DELETE FROM "Post" WHERE "id" = 'y'; END`,
  ],
  [
    `${begin}"x" BEGIN INSERT INTO "Log" ("msg") VALUES ("draft"); END`,
    `${begin}'x' BEGIN INSERT INTO "Log" ("msg") VALUES ("draft"); END`,
  ],
  [`${begin}"x" BEGIN INSERT INTO "gone" VALUES (1); END`, null],
  [`${begin}"x" BEGIN UPDATE "gone" SET "a" = 1; END`, null],
])('trigger: %s', (sql, expected) => {
  expect(straighten(sql)).toBe(expected ?? sql);
});
