/** New constraints on rows that another table fills, and rows beside those that production has. */

import { type Case, describeCases } from './cases.ts';
import { redefine } from './rebuilds.ts';

const schema = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER, "email" TEXT);`;
const rows = {
  Customer: [[1, 'ada@shop.example']],
  Order: [
    [1, 1, null],
    [2, 1, null],
  ],
};
/** One has a customer that is not there. */
const lacking = { ...rows, Order: [...rows.Order, [3, 7, null]] };
const fill = 'UPDATE "Order" SET "email" = c."email" FROM "Customer" AS c WHERE c."id" = "Order"."customerId";\n';
const copy = { table: 'Order', into: '"id", "customerId", "email"' };
const columns = (email: string) => `"id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER, "email" TEXT ${email}`;
const after = { ...rows, Order: rows.Order.map(([id]) => [id ?? 0, 1, 'ada@shop.example']) };
const nothing = { tells: 'nothing', schema, rows, after } as const;
const fails = { tells: 'blocker', at: 'INSERT INTO', schema, rows: lacking, finds: 0 } as const;
const mail = [
  'CREATE TABLE "Mail" AS SELECT "Customer"."email" FROM "Customer" JOIN "Order" ON "customerId" = "Customer"."id";',
  'CREATE UNIQUE INDEX "Mail_email_key" ON "Mail"("email");',
];

const cases: readonly Case[] = [
  {
    ...nothing,
    code: 'nulls',
    title: 'a column that another table fills becomes NOT NULL',
    pending: [fill + redefine({ ...copy, columns: columns('NOT NULL') })],
  },
  {
    ...fails,
    code: 'nulls',
    title: 'the same where it does not fill every row',
    pending: [fill + redefine({ ...copy, columns: columns('NOT NULL') })],
    count: 1,
    fails: 'NOT NULL constraint failed',
  },
  {
    ...fails,
    code: 'check-fails',
    title: 'a check of a column that another table fills',
    rows,
    pending: [fill + redefine({ ...copy, columns: columns(`CHECK ("email" <> 'ada@shop.example')`) })],
    count: 2,
    fails: 'CHECK constraint failed',
  },
  {
    ...nothing,
    code: 'duplicates',
    title: 'a unique index on a table that was made of a query',
    rows: { ...rows, Order: rows.Order.slice(1) },
    pending: mail,
    after: { ...rows, Order: rows.Order.slice(1), Mail: [['ada@shop.example']] },
  },
  {
    ...fails,
    code: 'duplicates',
    title: 'the same where rows share a value',
    at: 'CREATE UNIQUE',
    pending: mail,
    count: 2,
    fails: 'UNIQUE constraint failed',
  },
  {
    ...nothing,
    code: 'fails-on-rows',
    title: 'a table becomes STRICT',
    pending: [redefine({ ...copy, columns: columns(''), options: 'STRICT' })],
    after: rows,
  },
];

describeCases('a constraint on rows that another table fills', cases);

const settings = 'CREATE TABLE "Setting" ("id" INTEGER NOT NULL PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, "note" TEXT);';
const theme = { Setting: [[5, 'theme', 'important']] };

describeCases('rows beside those that production has', [
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'a seed whose unique key is there already',
    schema: settings,
    rows: theme,
    pending: [`INSERT INTO "Setting" ("key") VALUES ('theme'), ('size');`],
    at: 'INSERT',
    fails: 'UNIQUE constraint failed',
    count: 1,
    finds: 1,
  },
  {
    tells: 'nothing',
    code: 'duplicates',
    title: 'a seed whose unique keys are new',
    schema: settings,
    rows: theme,
    pending: [`INSERT INTO "Setting" ("key") VALUES ('size');`],
    after: {
      Setting: [
        [5, 'theme', 'important'],
        [6, 'size', null],
      ],
    },
  },
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'the rows of another table, with their ids',
    schema: `${settings}\nCREATE TABLE "Old" ("id" INTEGER NOT NULL PRIMARY KEY, "key" TEXT, "note" TEXT);`,
    rows: { ...theme, Old: [[5, 'colour', null]] },
    pending: ['INSERT INTO "Setting" SELECT * FROM "Old";'],
    at: 'INSERT',
    fails: 'UNIQUE constraint failed',
    count: 1,
    finds: 1,
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'a row that REPLACE puts out',
    schema: settings,
    rows: theme,
    pending: [`INSERT OR REPLACE INTO "Setting" ("key") VALUES ('theme');`],
    at: 'INSERT',
    count: 1,
    finds: 1,
    after: { Setting: [[6, 'theme', null]] },
  },
  {
    tells: 'nothing',
    code: 'data-loss',
    title: 'REPLACE that meets no row',
    schema: settings,
    rows: theme,
    pending: [`INSERT OR REPLACE INTO "Setting" ("key") VALUES ('size');`],
    after: {
      Setting: [
        [5, 'theme', 'important'],
        [6, 'size', null],
      ],
    },
  },
]);
