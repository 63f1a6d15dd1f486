/**
 * A question over tables as a plan has made them, bound to production's as they are now: both find the same rows. Held to the engine:
 * the statements run on one database, the bound question on another that they did not touch.
 */

import { describe, expect, it } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';
import { Structures } from '../../../src/mirror/structures.ts';
import { analyseMigration } from '../../../src/plan/analyse.ts';
import type { Mirror } from '../../../src/ports.ts';
import { type BoundQuery, DatabaseRows } from '../../../src/rows/ask/database-rows.ts';
import { followRows } from '../../../src/rows/ask/follow.ts';
import { rowsOfProduction } from '../../../src/rows/ask/table-rows.ts';
import { splitStatements } from '../../../src/sql/split.ts';

const schema = `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a b" TEXT, "n" INTEGER, "email" TEXT COLLATE NOCASE);
CREATE TABLE "U" ("id" INTEGER PRIMARY KEY, "t" INTEGER REFERENCES "T"("id") ON DELETE CASCADE, "order" TEXT);
CREATE TABLE "Log" ("text" TEXT);
CREATE TABLE "W" ("id" INTEGER PRIMARY KEY, "x" TEXT);
CREATE TRIGGER "tr" AFTER DELETE ON "W" BEGIN DELETE FROM "Log"; END;
CREATE VIEW "V" AS SELECT "id" FROM "U";`;

const rows = `INSERT INTO "T" VALUES (1, 'x', 10, 'A@x'), (2, NULL, 20, 'a@x'), (3, 'x', NULL, 'b@x'), (4, '07', 7, NULL);
INSERT INTO "U" VALUES (1, 1, 'o'), (2, 2, NULL), (3, 3, 'p');
INSERT INTO "W" VALUES (1, 'w');
INSERT INTO "Log" VALUES ('l');`;

interface Told {
  readonly bound: BoundQuery | null;
  /** What the question finds once the statements have run. */
  readonly meant: unknown;
  /** What the bound one finds before. */
  readonly now: unknown;
}

async function follow(statements: string, select: string, compared = select): Promise<Told> {
  const [changed, empty, untouched] = [await openMirror(), await openMirror(), await openMirror()];
  try {
    for (const mirror of [changed, empty, untouched]) runAll(mirror, schema);
    for (const mirror of [changed, untouched]) runAll(mirror, rows);
    const structures = new Structures(empty);
    const listColumns = (table: string) => structures.find(table)?.columns.map(({ name }) => name) ?? [];
    const tracked = ['T', 'U', 'Log', 'W'].flatMap((name) => {
      const structure = structures.find(name);
      const known = { name, origin: name, madeIn: null, isFilled: false };
      return structure === null ? [] : [{ ...known, rows: rowsOfProduction(structure) }];
    });
    const all = new DatabaseRows(tracked, new Set(['v']), listColumns);
    const analysed = analyseMigration({
      name: '20260101000000_m',
      sql: statements,
      checksum: '',
      path: '',
      alternativeChecksums: [],
      consents: [],
    });
    empty.run(`PRAGMA foreign_keys=${analysed.foreignKeysOff ? 'OFF' : 'ON'}`);
    changed.run(`PRAGMA foreign_keys=${analysed.foreignKeysOff ? 'OFF' : 'ON'}`);
    for (const statement of analysed.statements) {
      if (statement.kind.type === 'pragma') continue;
      for (const mirror of [changed, empty]) mirror.run(statement.sql);
      structures.refresh();
      followRows({ rows: all, structures }, { analysed, statement, index: analysed.statements.indexOf(statement) });
    }
    const bound = all.bind(select, compared);
    return { bound, meant: changed.query(select), now: bound && untouched.query(bound.sql) };
  } finally {
    for (const mirror of [changed, empty, untouched]) mirror.close();
  }
}

function runAll(mirror: Mirror, sql: string): void {
  for (const statement of splitStatements(sql)) mirror.run(statement.sql);
}

const rebuild = (columns: string, copy: string) => `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_T" (${columns});
INSERT INTO "new_T" ${copy};
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T";
PRAGMA foreign_keys=ON;`;
const same = '"id" INTEGER PRIMARY KEY, "a b" TEXT, "n" INTEGER, "email" TEXT COLLATE NOCASE';

