/** AUTOINCREMENT counters that a rebuild lets fall back, so that ids are handed out twice. */

import { type Case, describeCases } from './cases.ts';
import { redefine } from './rebuilds.ts';

const counted = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT';
const plain = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT';
const schema = `CREATE TABLE "Customer" (${counted});`;
const rows = {
  Customer: [
    [1, 'Ada Example'],
    [2, 'Bob Example'],
  ],
};
/** There was a third one. */
const used = [`INSERT INTO "Customer" VALUES (3, 'Eve Example')`, 'DELETE FROM "Customer" WHERE "id" = 3'];
const uncounted = redefine({ table: 'Customer', columns: plain, into: '"id", "name"' });
const insert = (id: number) => ({
  sql: `INSERT INTO "Customer" ("name") VALUES ('new') RETURNING "id"`,
  rows: [[id]],
});
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows, byHand: used } as const;

const cases: readonly Case[] = [
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'a rebuild without AUTOINCREMENT, after the last row was deleted',
    at: ['CREATE TABLE "new_', 'INSERT ', 'DROP TABLE ', 'ALTER TABLE '],
    says: /AUTOINCREMENT/,
    schema,
    rows,
    byHand: used,
    pending: [uncounted],
    after: rows,
    next: insert(3),
  },
  {
    ...nothing,
    title: 'a rebuild without AUTOINCREMENT, while the last row is there',
    byHand: [],
    pending: [uncounted],
    next: insert(3),
  },
  {
    ...nothing,
    title: 'a rebuild with AUTOINCREMENT',
    pending: [redefine({ table: 'Customer', columns: counted, into: '"id", "name"' })],
    next: insert(4),
  },
  {
    ...nothing,
    title: 'a rebuild of a table that has had no AUTOINCREMENT',
    schema: `CREATE TABLE "Customer" (${plain});`,
    pending: [uncounted],
    next: insert(3),
  },
  {
    ...nothing,
    title: 'a table that was renamed',
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";'],
    after: { Client: rows.Customer },
    next: { sql: `INSERT INTO "Client" ("name") VALUES ('new') RETURNING "id"`, rows: [[4]] },
  },
];

describeCases('a counter', cases);
