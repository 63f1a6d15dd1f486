/**
 * A value by chance makes unknown what it is written to: what does not meet that is proven as ever, and what comes out whatever
 * chance brings is told.
 */

import { type Case, describeCases } from './cases.ts';

const schema = `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT);
CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "order" INTEGER REFERENCES "Order" ("id"), "body" TEXT);`;
const rows = { Order: [[1, 'a']], Line: [[1, 1, '{a']] };
const byChance = 'UPDATE "Order" SET "code" = lower(hex(randomblob(8)));';
const clear = 'UPDATE "Order" SET "code" = NULL;';
const read = `UPDATE "Line" SET "body" = "body" ->> '$.x';`;
const fails = { tells: 'blocker', code: 'fails-on-rows', schema, rows, at: 'UPDATE "Line"' } as const;
const sound = { tells: 'nothing', code: 'fails-on-rows', schema } as const;

const cases: readonly Case[] = [
  {
    ...fails,
    title: 'JSON that is none, of rows that refer to it',
    pending: [`${byChance}\n${read}`],
    fails: 'malformed JSON',
  },
  {
    ...sound,
    title: 'JSON that is some, of rows that refer to it',
    rows: { ...rows, Line: [[1, 1, '{"x":"y"}']] },
    pending: [`${byChance}\n${read}\n${clear}`],
    after: { Order: [[1, null]], Line: [[1, 1, 'y']] },
  },
  {
    ...fails,
    title: 'a text as an INTEGER PRIMARY KEY, in the migration after it',
    pending: [byChance, `UPDATE "Line" SET "id" = 'x';`],
    fails: 'datatype mismatch',
  },
  {
    ...sound,
    title: 'a number as an INTEGER PRIMARY KEY, in the migration after it',
    rows,
    pending: [byChance, `UPDATE "Line" SET "id" = 7;\n${clear}`],
    after: { Order: [[1, null]], Line: [[7, 1, '{a']] },
  },
  {
    ...fails,
    title: 'JSON that is none, of a table that a row by chance refers to',
    pending: [
      `INSERT INTO "Line" VALUES (2, 1, lower(hex(randomblob(8))));\nUPDATE "Order" SET "code" = "code" ->> '$.x';`,
    ],
    at: 'UPDATE "Order"',
    fails: 'malformed JSON',
  },
  {
    ...sound,
    title: 'a condition by chance, which nothing can be proven of',
    rows,
    pending: ['DELETE FROM "Line" WHERE random() = 1;\nUPDATE "Line" SET "body" = NULL;'],
    after: { Order: [[1, 'a']], Line: [[1, 1, null]] },
  },
  {
    ...fails,
    title: 'a text by chance as an INTEGER PRIMARY KEY',
    pending: [`UPDATE "Line" SET "id" = hex(randomblob(8)) || '-';`],
    fails: 'datatype mismatch',
  },
  {
    ...fails,
    title: 'a parent by chance that is nowhere',
    pending: ['UPDATE "Line" SET "order" = abs(random() % 1000) + 5;'],
    fails: 'FOREIGN KEY constraint failed',
  },
  {
    ...sound,
    title: 'a parent by chance that is there, whichever it is',
    rows: { Order: [...rows.Order, [2, 'b']], Line: rows.Line },
    pending: ['UPDATE "Line" SET "order" = abs(random() % 2) + 1;\nUPDATE "Line" SET "order" = 1;'],
    after: { Order: [...rows.Order, [2, 'b']], Line: rows.Line },
  },
  {
    tells: 'hazard',
    code: 'foreign-keys',
    title: 'a parent by chance that is nowhere, with foreign keys off',
    at: 'UPDATE "Line" SET "order" = abs',
    schema,
    rows,
    pending: [
      'PRAGMA foreign_keys=OFF;\nUPDATE "Line" SET "order" = abs(random() % 1000) + 5;\nUPDATE "Line" SET "order" = "order" * 0 + 3;',
    ],
    after: { Order: rows.Order, Line: [[1, 3, '{a']] },
  },
];
describeCases('what stands beside a value by chance', cases);
