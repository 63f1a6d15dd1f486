/** Rows that a table rebuild would meet twice under a new unique constraint, or leave for a unique index behind it. */

import { type Case, describeCases } from './cases.ts';
import { rebuild, redefine } from './rebuilds.ts';

const [ada, Ada] = ['ada@shop.example', 'Ada@Shop.example'];
const unique = 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");';
const inTwoRows = {
  tells: 'blocker',
  code: 'duplicates',
  at: 'CREATE UNIQUE INDEX',
  count: 2,
  fails: 'UNIQUE constraint failed: Customer.email',
} as const;
const nothing = { tells: 'nothing', code: 'duplicates' } as const;

const columns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT, "active" INTEGER NOT NULL DEFAULT 1';
const slim = { schema: `CREATE TABLE "Customer" (${columns});` };
const two = {
  Customer: [
    [1, ada, 1],
    [2, ada, 1],
  ],
};
const different = {
  Customer: [
    [1, ada, 1],
    [2, Ada, 1],
  ],
};
const copy = { table: 'Customer', into: '"id", "email", "active"' };
const inCopy = { ...inTwoRows, at: 'INSERT INTO "new_', fails: 'UNIQUE constraint failed: new_Customer.email' };

const rebuilt: readonly Case[] = [
  {
    ...inCopy,
    ...slim,
    title: 'a rebuild that makes a column unique',
    rows: two,
    pending: [redefine({ ...copy, columns: columns.replace('"email" TEXT', '"email" TEXT UNIQUE') })],
  },
  {
    ...nothing,
    ...slim,
    title: 'a rebuild that makes a column unique whose values differ',
    rows: different,
    pending: [redefine({ ...copy, columns: columns.replace('"email" TEXT', '"email" TEXT UNIQUE') })],
  },
  {
    ...inCopy,
    ...slim,
    title: 'a rebuild with a constraint over two columns',
    rows: two,
    pending: [redefine({ ...copy, columns: `${columns}, CONSTRAINT "mail_key" UNIQUE ("email", "active")` })],
    fails: 'UNIQUE constraint failed: new_Customer.email, new_Customer.active',
  },
  {
    ...inCopy,
    ...slim,
    title: 'a rebuild that makes a column unique which does not care for case any more',
    rows: different,
    pending: [redefine({ ...copy, columns: columns.replace('"email" TEXT', '"email" TEXT COLLATE NOCASE UNIQUE') })],
  },
  {
    ...inCopy,
    ...slim,
    title: 'a rebuild with another primary key',
    rows: two,
    pending: [
      redefine({
        table: 'Customer',
        columns: '"email" TEXT NOT NULL PRIMARY KEY, "active" INTEGER NOT NULL, "number" INTEGER',
        into: '"email", "active", "number"',
        select: '"email", "active", "id"',
      }),
    ],
  },
  {
    ...nothing,
    ...slim,
    title: 'a rebuild with another primary key whose values differ',
    rows: different,
    pending: [
      redefine({
        table: 'Customer',
        columns: '"email" TEXT NOT NULL PRIMARY KEY, "active" INTEGER NOT NULL, "number" INTEGER',
        into: '"email", "active", "number"',
        select: '"email", "active", "id"',
      }),
    ],
    after: {
      Customer: [
        [Ada, 1, 2],
        [ada, 1, 1],
      ],
    },
  },
  {
    ...inTwoRows,
    ...slim,
    title: 'a unique index behind a rebuild, as Prisma writes it',
    rows: two,
    pending: [redefine({ ...copy, columns, last: unique })],
  },
  {
    ...nothing,
    ...slim,
    title: 'a unique index behind a rebuild, over values that differ',
    rows: different,
    pending: [redefine({ ...copy, columns, last: unique })],
  },
  {
    ...inTwoRows,
    ...slim,
    title: 'a unique index behind a rebuild that makes rows the same',
    finds: 2,
    rows: {
      Customer: [
        [1, null, 1],
        [2, null, 1],
      ],
    },
    pending: [redefine({ ...copy, columns, select: `"id", coalesce("email", '') AS "email", "active"`, last: unique })],
  },
  {
    ...inTwoRows,
    ...slim,
    title: 'a unique index behind a rebuild that is not kept apart from foreign keys',
    rows: two,
    pending: [rebuild({ ...copy, columns, last: unique })],
  },
  {
    ...nothing,
    ...slim,
    title: 'a rebuild that copies each value once',
    rows: two,
    pending: [
      redefine({
        table: 'Customer',
        columns: columns.replace('"email" TEXT', '"email" TEXT UNIQUE'),
        insert:
          'INSERT INTO "new_Customer" ("id", "email", "active") SELECT min("id"), "email", max("active") FROM "Customer" GROUP BY "email";',
      }),
    ],
    allow: ['data-loss'],
    after: { Customer: [[1, ada, 1]] },
  },
  {
    ...nothing,
    title: 'numbers that are the same, and differ once they are text',
    schema: 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "code");',
    rows: {},
    byHand: ['INSERT INTO "Customer" VALUES (1, 1), (2, 1.0)'],
    pending: [
      redefine({
        table: 'Customer',
        columns: '"id" INTEGER PRIMARY KEY, "code" TEXT UNIQUE',
        into: '"id", "code"',
      }),
    ],
    after: {
      Customer: [
        [1, '1'],
        [2, '1.0'],
      ],
    },
  },
];

describeCases('a unique constraint in a rebuild', rebuilt);