const all = 'SELECT * FROM "T" ORDER BY "id"';

describe('what is asked of production finds the rows that the plan meets', () => {
  it.each([
    ['nothing has happened', '', all],
    ['a join', '', 'SELECT u."order" FROM "T" AS t JOIN "U" AS u ON u."t" = t."id" ORDER BY 1'],
    ['a rowid', '', 'SELECT rowid FROM "U" ORDER BY 1'],
    ['a common table expression', '', 'WITH c AS (SELECT "id" FROM T) SELECT count(*) FROM c'],
    ['a table is renamed', 'ALTER TABLE "T" RENAME TO "T 2";', 'SELECT * FROM "T 2" ORDER BY 1'],
    [
      'two tables change names',
      'ALTER TABLE "U" RENAME TO "x"; ALTER TABLE "W" RENAME TO "U"; ALTER TABLE "x" RENAME TO "W";',
      'SELECT count(*), (SELECT count(*) FROM "U") FROM "W"',
    ],
    [
      'a column is renamed',
      'ALTER TABLE "T" RENAME COLUMN "n" TO "m";',
      'SELECT "m" FROM "T" WHERE "m" > 7 ORDER BY 1',
    ],
    ['a column is dropped', 'ALTER TABLE "T" DROP COLUMN "n";', all],
    ['a column is added', 'ALTER TABLE "T" ADD COLUMN "k" TEXT DEFAULT \'d\';', all],
    ['a table is new', 'CREATE TABLE "N" ("x" TEXT);', 'SELECT count(*) FROM "N"'],
    [
      'a table is new, beside an old one',
      'CREATE TABLE "N" ("x" TEXT);',
      'SELECT * FROM "W" LEFT JOIN "N" ON "N"."x" = "W"."x"',
    ],
    ['a rebuild that copies every column', rebuild(same, 'SELECT * FROM "T"'), all],
    ['a rebuild with fewer columns', rebuild('"id" INTEGER PRIMARY KEY, "k" TEXT', 'SELECT "id", "a b" FROM "T"'), all],
    [
      'a rebuild with a default',
      rebuild(`${same}, "d" INTEGER DEFAULT 5`, '("id", "a b") SELECT "id", "a b" FROM "T"'),
      all,
    ],
    ['a rebuild with a condition', rebuild(same, 'SELECT * FROM "T" WHERE "n" > 7'), all],
    [
      'a rebuild that computes',
      rebuild(same, `SELECT "id", coalesce("a b", '-'), "n" * 2, lower("email") FROM "T"`),
      all,
    ],
    [
      'a table made of a query',
      'CREATE TABLE "N" AS SELECT "id", "n" FROM "T" WHERE "n" IS NOT NULL;',
      'SELECT * FROM "N" ORDER BY 1',
    ],
    ['rows are changed by what is in them', 'UPDATE "T" SET "n" = "n" + 1, "a b" = NULL WHERE "id" > 1;', all],
    ['rows are deleted by what is in them', 'DELETE FROM "T" WHERE "n" > 7;', all],
    ['rows are deleted, meant changed', 'DELETE FROM "T" WHERE "n" > 7; UPDATE "T" SET "n" = 1;', all],
    ['all rows are deleted', 'DELETE FROM "U";', 'SELECT count(*) FROM "U"'],
    ['a parent is rebuilt', rebuild(same, 'SELECT * FROM "T"'), 'SELECT * FROM "U" ORDER BY 1'],
    ['a name without case', 'ALTER TABLE "T" RENAME COLUMN "N" TO "m";', 'SELECT "M" FROM t WHERE ID = 1'],
  ])('%s', async (_, statements, select) => {
    const { bound, meant, now } = await follow(statements, select);
    expect(bound).not.toBeNull();
    expect(now).toEqual(meant);
  });

  it.each([
    ['an UPDATE by other rows', 'UPDATE "T" SET "n" = (SELECT count(*) FROM "U");', all],
    ['rows that go along by a key', 'DELETE FROM "T" WHERE "id" = 1;', 'SELECT * FROM "U"'],
    ['rows that a trigger deletes', 'DELETE FROM "W";', 'SELECT * FROM "Log"'],
    ['rows that are put into it', `INSERT INTO "W" VALUES (2, 'v');`, 'SELECT * FROM "W"'],
    ['a copy that leaves rows to the engine', rebuild(same, 'SELECT * FROM "T" LIMIT 2'), all],
    ['a copy that joins', rebuild('"id" INTEGER', 'SELECT "T"."id" FROM "T" JOIN "U" ON "U"."t" = "T"."id"'), all],
    ['a copy that leaves conflicts out', rebuild(same, 'SELECT * FROM "T"').replace('INSERT', 'INSERT OR IGNORE'), all],
    ['a column that is altered', 'ALTER TABLE "W" ALTER COLUMN "x" TO "x" TEXT NOT NULL;', 'SELECT * FROM "W"'],
    ['a rowid of a table that was made anew', rebuild(same, 'SELECT * FROM "T"'), 'SELECT rowid FROM "T"'],
    ['a qualified name', '', 'SELECT * FROM main."T"'],
    ['a table in single quotes', '', `SELECT * FROM 'T'`],
    ['chance', '', 'SELECT random() FROM "T"'],
    ['a view', '', 'SELECT * FROM "V"'],
  ])('nothing is told of %s', async (_, statements, select) => {
    expect((await follow(statements, select)).bound).toBeNull();
  });
});

