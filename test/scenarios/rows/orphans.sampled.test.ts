/** Rows without a parent that are no news: their parents come back, or they had none before. */

import { type Case, describeCases } from './cases.ts';
import { keysOff, redefine } from './rebuilds.ts';

const customerColumns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT';
const orderColumns = '"id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id")';
const schema = `CREATE TABLE "Customer" (${customerColumns});\nCREATE TABLE "Order" (${orderColumns});`;
const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
const orders = [
  [1, 1],
  [2, 2],
];
/** One has had no customer for long. */
const old = [...orders, [3, 9]];
const nothing = {
  tells: 'nothing',
  code: 'foreign-keys',
  schema,
  rows: { Customer: customers, Order: orders },
} as const;
const hazard = {
  tells: 'hazard',
  code: 'foreign-keys',
  at: ['DELETE ', 'INSERT ', 'CREATE ', 'UPDATE ', 'DROP '],
  schema,
  rows: nothing.rows,
} as const;
const away = 'DELETE FROM "Customer" WHERE "id" = 2;';
const back = `INSERT INTO "Customer" ("id", "name") VALUES (2, 'Bob Example');`;
const other = `INSERT INTO "Customer" ("id", "name") VALUES (3, 'Bob Example');`;
const withOther = [customers[0] ?? [], [3, 'Bob Example']];
const deferred = (sql: string) => `PRAGMA defer_foreign_keys=ON;\n${sql}`;
const emptied = 'CREATE TABLE "saved" AS SELECT * FROM "Customer";\nDELETE FROM "Customer";\n';
const filled = 'DROP TABLE "saved";';
const rebuilt = redefine({ table: 'Order', columns: `${orderColumns}, "note" TEXT`, into: '"id", "customerId"' });

const cases: readonly Case[] = [
  { ...nothing, title: 'a row that is deleted and put back, with keys off', pending: [keysOff(`${away}\n${back}`)] },
  {
    ...hazard,
    title: 'a row that is deleted, and another is put back, with keys off',
    pending: [keysOff(`${away}\n${other}`)],
    count: 1,
    finds: 0,
    after: { Customer: withOther, Order: orders },
  },
  {
    ...nothing,
    title: 'a row that is deleted and put back, where keys wait for the end',
    pending: [deferred(`${away}\n${back}`)],
  },
  {
    ...nothing,
    tells: 'blocker',
    at: hazard.at,
    title: 'a row that is deleted, where keys wait for the end',
    pending: [deferred(away)],
    count: 1,
    fails: 'FOREIGN KEY constraint failed',
  },
  {
    ...nothing,
    title: 'all rows that are set aside and put back, with keys off',
    pending: [keysOff(`${emptied}INSERT INTO "Customer" SELECT * FROM "saved";\n${filled}`)],
  },
  {
    ...nothing,
    title: 'all rows that are set aside and put back, where keys wait for the end',
    pending: [deferred(`${emptied}INSERT INTO "Customer" SELECT * FROM "saved";\n${filled}`)],
  },
  {
    ...nothing,
    title: 'a row that had no parent before, and its table is rebuilt',
    rows: { Customer: customers, Order: old },
    pending: [rebuilt],
    after: { Customer: customers, Order: old.map((row) => [...row, null]) },
  },
  {
    ...nothing,
    title: 'a row that had no parent before, and its table is renamed and rebuilt',
    rows: { Customer: customers, Order: old },
    pending: [`ALTER TABLE "Order" RENAME TO "Sale";`, rebuilt.replaceAll('Order', 'Sale')],
    after: { Customer: customers, Sale: old.map((row) => [...row, null]) },
  },
  {
    ...nothing,
    title: 'a row that had no parent before, and other rows come to the parents',
    rows: { Customer: customers, Order: old },
    pending: [keysOff(other)],
    after: { Customer: [...customers, [3, 'Bob Example']], Order: old },
  },
  {
    ...hazard,
    title: 'a row that had no parent before does not hide one that loses its own',
    rows: { Customer: customers, Order: old },
    pending: [keysOff(away)],
    count: 1,
    finds: 2,
    after: { Customer: customers.slice(0, 1), Order: old },
  },
  {
    ...nothing,
    title: 'a row that loses its parent, and goes too',
    pending: [keysOff(`${away}\nDELETE FROM "Order" WHERE "customerId" = 2;`)],
    after: { Customer: customers.slice(0, 1), Order: orders.slice(0, 1) },
  },
  {
    ...nothing,
    title: 'a row that had no parent before, where keys wait for the end',
    rows: { Customer: customers, Order: old },
    pending: [deferred(`UPDATE "Customer" SET "name" = 'x';`)],
    after: {
      Customer: [
        [1, 'x'],
        [2, 'x'],
      ],
      Order: old,
    },
  },
  {
    ...hazard,
    title: 'a row without a parent is found although a parent has NULL where it is looked for',
    schema: `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT UNIQUE);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);`,
    rows: {
      Customer: [
        [1, null],
        [2, 'bob'],
      ],
      Order: [
        [1, 'ada'],
        [2, 'bob'],
      ],
    },
    pending: [
      redefine({
        table: 'Order',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT REFERENCES "Customer" ("email")',
        into: '"id", "email"',
      }),
    ],
    count: 1,
    finds: 1,
    after: {
      Customer: [
        [1, null],
        [2, 'bob'],
      ],
      Order: [
        [1, 'ada'],
        [2, 'bob'],
      ],
    },
  },
];

describeCases('rows without a parent', cases);
