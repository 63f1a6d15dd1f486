/** With foreign keys off, rows of a table that no statement names are left without a parent: COMMIT is not the first to say so. */

import { type Case, describeCases } from './cases.ts';

const schema = `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);
CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "order" INTEGER REFERENCES "Order" ("id"));`;
const same = [
  [1, 'a'],
  [2, 'a'],
];
const others = [
  [1, 'a'],
  [2, 'b'],
];
const off = (sql: string) => `PRAGMA foreign_keys=OFF;\n${sql}`;
const again = off(`CREATE TABLE "H" AS SELECT * FROM "Order";
DROP TABLE "Order";
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT UNIQUE);
INSERT OR IGNORE INTO "Order" SELECT * FROM "H";
DROP TABLE "H";`);
const left = {
  tells: 'hazard',
  code: 'foreign-keys',
  schema,
  at: ['DELETE', 'DROP TABLE "Order"', 'CREATE TABLE', 'INSERT'],
  says: /^1 row of "Line" would be left without a parent in "Order"/,
} as const;
const sound = { tells: 'nothing', code: 'foreign-keys', schema } as const;
const line = { Line: [[1, 2]] };

/** Children whose column is of another type, and of several keys. */
const otherTypes = `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);
CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "one" REAL REFERENCES "Order" ("id"), "two" BLOB REFERENCES "Order" ("id"));`;

const cases: readonly Case[] = [
  {
    ...left,
    title: 'a DELETE that returns what it deletes',
    rows: { Order: others, ...line },
    pending: [off('DELETE FROM "Order" RETURNING "id";')],
    after: { Order: [], ...line },
  },
  {
    ...sound,
    title: 'a DELETE that returns a row that none refers to',
    rows: { Order: others, ...line },
    pending: [off('DELETE FROM "Order" WHERE "id" = 1 RETURNING "id";')],
    after: { Order: [[2, 'b']], ...line },
  },
  {
    ...left,
    title: 'a table that is made again, where a row is left out',
    rows: { Order: same, ...line },
    pending: [again],
    allow: ['data-loss'],
    after: { Order: [[1, 'a']], ...line },
  },
  {
    ...sound,
    title: 'a table that is made again with all its rows',
    rows: { Order: others, ...line },
    pending: [again],
  },
  {
    ...left,
    title: 'a DELETE, of rows whose column has another type',
    schema: otherTypes,
    rows: { Order: others, Line: [[1, 1.0, 2]] },
    pending: [off('DELETE FROM "Order" WHERE "id" = 2;')],
    after: { Order: [[1, 'a']], Line: [[1, 1.0, 2]] },
  },
  {
    ...sound,
    title: 'a DELETE of a row that no column of another type refers to',
    schema: otherTypes,
    rows: { Order: others, Line: [[1, 1.0, 1]] },
    pending: [off('DELETE FROM "Order" WHERE "id" = 2;')],
    after: { Order: [[1, 'a']], Line: [[1, 1.0, 1]] },
  },
  {
    ...left,
    title: 'a table that is dropped for good',
    rows: { Order: others, ...line },
    pending: [off('DROP TABLE "Order";')],
    at: 'DROP TABLE "Order"',
    allow: ['data-loss', 'leaves-broken'],
    after: line,
  },
];
describeCases('rows left without a parent with foreign keys off', cases);
