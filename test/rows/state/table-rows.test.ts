/** Rows told as queries: each runs on a real engine and has what the statements would make. */

import { describe, expect, it, test } from 'vitest';
import {
  type ColumnSource,
  findColumn,
  findWholeOf,
  joinRows,
  type KnownRows,
  keepColumns,
  limitSelect,
  nameRows,
  type PickedColumn,
  pickColumns,
  rowsOfProduction,
  sourceOfDefault,
  type TableRows,
  unknownRows,
} from '../../../src/rows/state/table-rows.ts';
import { ask, columnsOfT, needKnown, rowsOfT, rowsOfU } from './rows.ts';

const namesOf = ({ columns }: KnownRows) => columns.map(({ name }) => name);
const none: TableRows = { type: 'none' };
const wholeT = [
  [1, 'x', 10],
  [2, null, 20],
  [3, 'x', null],
];

describe('what a column without a value gets, by its DEFAULT', () => {
  const text: ColumnSource = { type: 'literal', kind: 'text' };
  const number: ColumnSource = { type: 'literal', kind: 'number' };
  const computed: ColumnSource = { type: 'computed' };

  test.each<readonly [string | null, ColumnSource]>([
    [null, computed],
    ['NULL', computed],
    ['null', computed],
    ["'x'", text],
    ["''", text],
    ["'NULL'", text],
    ["'1'", text],
    ['0', number],
    ['-1', number],
    ['+1', number],
    ['1.50', number],
    // Never NULL, and told of as if they might be: that asks once too often, and tells nothing wrong.
    ["'it''s'", computed],
    ['1e3', computed],
    ['.5', computed],
    ['0x10', computed],
    ['(1)', computed],
    ['TRUE', computed],
    ['CURRENT_TIMESTAMP', computed],
    ["x'00'", computed],
    ["lower('A')", computed],
    ["'a' || 'b'", computed],
    ['"x"', computed],
  ])('%s', (written, source) => {
    expect(sourceOfDefault(written)).toEqual(source);
  });
});

describe('the rows of a table of production', () => {
  it('are all of them, each column its own', () => {
    expect(ask(rowsOfT.select)).toEqual(wholeT);
    expect(rowsOfT).toMatchObject({ wholeOf: 'T', before: null, numbered: null, vague: false });
    expect(findColumn(rowsOfT, 'A B')).toEqual({
      name: 'a b',
      source: { type: 'column', table: 'T', column: 'a b' },
      isNew: false,
      compares: 'anything',
    });
    expect(findColumn(rowsOfT, 'missing')).toBeUndefined();
    expect(namesOf(rowsOfT)).toEqual(columnsOfT);
  });

  it('are those of the main schema, whatever a query calls by that name', () => {
    expect(ask(`WITH "T" AS (SELECT 1) SELECT count(*) FROM (${rowsOfT.select})`)).toEqual([[3]]);
  });
});

