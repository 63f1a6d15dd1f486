/** What the application that runs now would not survive, and how it would. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT, "fax" TEXT';
const schema = `CREATE TABLE "Customer" (${columns});\nCREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);`;
const rows = { Customer: [], Shop: [] };
const told = { tells: 'note', code: 'breaks-running-code', schema, rows, way: /\S/ } as const;
const nothing = { tells: 'nothing', code: 'breaks-running-code', schema, rows } as const;
const copy = { table: 'Customer', columns, into: '"id", "name", "fax"' };

const breaking: readonly Case[] = [
  { ...told, title: 'a table is dropped', at: 'DROP', pending: ['DROP TABLE "Shop";'], after: { Customer: [] } },
  {
    ...told,
    title: 'a table is renamed',
    at: 'ALTER',
    pending: ['ALTER TABLE "Shop" RENAME TO "Store";'],
    after: { Customer: [], Store: [] },
  },
  { ...told, title: 'a column is dropped', at: 'ALTER', pending: ['ALTER TABLE "Customer" DROP COLUMN "fax";'] },
  {
    ...told,
    title: 'a column is renamed',
    at: 'ALTER',
    pending: ['ALTER TABLE "Customer" RENAME COLUMN "fax" TO "telex";'],
  },
  {
    ...told,
    title: 'a rebuild leaves a column out',
    at: anyOfRebuild,
    pending: [redefine({ ...copy, columns: columns.replace(', "fax" TEXT', ''), into: '"id", "name"' })],
  },
  {
    ...told,
    title: 'a rebuild adds a required column without a default',
    at: anyOfRebuild,
    pending: [redefine({ ...copy, columns: `${columns}, "slug" TEXT NOT NULL` })],
  },
  {
    ...told,
    title: 'a required column without a default is added',
    at: 'ALTER',
    pending: ['ALTER TABLE "Customer" ADD COLUMN "slug" TEXT NOT NULL;'],
  },
  {
    ...told,
    title: 'a rebuild makes a column required that has no default',
    at: anyOfRebuild,
    pending: [redefine({ ...copy, columns: columns.replace('"name" TEXT', '"name" TEXT NOT NULL') })],
  },
];

const harmless: readonly Case[] = [
  { ...nothing, title: 'a column that may be NULL', pending: ['ALTER TABLE "Customer" ADD COLUMN "phone" TEXT;'] },
  {
    ...nothing,
    title: 'a required column with a default',
    pending: ['ALTER TABLE "Customer" ADD COLUMN "points" INTEGER NOT NULL DEFAULT 0;'],
  },
  {
    ...nothing,
    title: 'a new table',
    pending: ['CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "note" TEXT NOT NULL);'],
    after: { ...rows, Order: [] },
  },
  { ...nothing, title: 'a new index', pending: ['CREATE INDEX "Customer_name_idx" ON "Customer"("name");'] },
  {
    ...nothing,
    title: 'an index that goes',
    schema: `${schema}\nCREATE INDEX "i" ON "Customer"("name");`,
    pending: ['DROP INDEX "i";'],
  },
  { ...nothing, title: 'a rebuild that changes no name', pending: [redefine(copy)] },
  {
    ...nothing,
    title: 'a rebuild that adds a required column with a default',
    pending: [redefine({ ...copy, columns: `${columns}, "points" INTEGER NOT NULL DEFAULT 0` })],
  },
  {
    ...nothing,
    title: 'what the plan itself makes, dropped and renamed',
    pending: [
      'CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "note" TEXT);\nALTER TABLE "Customer" ADD COLUMN "phone" TEXT;',
      'ALTER TABLE "Order" DROP COLUMN "note";\nALTER TABLE "Order" RENAME TO "Basket";\nALTER TABLE "Customer" RENAME COLUMN "phone" TO "tel";',
      'ALTER TABLE "Basket" ADD COLUMN "slug" TEXT NOT NULL;\nDROP TABLE "Basket";\nALTER TABLE "Customer" DROP COLUMN "tel";',
    ],
  },
];

describeCases('the code that runs now, broken', breaking);
describeCases('the code that runs now, unharmed', harmless);
