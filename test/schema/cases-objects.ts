/** Pairs of schemas that differ in one table, index, view, trigger or virtual table. */

import type { Difference } from '../../src/schema/compare/difference.ts';
import { type DifferenceCase, key, type Texts } from './case.ts';

const tables = [
  `CREATE TABLE "Customer" (${key}, "email" TEXT NOT NULL, "name" TEXT)`,
  `CREATE TABLE "Order" (${key}, "email" TEXT NOT NULL, "total" REAL)`,
];

/** An index, a view, a trigger or a virtual table beside Customer and Order, on one side only or made in two ways. */
function ofObject(
  name: string,
  object: Difference['object'],
  called: string,
  [left, right]: Texts,
  prisma: DifferenceCase['prisma'],
  table = 'Customer',
  engine?: string,
): DifferenceCase {
  const kind = left === null || right === null ? 'existence' : 'definition';
  return {
    name,
    left: [...tables, ...(left === null ? [] : [left])],
    right: [...tables, ...(right === null ? [] : [right])],
    expected: [{ kind, object, name: called, table, left, right }],
    prisma,
    ...(engine === undefined ? {} : { engine }),
  };
}

const coupon = 'CREATE TABLE "Coupon" ("code" TEXT NOT NULL PRIMARY KEY, "email" TEXT UNIQUE)';
const couponIndex = 'CREATE INDEX "Coupon_email_idx" ON "Coupon"("email")';
const couponTrigger = 'CREATE TRIGGER "Coupon_used" AFTER DELETE ON "Coupon" BEGIN SELECT 1; END';
const index = 'CREATE INDEX "Customer_name_idx" ON "Customer"("name")';
const partial = 'CREATE INDEX "Customer_name_idx" ON "Customer"("name") WHERE "name" IS NOT NULL';
const onExpression = 'CREATE INDEX "Customer_name_idx" ON "Customer"(lower("name"))';
const view = 'CREATE VIEW "Buyers" AS SELECT "name" FROM "Customer"';
const trigger = 'CREATE TRIGGER "log" AFTER UPDATE ON "Customer" BEGIN DELETE FROM "Order"; END';
const search = 'CREATE VIRTUAL TABLE "Search" USING fts5(name, tokenize="porter")';

