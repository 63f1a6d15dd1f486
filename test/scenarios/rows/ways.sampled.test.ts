/** The safe ways that depend on what a column is: a time, a reference, unique, indexed, or another one renamed. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const key = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT';
const shop = 'CREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);';
const customer = (columns: string) => `${shop}\nCREATE TABLE "Customer" (${key}${columns});`;
const two = { Shop: [[1]], Customer: [[1], [2]] };
const twoNulls = {
  Shop: [[1]],
  Customer: [
    [1, null],
    [2, null],
  ],
};
const add = (definition: string) => `ALTER TABLE "Customer" ADD COLUMN ${definition};`;
const rebuild = (columns: string, into: string) => redefine({ table: 'Customer', columns: `${key}, ${columns}`, into });

const missing = {
  tells: 'blocker',
  code: 'needs-default',
  count: 2,
  finds: 0,
  schema: customer(''),
  rows: two,
} as const;
const added = { ...missing, at: 'ALTER TABLE', fails: 'Cannot add a NOT NULL column' } as const;
const nulls = {
  tells: 'blocker',
  code: 'nulls',
  at: 'INSERT INTO "new_',
  count: 2,
  fails: 'NOT NULL constraint failed',
  rows: twoNulls,
} as const;

const values: readonly Case[] = [
  {
    ...added,
    title: 'a new time gets a constant, because SQLite takes nothing else there',
    pending: [add('"at" DATETIME NOT NULL')],
    way: /DATETIME NOT NULL DEFAULT '1970-01-01T00:00:00\.000Z';$/,
  },
  { ...added, title: 'new JSON gets an object', pending: [add('"data" JSONB NOT NULL')], way: /DEFAULT '\{\}';$/ },
  {
    ...added,
    title: 'a new column that gets a unique index is filled row by row',
    pending: [`${add('"slug" TEXT NOT NULL')}\nCREATE UNIQUE INDEX "s" ON "Customer"("slug");`],
    way: /a different value for each row[\s\S]*ADD COLUMN "slug" TEXT;\nUPDATE "Customer" SET "slug" = …;$/,
  },
  {
    ...added,
    title: 'a new reference is filled with keys that are there',
    pending: [add('"shopId" INTEGER NOT NULL REFERENCES "Shop" ("id")')],
    way: /the id of a row of "Shop"[\s\S]*"shopId" INTEGER REFERENCES "Shop" \("id"\);\nUPDATE "Customer" SET "shopId" = …;$/,
  },
  {
    ...nulls,
    title: 'NULLs of a column with a unique index',
    schema: customer(', "email" TEXT'),
    pending: [`${rebuild('"email" TEXT NOT NULL', '"id", "email"')}\nCREATE UNIQUE INDEX "e" ON "Customer"("email");`],
    way: /a different value for each row:\nUPDATE "Customer" SET "email" = … WHERE/,
  },
  {
    ...nulls,
    title: 'NULLs of a reference',
    schema: customer(', "shopId" INTEGER REFERENCES "Shop" ("id")'),
    pending: [rebuild('"shopId" INTEGER NOT NULL REFERENCES "Shop" ("id")', '"id", "shopId"')],
    way: /the id of a row of "Shop":\nUPDATE "Customer" SET "shopId" = … WHERE/,
  },
  {
    tells: 'blocker',
    code: 'check-fails',
    title: 'a new column whose default breaks its own CHECK gets another default',
    at: 'ALTER TABLE',
    count: 2,
    fails: 'CHECK constraint failed',
    schema: customer(''),
    rows: two,
    pending: [add('"points" INTEGER CHECK ("points" > 0) DEFAULT -1')],
    way: /^-- with a default that passes:\nALTER TABLE/,
    wayIsNot: /UPDATE/,
  },
];

const names = {
  Shop: [],
  Customer: [
    [1, 'a'],
    [2, 'b'],
  ],
};
const nick = `${customer(', "nick" TEXT NOT NULL')}\nCREATE UNIQUE INDEX "Customer_nick_key" ON "Customer"("nick");`;

const renames: readonly Case[] = [
  {
    ...missing,
    title: 'a required field as Prisma renames it, with its index',
    at: 'INSERT INTO "new_',
    fails: 'NOT NULL constraint failed',
    schema: nick,
    rows: names,
    pending: [rebuild('"handle" TEXT NOT NULL', '"id"')],
    way: /RENAME COLUMN "nick" TO "handle";\nDROP INDEX "Customer_nick_key";\nCREATE UNIQUE INDEX "Customer_handle_key" ON "Customer" \("handle"\);[\s\S]*"nick" AS "handle"/,
  },
  {
    tells: 'note',
    code: 'breaks-running-code',
    title: 'an indexed column in two deployments: its index goes first',
    at: 'ALTER TABLE',
    schema: nick,
    rows: names,
    pending: ['ALTER TABLE "Customer" RENAME COLUMN "nick" TO "handle";'],
    way: /DROP INDEX "Customer_nick_key";\nALTER TABLE "Customer" DROP COLUMN "nick";$/,
  },
  {
    tells: 'note',
    code: 'breaks-running-code',
    title: 'a column that looks renamed is not simply dropped',
    at: anyOfRebuild,
    about: /reads or writes/,
    schema: customer(', "nick" TEXT'),
    rows: { Shop: [], Customer: [] },
    pending: [rebuild('"handle" TEXT', '"id"')],
    way: /^-- if "handle" is the new name of "nick":\n/,
    wayIsNot: /then drop it/,
  },
  {
    tells: 'note',
    code: 'breaks-running-code',
    title: 'a column that looks renamed, and another that goes, each with steps of its own',
    at: anyOfRebuild,
    about: /reads or writes/,
    schema: customer(', "nick" TEXT, "age" INTEGER'),
    rows: { Shop: [], Customer: [] },
    pending: [rebuild('"handle" TEXT', '"id"')],
    way: /^-- if "handle" is the new name of "nick":\n[\s\S]*writes both; then[\s\S]*\n-- "age":\n-- 1\. deploy an application that does not use "age"\n-- 2\. then drop "age",/,
  },
  {
    tells: 'note',
    code: 'breaks-running-code',
    title: 'a column of a foreign key is not dropped by ALTER TABLE, which would fail',
    at: anyOfRebuild,
    schema: customer(', "shopId" INTEGER, FOREIGN KEY ("shopId") REFERENCES "Shop" ("id")'),
    rows: { Shop: [], Customer: [] },
    pending: [redefine({ table: 'Customer', columns: key, into: '"id"' })],
    way: /let Prisma write this: "shopId" is part of a key/,
    wayIsNot: /ALTER TABLE/,
    after: { Shop: [], Customer: [] },
  },
];

const same = {
  tells: 'blocker',
  code: 'duplicates',
  at: 'CREATE UNIQUE',
  count: 2,
  finds: 2,
  fails: 'UNIQUE constraint failed',
} as const;

const duplicates: readonly Case[] = [
  {
    ...same,
    title: 'rows that others refer to: those are moved first',
    schema: `CREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY, "name" TEXT);\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "shopId" INTEGER REFERENCES "Shop" ("id") ON DELETE CASCADE);`,
    rows: {
      Shop: [
        [1, 'a'],
        [2, 'a'],
      ],
      Order: [[1, 2]],
    },
    pending: ['CREATE UNIQUE INDEX "s" ON "Shop"("name");'],
    way: /rows of "Order" may refer to them[\s\S]*UPDATE "Order" SET "shopId" = … WHERE "shopId" = …;\n[\s\S]*DELETE FROM "Shop"/,
  },
  {
    ...same,
    title: 'a table without rowid and with a key of two columns',
    schema:
      'CREATE TABLE "Stock" ("shop" INTEGER NOT NULL, "item" INTEGER NOT NULL, "code" TEXT, PRIMARY KEY ("shop", "item")) WITHOUT ROWID;',
    rows: {
      Stock: [
        [1, 1, 'x'],
        [2, 1, 'x'],
      ],
    },
    pending: ['CREATE UNIQUE INDEX "s" ON "Stock"("code");'],
    way: /WHERE \("shop", "item"\) IN/,
    wayIsNot: /rowid/,
  },
];

describeCases('the value that rows get', values);
describeCases('the way to rename', renames);
describeCases('the way to tell rows apart', duplicates);