describe('columns in place of others', () => {
  const added: PickedColumn = {
    name: 'n"',
    source: { type: 'computed' },
    isNew: true,
    compares: 'nothing',
    expression: `'d'`,
  };
  const renamed = keepColumns(rowsOfT).map((column) => (column.name === 'id' ? { ...column, name: 'key' } : column));

  test.each<readonly [string, readonly PickedColumn[], readonly (readonly unknown[])[]]>([
    ['the same', keepColumns(rowsOfT), wholeT],
    ['one more', [...keepColumns(rowsOfT), added], wholeT.map((row) => [...row, 'd'])],
    ['one less', keepColumns(rowsOfT).slice(1), wholeT.map((row) => row.slice(1))],
    ['another name', renamed, wholeT],
    ['another order', keepColumns(rowsOfT).toReversed(), wholeT.map((row) => row.toReversed())],
  ])('%s', (_, columns, expected) => {
    const picked = needKnown(pickColumns(rowsOfT, columns));
    expect(ask(picked.select)).toEqual(expected);
    expect(namesOf(picked)).toEqual(columns.map(({ name }) => name));
    expect(picked.columns.every((column) => !('expression' in column))).toBe(true);
    expect(picked.wholeOf).toBe('T');
  });

  it('follow each other', () => {
    const once = needKnown(pickColumns(rowsOfT, [...keepColumns(rowsOfT), added]));
    const twice = needKnown(
      pickColumns(
        once,
        keepColumns(once).filter(({ name }) => name !== 'a b'),
      ),
    );
    const last = needKnown(
      pickColumns(
        twice,
        keepColumns(twice).map((column) => ({ ...column, name: `${column.name}2` })),
      ),
    );
    expect(namesOf(last)).toEqual(['id2', 'c"d2', 'n"2']);
    expect(ask(last.select)).toEqual(wholeT.map(([id, , c]) => [id, c, 'd']));
    expect(findColumn(last, 'c"d2')?.source).toEqual({ type: 'column', table: 'T', column: 'c"d' });
  });

  it('leave numbers that are handed out, and what nobody knows, as they are', () => {
    const rows: KnownRows = { ...rowsOfT, numbered: 'id', vague: true, wholeOf: null };
    expect(pickColumns(rows, keepColumns(rows))).toMatchObject({ numbered: 'id', vague: true, wholeOf: null });
  });

  it('still know what was there before the plan put rows in', () => {
    const joined = needKnown(joinRows(rowsOfT, rowsOfT));
    const picked = needKnown(pickColumns(joined, [...keepColumns(joined), added]));
    expect(ask(picked.before?.select ?? 'SELECT 1')).toEqual(wholeT.map((row) => [...row, 'd']));
  });

  it('know by its new name which column gets numbers', () => {
    expect(pickColumns({ ...rowsOfT, numbered: 'id' }, renamed)).toMatchObject({ numbered: 'key' });
  });

  it('can be asked for after as many ALTER TABLEs as a table may get', () => {
    let rows: TableRows = rowsOfT;
    for (let index = 0; index < 30; index += 1) {
      const known = needKnown(rows);
      rows = pickColumns(known, [...keepColumns(known), { ...added, name: `n${index}` }]);
    }
    expect(ask(`SELECT count(*) FROM (SELECT 1 FROM (${needKnown(rows).select}) LIMIT 9)`)).toEqual([[3]]);
  });
});

describe('rows of two', () => {
  it('are those of both, under the names of the first', () => {
    const right: KnownRows = { ...rowsOfU, select: `SELECT "id" + 100 AS z, "order", 5 FROM main."U"` };
    const joined = needKnown(joinRows(rowsOfT, right));
    expect(ask(joined.select)).toEqual([...wholeT, [101, 'o', 5], [102, null, 5]]);
    expect(namesOf(joined)).toEqual(columnsOfT);
    expect(ask(`SELECT "c""d" FROM (${joined.select})`).at(-1)).toEqual([5]);
    expect(joined.columns.every(({ source }) => source.type === 'computed')).toBe(true);
    expect(joined.wholeOf).toBeNull();
  });

  it('know the first, through any number of them', () => {
    const once = needKnown(joinRows(rowsOfT, rowsOfU));
    expect(once.before).toBe(rowsOfT);
    expect(needKnown(joinRows(once, rowsOfU)).before).toBe(rowsOfT);
  });

  test.each<readonly [string, TableRows, TableRows, TableRows]>([
    ['nothing and some', none, rowsOfT, rowsOfT],
    ['some and nothing', rowsOfT, none, rowsOfT],
    ['nothing and nothing', none, none, none],
    ['nothing and what is unknown', none, { type: 'unknown', wholeOf: 'T' }, { type: 'unknown', wholeOf: 'T' }],
    ['what is unknown and some', { type: 'unknown', wholeOf: 'T' }, rowsOfT, unknownRows],
    ['some and what is unknown', rowsOfT, { type: 'unknown', wholeOf: 'T' }, unknownRows],
  ])('%s', (_, left, right, expected) => {
    expect(joinRows(left, right)).toEqual(expected);
  });

  test.each([
    [null, 'id', 'id'],
    ['id', null, 'id'],
    ['id', 't', 'id'],
    [null, null, null],
  ])('numbers that are handed out: %s and %s', (left, right, numbered) => {
    expect(joinRows({ ...rowsOfT, numbered: left }, { ...rowsOfU, numbered: right })).toMatchObject({ numbered });
  });

  test.each([
    [true, false],
    [false, true],
    [true, true],
  ])('what nobody knows: %s and %s', (left, right) => {
    expect(joinRows({ ...rowsOfT, vague: left }, { ...rowsOfU, vague: right })).toMatchObject({ vague: true });
  });

  it('can be asked for after as many INSERTs as a file may have', () => {
    let rows: TableRows = rowsOfT;
    for (let index = 0; index < 30; index += 1)
      rows = joinRows(rows, { ...rowsOfT, select: `SELECT ${index}, 'x', 1` });
    expect(ask(`SELECT count(*) FROM (SELECT 1 FROM (${needKnown(rows).select}) LIMIT 99)`)).toEqual([[33]]);
  });
});