export const objectCases: readonly DifferenceCase[] = [
  {
    name: 'a table on the left only, whose index and trigger are not listed besides',
    left: [...tables, coupon, couponIndex, couponTrigger],
    right: tables,
    expected: [{ kind: 'existence', object: 'table', name: 'Coupon', table: 'Coupon', left: coupon, right: null }],
    prisma: 'sees',
  },
  {
    name: 'a table on the right only, whose index and trigger are not listed besides',
    left: tables,
    right: [...tables, coupon, couponIndex, couponTrigger],
    expected: [{ kind: 'existence', object: 'table', name: 'Coupon', table: 'Coupon', left: null, right: coupon }],
    prisma: 'sees',
  },
  ofObject('an index on one side', 'index', 'Customer_name_idx', [index, null], 'sees'),
  ofObject(
    'a unique index',
    'index',
    'Customer_name_idx',
    [index, 'CREATE UNIQUE INDEX "Customer_name_idx" ON "Customer"("name")'],
    'sees',
  ),
  ofObject(
    'an index over another column',
    'index',
    'Customer_name_idx',
    [index, 'CREATE INDEX "Customer_name_idx" ON "Customer"("email")'],
    'sees',
  ),
  ofObject(
    'another order in an index',
    'index',
    'Customer_name_idx',
    [
      'CREATE INDEX "Customer_name_idx" ON "Customer"("name", "email")',
      'CREATE INDEX "Customer_name_idx" ON "Customer"("email", "name")',
    ],
    'sees',
  ),
  ofObject(
    'a falling index',
    'index',
    'Customer_name_idx',
    [index, 'CREATE INDEX "Customer_name_idx" ON "Customer"("name" DESC)'],
    'sees',
  ),
  ofObject(
    'a collated index',
    'index',
    'Customer_name_idx',
    [index, 'CREATE INDEX "Customer_name_idx" ON "Customer"("name" COLLATE NOCASE)'],
    'blind',
  ),
  ofObject('a partial index on one side', 'index', 'Customer_name_idx', [partial, null], 'blind'),
  ofObject(
    'another condition of a partial index',
    'index',
    'Customer_name_idx',
    [partial, 'CREATE INDEX "Customer_name_idx" ON "Customer"("name") WHERE "name" <> \'\''],
    'blind',
  ),
  ofObject('a partial index and a whole one', 'index', 'Customer_name_idx', [partial, index], 'blind'),
  ofObject('an index over an expression on one side', 'index', 'Customer_name_idx', [null, onExpression], 'blind'),
  ofObject(
    'an index over another expression',
    'index',
    'Customer_name_idx',
    [onExpression, 'CREATE INDEX "Customer_name_idx" ON "Customer"(upper("name"))'],
    'blind',
  ),
  ofObject(
    'another order of an expression',
    'index',
    'Customer_name_idx',
    [onExpression, 'CREATE INDEX "Customer_name_idx" ON "Customer"(lower("name") DESC)'],
    'blind',
  ),
  ofObject(
    'an index on another table',
    'index',
    'email_idx',
    ['CREATE INDEX "email_idx" ON "Customer"("email")', 'CREATE INDEX "email_idx" ON "Order"("email")'],
    'sees',
  ),
  {
    name: 'an index over a generated column on one side',
    left: [`CREATE TABLE "T" (${key}, "double" INTEGER AS ("id" * 2))`, 'CREATE INDEX "T_idx" ON "T"("double")'],
    right: [`CREATE TABLE "T" (${key}, "double" INTEGER AS ("id" * 2))`],
    expected: [
      {
        ...{ kind: 'existence', object: 'index', name: 'T_idx', table: 'T' },
        ...{ left: 'CREATE INDEX "T_idx" ON "T"("double")', right: null },
      },
    ],
    prisma: 'blind',
  },
  ofObject('a view on one side', 'view', 'Buyers', [view, null], 'blind', 'Buyers'),
  ofObject(
    'another view',
    'view',
    'Buyers',
    [view, 'CREATE VIEW "Buyers" AS SELECT "email" FROM "Customer"'],
    'blind',
    'Buyers',
  ),
  ofObject(
    'another case of a string in a view',
    'view',
    'Buyers',
    [`${view} WHERE "name" = 'A'`, `${view} WHERE "name" = 'a'`],
    'blind',
    'Buyers',
  ),
  ofObject('a trigger on one side', 'trigger', 'log', [null, trigger], 'blind'),
  ofObject('another time of a trigger', 'trigger', 'log', [trigger, trigger.replace('AFTER', 'BEFORE')], 'blind'),
  ofObject('another event of a trigger', 'trigger', 'log', [trigger, trigger.replace('UPDATE', 'INSERT')], 'blind'),
  ofObject(
    'other columns of a trigger',
    'trigger',
    'log',
    [trigger, trigger.replace('UPDATE', 'UPDATE OF "name"')],
    'blind',
  ),
  ofObject(
    'another condition of a trigger',
    'trigger',
    'log',
    [trigger, trigger.replace('BEGIN', 'WHEN new."id" > 1 BEGIN')],
    'blind',
  ),
  ofObject(
    'another body of a trigger',
    'trigger',
    'log',
    [trigger, trigger.replace('"Order"', '"Order" WHERE 1')],
    'blind',
  ),
  ofObject(
    'a trigger on another table',
    'trigger',
    'log',
    [trigger, trigger.replace('"Customer"', '"Order"')],
    'blind',
  ),
  ofObject(
    'a virtual table on one side',
    'virtual-table',
    'Search',
    [search, null],
    'blind',
    'Search',
    'the engine takes a virtual table and all it keeps for tables',
  ),
  ofObject(
    'another argument of a virtual table',
    'virtual-table',
    'Search',
    [search, search.replace('porter', 'ascii')],
    'blind',
    'Search',
  ),
  ofObject(
    'a virtual table and a table',
    'virtual-table',
    'Search',
    [search, 'CREATE TABLE "Search" ("name")'],
    'sees',
    'Search',
  ),
];
