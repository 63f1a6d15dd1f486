/** The contract of rows that point nowhere: those that did so before a migration with keys off may stay, and no other may come. */

import { expect, it } from 'vitest';
import { apply } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const init = {
  name: '1_init',
  sql: `
    CREATE TABLE "P" ("id" INTEGER PRIMARY KEY);
    CREATE TABLE "Pair" ("x" INTEGER, "y" TEXT, PRIMARY KEY ("x", "y"));
    CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "P" ("id"), "b" INTEGER REFERENCES "P");
    CREATE TABLE "W" ("code" TEXT PRIMARY KEY, "a" INTEGER REFERENCES "P" ("id")) WITHOUT ROWID;
    CREATE TABLE "N" ("a" INTEGER REFERENCES "P" ("id"), "rowid" TEXT);
    CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT REFERENCES "P" ("id"));
    CREATE TABLE "D" ("id" INTEGER PRIMARY KEY, "x" INTEGER, "y" TEXT, FOREIGN KEY ("x", "y") REFERENCES "Pair" ("x", "y"));
  `,
};

/** Each child has a row that points nowhere and one that does not. */
const rows = [
  'PRAGMA foreign_keys=OFF',
  'INSERT INTO "P" VALUES (1), (2)',
  `INSERT INTO "Pair" VALUES (1, 'one')`,
  'INSERT INTO "C" VALUES (1, 9, NULL), (2, 1, NULL), (7, 2, 1)',
  `INSERT INTO "W" VALUES ('a', 9), ('b', 1)`,
  `INSERT INTO "N" VALUES (5, 'gone'), (9, 'a'), (1, 'b')`,
  `DELETE FROM "N" WHERE "a" = 5`,
  `INSERT INTO "T" VALUES (1, '9'), (2, '1')`,
  `INSERT INTO "D" VALUES (1, 9, 'nine'), (2, 1, 'one'), (3, 9, NULL)`,
];

function withKeysOff(statements: string): { readonly name: string; readonly sql: string } {
  return { name: '2_change', sql: `PRAGMA foreign_keys=OFF;\n${statements}\nPRAGMA foreign_keys=ON;` };
}

/** In front of a change of rows that no plan can foresee. */
const chance = 'last_insert_rowid() IS NOT NULL AND';

function rebuild(table: string, columns: string, into: string, select: string): string {
  return `CREATE TABLE "new_${table}" (${columns}); INSERT INTO "new_${table}" (${into}) SELECT ${select} FROM "${table}"; DROP TABLE "${table}"; ALTER TABLE "new_${table}" RENAME TO "${table}";`;
}

const all = ['P', 'Pair', 'C', 'W', 'N', 'T', 'D'];

const refused: readonly { readonly title: string; readonly change: string; readonly says: string }[] = [
  {
    title: 'one is mended and another made',
    change: `UPDATE "C" SET "a" = 1 WHERE ${chance} "id" = 1; UPDATE "C" SET "a" = 8 WHERE ${chance} "id" = 2;`,
    says: '1 in C without P',
  },
  {
    title: 'one is mended and another row points to the same nothing',
    change: `UPDATE "C" SET "a" = 1 WHERE ${chance} "id" = 1; UPDATE "C" SET "a" = 9 WHERE ${chance} "id" = 2;`,
    says: '1 in C without P',
  },
  {
    title: 'one that pointed nowhere points to another nothing',
    change: `UPDATE "C" SET "a" = 8 WHERE ${chance} "id" = 1;`,
    says: '1 in C',
  },
  {
    title: 'the value moves to another key of the row',
    change: `UPDATE "C" SET "a" = 1, "b" = 9 WHERE ${chance} "id" = 1;`,
    says: '1 in C without P',
  },
  {
    title: 'two are mended and two made, by taking parents away',
    change: `INSERT INTO "P" VALUES (9); DELETE FROM "P" WHERE ${chance} "id" = 1;`,
    says: '1 in W without P',
  },
  {
    title: 'the table is WITHOUT ROWID',
    change: `UPDATE "W" SET "a" = 1 WHERE ${chance} "code" = 'a'; UPDATE "W" SET "a" = 9 WHERE ${chance} "code" = 'b';`,
    says: '1 in W without P',
  },
  {
    title: 'the table has no primary key, and a column called rowid',
    change: `UPDATE "N" SET "a" = 1 WHERE ${chance} "rowid" = 'a'; UPDATE "N" SET "a" = 8 WHERE ${chance} "rowid" = 'b';`,
    says: '1 in N without P',
  },
  {
    title: 'the key has two columns',
    change: `UPDATE "D" SET "x" = 1, "y" = 'one' WHERE ${chance} "id" = 1; UPDATE "D" SET "x" = 9 WHERE ${chance} "id" = 2;`,
    says: '1 in D without Pair',
  },
  {
    title: 'a rebuild hides it',
    change: `UPDATE "C" SET "a" = 1 WHERE ${chance} "id" = 1; UPDATE "C" SET "a" = 9 WHERE ${chance} "id" = 2; ${rebuild('C', '"id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "P" ("id"), "b" INTEGER REFERENCES "P" ("id"), "more" TEXT', '"id", "a", "b"', '"id", "a", "b"')}`,
    says: '1 in C without P',
  },
];

