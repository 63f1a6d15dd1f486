/** Tables that are dropped with rows in them. */

import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';

const schema = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT);
CREATE TABLE "Fax" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "number" TEXT);`;
const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
const faxes = [
  [1, '+47 0001'],
  [2, '+47 0002'],
  [5, null],
];
const rows = { Customer: customers, Fax: faxes };
const none = { Customer: customers, Fax: [] };
const lost = {
  tells: 'hazard',
  code: 'data-loss',
  at: 'DROP TABLE',
  count: 3,
  finds: 3,
  schema,
  rows,
  after: { Customer: customers },
} as const;
const noted = { tells: 'note', code: 'data-loss', at: 'DROP TABLE', schema, rows: none } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;
const archive = 'CREATE TABLE "Archive" ("id" INTEGER PRIMARY KEY, "number" TEXT);';

const child = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT);
CREATE TABLE "Fax" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE);`;
const both = {
  schema: child,
  pending: ['DROP TABLE "Customer";\nDROP TABLE "Fax";'],
  at: 'DROP TABLE "Fax"',
  about: /"Fax"/,
  after: {},
};
const fills = `CREATE TRIGGER "fills" AFTER UPDATE ON "Customer" BEGIN INSERT INTO "Fax" ("number") VALUES (NEW."name"); END;`;

const cases: readonly Case[] = [
  { ...lost, title: 'a table with rows', says: /Fax/, pending: ['DROP TABLE "Fax";'] },
  { ...noted, title: 'a table without rows', pending: ['DROP TABLE "Fax";'], after: { Customer: customers } },
  {
    ...lost,
    title: 'a table with rows, as Prisma drops it',
    pending: ['-- DropTable\nPRAGMA foreign_keys=off;\nDROP TABLE "Fax";\nPRAGMA foreign_keys=on;\n'],
  },
  { ...lost, title: 'a table with rows, if it is there', pending: ['DROP TABLE IF EXISTS "Fax";'] },
  { ...nothing, title: 'a table that is not there', pending: ['DROP TABLE IF EXISTS "Telex";'] },
  {
    ...lost,
    title: 'a table that was renamed before',
    pending: ['ALTER TABLE "Fax" RENAME TO "Telex";', 'DROP TABLE "Telex";'],
  },
  {
    ...noted,
    tells: 'hazard',
    title: 'a table that the plan itself empties first',
    rows,
    pending: ['DELETE FROM "Fax";\nDROP TABLE "Fax";'],
    says: /"Fax", which the plan empties first: production has 3 rows\.$/,
    after: { Customer: customers },
  },
  {
    ...nothing,
    title: 'a table that the plan makes',
    pending: [archive, 'DROP TABLE "Archive";'],
  },
  {
    ...nothing,
    title: 'a table that the plan makes and fills',
    pending: [`${archive}\nINSERT INTO "Archive" SELECT "id", "number" FROM "Fax";`, 'DROP TABLE "Archive";'],
  },
  {
    ...lost,
    title: 'a table whose name another one takes over',
    pending: ['DROP TABLE "Fax";\nCREATE TABLE "Fax" ("code" TEXT PRIMARY KEY);'],
    after: { Customer: customers, Fax: [] },
  },
  {
    ...lost,
    title: 'rows that the plan puts there are not among those that are lost',
    pending: [`INSERT INTO "Fax" ("number") VALUES ('0');`, 'DROP TABLE "Fax";'],
    finds: 3,
  },
  {
    ...noted,
    ...both,
    tells: 'hazard',
    title: 'a table of which rows went with their parents before, with all that it has today',
    says: /^Drops "Fax" with 3 rows\.$/,
    rows: {
      Customer: customers,
      Fax: [
        [1, 1],
        [2, 2],
        [5, null],
      ],
    },
  },
  {
    ...noted,
    ...both,
    title: 'an empty table, where rows would have gone with their parents before',
    allow: ['data-loss'],
  },
  {
    ...noted,
    title: 'an empty table that a trigger fills in between',
    schema: `${schema}\n${fills}`,
    pending: [`UPDATE "Customer" SET "name" = 'Cy Example' WHERE "id" = 1;\nDROP TABLE "Fax";`],
    // The trigger stays.
    allow: ['leaves-broken'],
    after: { Customer: [[1, 'Cy Example'], ...customers.slice(1)] },
  },
  {
    ...lost,
    title: 'a table whose name and columns another one takes over',
    pending: ['DROP TABLE "Fax";\nCREATE TABLE "Fax" ("id" INTEGER NOT NULL PRIMARY KEY, "number" TEXT);'],
    says: /^Drops "Fax" with 3 rows\.$/,
    wayIsNot: /RENAME/,
    after: { Customer: customers, Fax: [] },
  },
  {
    ...lost,
    title: 'a table without rowids',
    schema: schema.replace(
      '"Fax" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "number" TEXT);',
      '"Fax" ("id" INTEGER NOT NULL PRIMARY KEY, "number" TEXT) WITHOUT ROWID;',
    ),
    pending: ['DROP TABLE "Fax";'],
  },
];

describeCases('a table that is dropped', cases);

describeMeanwhile('a table that is dropped', [
  {
    title: 'a row in a table that was empty',
    code: 'data-loss',
    schema,
    rows: none,
    pending: ['DROP TABLE "Fax";'],
    meanwhile: `INSERT INTO "Fax" VALUES (7, '+47 0007')`,
    says: /Fax/,
    left: { Customer: customers },
  },
  {
    title: 'a row in a table that was empty, as Prisma drops it',
    code: 'data-loss',
    schema,
    rows: none,
    pending: ['PRAGMA foreign_keys=off;\nDROP TABLE "Fax";\nPRAGMA foreign_keys=on;'],
    meanwhile: `INSERT INTO "Fax" VALUES (7, '+47 0007')`,
    says: /Fax/,
    left: { Customer: customers },
  },
  {
    title: 'a row in a table that was empty, and that the plan seeds in the migration before',
    code: 'data-loss',
    schema,
    rows: none,
    pending: [`INSERT INTO "Fax" VALUES (9, '+47 0009');`, 'DROP TABLE "Fax";'],
    meanwhile: `INSERT INTO "Fax" VALUES (7, '+47 0007')`,
    says: /rows in "Fax"/,
    left: { Customer: customers },
  },
]);
