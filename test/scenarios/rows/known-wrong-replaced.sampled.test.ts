/** INSERT OR REPLACE deletes every row that has a unique key of the one that it puts, and not only one. */

import { type Case, describeCases } from './cases.ts';

const items = 'CREATE TABLE "Item" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT UNIQUE, "a" TEXT);';
const rows = {
  Item: [
    ['1', 'x', 'one'],
    ['2', 'y', 'two'],
  ],
};
const taken = { tells: 'hazard', code: 'data-loss', schema: items, rows, at: ['INSERT', 'REPLACE'] } as const;
const kept = { tells: 'nothing', code: 'data-loss', schema: items, rows } as const;
const one = { count: 1, finds: 1, says: /^Deletes 1 row of "Item"/ } as const;
const replace = (...values: readonly string[]) =>
  `INSERT OR REPLACE INTO "Item" ("id", "email", "a") VALUES ${values.join(', ')};`;
const index = (sql: string) => `${items.replace(' UNIQUE', '')}\nCREATE UNIQUE INDEX "Item_key" ON "Item" ${sql};`;

const cases: readonly Case[] = [
  {
    ...taken,
    ...one,
    title: 'a second row, by another key',
    pending: [replace(`('1', 'y', 'three')`)],
    after: { Item: [['1', 'y', 'three']] },
  },
  {
    ...kept,
    title: 'rows that are written again, each by both its keys',
    pending: [replace(`('1', 'x', 'three')`, `('2', 'y', 'four')`)],
    after: {
      Item: [
        ['1', 'x', 'three'],
        ['2', 'y', 'four'],
      ],
    },
  },
  {
    ...taken,
    ...one,
    title: 'a second row, by REPLACE of rows of a table',
    pending: [
      `CREATE TABLE "Next" ("id" TEXT, "email" TEXT);\nINSERT INTO "Next" VALUES ('1', 'y'), ('3', 'z');\nREPLACE INTO "Item" SELECT "id", "email", NULL FROM "Next";`,
    ],
    at: 'REPLACE',
    finds: 0,
    after: {
      Item: [
        ['1', 'y', null],
        ['3', 'z', null],
      ],
      Next: [
        ['1', 'y'],
        ['3', 'z'],
      ],
    },
  },
  {
    ...kept,
    title: 'a row that is met by one key alone, and new ones',
    pending: [replace(`('1', 'z', 'three')`, `('3', NULL, 'four')`)],
    after: {
      Item: [
        ['1', 'z', 'three'],
        ['2', 'y', 'two'],
        ['3', null, 'four'],
      ],
    },
  },
  {
    ...taken,
    ...one,
    title: 'a second row, by an index that does not tell small letters from large ones',
    schema: index('("email" COLLATE NOCASE)'),
    pending: [replace(`('1', 'Y', 'three')`)],
    after: { Item: [['1', 'Y', 'three']] },
  },
  {
    ...kept,
    title: 'a row beside one that has the same in large letters',
    pending: [replace(`('1', 'Y', 'three')`)],
    after: {
      Item: [
        ['1', 'Y', 'three'],
        ['2', 'y', 'two'],
      ],
    },
  },
  {
    ...taken,
    ...one,
    title: 'a second row, by an index of some rows',
    schema: index(`("email") WHERE "a" > 'o'`),
    pending: [replace(`('1', 'y', 'three')`)],
    after: { Item: [['1', 'y', 'three']] },
  },
  {
    ...kept,
    title: 'a row that an index of some rows does not hold',
    schema: index(`("email") WHERE "a" > 'o'`),
    pending: [replace(`('1', 'y', 'a')`)],
    after: {
      Item: [
        ['1', 'y', 'a'],
        ['2', 'y', 'two'],
      ],
    },
  },
  {
    ...taken,
    ...one,
    title: 'a second row of a table with a trigger',
    schema: `${items}\nCREATE TRIGGER "seen" AFTER INSERT ON "Item" BEGIN SELECT 1; END;`,
    pending: [replace(`('1', 'y', 'three')`)],
    after: { Item: [['1', 'y', 'three']] },
  },
  {
    ...kept,
    title: 'no second row of a table with a trigger',
    schema: `${items}\nCREATE TRIGGER "seen" AFTER INSERT ON "Item" BEGIN SELECT 1; END;`,
    pending: [replace(`('1', 'x', 'one')`)],
  },
  {
    ...taken,
    ...one,
    title: 'a second row that holds nothing in the column that is not written',
    rows: {
      Item: [
        ['1', 'x', null],
        ['2', 'y', null],
      ],
    },
    pending: [`INSERT OR REPLACE INTO "Item" ("id", "email") VALUES ('1', 'y');`],
    finds: 1,
    after: { Item: [['1', 'y', null]] },
  },
  {
    ...kept,
    title: 'a row that holds nothing in the column that is not written',
    rows: { Item: [['1', 'x', null]] },
    pending: [`INSERT OR REPLACE INTO "Item" ("id", "email") VALUES ('1', 'y');`],
    after: { Item: [['1', 'y', null]] },
  },
];
describeCases('rows that INSERT OR REPLACE takes', cases);
