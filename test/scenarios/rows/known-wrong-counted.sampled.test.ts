/** With foreign keys on, SQLite counts the rows without a parent: where production has some, one that is mended hides another. */

import { type Case, describeCases } from './cases.ts';

const orders = `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "b" INTEGER REFERENCES "Order" ("id"));
CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "order" INTEGER NOT NULL REFERENCES "Order" ("id"));`;
const mains = `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "main" INTEGER NOT NULL REFERENCES "Main" ("id"));
CREATE TABLE "Main" ("id" INTEGER NOT NULL PRIMARY KEY, "order" INTEGER REFERENCES "Order" ("id"));`;
const left = { tells: 'hazard', code: 'foreign-keys' } as const;
const sound = { tells: 'nothing', code: 'foreign-keys' } as const;

const cases: readonly Case[] = [
  {
    ...left,
    title: 'a row that keeps no parent, as one without a parent is deleted',
    schema: orders,
    rows: {
      Order: [
        [1, null],
        [2, 9],
      ],
      Line: [[1, 1]],
    },
    pending: ['DELETE FROM "Order";'],
    at: 'DELETE',
    says: /^1 row of "Line" would be left without a parent in "Order"/,
    after: { Order: [], Line: [[1, 1]] },
  },
  {
    ...sound,
    title: 'a row without a parent that is deleted, and no other',
    schema: orders,
    rows: {
      Order: [
        [1, null],
        [2, 9],
      ],
      Line: [[1, 1]],
    },
    pending: ['DELETE FROM "Order" WHERE "id" = 2;'],
    after: { Order: [[1, null]], Line: [[1, 1]] },
  },
  {
    ...left,
    title: 'a row that points nowhere, as it is the parent that another lacked',
    schema: mains,
    rows: { Order: [], Main: [[1, 3]] },
    pending: ['INSERT OR REPLACE INTO "Order" VALUES (3, 7);'],
    at: 'INSERT',
    says: /^1 row of "Order" would be left without a parent in "Main"/,
    after: { Order: [[3, 7]], Main: [[1, 3]] },
  },
  {
    ...sound,
    title: 'a row that is the parent that another lacked',
    schema: mains,
    rows: { Order: [], Main: [[1, 3]] },
    pending: ['INSERT OR REPLACE INTO "Order" VALUES (3, 1);'],
    after: { Order: [[3, 1]], Main: [[1, 3]] },
  },
  {
    tells: 'blocker',
    code: 'foreign-keys',
    title: 'a row that keeps no parent, and nothing is mended',
    schema: orders,
    rows: { Order: [[1, null]], Line: [[1, 1]] },
    pending: ['DELETE FROM "Order";'],
    at: 'DELETE',
    fails: 'FOREIGN KEY constraint failed',
  },
  {
    ...sound,
    title: 'rows without a parent that stay as they were',
    schema: orders,
    rows: {
      Order: [
        [1, null],
        [2, 9],
      ],
      Line: [[1, 8]],
    },
    pending: ['INSERT INTO "Order" VALUES (3, 1);'],
    after: {
      Order: [
        [1, null],
        [2, 9],
        [3, 1],
      ],
      Line: [[1, 8]],
    },
  },
  {
    ...sound,
    title: 'a row without a parent that gets another primary key',
    schema: orders,
    rows: { Order: [[1, null]], Line: [[1, 8]] },
    pending: ['UPDATE "Line" SET "id" = 2;'],
    after: { Order: [[1, null]], Line: [[2, 8]] },
  },
];
describeCases('rows without a parent that are only counted', cases);
