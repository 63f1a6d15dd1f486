/** What a DROP leaves behind that needs what is gone. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const shop = `CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "stock" INTEGER NOT NULL);
CREATE TABLE "StockChange" ("id" INTEGER NOT NULL PRIMARY KEY, "stock" INTEGER NOT NULL);`;
const trigger = `CREATE TRIGGER "Product_log" AFTER UPDATE OF "stock" ON "Product" BEGIN INSERT INTO "StockChange" ("stock") VALUES (NEW."stock"); END;`;
const view = 'CREATE VIEW "Recent" AS SELECT * FROM "StockChange";';
const overView = 'CREATE VIEW "Latest" AS SELECT max("id") AS "id" FROM "Recent";';
const ofView = `CREATE TRIGGER "Recent_insert" INSTEAD OF INSERT ON "Recent" BEGIN INSERT INTO "StockChange" ("stock") VALUES (NEW."stock"); END;`;
const rows = { Product: [[1, 7]] };
const begin = { schema: [shop, trigger, view, overView, ofView].join('\n'), rows };
const dropAll = 'DROP TRIGGER "Product_log";\nDROP VIEW "Latest";\nDROP VIEW "Recent";\n';

const visited = {
  schema: `CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TRIGGER "Order_log" AFTER INSERT ON "Order" BEGIN INSERT INTO "Log" ("text") VALUES ('sold'); END;`,
  rows: { Log: [], Order: [] },
};
const requireTill = redefine({
  table: 'Log',
  columns: '"id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT, "till" INTEGER NOT NULL',
  into: '"id", "text"',
});

const cases: readonly Case[] = [
  {
    ...begin,
    title: "another table's trigger that writes to a dropped table",
    pending: ['DROP VIEW "Latest";\nDROP VIEW "Recent";\nDROP TABLE "StockChange";'],
    tells: 'hazard',
    code: 'leaves-broken',
    at: 'DROP TABLE',
    says: /trigger "Product_log" of "Product" does not work: no such table: main\.StockChange\./,
    way: /DROP TRIGGER "Product_log";$/,
    after: rows,
  },
  {
    ...begin,
    title: 'a view that reads a dropped table, without a word on the trigger that goes with the view',
    pending: ['DROP TRIGGER "Product_log";\nDROP VIEW "Latest";\nDROP TABLE "StockChange";'],
    tells: 'hazard',
    code: 'leaves-broken',
    at: 'DROP TABLE',
    says: /view "Recent" does not work/,
    way: /DROP VIEW "Recent";$/,
    after: rows,
  },
  {
    ...begin,
    title: 'a view that reads a dropped view',
    pending: ['DROP VIEW "Recent";'],
    tells: 'hazard',
    code: 'leaves-broken',
    at: 'DROP VIEW',
    says: /view "Latest" does not work/,
    after: { ...rows, StockChange: [] },
  },
  {
    ...begin,
    title: 'a table that comes back without the column that a trigger writes',
    pending: [
      'DROP VIEW "Latest";\nDROP VIEW "Recent";\nDROP TABLE "StockChange";\nCREATE TABLE "StockChange" ("id" INTEGER NOT NULL PRIMARY KEY, "amount" INTEGER);',
    ],
    tells: 'hazard',
    code: 'leaves-broken',
    at: 'DROP TABLE',
    says: /trigger "Product_log" .* has no column named stock/,
    after: { ...rows, StockChange: [] },
  },
  {
    ...begin,
    title: 'a table that was put aside first, and does not come back',
    pending: [
      'ALTER TABLE "StockChange" RENAME TO "Old";\nDROP VIEW "Latest";\nDROP VIEW "Recent";\nDROP TABLE "Old";',
    ],
    tells: 'hazard',
    code: 'leaves-broken',
    at: 'DROP TABLE',
    says: /trigger "Product_log" .* no such table: main\.Old/,
    after: rows,
  },
  {
    title: "a column that another table's trigger writes",
    schema: `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY, "visits" INTEGER);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TRIGGER "Order_visit" AFTER INSERT ON "Order" BEGIN UPDATE "Shop" SET "visits" = "id"; END;`,
    rows: { Shop: [], Order: [] },
    pending: ['ALTER TABLE "Shop" DROP COLUMN "visits";'],
    tells: 'hazard',
    code: 'leaves-broken',
    at: 'ALTER',
    says: /trigger "Order_visit" of "Order" .* no such column: visits/,
    after: { Shop: [], Order: [] },
  },
  {
    ...visited,
    title: "a trigger of another table that leaves a rebuilt table's new column out",
    pending: [requireTill],
    tells: 'hazard',
    code: 'leaves-broken',
    at: anyOfRebuild,
    says: /trigger "Order_log" of "Order" .*inserts into "Log" without "till", which is NOT NULL/,
    after: { Log: [], Order: [] },
  },
  {
    ...visited,
    title: 'the same, where the file writes the trigger anew',
    pending: [
      `${requireTill}\nDROP TRIGGER "Order_log";\nCREATE TRIGGER "Order_log" AFTER INSERT ON "Order" BEGIN INSERT INTO "Log" ("text", "till") VALUES ('sold', 1); END;`,
    ],
    tells: 'nothing',
    code: 'leaves-broken',
    after: { Log: [], Order: [] },
  },
  {
    ...begin,
    title: 'what the file drops itself, before or after',
    pending: [
      `${dropAll}DROP TABLE "StockChange";`,
      'CREATE TABLE "Later" ("id" INTEGER PRIMARY KEY);\nCREATE VIEW "Next" AS SELECT * FROM "Later";\nDROP TABLE "Later";\nDROP VIEW "Next";',
    ],
    tells: 'nothing',
    code: 'leaves-broken',
    after: rows,
  },
  {
    ...begin,
    title: 'a table that comes back as it was',
    pending: [`DROP TABLE "StockChange";\n${shop.split('\n')[1]}`],
    tells: 'nothing',
    code: 'leaves-broken',
    after: { ...rows, StockChange: [] },
  },
  {
    ...begin,
    title: 'what was broken before',
    byHand: ['DROP VIEW "Latest"', 'DROP VIEW "Recent"', 'DROP TABLE "StockChange"'],
    pending: ['CREATE TABLE "StockChange_x" ("id" INTEGER);\nDROP TABLE "StockChange_x";'],
    tells: 'nothing',
    code: 'leaves-broken',
    after: rows,
  },
];

describeCases('what a DROP leaves broken', cases);
