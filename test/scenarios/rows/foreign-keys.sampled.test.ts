/** Rows that a new foreign key, or a parent that goes, would leave without a parent. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';
import {
  bound,
  copy,
  customer,
  customers,
  free,
  kept,
  nothing,
  orderColumns,
  orphans,
  two,
} from './foreign-key-stories.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { redefine } from './rebuilds.ts';

const shopColumns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "country" TEXT, "city" TEXT';
const composite = `CREATE TABLE "Region" ("country" TEXT, "city" TEXT, PRIMARY KEY ("country", "city"));\nCREATE TABLE "Shop" (${shopColumns});`;
const compositeKey = redefine({
  table: 'Shop',
  columns: `${shopColumns}, FOREIGN KEY ("country", "city") REFERENCES "Region" ("country", "city")`,
  into: '"id", "country", "city"',
});
const region = [['Norway', 'Oslo']];
const referrer = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "referrerId" INTEGER);';
const selfKey = redefine({
  table: 'Customer',
  columns: '"id" INTEGER NOT NULL PRIMARY KEY, "referrerId" INTEGER REFERENCES "Customer" ("id")',
  into: '"id", "referrerId"',
});

const added: readonly Case[] = [
  { ...two, title: 'a rebuild adds a key, and rows have no parent', pending: [redefine(copy)] },
  { ...nothing, title: 'a rebuild adds a key, and every row has a parent or none to have', pending: [redefine(copy)] },
  {
    ...nothing,
    title: 'rows had no parent under the same key before',
    schema: bound('RESTRICT'),
    rows: orphans,
    pending: [redefine(copy)],
  },
  {
    ...two,
    title: 'a rebuild adds a required column whose default no parent has',
    schema: `${customer}\nCREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);`,
    rows: { Customer: customers, Shop: [[7]] },
    pending: [
      redefine({
        table: 'Customer',
        columns:
          '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT, "shopId" INTEGER NOT NULL DEFAULT 1 REFERENCES "Shop" ("id")',
        into: '"id", "name"',
      }),
    ],
    after: { Customer: customers.map((row) => [...row, 1]), Shop: [[7]] },
  },
  {
    ...nothing,
    title: 'a rebuild adds a required column whose default a parent has',
    schema: `${customer}\nCREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);`,
    rows: { Customer: customers, Shop: [[1]] },
    pending: [
      redefine({
        table: 'Customer',
        columns:
          '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT, "shopId" INTEGER NOT NULL DEFAULT 1 REFERENCES "Shop" ("id")',
        into: '"id", "name"',
      }),
    ],
    after: { Customer: customers.map((row) => [...row, 1]), Shop: [[1]] },
  },
  {
    ...two,
    title: 'a column is added, with keys off, whose default no parent has',
    schema: `${customer}\nCREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);`,
    rows: { Customer: customers, Shop: [[7]] },
    pending: [
      'PRAGMA foreign_keys=OFF;\nALTER TABLE "Customer" ADD COLUMN "shopId" INTEGER NOT NULL DEFAULT 1 REFERENCES "Shop" ("id");\nPRAGMA foreign_keys=ON;',
    ],
    after: { Customer: customers.map((row) => [...row, 1]), Shop: [[7]] },
  },
  {
    ...two,
    title: 'a key over two columns',
    schema: composite,
    rows: {
      Region: region,
      Shop: [
        [1, 'Norway', 'Oslo'],
        [2, 'Norway', 'Rome'],
        [3, 'Norway', null],
      ],
    },
    pending: [compositeKey],
    count: 1,
    finds: 1,
    after: {
      Region: region,
      Shop: [
        [1, 'Norway', 'Oslo'],
        [2, 'Norway', 'Rome'],
        [3, 'Norway', null],
      ],
    },
  },
  {
    ...nothing,
    title: 'a key over two columns of which one is NULL',
    schema: composite,
    rows: {
      Region: region,
      Shop: [
        [1, 'Norway', 'Oslo'],
        [2, 'Nowhere', null],
      ],
    },
    pending: [compositeKey],
  },
  {
    ...two,
    title: 'a key to the same table',
    schema: referrer,
    rows: {
      Customer: [
        [1, null],
        [2, 1],
        [3, 9],
      ],
    },
    pending: [selfKey],
    count: 1,
    finds: 1,
    after: {
      Customer: [
        [1, null],
        [2, 1],
        [3, 9],
      ],
    },
  },
  {
    ...nothing,
    title: 'a key to the same table, whose rows are all there',
    schema: referrer,
    rows: {
      Customer: [
        [1, 2],
        [2, 1],
        [3, 3],
      ],
    },
    pending: [selfKey],
  },
  {
    ...nothing,
    title: 'a parent whose case does not matter',
    schema: `CREATE TABLE "City" ("name" TEXT COLLATE NOCASE PRIMARY KEY);\nCREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY, "city" TEXT);`,
    rows: { City: [['Oslo']], Shop: [[1, 'oslo']] },
    pending: [
      redefine({
        table: 'Shop',
        columns: '"id" INTEGER PRIMARY KEY, "city" TEXT REFERENCES "City" ("name")',
        into: '"id", "city"',
      }),
    ],
  },
  {
    ...nothing,
    title: 'a child that writes numbers as text',
    schema: `${customer}\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" TEXT);`,
    rows: { Customer: customers, Order: [[1, '1']] },
    pending: [
      redefine({
        table: 'Order',
        columns: '"id" INTEGER PRIMARY KEY, "customerId" TEXT REFERENCES "Customer" ("id")',
        into: '"id", "customerId"',
      }),
    ],
  },
];

const mended = {
  Customer: customers,
  Order: orphans.Order.map(([id, parent]) => [id ?? 0, parent === 9 ? null : (parent ?? null)]),
};
const setNull = 'UPDATE "Order" SET "customerId" = NULL WHERE "customerId" NOT IN (SELECT "id" FROM "Customer");';
const client = 'CREATE TABLE "Client" ("id" INTEGER PRIMARY KEY, "name" TEXT);';
const clientKey = redefine({
  table: 'Order',
  columns: `${orderColumns}, FOREIGN KEY ("customerId") REFERENCES "Client" ("id")`,
  into: '"customerId", "id"',
});

const before: readonly Case[] = [
  {
    ...nothing,
    title: 'an UPDATE takes the parent away that is not there',
    rows: orphans,
    pending: [`${setNull}\n${redefine(copy)}`],
    after: mended,
  },
  {
    ...nothing,
    title: 'a DELETE in an earlier migration takes the rows away',
    rows: orphans,
    pending: ['DELETE FROM "Order" WHERE "customerId" NOT IN (SELECT "id" FROM "Customer");', redefine(copy)],
    // NULL is not in a list, and not outside it either.
    after: { Customer: customers, Order: [orphans.Order[0] ?? [], orphans.Order[2] ?? []] },
  },
  {
    ...two,
    title: 'an UPDATE mends only some',
    pending: [`UPDATE "Order" SET "customerId" = NULL WHERE "id" = 2;\n${redefine(copy)}`],
    count: 1,
    finds: 1,
    after: {
      Customer: customers,
      Order: [
        [1, 1],
        [2, null],
        [3, null],
        [4, 9],
      ],
    },
  },
  {
    ...two,
    title: 'the parent is a new table that nothing fills',
    rows: kept,
    pending: [client, clientKey],
    after: { ...kept, Client: [] },
  },
  {
    ...nothing,
    title: 'the parent is a new table that is filled from production',
    pending: [`${client}\nINSERT INTO "Client" ("id", "name") SELECT "id", "name" FROM "Customer";`, clientKey],
    after: { ...kept, Client: customers },
  },
  {
    ...two,
    title: 'the parent is a new table that is filled in part',
    rows: kept,
    pending: [
      `${client}\nINSERT INTO "Client" ("id", "name") SELECT "id", "name" FROM "Customer" WHERE "id" = 1;`,
      clientKey,
    ],
    count: 1,
    finds: 1,
    after: { ...kept, Client: customers.slice(0, 1) },
  },
  {
    ...two,
    title: 'the parent was renamed',
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";', clientKey],
    after: { Client: customers, Order: orphans.Order },
  },
];

describeCases('a foreign key that is added', sampled(added, 2));
describeCases('a foreign key behind statements that change rows', sampled(before, 2));

describeMeanwhile('foreign keys', [
  {
    title: 'a row without a parent under a key that is added',
    code: 'foreign-keys',
    schema: free,
    rows: kept,
    pending: [redefine(copy)],
    meanwhile: 'INSERT INTO "Order" VALUES (8, 9)',
    says: /point nowhere: 1 in Order without Customer/,
    error: 'STATEMENT_FAILED',
    left: { ...kept, Order: [...kept.Order, [8, 9]] },
  },
]);