describe('what compares values that have another type or collation in the query', () => {
  const shorter = rebuild('"id" INTEGER PRIMARY KEY, "a b" INTEGER, "n" INTEGER, "email" TEXT', 'SELECT * FROM "T"');

  it.each([
    ['a text that becomes a number', shorter, `SELECT * FROM "T" WHERE "a b" = 7`],
    ['a collation that goes', shorter, `SELECT * FROM "T" WHERE "email" = 'a@x'`],
    ['a value that was computed', 'UPDATE "T" SET "n" = "n" + 1;', 'SELECT * FROM "T" WHERE "n" = 8'],
    [
      'rows that were chosen by one',
      'ALTER TABLE "T" ADD COLUMN "k" INTEGER DEFAULT \'7\'; DELETE FROM "T" WHERE "k" = 7;',
      all,
    ],
  ])('is shown, and not believed: %s', async (_, statements, select) => {
    expect((await follow(statements, select)).bound).toMatchObject({ isSure: false });
  });

  it.each([
    ['as it is', '', `SELECT * FROM "T" WHERE "n" = 7`],
    ['another column', shorter, 'SELECT "id" FROM "T" WHERE "n" = 7'],
    [
      'under another name',
      'ALTER TABLE "T" RENAME COLUMN "email" TO "mail";',
      `SELECT * FROM "T" WHERE "mail" = 'a@x'`,
    ],
  ])('is believed: %s', async (_, statements, select) => {
    const { bound, meant, now } = await follow(statements, select);
    expect(bound).toMatchObject({ isSure: true });
    expect(now).toEqual(meant);
  });

  it('is believed where nothing is compared', async () => {
    expect((await follow(shorter, 'SELECT 1 FROM "T" WHERE "a b" IS NULL', '')).bound).toMatchObject({ isSure: true });
  });
});

describe('of a very large table only the first rows are looked at', () => {
  it.each([
    ['rows of one table', '', 'SELECT 1 FROM "T" WHERE "n" IS NULL', 'T'],
    ['under another name', 'ALTER TABLE "T" RENAME TO "S";', 'SELECT 1 FROM "S" WHERE "n" IS NULL', 'T'],
    ['two tables', '', 'SELECT 1 FROM "U" WHERE "t" NOT IN (SELECT "id" FROM "T")', null],
    ['several together', '', 'SELECT max("n") FROM "T"', null],
    ['several rows of it', '', 'SELECT "n" FROM "T" GROUP BY "n"', null],
    ['a rowid', '', 'SELECT rowid FROM "T"', null],
  ])('%s', async (_, statements, select, table) => {
    const { bound } = await follow(statements, select);
    expect(bound?.scan?.table ?? null).toBe(table);
    if (table !== null) expect(bound?.scan?.limit(7)).toContain('LIMIT 7');
  });
});
