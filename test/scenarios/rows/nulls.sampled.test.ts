/** NULLs under a new NOT NULL. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';
import { rebuild, redefine } from './rebuilds.ts';

const columns = (name: string) => `"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ${name}, "city" TEXT`;
const schema = `CREATE TABLE "Customer" (${columns('"name" TEXT')});`;
const required = columns('"name" TEXT NOT NULL');

/** Two have no name, and one of these no city. */
const rows = {
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, null, 'Oslo'],
    [3, null, null],
  ],
};
const named = {
  Customer: [
    [1, 'Ada Example', null],
    [2, 'Bob Example', 'Oslo'],
  ],
};
const copy = { table: 'Customer', columns: required, into: '"id", "name", "city"' };
const plain = redefine(copy);
const fails = 'NOT NULL constraint failed: new_Customer.name';
const inTwoRows = {
  tells: 'blocker',
  code: 'nulls',
  at: 'INSERT INTO "new_',
  count: 2,
  finds: 2,
  fails,
  schema,
  rows,
} as const;
const nothing = { tells: 'nothing', code: 'nulls', schema, rows } as const;

/** The names once the NULLs among them are mended. */
const mended = (second: string, third: string) => ({
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, second, 'Oslo'],
    [3, third, null],
  ],
});

const copies: readonly Case[] = [
  { ...inTwoRows, title: 'a copy of a column that has NULLs into one that takes none', pending: [plain] },
  { ...nothing, title: 'the same where there are none', rows: named, pending: [plain] },
  {
    ...nothing,
    title: 'coalesce with a literal',
    pending: [redefine({ ...copy, select: `"id", coalesce("name", 'x') AS "name", "city"` })],
    after: mended('x', 'x'),
  },
  {
    ...nothing,
    title: 'ifnull with a literal',
    pending: [redefine({ ...copy, select: `"id", ifnull("name", 'x'), "city"` })],
    after: mended('x', 'x'),
  },
  {
    ...nothing,
    title: 'CASE, which gives NULL a name',
    pending: [redefine({ ...copy, select: `"id", CASE WHEN "name" IS NULL THEN 'x' ELSE "name" END, "city"` })],
    after: mended('x', 'x'),
  },
  {
    ...inTwoRows,
    title: 'coalesce with a column that may be NULL too',
    pending: [redefine({ ...copy, select: '"id", coalesce("name", "city") AS "name", "city"' })],
    count: 1,
    finds: 1,
  },
  {
    ...inTwoRows,
    title: 'nullif, which makes a NULL of a value',
    rows: {
      Customer: [
        [1, 'none', null],
        [2, 'none', null],
        [3, 'Ada Example', null],
      ],
    },
    pending: [redefine({ ...copy, select: `"id", nullif("name", 'none'), "city"` })],
  },
  {
    ...inTwoRows,
    title: 'a copy that names no columns',
    pending: [redefine({ ...copy, insert: 'INSERT INTO "new_Customer" SELECT "id", "name", "city" FROM "Customer";' })],
  },
  {
    ...inTwoRows,
    title: 'a copy of every column',
    pending: [redefine({ ...copy, insert: 'INSERT INTO "new_Customer" SELECT * FROM "Customer";' })],
  },
  {
    ...inTwoRows,
    title: 'a default, which does not stand in for a NULL that is copied',
    pending: [redefine({ ...copy, columns: columns(`"name" TEXT NOT NULL DEFAULT ''`) })],
  },
  {
    ...inTwoRows,
    title: 'a rebuild with foreign keys on',
    pending: [rebuild(copy)],
  },
  {
    ...nothing,
    title: 'an integer primary key, which numbers what is NULL',
    allow: ['data-loss'],
    schema: 'CREATE TABLE "Customer" ("number" INTEGER, "name" TEXT);',
    rows: {
      Customer: [
        [7, 'Ada Example'],
        [null, 'Bob Example'],
      ],
    },
    pending: [
      redefine({
        table: 'Customer',
        columns: '"number" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL',
        into: '"number", "name"',
      }),
    ],
    // The counter begins with the first that is copied, and NULL comes second.
    after: {
      Customer: [
        [7, 'Ada Example'],
        [8, 'Bob Example'],
      ],
    },
  },
  {
    ...nothing,
    title: 'INSERT OR REPLACE, which takes the default for a NULL',
    pending: [
      redefine({
        ...copy,
        columns: columns(`"name" TEXT NOT NULL DEFAULT 'x'`),
        insert:
          'INSERT OR REPLACE INTO "new_Customer" ("id", "name", "city") SELECT "id", "name", "city" FROM "Customer";',
      }),
    ],
    after: mended('x', 'x'),
  },
  {
    ...inTwoRows,
    title: 'a new table with a column that takes no NULL, filled from production',
    pending: [
      'CREATE TABLE "Contact" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL);\nINSERT INTO "Contact" ("id", "name") SELECT "id", "name" FROM "Customer";',
    ],
    at: 'INSERT INTO "Contact"',
    fails: 'NOT NULL constraint failed: Contact.name',
  },
  {
    ...nothing,
    title: 'a new table that is filled with those that are not NULL',
    pending: [
      'CREATE TABLE "Contact" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL);\nINSERT INTO "Contact" ("id", "name") SELECT "id", "name" FROM "Customer" WHERE "name" IS NOT NULL;',
    ],
    after: { ...rows, Contact: [[1, 'Ada Example']] },
  },
  {
    ...nothing,
    title: 'a copy from two tables, which finds a value for every row',
    schema: `${schema}\nCREATE TABLE "Label" ("customer" INTEGER PRIMARY KEY, "text" TEXT);`,
    rows: {
      ...rows,
      Label: [
        [2, 'two'],
        [3, 'three'],
      ],
    },
    pending: [
      redefine({
        ...copy,
        insert: `INSERT INTO "new_Customer" ("id", "name", "city") SELECT c."id", coalesce(c."name", l."text"), c."city" FROM "Customer" AS c LEFT JOIN "Label" AS l ON l."customer" = c."id";`,
      }),
    ],
    after: {
      ...mended('two', 'three'),
      Label: [
        [2, 'two'],
        [3, 'three'],
      ],
    },
  },
];

