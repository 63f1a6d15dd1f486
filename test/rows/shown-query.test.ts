/** Queries as people are shown them. */

import { expect, it, test } from 'vitest';
import { shortenQuery } from '../../src/rows/shown-query.ts';

const order = 'SELECT "id", "customerId" FROM main."Order"';
const customer = 'SELECT "id" FROM main."Customer"';
const tables = [
  { name: 'Order', select: order },
  { name: 'Customer', select: customer },
];

test.each([
  [`SELECT * FROM (${order}) WHERE "id" > 1`, 'SELECT * FROM "Order" WHERE "id" > 1'],
  [
    `WITH "Order" AS (${order}), "Customer" AS (${customer}) SELECT * FROM "Order" WHERE "customerId" IN (SELECT "id" FROM "Customer")`,
    'SELECT * FROM "Order" WHERE "customerId" IN (SELECT "id" FROM "Customer")',
  ],
  [
    `WITH "Client" AS (${customer}) SELECT * FROM "Client"`,
    'WITH "Client" AS (SELECT * FROM "Customer") SELECT * FROM "Client"',
  ],
  ['SELECT "id" FROM main."Order" WHERE 1', 'SELECT "id" FROM main."Order" WHERE 1'],
  [order, 'SELECT * FROM "Order"'],
])('what only repeats a table is its name: %s', (query, shown) => {
  expect(shortenQuery(query, tables)).toBe(shown);
});

test.each([
  `WITH "Customer" AS (SELECT "id" FROM (WITH "Customer" AS (${customer}) SELECT "id" FROM "Customer" WHERE 1)) SELECT * FROM "Customer"`,
  `WITH "Order" AS (${order}) SELECT * FROM (WITH "order" ("id") AS MATERIALIZED (SELECT 1) SELECT * FROM "order")`,
])('a name that stands for other rows somewhere is left alone: %s', (query) => {
  expect(shortenQuery(query, tables)).toBe(query);
});

it('tells a table of production from a name that stands for other rows', () => {
  const changed = `WITH "Customer" AS (SELECT "id" FROM (${customer}) WHERE "id" > 1) SELECT * FROM "Customer"`;
  expect(shortenQuery(changed, tables)).toBe(changed.replace(`(${customer})`, 'main."Customer"'));
});