const passed: readonly { readonly title: string; readonly change: string }[] = [
  { title: 'an old one is deleted', change: 'DELETE FROM "C" WHERE "id" = 1;' },
  { title: 'an old one is mended', change: 'UPDATE "C" SET "a" = 1 WHERE "id" = 1;' },
  { title: 'the missing parent comes', change: `INSERT INTO "P" SELECT 9 WHERE ${chance} 1;` },
  {
    title: 'a rebuild keeps all of them',
    change: rebuild(
      'C',
      '"id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "P" ("id"), "b" INTEGER REFERENCES "P" ("id"), "more" TEXT',
      '"id", "a", "b"',
      '"id", "a", "b"',
    ),
  },
  {
    title: 'a rebuild hands out new rowids',
    change: rebuild(
      'N',
      '"a" INTEGER REFERENCES "P" ("id"), "rowid" TEXT, "more" TEXT',
      '"a", "rowid"',
      '"a", "rowid"',
    ),
  },
  {
    title: 'a rebuild swaps the two keys, which renumbers them',
    change: rebuild(
      'C',
      '"id" INTEGER PRIMARY KEY, "b" INTEGER REFERENCES "P" ("id"), "a" INTEGER REFERENCES "P" ("id")',
      '"id", "a", "b"',
      '"id", "a", "b"',
    ),
  },
  {
    title: 'a rebuild renames the column of the key',
    change: rebuild(
      'W',
      '"code" TEXT PRIMARY KEY, "parentId" INTEGER REFERENCES "P" ("id")',
      '"code", "parentId"',
      '"code", "a"',
    ),
  },
  {
    title: 'a rebuild makes numbers of texts',
    change: rebuild('T', '"id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "P" ("id")', '"id", "a"', '"id", "a"'),
  },
  {
    title: 'a rebuild makes texts of numbers, in the primary key as well',
    change: rebuild(
      'C',
      '"id" TEXT PRIMARY KEY, "a" REAL REFERENCES "P" ("id"), "b" INTEGER',
      '"id", "a", "b"',
      'CAST("id" AS TEXT), "a", "b"',
    ),
  },
  {
    title: 'a rebuild makes another primary key',
    change: rebuild(
      'W',
      '"id" INTEGER PRIMARY KEY, "code" TEXT, "a" INTEGER REFERENCES "P" ("id")',
      '"code", "a"',
      '"code", "a"',
    ),
  },
  { title: 'the child is renamed', change: 'ALTER TABLE "C" RENAME TO "Child";' },
  { title: 'the parent is renamed', change: 'ALTER TABLE "P" RENAME TO "Parent";' },
  { title: 'the column is renamed', change: 'ALTER TABLE "C" RENAME COLUMN "a" TO "parentId";' },
  {
    title: 'the key is given up',
    change: rebuild('C', '"id" INTEGER PRIMARY KEY, "a" INTEGER, "b" INTEGER', '"id", "a", "b"', '"id", "a", "b"'),
  },
  { title: 'the child is dropped', change: 'DROP TABLE "D";' },
];

describeTargets('rows that point nowhere', (fresh) => {
  async function begin(...more: readonly string[]): Promise<TestTarget> {
    const target = await fresh();
    await apply({ url: target.url, migrations: [init] });
    await target.sql(...rows, ...more);
    return target;
  }

  const readAll = async ({ sql }: TestTarget) => Promise.all(all.map((table) => sql(`SELECT * FROM "${table}"`)));
  const consents = ['data-loss'];

  it.concurrent.each(refused)('are refused where $title', async ({ change, says }) => {
    const target = await begin();
    const before = await readAll(target);
    const input = { url: target.url, migrations: [init, withKeysOff(change)], allow: consents, rows: 0 };
    const result = await apply(input);
    expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'STATEMENT_FAILED' } });
    expect(result.error?.message).toContain('leaves rows whose foreign keys point nowhere');
    expect(result.error?.message).toContain(says);
    expect(await readAll(target)).toEqual(before);
    const logs = await target.sql(`SELECT logs FROM _prisma_migrations WHERE migration_name = '2_change'`);
    expect(JSON.stringify(logs)).toContain(says);
    expect(await apply({ ...input, allow: [...consents, 'foreign-keys:2_change'] })).toMatchObject({
      outcome: 'applied',
      error: null,
    });
  });

  it.concurrent.each(passed)('may stay where $title', async ({ change }) => {
    const target = await begin();
    const result = await apply({ url: target.url, migrations: [init, withKeysOff(change)], allow: consents, rows: 0 });
    expect(result.error?.message ?? '').toBe('');
    expect(result.outcome).toBe('applied');
  });

  /** More than are kept one by one. */
  const many =
    'INSERT INTO "C" WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, i, NULL FROM n';

  it.concurrent.each([
    { title: 'stay', change: 'ALTER TABLE "C" ADD COLUMN "more" TEXT;', says: null },
    { title: 'are all deleted', change: 'DELETE FROM "C" WHERE "a" NOT IN (SELECT "id" FROM "P");', says: null },
    {
      title: 'are as many, and not these',
      change: `UPDATE "C" SET "a" = 1 WHERE ${chance} "id" = 500; UPDATE "C" SET "a" = 500 WHERE ${chance} "id" = 2;`,
      says: 'an unknown number of the 11902 in C without P (there were 11902 before, and not these',
    },
    {
      title: 'are more',
      change: `UPDATE "C" SET "a" = 77 WHERE ${chance} "id" = 2;`,
      says: '11903 in C without P (there were 11902 before',
    },
  ])('that are too many to be told apart are compared as a whole: they $title', async ({ change, says }) => {
    const target = await begin(many);
    const input = { url: target.url, migrations: [init, withKeysOff(change)], rows: 0 };
    const result = await apply({ ...input, allow: consents });
    if (says === null) expect(result).toMatchObject({ outcome: 'applied', error: null });
    else {
      expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'STATEMENT_FAILED' } });
      expect(result.error?.message).toContain(says);
    }
  });
});