const fill = `UPDATE "Customer" SET "name" = 'x' WHERE "name" IS NULL;`;

const before: readonly Case[] = [
  { ...nothing, title: 'an UPDATE in the same file', pending: [`${fill}\n${plain}`], after: mended('x', 'x') },
  { ...nothing, title: 'an UPDATE in an earlier migration', pending: [fill, plain], after: mended('x', 'x') },
  {
    ...nothing,
    title: 'an UPDATE of every row',
    pending: [`UPDATE "Customer" SET "name" = coalesce("name", "city", 'x');\n${plain}`],
    after: mended('Oslo', 'x'),
  },
  {
    ...inTwoRows,
    title: 'an UPDATE that mends only some',
    pending: [`UPDATE "Customer" SET "name" = 'x' WHERE "name" IS NULL AND "city" = 'Oslo';\n${plain}`],
    count: 1,
    finds: 1,
  },
  {
    ...inTwoRows,
    title: 'an UPDATE that sets to NULL',
    rows: named,
    pending: [`UPDATE "Customer" SET "name" = NULL WHERE "city" IS NULL;`, plain],
    count: 1,
    finds: 1,
  },
  {
    ...nothing,
    title: 'an UPDATE from another table, which cannot be followed',
    schema: `${schema}\nCREATE TABLE "Label" ("customer" INTEGER PRIMARY KEY, "text" TEXT);`,
    rows: {
      ...rows,
      Label: [
        [2, 'two'],
        [3, 'three'],
      ],
    },
    pending: [
      `UPDATE "Customer" SET "name" = l."text" FROM "Label" AS l WHERE l."customer" = "Customer"."id";\n${plain}`,
    ],
    after: {
      ...mended('two', 'three'),
      Label: [
        [2, 'two'],
        [3, 'three'],
      ],
    },
  },
  {
    ...nothing,
    title: 'a DELETE of the rows',
    pending: [`DELETE FROM "Customer" WHERE "name" IS NULL;\n${plain}`],
    after: { Customer: rows.Customer.slice(0, 1) },
  },
  {
    ...inTwoRows,
    title: 'a DELETE of only some',
    pending: ['DELETE FROM "Customer" WHERE "city" IS NULL;', plain],
    count: 1,
    finds: 1,
  },
  {
    ...inTwoRows,
    title: 'a column that was renamed',
    pending: [
      'ALTER TABLE "Customer" RENAME COLUMN "name" TO "fullName";',
      redefine({ ...copy, columns: columns('"fullName" TEXT NOT NULL'), into: '"id", "fullName", "city"' }),
    ],
    fails: 'NOT NULL constraint failed: new_Customer.fullName',
  },
  {
    ...nothing,
    title: 'a column that was renamed and filled',
    pending: [
      `ALTER TABLE "Customer" RENAME COLUMN "name" TO "fullName";\nUPDATE "Customer" SET "fullName" = '' WHERE "fullName" IS NULL;`,
      redefine({ ...copy, columns: columns('"fullName" TEXT NOT NULL'), into: '"id", "fullName", "city"' }),
    ],
    after: mended('', ''),
  },
  {
    ...inTwoRows,
    title: 'a table that was renamed',
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";', redefine({ ...copy, table: 'Client' })],
    fails: 'NOT NULL constraint failed: new_Client.name',
  },
  {
    ...nothing,
    title: 'a table that was renamed, without NULLs',
    rows: named,
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";', redefine({ ...copy, table: 'Client' })],
    after: { Client: named.Customer },
  },
  {
    ...inTwoRows,
    title: 'another rebuild in between',
    pending: [redefine({ ...copy, columns: `${columns('"name" TEXT')}, "note" TEXT` }), plain],
  },
  {
    ...nothing,
    title: 'another rebuild in between, which fills them',
    pending: [
      redefine({ ...copy, columns: columns('"name" TEXT'), select: `"id", coalesce("name", 'x'), "city"` }),
      plain,
    ],
    after: mended('x', 'x'),
  },
  {
    ...inTwoRows,
    title: 'a rename that was not the last: the old table copied under the new name',
    pending: [
      `ALTER TABLE "Customer" RENAME TO "Customer_old";
CREATE TABLE "Customer" (${required});
INSERT INTO "Customer" SELECT * FROM "Customer_old";`,
    ],
    at: 'INSERT INTO "Customer"',
    fails: 'NOT NULL constraint failed: Customer.name',
  },
];

