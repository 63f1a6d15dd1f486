/** Losses that hide behind the way in which a statement is written. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "fax" TEXT';
const schema = `CREATE TABLE "Customer" (${columns});`;
const rows = {
  Customer: [
    [1, 'Ada Example', '+47 0001'],
    [2, 'Bob Example', null],
    [3, 'Ada Example', '+47 0003'],
  ],
};
const lost = { tells: 'hazard', code: 'data-loss', at: anyOfRebuild, schema, rows } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;
const copy = { table: 'Customer', columns, into: '"id", "name", "fax"' };
const filledWith = (fax: string | null) => ({ Customer: rows.Customer.map((row) => [...row.slice(0, 2), fax]) });
const insert = (source: string, into = copy.into) =>
  redefine({ ...copy, insert: `INSERT INTO "new_Customer" (${into}) ${source};` });

const left: readonly Case[] = [
  {
    ...lost,
    title: 'something else is copied under the name of a column',
    pending: [redefine({ ...copy, select: `"id", "name", 'x' AS "fax"` })],
    count: 2,
    after: filledWith('x'),
  },
  {
    ...lost,
    title: 'a condition speaks of a column, and nobody copies it',
    pending: [insert('SELECT "id", "name" FROM "Customer" WHERE "fax" IS NULL OR "fax" <> \'\'', '"id", "name"')],
    count: 2,
    after: filledWith(null),
  },
  {
    ...lost,
    title: 'a copy behind WITH, which takes every column, takes some of them',
    pending: [insert('WITH w AS (SELECT * FROM "Customer") SELECT "id", "name", NULL FROM w')],
    count: 2,
    after: filledWith(null),
  },
  {
    ...lost,
    title: 'a column of another table has the same name',
    schema: `${schema}\nCREATE TABLE "Office" ("customer" INTEGER PRIMARY KEY, "fax" TEXT);`,
    rows: { ...rows, Office: [[1, '+47 9999']] },
    pending: [
      insert('SELECT c."id", c."name", o."fax" FROM "Customer" AS c LEFT JOIN "Office" AS o ON o."customer" = c."id"'),
    ],
    count: 2,
    after: {
      Customer: [
        [1, 'Ada Example', '+47 9999'],
        [2, 'Bob Example', null],
        [3, 'Ada Example', null],
      ],
      Office: [[1, '+47 9999']],
    },
  },
  {
    ...lost,
    title: 'a column of another table, in a query of its own',
    schema: `${schema}\nCREATE TABLE "Office" ("customer" INTEGER PRIMARY KEY, "fax" TEXT);`,
    rows: { ...rows, Office: [] },
    pending: [
      redefine({ ...copy, select: '"id", "name", (SELECT "fax" FROM "Office" WHERE "customer" = "Customer"."id")' }),
    ],
    count: 2,
    after: { ...filledWith(null), Office: [] },
  },
  {
    ...lost,
    title: 'the second rebuild of a table in the same file',
    at: [...anyOfRebuild, 'ALTER TABLE '],
    pending: [`${redefine(copy)}\n${insert('SELECT "id", "name" FROM "Customer"', '"id", "name"')}`],
    count: 2,
    after: filledWith(null),
  },
  {
    ...lost,
    title: 'a copy in two parts, of which one leaves a column out',
    pending: [
      redefine({
        ...copy,
        insert: `INSERT INTO "new_Customer" ("id", "name", "fax") SELECT "id", "name", "fax" FROM "Customer" WHERE "id" < 3;
INSERT INTO "new_Customer" ("id", "name") SELECT "id", "name" FROM "Customer" WHERE "id" >= 3;`,
      }),
    ],
    after: { Customer: [...rows.Customer.slice(0, 2), [3, 'Ada Example', null]] },
  },
  {
    ...lost,
    title: 'a copy of the wrong table',
    schema: `${schema}\nCREATE TABLE "Client" (${columns});`,
    rows: { ...rows, Client: rows.Customer.map(([id]) => [id ?? 0, 'Cy Example', '+47 0004']) },
    pending: [insert('SELECT "id", "name", "fax" FROM "Client"')],
    count: 3,
    finds: 3,
    after: {
      Customer: rows.Customer.map(([id]) => [id ?? 0, 'Cy Example', '+47 0004']),
      Client: rows.Customer.map(([id]) => [id ?? 0, 'Cy Example', '+47 0004']),
    },
  },
  {
    ...lost,
    title: 'INSERT OR IGNORE under a check of what another type makes of the values',
    about: /^2 rows of "Customer" break the new CHECK .* Such rows are left out\.$/,
    schema: schema.replace('"fax" TEXT', '"fax"'),
    pending: [
      redefine({
        ...copy,
        columns: columns.replace('"fax" TEXT', `"fax" INTEGER CHECK (typeof("fax") <> 'text')`),
        insert: 'INSERT OR IGNORE INTO "new_Customer" SELECT * FROM "Customer";',
      }),
    ],
    after: { Customer: rows.Customer.slice(1, 2) },
  },
  {
    ...lost,
    title: 'INSERT OR IGNORE into a table from which rows are taken again',
    pending: [
      redefine({
        ...copy,
        insert:
          'INSERT OR IGNORE INTO "new_Customer" SELECT * FROM "Customer";\nDELETE FROM "new_Customer" WHERE "id" = 2;',
      }),
    ],
    after: { Customer: [rows.Customer[0] ?? [], rows.Customer[2] ?? []] },
  },
  {
    ...lost,
    title: 'a table that was copied in two parts, and is dropped later',
    at: 'DROP TABLE',
    pending: [
      redefine({
        ...copy,
        insert: `INSERT INTO "new_Customer" SELECT * FROM "Customer" WHERE "id" > 3;
INSERT INTO "new_Customer" SELECT * FROM "Customer" WHERE "id" <= 3;`,
      }),
      'DROP TABLE "Customer";',
    ],
    about: /^Drops/,
    count: 3,
    finds: 0,
    after: {},
  },
  {
    ...nothing,
    title: 'a copy that takes the place of the old table before that is dropped',
    pending: [
      `CREATE TABLE "new_Customer" (${columns});
INSERT INTO "new_Customer" SELECT * FROM "Customer";
ALTER TABLE "Customer" RENAME TO "old_Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
DROP TABLE "old_Customer";`,
    ],
  },
  {
    ...nothing,
    title: 'a copy that CREATE TABLE AS makes',
    pending: [
      `CREATE TABLE "new_Customer" AS SELECT "id", "name", "fax" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";`,
    ],
  },
  {
    ...lost,
    title: 'a copy that CREATE TABLE AS makes, without a column',
    pending: [
      `CREATE TABLE "new_Customer" AS SELECT "id", "name" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";`,
    ],
    count: 2,
    finds: 2,
    after: { Customer: rows.Customer.map((row) => row.slice(0, 2)) },
  },
];

const parent = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT UNIQUE);';
const child = (column: string, actions: string) =>
  `${parent}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customer" REFERENCES "Customer" ("${column}") ${actions});`;
const family = {
  Customer: [
    [1, 'ada@shop.example'],
    [2, 'bob@shop.example'],
  ],
  Order: [
    [1, 1],
    [2, 2],
  ],
};
const byMail = { ...family, Order: [[1, 'ada@shop.example']] };
const gone = { Customer: family.Customer.slice(0, 1), Order: family.Order.slice(0, 1) };
const cascades = {
  ...lost,
  schema: child('id', 'ON DELETE CASCADE'),
  rows: family,
  says: /"Order"/,
} as const;

const reached: readonly Case[] = [
  {
    ...cascades,
    title: 'children of rows that are deleted and returned',
    at: 'DELETE FROM',
    pending: ['DELETE FROM "Customer" WHERE "id" = 2 RETURNING "id";'],
    after: gone,
  },
  {
    ...cascades,
    title: 'children of rows that a DELETE behind WITH takes',
    at: 'WITH',
    pending: ['WITH w AS (SELECT 2 AS "id") DELETE FROM "Customer" WHERE "id" IN (SELECT "id" FROM w);'],
    after: gone,
  },
  {
    ...cascades,
    title: 'children of rows that UPDATE OR REPLACE puts out',
    at: 'UPDATE OR REPLACE',
    about: /refer to it/,
    pending: [`UPDATE OR REPLACE "Customer" SET "email" = 'bob@shop.example' WHERE "id" = 1;`],
    after: { Customer: [[1, 'bob@shop.example']], Order: [[1, 1]] },
  },
  {
    ...cascades,
    title: 'children of rows that UPDATE OR REPLACE puts out, with a comment in between',
    at: 'UPDATE ',
    about: /refer to it/,
    pending: [`UPDATE /* x */ OR /* y */ REPLACE "Customer" SET "email" = 'bob@shop.example' WHERE "id" = 1;`],
    after: { Customer: [[1, 'bob@shop.example']], Order: [[1, 1]] },
  },
  {
    ...cascades,
    title: 'rows of its own that UPDATE OR REPLACE puts out',
    at: 'UPDATE OR REPLACE',
    says: /^The UPDATE replaces rows of "Customer"/,
    rows: { ...family, Order: [] },
    pending: [`UPDATE OR REPLACE "Customer" SET "email" = 'bob@shop.example' WHERE "id" = 1;`],
    after: { Customer: [[1, 'bob@shop.example']], Order: [] },
  },
  {
    ...nothing,
    title: 'UPDATE OR REPLACE of columns that may be the same in several rows',
    pending: [`UPDATE OR REPLACE "Customer" SET "fax" = NULL WHERE "id" = 9;`],
  },
  {
    ...cascades,
    title: 'references to a key that changes',
    at: 'UPDATE',
    schema: child('email', 'ON UPDATE SET NULL'),
    rows: byMail,
    pending: [`UPDATE "Customer" SET "email" = upper("email") WHERE "id" = 1;`],
    count: 1,
    finds: 1,
    after: { Customer: [[1, 'ADA@SHOP.EXAMPLE'], ...family.Customer.slice(1)], Order: [[1, null]] },
  },
  {
    ...cascades,
    title: 'references of rows of the same table to a key that changes',
    at: 'UPDATE',
    schema:
      'CREATE TABLE "Category" ("id" INTEGER NOT NULL PRIMARY KEY, "parentId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE ON UPDATE SET NULL);',
    rows: {
      Category: [
        [1, null],
        [2, 1],
        [3, 2],
      ],
    },
    says: /1 row of "Category" \(set to NULL\)/,
    pending: ['UPDATE "Category" SET "id" = "id" + 100 WHERE "id" = 1;'],
    count: 1,
    finds: 1,
    after: {
      Category: [
        [2, null],
        [3, 2],
        [101, null],
      ],
    },
  },
  {
    ...nothing,
    title: 'references to a key that stays, while it is written',
    schema: child('email', 'ON UPDATE SET NULL'),
    rows: byMail,
    pending: ['UPDATE "Customer" SET "email" = lower("email");'],
  },
  {
    ...nothing,
    title: 'references that follow their key',
    schema: child('email', 'ON UPDATE CASCADE'),
    rows: byMail,
    pending: [`UPDATE "Customer" SET "email" = upper("email") WHERE "id" = 1;`],
    after: { Customer: [[1, 'ADA@SHOP.EXAMPLE'], ...family.Customer.slice(1)], Order: [[1, 'ADA@SHOP.EXAMPLE']] },
  },
];

describeCases('a rebuild that loses more than it shows', left);
describeCases('a statement that reaches further than it shows', reached);
