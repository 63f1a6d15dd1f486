/** Parents that a migration takes away, and foreign keys that hold while it runs. */

import { type Case, describeCases } from './cases.ts';
import {
  anywhere,
  bound,
  copy,
  customer,
  customers,
  free,
  kept,
  nothing,
  orderColumns,
  orphans,
  two,
} from './foreign-key-stories.ts';
import { keysOff, rebuild, redefine } from './rebuilds.ts';

const mended = {
  Customer: customers,
  Order: orphans.Order.map(([id, parent]) => [id ?? 0, parent === 9 ? null : (parent ?? null)]),
};
const setNull = 'UPDATE "Order" SET "customerId" = NULL WHERE "customerId" NOT IN (SELECT "id" FROM "Customer");';
const widened = `${customer.replace('CREATE TABLE "Customer" (', '').replace(');', '')}, "phone" TEXT`;
const widen = rebuild({ table: 'Customer', columns: widened, into: '"id", "name"' });

const parents: readonly Case[] = [
  {
    ...two,
    title: 'a parent is deleted in a file that switches keys off behind it',
    schema: bound('CASCADE'),
    rows: { Customer: customers, Order: [...kept.Order, [4, 2]] },
    pending: [`DELETE FROM "Customer" WHERE "id" = 2;\n${keysOff(widen)}`],
    says: /foreign.keys|cascade/i,
    after: { Customer: [[1, 'Ada Example', null]], Order: [...kept.Order, [4, 2]] },
  },
  {
    ...nothing,
    title: 'a parent without children is deleted there',
    schema: bound('CASCADE'),
    rows: { Customer: customers, Order: [[1, 1]] },
    pending: [`DELETE FROM "Customer" WHERE "id" = 2;\n${keysOff(widen)}`],
    after: { Customer: [[1, 'Ada Example', null]], Order: [[1, 1]] },
  },
  {
    ...nothing,
    title: 'its children are deleted there, too',
    schema: bound('CASCADE'),
    pending: [`DELETE FROM "Order" WHERE "customerId" = 2;\nDELETE FROM "Customer" WHERE "id" = 2;\n${keysOff(widen)}`],
    after: {
      Customer: [[1, 'Ada Example', null]],
      Order: [
        [1, 1],
        [3, null],
      ],
    },
  },
  {
    ...two,
    title: 'a rebuild leaves parents out',
    schema: bound('CASCADE'),
    rows: kept,
    pending: [
      keysOff(
        rebuild({
          table: 'Customer',
          columns: widened,
          insert: 'INSERT INTO "new_Customer" ("id", "name") SELECT "id", "name" FROM "Customer" WHERE "id" = 1;',
        }),
      ),
    ],
    allow: ['data-loss'],
    count: 1,
    finds: 1,
    after: { ...kept, Customer: [[1, 'Ada Example', null]] },
  },
  {
    ...two,
    title: 'a table gets another name by @@map, as Prisma writes it',
    schema: bound('RESTRICT'),
    rows: kept,
    pending: [
      `-- DropTable
PRAGMA foreign_keys=off;
DROP TABLE "Customer";
PRAGMA foreign_keys=on;

-- CreateTable
CREATE TABLE "customers" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT
);

${redefine({ ...copy, columns: `${orderColumns}, FOREIGN KEY ("customerId") REFERENCES "customers" ("id")` })}`,
    ],
    allow: ['data-loss'],
    after: { Order: kept.Order, customers: [] },
  },
  {
    ...nothing,
    title: 'a parent is dropped, and the key to it too',
    schema: bound('RESTRICT'),
    pending: [
      `PRAGMA foreign_keys=off;\nDROP TABLE "Customer";\nPRAGMA foreign_keys=on;\n${redefine({ ...copy, columns: orderColumns })}`,
    ],
    allow: ['data-loss'],
    after: { Order: kept.Order },
  },
];

const refused = {
  tells: 'blocker',
  code: 'foreign-keys',
  count: 2,
  finds: 2,
  fails: 'FOREIGN KEY constraint failed',
  schema: free,
  rows: orphans,
} as const;
const invoice = 'CREATE TABLE "Invoice" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id"));';

const keysOn: readonly Case[] = [
  { ...refused, title: 'a rebuild adds a key that rows break', at: 'INSERT INTO "new_', pending: [rebuild(copy)] },
  { ...nothing, title: 'a rebuild adds a key that no row breaks', pending: [rebuild(copy)] },
  {
    ...refused,
    title: 'the same with keys that wait for the end',
    at: anywhere,
    pending: [`PRAGMA defer_foreign_keys=ON;\n${rebuild(copy)}`],
  },
  {
    ...nothing,
    title: 'keys that wait for the end, when the rows are mended',
    rows: orphans,
    pending: [`PRAGMA defer_foreign_keys=ON;\n${rebuild(copy)}\n${setNull}`],
    after: mended,
  },
  {
    ...refused,
    title: 'a new table with a key is filled from production',
    at: 'INSERT INTO "Invoice"',
    pending: [`${invoice}\nINSERT INTO "Invoice" SELECT "id", "customerId" FROM "Order";`],
  },
  {
    ...nothing,
    title: 'a new table with a key is filled with what has a parent',
    rows: orphans,
    pending: [
      `${invoice}\nINSERT INTO "Invoice" SELECT "id", "customerId" FROM "Order" WHERE "id" <> 2 AND "id" <> 4;`,
    ],
    after: {
      ...orphans,
      Invoice: [
        [1, 1],
        [3, null],
      ],
    },
  },
  {
    ...refused,
    title: 'a parent is deleted that children hold',
    schema: bound('RESTRICT'),
    rows: kept,
    at: 'DELETE FROM',
    count: 1,
    finds: 1,
    pending: ['DELETE FROM "Customer" WHERE "id" = 2;'],
  },
  {
    ...nothing,
    title: 'a parent is deleted that no child holds',
    schema: bound('RESTRICT'),
    rows: { Customer: customers, Order: [[1, 1]] },
    pending: ['DELETE FROM "Customer" WHERE "id" = 2;'],
    after: { Customer: customers.slice(0, 1), Order: [[1, 1]] },
  },
  {
    ...refused,
    title: 'a parent table is dropped that children hold',
    schema: bound('RESTRICT'),
    rows: kept,
    at: 'DROP TABLE',
    pending: ['DROP TABLE "Customer";'],
  },
];

describeCases('a parent that goes, with foreign keys off', parents);
describeCases('a foreign key, with foreign keys on', keysOn);