const withSlug = columns('"name" TEXT').replace('"city" TEXT', '"city" TEXT, "slug" TEXT NOT NULL');
const addSlug = 'ALTER TABLE "Customer" ADD COLUMN "slug" TEXT;';
const requireSlug = redefine({ table: 'Customer', columns: withSlug, into: '"id", "name", "city", "slug"' });

const expanded: readonly Case[] = [
  {
    ...inTwoRows,
    title: 'a column that the plan adds and leaves empty',
    pending: [addSlug, requireSlug],
    count: 3,
    finds: 3,
    fails: 'NOT NULL constraint failed: new_Customer.slug',
  },
  {
    ...nothing,
    title: 'a column that the plan adds and fills',
    pending: [addSlug, `UPDATE "Customer" SET "slug" = 'c' || "id";`, requireSlug],
    after: { Customer: rows.Customer.map((row) => [...row, `c${row[0]}`]) },
  },
  {
    ...nothing,
    title: 'a column that the plan adds to a table without rows',
    rows: { Customer: [] },
    pending: [addSlug, requireSlug],
  },
];

describeCases('NOT NULL on what is copied', sampled(copies, 2));
describeCases('NOT NULL on what an earlier statement changed', sampled(before, 2));
describeCases('NOT NULL on a column that the plan adds', sampled(expanded, 2));
