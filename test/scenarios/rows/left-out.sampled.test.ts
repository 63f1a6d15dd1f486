/** What production's table has that Prisma has no words for, and a rebuild leaves out. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, keysOff, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "age" INTEGER';
const schema =
  'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT COLLATE NOCASE UNIQUE, "age" INTEGER CHECK ("age" > 0)) STRICT;';
const rows = { Customer: [[1, 'ada@example.com', 30]] };
const copy = { table: 'Customer', into: '"id", "email", "age"' };

const orders = {
  schema: `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "code" TEXT NOT NULL UNIQUE, "state" TEXT DEFAULT 'new', "shop" INTEGER REFERENCES "Shop" ("id"));
CREATE INDEX "Order_state_idx" ON "Order"("state");`,
  rows: { Shop: [], Order: [[1, 'a', 'new', null]] },
};
const allOfOrder =
  /: PRIMARY KEY \("id" AUTOINCREMENT\), UNIQUE \("code"\), FOREIGN KEY \("shop"\) REFERENCES "Shop" \("id"\), NOT NULL of "code", DEFAULT 'new' of "state", CREATE INDEX "Order_state_idx" ON "Order"\("state"\)\. To keep them/;
const ofQuery = (made: string, from: string) => `CREATE TABLE "${made}" AS SELECT * FROM "${from}";`;
const rebuildOfQuery = `${ofQuery('new_Order', 'Order')}\nDROP TABLE "Order";\nALTER TABLE "new_Order" RENAME TO "Order";`;

const cases: readonly Case[] = [
  {
    ...orders,
    title: 'everything, where the new table is made of a query',
    pending: [keysOff(rebuildOfQuery)],
    tells: 'note',
    code: 'leaves-out',
    at: 'DROP TABLE',
    says: allOfOrder,
    way: /CREATE TABLE "new_Order" \("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, [\s\S]*\nINSERT INTO "new_Order" \(…\) SELECT … FROM "Order";\n[\s\S]*CREATE INDEX "Order_state_idx" ON "Order"\("state"\);$/,
  },
  {
    ...orders,
    title: 'everything, where the table is put aside first',
    pending: [
      keysOff(`ALTER TABLE "Order" RENAME TO "old_Order";\n${ofQuery('Order', 'old_Order')}\nDROP TABLE "old_Order";`),
    ],
    tells: 'note',
    code: 'leaves-out',
    at: 'DROP TABLE',
    says: allOfOrder,
    way: /CREATE TABLE "Order" \(/,
  },
  {
    ...orders,
    title: 'everything, where the rows go there and back',
    pending: [
      keysOff(`${ofQuery('Copy', 'Order')}\nDROP TABLE "Order";\n${ofQuery('Order', 'Copy')}\nDROP TABLE "Copy";`),
    ],
    tells: 'note',
    code: 'leaves-out',
    at: 'CREATE TABLE "Order"',
    says: allOfOrder,
    way: /CREATE TABLE "Order" \(/,
  },
  {
    ...orders,
    title: 'what is left, where indexes of the file take the place of keys',
    pending: [
      keysOff(
        `${rebuildOfQuery}\nCREATE UNIQUE INDEX "Order_id" ON "Order"("id");\nCREATE UNIQUE INDEX "Order_code" ON "Order"("code");\nCREATE INDEX "Order_state_idx" ON "Order"("state");`,
      ),
    ],
    tells: 'note',
    code: 'leaves-out',
    at: 'DROP TABLE',
    says: /has: FOREIGN KEY \("shop"\) REFERENCES "Shop" \("id"\), NOT NULL of "code", DEFAULT 'new' of "state"\. To/,
  },
  {
    ...orders,
    title: 'keys of a table that a file writes without any',
    pending: [
      redefine({
        table: 'Order',
        columns: '"id" INTEGER, "code" TEXT, "state" TEXT, "shop" INTEGER',
        into: '"id", "code", "state", "shop"',
      }),
    ],
    tells: 'note',
    code: 'leaves-out',
    at: anyOfRebuild,
    says: allOfOrder,
  },
  {
    ...orders,
    title: 'what Prisma leaves out on purpose: @unique, a default, a relation, NOT NULL',
    pending: [
      redefine({
        table: 'Order',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "code" TEXT, "state" TEXT, "shop" INTEGER',
        into: '"id", "code", "state", "shop"',
      }),
    ],
    tells: 'nothing',
    code: 'leaves-out',
  },
  {
    ...orders,
    title: 'a copy of a table that stays',
    pending: [ofQuery('Copy', 'Order')],
    tells: 'nothing',
    code: 'leaves-out',
    after: { ...orders.rows, Copy: orders.rows.Order },
  },
  {
    title: 'a table that had only columns',
    schema: 'CREATE TABLE "Bare" ("a" TEXT, "b" INTEGER);',
    rows: { Bare: [['x', 1]] },
    pending: [
      'CREATE TABLE "new_Bare" AS SELECT * FROM "Bare";\nDROP TABLE "Bare";\nALTER TABLE "new_Bare" RENAME TO "Bare";',
    ],
    tells: 'nothing',
    code: 'leaves-out',
  },

  {
    title: 'a CHECK, a collation and STRICT',
    schema,
    rows,
    pending: [redefine({ ...copy, columns })],
    tells: 'note',
    code: 'leaves-out',
    at: anyOfRebuild,
    says: /: CHECK \("age" > 0\), COLLATE NOCASE of "email", STRICT\. To keep them/,
    way: /"new_Customer" \(\n {2}…,\n {2}"email" TEXT COLLATE NOCASE UNIQUE,\n {2}CHECK \("age" > 0\)\n\) STRICT;$/,
  },
  {
    title: 'what the new table has as well, written in another way',
    schema,
    rows,
    pending: [
      redefine({
        ...copy,
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT UNIQUE COLLATE nocase, "age" INTEGER, CHECK (age>0)',
        options: 'STRICT',
      }),
    ],
    tells: 'nothing',
    code: 'leaves-out',
  },
  {
    title: 'a generated column and what a key does with a row that breaks it',
    schema: `CREATE TABLE "Customer" (${columns}, "domain" TEXT AS (substr("email", 5)) VIRTUAL, UNIQUE ("email") ON CONFLICT IGNORE);`,
    rows: {},
    byHand: [`INSERT INTO "Customer" VALUES (1, 'ada@example.com', 30);`],
    pending: [redefine({ ...copy, columns: `${columns}, UNIQUE ("email")` })],
    tells: 'note',
    code: 'leaves-out',
    at: anyOfRebuild,
    says: /: UNIQUE \("email"\) ON CONFLICT IGNORE, the generated column "domain"\. To keep them/,
    way: /"domain" TEXT AS \(substr\("email", 5\)\) VIRTUAL/,
    after: rows,
  },
  {
    title: 'a CHECK of a column that goes',
    schema: `CREATE TABLE "Customer" (${columns}, "fax" TEXT CHECK ("fax" <> ''));`,
    rows: { Customer: [[1, 'ada@example.com', 30, null]] },
    pending: [redefine({ ...copy, columns })],
    tells: 'nothing',
    code: 'leaves-out',
    after: rows,
  },
];

describeCases('what a rebuild leaves out', cases);
