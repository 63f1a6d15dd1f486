/** Conditions of DELETEs: which look at a row alone, and how many become one that finds the same rows. */

import { describe, expect, test } from 'vitest';
import { isOfRowAlone, parseLiteralCondition, uniteConditions } from '../../src/sql/delete-conditions.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';

describe('a condition', () => {
  test.each([
    [null, true],
    ['"id" = 1', true],
    ['"id" IN (1, 2)', true],
    [`"name" LIKE 'select %'`, true],
    ['"id" IN (SELECT "id" FROM "B")', false],
    ['EXISTS (select 1)', false],
    ['"id" IN "B"', false],
    ['"id" NOT IN B', false],
  ])('%j looks at the row alone: %j', (where, alone) => {
    expect(isOfRowAlone(where)).toBe(alone);
  });

  test.each([
    ['"id" = 1', { column: '"id"', literals: ['1'] }],
    ['id == 1', { column: 'id', literals: ['1'] }],
    [`id IN ('a', x'00', 3)`, { column: 'id', literals: [`'a'`, "x'00'", '3'] }],
    ['"id" = -1', null],
    ['"id" = "other"', null],
    ['"id" = 1 OR 1', null],
    ['"id" IN ()', null],
    ['"id" IN (1, "b")', null],
    ['"t"."id" = 1', null],
    ['NOT id = 1', null],
    ['null = 1', null],
    [null, null],
  ])('%j is a column and its literals: %j', (where, literal) => {
    expect(parseLiteralCondition(where)).toEqual(literal);
  });
});

test('several are one, which finds the same rows', () => {
  const database = openEmbedded(':memory:');
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, n)');
  database.exec(
    `INSERT INTO t SELECT value, char(96 + value % 26), value % 7 FROM json_each('[1,2,3,4,5,6,7,8,9,10]')`,
  );
  const find = (where: string) =>
    (database.prepare(`SELECT id FROM t WHERE ${where} ORDER BY id`).raw(true).all() as number[][]).flat();
  const lists: readonly (readonly string[])[] = [
    ['id = 1', 'id = 2', '"id" = 3', 'ID IN (4, 4)'],
    [`id = '5'`, `name = 'A'`, 'n = 3'],
    ['id > 8 AND n < 5', 'id = 1 OR id = 2', 'n IS NULL', 'id = 7'],
    ['n NOT IN (1, 2) -- a remark\n AND id < 5', 'id = 9'],
  ];
  for (const wheres of lists) {
    const [united = '', ...more] = uniteConditions(wheres);
    expect(more).toEqual([]);
    const all = new Set(wheres.flatMap(find));
    expect(find(united)).toEqual([...all].sort((left, right) => left - right));
  }
  database.close();
});

test('thousands stay below what SQLite nests, in as many texts as their length asks for', () => {
  const database = openEmbedded(':memory:');
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY)');
  const united = uniteConditions(Array.from({ length: 5000 }, (_, id) => `id = ${id} AND id <> ${'9'.repeat(40)}`));
  expect(united.length).toBeGreaterThan(1);
  for (const where of united)
    expect(database.prepare(`SELECT count(*) FROM t WHERE ${where}`).raw(true).all()).toEqual([[0]]);
  expect(uniteConditions(['id = 1', null, 'id = 2'])).toEqual(['1']);
  expect(uniteConditions(Array.from({ length: 4000 }, (_, id) => `id = ${id}`))).toHaveLength(1);
  database.close();
});
