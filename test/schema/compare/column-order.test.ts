import { expect, it } from 'vitest';
import { findReorderedTables, findWiderTables } from '../../../src/schema/compare/column-order.ts';
import { compareSchemas } from '../../../src/schema/compare/compare.ts';
import { storeObjects } from '../stored.ts';

it('names the tables whose columns stand in another order, which is no difference otherwise', async () => {
  const left = await storeObjects([
    'CREATE TABLE "Order" (id INTEGER PRIMARY KEY)',
    'ALTER TABLE "Order" ADD COLUMN a TEXT',
    'ALTER TABLE "Order" ADD COLUMN b TEXT',
    'CREATE TABLE Customer (a, b)',
    'CREATE TABLE same (a, b, CHECK (a > 0))',
    'CREATE VIRTUAL TABLE f USING fts5(a, b)',
  ]);
  const right = await storeObjects([
    'CREATE TABLE "order" (id INTEGER PRIMARY KEY, b TEXT, "A" TEXT)',
    'CREATE TABLE same ("A", [b],   CHECK (a > 0))',
    'CREATE TABLE Customer (b, a)',
    'CREATE VIRTUAL TABLE f USING fts5(a, b)',
  ]);
  expect(compareSchemas(left, right, 'everything')).toEqual([]);
  expect(findReorderedTables(left, right)).toEqual(['Order', 'Customer']);
  expect(findReorderedTables(right, left)).toEqual(['order', 'Customer']);
  expect(findReorderedTables(left, left)).toEqual([]);
});

it('leaves out the tables that do not have the same columns, and those that are no tables', async () => {
  const left = await storeObjects(['CREATE TABLE t (a, b)', 'CREATE TABLE u (a, b)', 'CREATE TABLE v (a, b)']);
  const right = await storeObjects([
    'CREATE TABLE t (b, a, c)',
    'CREATE TABLE u (b, c)',
    'CREATE VIEW v AS SELECT 1 AS b, 2 AS a',
    'CREATE VIRTUAL TABLE w USING fts5(a)',
  ]);
  expect(findReorderedTables(left, right)).toEqual([]);
  expect(findReorderedTables(right, left)).toEqual([]);
});

it('names the columns that one side has besides, in any order of the others', async () => {
  const left = await storeObjects(['CREATE TABLE "T" (b, "Old", a)', 'CREATE TABLE u (a)', 'CREATE TABLE only (a)']);
  const right = await storeObjects(['CREATE TABLE t (a, b)', 'CREATE TABLE u (a, b)']);
  expect(findWiderTables(left, right)).toEqual([{ table: 'T', columns: ['Old'] }]);
  expect(findWiderTables(right, left)).toEqual([{ table: 'u', columns: ['b'] }]);
});
