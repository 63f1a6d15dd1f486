/** The queries that people paste: as short as the facts allow. */

import { expect, test } from 'vitest';
import { plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf, type Story } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns =
  '"id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE, "total" INTEGER';
const schema = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
CREATE TABLE "Order" (${columns});
CREATE TABLE "OrderLine" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE CASCADE);`;
const rows = {
  Customer: [
    [1, 'a'],
    [2, 'b'],
  ],
  Order: [
    [1, 1, 5],
    [2, 2, 6],
  ],
};
const remove = 'DELETE FROM "Customer" WHERE "id" > 1;';
const referring = '"customerId" IN (SELECT "id" FROM "Customer" WHERE "id" > 1)';
const copy = { table: 'Order', columns, into: '"id", "customerId", "total"' };

const asked: readonly (Story & { readonly code: string; readonly query: string })[] = [
  {
    title: 'rows of one table that go along',
    schema,
    rows,
    pending: [remove],
    code: 'data-loss',
    query: `SELECT * FROM "Order" WHERE ${referring}`,
  },
  {
    title: 'rows of several tables that go along',
    schema,
    rows: { ...rows, OrderLine: [[1, 2]] },
    pending: [remove],
    code: 'data-loss',
    query: `SELECT 'Order' AS "table", "id" AS "key" FROM "Order" WHERE ${referring} UNION ALL SELECT 'OrderLine', "id" FROM "OrderLine" WHERE "orderId" IN (SELECT "id" FROM "Order" WHERE ${referring})`,
  },
  {
    title: 'a new CHECK of columns that are copied as they are',
    schema,
    rows,
    pending: [
      redefine({
        ...copy,
        columns: columns.replace('"total" INTEGER', '"total" INTEGER CHECK ("total" > 5), "note" TEXT NOT NULL'),
        into: `${copy.into}, "note"`,
        select: `${copy.into}, ''`,
      }),
    ],
    code: 'check-fails',
    query: 'SELECT * FROM "Order" WHERE NOT ("total" > 5)',
  },
  {
    title: 'rows that a condition leaves out',
    schema,
    rows,
    pending: [
      redefine({
        ...copy,
        columns: `${columns}, "note" TEXT`,
        insert:
          'INSERT INTO "new_Order" ("id", "customerId", "total") SELECT "id", "customerId", "total" FROM "Order" WHERE "total" > 5;',
      }),
    ],
    code: 'data-loss',
    query:
      'SELECT * FROM "Order" WHERE "id" NOT IN (SELECT "id" FROM (SELECT "id", "customerId", "total" FROM "Order" WHERE "total" > 5) WHERE "id" IS NOT NULL)',
  },
  {
    title: 'a new foreign key between columns of two kinds',
    schema:
      'CREATE TABLE "Customer" ("id" TEXT NOT NULL PRIMARY KEY);\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId");',
    rows: {
      Customer: [['1']],
      Order: [
        [1, 1],
        [2, 3],
      ],
    },
    pending: [
      redefine({
        table: 'Order',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "customerId" REFERENCES "Customer" ("id")',
        into: '"id", "customerId"',
      }),
    ],
    code: 'foreign-keys',
    query:
      'SELECT * FROM "Order" WHERE "customerId" IS NOT NULL AND +"customerId" NOT IN (SELECT "id" FROM "Customer")',
  },
];

describeTargets('the query of a finding', (fresh) => {
  test.concurrent.each(asked)('$title', async (told) => {
    const target = await begin(await fresh(), told);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(told) });
    const finding = findAll(planned).find(({ code }) => code === told.code);
    expect(finding?.evidence?.query).toBe(told.query);
    expect(await target.sql(told.query)).toHaveLength(finding?.evidence?.count?.rows ?? 0);
  });
});
