/** Texts in double quotes, which SQLite takes for texts and libSQL for columns. */

import { describe, expect, it } from 'vitest';
import { straightenExpressions, straightenName, straightenSchema } from '../../src/mirror/texts.ts';
import { parseSchema } from '../../src/schema/model/objects.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const columns = new Set(['id', 'kind', 'note']);
const straighten = (sql: string) => straightenExpressions(sql, () => columns);

describe('expressions', () => {
  it.each([
    [
      'CREATE TABLE t (kind TEXT CHECK ("kind" IN ("a", "B")))',
      `CREATE TABLE t (kind TEXT CHECK ("kind" IN ('a', 'B')))`,
    ],
    ['CREATE TABLE t (kind TEXT, CHECK ("KIND" <> "it\'s"))', `CREATE TABLE t (kind TEXT, CHECK ("KIND" <> 'it''s'))`],
    [
      'CREATE TABLE t (kind TEXT, g TEXT AS ("kind" || "!") STORED)',
      `CREATE TABLE t (kind TEXT, g TEXT AS ("kind" || '!') STORED)`,
    ],
    [
      'ALTER TABLE t ADD COLUMN note TEXT CHECK (note <> "x""y")',
      `ALTER TABLE t ADD COLUMN note TEXT CHECK (note <> 'x"y')`,
    ],
    [
      'CREATE /* c */ UNIQUE /* c */ INDEX i ON t (kind) WHERE note = "a"',
      `CREATE /* c */ UNIQUE /* c */ INDEX i ON t (kind) WHERE note = 'a'`,
    ],
    ['CREATE INDEX i ON t ("kind" IS "a")', `CREATE INDEX i ON t ("kind" IS 'a')`],
    [`CREATE INDEX i ON t ("kind" IN ("a"))`, `CREATE INDEX i ON t ("kind" IN ('a'))`],
    ['CREATE INDEX i ON t (kind) WHERE "kind" = "a"', `CREATE INDEX i ON t (kind) WHERE "kind" = 'a'`],
    ['CREATE INDEX i ON t ("kind" || "a", "note")', `CREATE INDEX i ON t ("kind" || 'a', "note")`],
    [
      'CREATE TABLE t (kind TEXT CHECK (CAST("kind" AS "TEXT") = "a"))',
      `CREATE TABLE t (kind TEXT CHECK (CAST("kind" AS "TEXT") = 'a'))`,
    ],
  ])('%s', (sql, expected) => {
    expect(straighten(sql)).toBe(expected);
  });

  it.each([
    'CREATE TABLE t ("id" INTEGER, "kind" TEXT CHECK ("kind" = \'a\'))',
    'CREATE TABLE t (id INT CHECK ("rowid" > 0), FOREIGN KEY ("id") REFERENCES "Other" ("key"))',
    'CREATE TABLE t (kind TEXT DEFAULT "x", UNIQUE ("other"))',
    'CREATE TABLE t (kind TEXT CHECK ("t"."kind" <> \'a\' AND "length"("kind") > 1))',
    'CREATE INDEX i ON t ("unknown", "other" COLLATE "NOCASE" DESC) WHERE "kind" IS NULL',
    'CREATE TABLE t (kind TEXT CHECK ([x] = `y`))',
    'UPDATE t SET kind = "x" WHERE note = "y"',
  ])('leaves %s', (sql) => {
    expect(straighten(sql)).toBe(sql);
  });

  it('are those of production too, by the columns of their table', () => {
    const schema = parseSchema(
      [
        ['table', 't', 't', 'CREATE TABLE t (kind TEXT CHECK (kind <> "a"))'],
        ['index', 'i', 't', 'CREATE INDEX i ON t (kind) WHERE "kind" = "b"'],
        ['view', 'v', 'v', 'CREATE VIEW v AS SELECT "c" FROM t'],
      ],
      [],
      prismaTracker,
    );
    expect(straightenSchema(schema).objects.map(({ sql }) => sql)).toEqual([
      `CREATE TABLE t (kind TEXT CHECK (kind <> 'a'))`,
      `CREATE INDEX i ON t (kind) WHERE "kind" = 'b'`,
      'CREATE VIEW v AS SELECT "c" FROM t',
    ]);
  });
});

describe('one name', () => {
  it.each([
    ['UPDATE "t" SET "a" = "x", b = "y"', 'x', `UPDATE "t" SET "a" = 'x', b = "y"`],
    ['DELETE FROM t WHERE a IN ("x", "X", t."x", x)', 'x', `DELETE FROM t WHERE a IN ('x', 'X', t."x", x)`],
    ['INSERT INTO "x" ("x", b) VALUES ("x", 1)', 'x', `INSERT INTO "x" ("x", b) VALUES ('x', 1)`],
    [
      'INSERT INTO t AS "x" ("x") SELECT "x" FROM "x" JOIN u USING ("x") WHERE 1 ON CONFLICT ("x") DO NOTHING',
      'x',
      `INSERT INTO t AS "x" ("x") SELECT 'x' FROM "x" JOIN u USING ("x") WHERE 1 ON CONFLICT ("x") DO NOTHING`,
    ],
    [
      'CREATE TRIGGER "x" AFTER UPDATE OF "x" ON t WHEN NEW.a = "x" BEGIN DELETE FROM "x" WHERE a = "x"; END',
      'x',
      `CREATE TRIGGER "x" AFTER UPDATE OF "x" ON t WHEN NEW.a = 'x' BEGIN DELETE FROM "x" WHERE a = 'x'; END`,
    ],
    ['CREATE VIEW "x" ("x") AS SELECT "x"', 'x', `CREATE VIEW "x" ("x") AS SELECT 'x'`],
    ['UPDATE t SET a = "" WHERE a = "-- no comment"', '', `UPDATE t SET a = '' WHERE a = "-- no comment"`],
  ])('%s', (sql, name, expected) => {
    expect(straightenName(sql, name)).toBe(expected);
  });

  it.each(['UPDATE t SET a = x', `UPDATE t SET a = 'x'`, 'UPDATE t SET a = t."x"', 'SELECT "x"(1)'])(
    'not in %s',
    (sql) => {
      expect(straightenName(sql, 'x')).toBeNull();
    },
  );
});
