/** Rows that go along with those that a migration deletes. */

import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { rebuild, redefine } from './rebuilds.ts';

const customerColumns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT';
const customer = `CREATE TABLE "Customer" (${customerColumns});`;
const child = (action: string, definition = '') =>
  `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER ${definition} REFERENCES "Customer" ("id") ON DELETE ${action});`;
const line =
  'CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE CASCADE);';
const cascading = `${customer}\n${child('CASCADE')}`;

const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
const orders = [
  [1, 1],
  [2, 2],
  [3, 2],
  [4, null],
];
const rows = { Customer: customers, Order: orders };
const ada = customers.slice(0, 1);
const kept = { Customer: ada, Order: [orders[0] ?? [], orders[3] ?? []] };
const remove = 'DELETE FROM "Customer" WHERE "id" = 2;';

const lost = {
  tells: 'hazard',
  code: 'data-loss',
  at: 'DELETE FROM',
  count: 2,
  finds: 2,
  says: /Order/,
  schema: cascading,
  rows,
  after: kept,
} as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema: cascading, rows } as const;
const widen = rebuild({ table: 'Customer', columns: `${customerColumns}, "phone" TEXT`, into: '"id", "name"' });

const lines = [
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 3],
];

const cases: readonly Case[] = [
  { ...lost, title: 'children of a row that is deleted', pending: [remove] },
  {
    ...nothing,
    title: 'children of other rows',
    rows: { Customer: customers, Order: [orders[0] ?? [], orders[3] ?? []] },
    pending: [remove],
    after: kept,
  },
  {
    ...nothing,
    title: 'no children at all',
    rows: { Customer: customers, Order: [] },
    pending: [remove],
    after: { Customer: ada, Order: [] },
  },
  {
    ...nothing,
    title: 'a table that nothing refers to',
    schema: `${customer}\n${child('CASCADE')}`,
    pending: ['DELETE FROM "Order" WHERE "customerId" = 2;'],
    after: { Customer: customers, Order: kept.Order },
  },
  {
    ...lost,
    title: 'children of all rows',
    pending: ['DELETE FROM "Customer";'],
    count: 3,
    finds: 3,
    after: { Customer: [], Order: orders.slice(3) },
  },
  {
    ...lost,
    title: 'children of rows that a query finds',
    pending: [
      `DELETE FROM "Customer" WHERE "id" IN (SELECT "customerId" FROM "Order" GROUP BY 1 HAVING count(*) > 1);`,
    ],
  },
  {
    ...lost,
    title: 'children of children',
    schema: `${cascading}\n${line}`,
    rows: { ...rows, Line: lines },
    says: /Order.*Line|Line.*Order/,
    pending: [remove],
    count: 5,
    finds: undefined,
    after: { ...kept, Line: lines.slice(0, 1) },
  },
  {
    ...lost,
    title: 'references that are set to NULL',
    schema: `${customer}\n${child('SET NULL')}`,
    pending: [remove],
    after: {
      Customer: ada,
      Order: [
        [1, 1],
        [2, null],
        [3, null],
        [4, null],
      ],
    },
  },
  {
    ...lost,
    title: 'references that are set to a default',
    schema: `${customer}\n${child('SET DEFAULT', 'DEFAULT 1')}`,
    pending: [remove],
    after: {
      Customer: ada,
      Order: [
        [1, 1],
        [2, 1],
        [3, 1],
        [4, null],
      ],
    },
  },
  {
    ...nothing,
    title: 'children that the migration deletes itself, first',
    pending: [`DELETE FROM "Order" WHERE "customerId" = 2;\n${remove}`],
    after: kept,
  },
  {
    ...nothing,
    title: 'children that an earlier migration gives to another',
    pending: ['UPDATE "Order" SET "customerId" = 1 WHERE "customerId" = 2;', remove],
    after: { Customer: ada, Order: orders.map(([id, parent]) => [id ?? 0, parent === 2 ? 1 : (parent ?? null)]) },
  },
  {
    ...nothing,
    title: 'a file with foreign keys off, where nothing goes along',
    pending: [`PRAGMA foreign_keys=OFF;\n${remove}\n${widen}\nPRAGMA foreign_keys=ON;`],
    allow: ['foreign-keys'],
    after: { Customer: [[1, 'Ada Example', null]], Order: orders },
  },
  {
    ...lost,
    title: 'children that got their key in an earlier migration',
    schema: `${customer}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER);`,
    pending: [
      redefine({
        table: 'Order',
        columns:
          '"id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE',
        into: '"id", "customerId"',
      }),
      remove,
    ],
  },
  {
    ...lost,
    title: 'children of a table that was renamed before',
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";', 'DELETE FROM "Client" WHERE "id" = 2;'],
    after: { Client: ada, Order: kept.Order },
  },
];

describeCases('a row that is deleted', cases);

describeMeanwhile('a row that is deleted', [
  {
    title: 'a child of a row that had none',
    code: 'data-loss',
    schema: cascading,
    rows: { Customer: customers, Order: orders.slice(0, 1) },
    pending: [remove],
    meanwhile: 'INSERT INTO "Order" VALUES (8, 2)',
    says: /Order/,
    left: { Customer: ada, Order: orders.slice(0, 1) },
  },
]);