it('goes no deeper than the parser takes', () => {
  const nest = (depth: number) => `${'SELECT * FROM ('.repeat(depth)}${rowsOfT.select}${')'.repeat(depth)}`;
  expect(limitSelect({ ...rowsOfT, select: nest(8) }).type).toBe('known');
  expect(ask(`SELECT 1 FROM (SELECT 1 FROM (SELECT 1 FROM (SELECT 1 FROM (${nest(8)}))))`)).toHaveLength(3);
  expect(limitSelect({ ...rowsOfT, select: nest(9) })).toEqual({ type: 'unknown', wholeOf: 'T' });
});

describe('a query that is too long', () => {
  const ofLength = (length: number): KnownRows => ({ ...rowsOfT, select: 'x'.repeat(length), form: { type: 'other' } });

  it('is not known any more, but for whose rows they are', () => {
    expect(limitSelect(ofLength(20_000)).type).toBe('known');
    expect(limitSelect(ofLength(20_001))).toEqual({ type: 'unknown', wholeOf: 'T' });
    expect(joinRows(ofLength(10_000), ofLength(10_000))).toEqual({ type: 'unknown', wholeOf: null });
    expect(pickColumns(ofLength(20_000), keepColumns(rowsOfT))).toEqual({ type: 'unknown', wholeOf: 'T' });
  });
});

test.each<readonly [string, TableRows, string | null]>([
  ['known', rowsOfT, 'T'],
  ['unknown', { type: 'unknown', wholeOf: 'T' }, 'T'],
  ['not known at all', unknownRows, null],
  ['none', none, null],
])('whose rows they are: %s', (_, rows, wholeOf) => {
  expect(findWholeOf(rows)).toBe(wholeOf);
});

describe('a name for rows', () => {
  test.each<readonly [string, Parameters<typeof nameRows>, readonly (readonly unknown[])[]]>([
    ['some', ['a "name"', rowsOfT, columnsOfT], wholeT],
    ['none', ['a "name"', { type: 'none' }, columnsOfT], []],
  ])('%s', (_, args, expected) => {
    expect(ask(`WITH ${nameRows(...args)} SELECT * FROM "a ""name"""`)).toEqual(expected);
    expect(ask(`WITH ${nameRows(...args)} SELECT "a b", "c""d" FROM "a ""name"""`)).toHaveLength(expected.length);
  });
});

it('quotes the names of tables and columns', () => {
  expect(rowsOfProduction('a"b', ['c"d']).select).toBe('SELECT "c""d" FROM main."a""b"');
});
