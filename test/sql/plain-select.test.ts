/** A SELECT over one table: what each item is, and whether every row comes out of it once. */

import { describe, expect, it, test } from 'vitest';

import { type LiteralKind, parsePlainSelect, type SelectItem } from '../../src/sql/plain-select.ts';

const column = (name: string): SelectItem => ({ type: 'column', name });
const filled = (kind: LiteralKind): SelectItem => ({ type: 'filled', name: 'x', kind });
const star: SelectItem = { type: 'star' };
const literal = (kind: LiteralKind): SelectItem => ({ type: 'literal', kind });
const other: SelectItem = { type: 'other' };

/** Of `SELECT <item> FROM "T" AS a`. */
const items: Readonly<Record<string, readonly (readonly [string, SelectItem])[]>> = {
  columns: [
    ['x', column('x')],
    ['"x y"', column('x y')],
    ['"a""b"', column('a"b')],
    ['[x]', column('x')],
    ['`x`', column('x')],
    ['"T"."x"', column('x')],
    ['t.x', column('x')],
    ['a.x', column('x')],
    ['A . "x"', column('x')],
    ['x AS y', column('x')],
    ['x as "y z"', column('x')],
    ["x 'y'", column('x')],
    ['x "y"', column('x')],
    ['x y', column('x')],
    ['x /* FROM no */ AS -- , nor\n y', column('x')],
    ['"from"', column('from')],
    ['"select" AS "where"', column('select')],
    ['"null"', column('null')],
    ['"count"', column('count')],
    ['"cast"', column('cast')],
    ['key', column('key')],
    ['"current_timestamp"', column('current_timestamp')],
  ],
  stars: [
    ['*', star],
    ['a.*', star],
    ['"T" . *', star],
  ],
  'filled columns': [
    ["coalesce(x, 'y')", filled('text')],
    ['COALESCE("x", 0) AS "x"', filled('number')],
    ['coalesce(a."x", -1)', filled('number')],
    ["IfNull(x, x'00') y", filled('other')],
    ['ifnull(x, TRUE)', filled('other')],
    ['coalesce ( /* , */ x , CURRENT_TIMESTAMP )', filled('other')],
  ],
  literals: [
    ["'x'", literal('text')],
    ["'NULL'", literal('text')],
    ["'it''s, FROM' AS x", literal('text')],
    ['1', literal('number')],
    ['-1.5e3 AS x', literal('number')],
    ["x'00ff'", literal('other')],
    ['true', literal('other')],
    ['FALSE AS x', literal('other')],
    ['current_timestamp', literal('other')],
    ['CURRENT_DATE x', literal('other')],
  ],
  'anything else': [
    ['NULL', other],
    ['null AS x', other],
    ['b.x', other],
    ['b.*', other],
    ['main.t.x', other],
    ['(x)', other],
    ['-x', other],
    ['+x', other],
    ['x + 1', other],
    ['1 + 1', other],
    ["'a' || x", other],
    ['x || y', other],
    ['NOT x', other],
    ['x IS NULL', other],
    ['x IN (1, 2)', other],
    ['x COLLATE NOCASE', other],
    ['x BETWEEN 1 AND 2', other],
    ['lower(x)', other],
    ['"lower"(x)', other],
    ['"coalesce"(x, 1)', other],
    ['coalesce(x, NULL)', other],
    ['coalesce(x, y)', other],
    ['coalesce(x, y, 1)', other],
    ['coalesce(x, 1, 2)', other],
    ['coalesce(1, x)', other],
    ['coalesce((x), 1)', other],
    ["coalesce(x, lower('A'))", other],
    ['coalesce(b.x, 1)', other],
    ['coalesce(x, 1) + 1', other],
    ['coalesce', other],
    ['CAST(x AS TEXT)', other],
    ['CASE WHEN x THEN 1 ELSE y END', other],
    ['CASE x WHEN 1 THEN 2 END AS y', other],
    ['EXISTS (SELECT 1 FROM b)', other],
    ['(SELECT x FROM b)', other],
    ['?', other],
    [':x', other],
    ['x AS', other],
    ['x y z', other],
    ['', other],
  ],
};

describe.each(Object.entries(items))('%s', (_, list) => {
  test.each(list)('%s', (item, expected) => {
    expect(parsePlainSelect(`SELECT ${item} FROM "T" AS a`)).toEqual({ items: [expected], table: 'T', whole: true });
  });
});

test.each(['x NOTNULL', 'x ISNULL', 'x notnull', "'' ISNULL"])('no alias: %s', (item) => {
  expect(parsePlainSelect(`SELECT ${item} FROM t`)?.items).toEqual([other]);
});

it('keeps the order of the items, and takes no comma of a parenthesis for one of the list', () => {
  const sql = `SELECT "id", coalesce("a", ','), (SELECT max(x, y) FROM b), 'x, y' AS "c", t.* FROM "T" t`;
  expect(parsePlainSelect(sql)?.items).toEqual([
    column('id'),
    { ...filled('text'), name: 'a' },
    other,
    literal('text'),
    star,
  ]);
});

/** What follows `SELECT x`. */
const sources: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'every row once': [
    ['FROM t', 't'],
    ['FROM "T T"', 'T T'],
    ['FROM [t]', 't'],
    ["FROM 't'", 't'],
    ['FROM main.t', 't'],
    ['FROM "MAIN"."t"', 't'],
    ['FROM t AS u', 't'],
    ['FROM t u', 't'],
    ['FROM t "where"', 't'],
    ['FROM "order"', 'order'],
    ['FROM "from" AS "join"', 'from'],
    ['FROM t ORDER BY x', 't'],
    ['FROM t ORDER BY x, y DESC', 't'],
    ['FROM t u ORDER BY u.x COLLATE NOCASE', 't'],
    ['/* , b */ FROM t -- WHERE no', 't'],
    ['FROM t ORDER BY (SELECT 1 FROM b WHERE y LIMIT 1)', 't'],
  ],
  'not every row': [
    ['FROM t WHERE x', 't'],
    ['FROM t AS u WHERE u.x IN (SELECT y FROM b, c)', 't'],
    ['FROM t WHERE f(x, y)', 't'],
    ['FROM t WHERE x ORDER BY y', 't'],
    ['FROM t GROUP BY x', 't'],
    ['FROM t GROUP BY x HAVING count(*) > 1', 't'],
    ['FROM t HAVING count(*) > 1', 't'],
    ['FROM t LIMIT 1', 't'],
    ['FROM t LIMIT 1 OFFSET 2', 't'],
    ['FROM t WINDOW w AS (ORDER BY x)', 't'],
  ],
};

describe.each(Object.entries(sources))('%s', (kind, list) => {
  test.each(list)('%s', (source, table) => {
    const expected = { items: [column('x')], table, whole: kind === 'every row once' };
    expect(parsePlainSelect(`SELECT x ${source}`)).toMatchObject(expected);
  });
});

test.each([
  ['FROM t WHERE x', { from: 't', where: 'x' }],
  [
    'FROM "t" AS u WHERE u.x IN (SELECT y FROM b LIMIT 1) AND y -- no',
    { from: '"t" AS u', where: 'u.x IN (SELECT y FROM b LIMIT 1) AND y' },
  ],
  ['FROM t WHERE x ORDER BY y', undefined],
  ['FROM t WHERE x GROUP BY x', undefined],
  ['FROM t WHERE x LIMIT 1', undefined],
  ['FROM t', undefined],
])('a condition alone: %s', (source, filtered) => {
  expect(parsePlainSelect(`SELECT x ${source}`)?.filtered).toEqual(filtered);
  expect(parsePlainSelect(`SELECT DISTINCT x ${source}`)?.filtered).toBeUndefined();
});

it('DISTINCT may take rows away, ALL does not', () => {
  expect(parsePlainSelect('SELECT DISTINCT x FROM t')).toEqual({ items: [column('x')], table: 't', whole: false });
  expect(parsePlainSelect('select all x from t')).toEqual({ items: [column('x')], table: 't', whole: true });
});

test.each([
  'SELECT max(id), x FROM t',
  'SELECT count(*) FROM t',
  'SELECT x, "min"(id) FROM t ORDER BY x',
  'SELECT total(x) + 1, y FROM t',
  "SELECT coalesce(max(x), '') FROM t",
  'SELECT group_concat(x) FROM t',
  'SELECT json_group_array(x) FROM t',
])('an aggregate: %s', (sql) => {
  expect(parsePlainSelect(sql)?.whole ?? false).toBe(false);
});

it('takes a function over a window, and one within a SELECT of its own, for no aggregate', () => {
  expect(parsePlainSelect('SELECT row_number() OVER (ORDER BY x), max(x) OVER () FROM t')?.whole).toBe(true);
  expect(parsePlainSelect('SELECT (SELECT max(y) FROM b WHERE b.x = t.x) FROM t')?.whole).toBe(true);
  expect(parsePlainSelect('SELECT max(x, y), min(1, x) FROM t')?.whole).toBe(true);
});

test.each([
  '',
  ';',
  '-- SELECT x FROM t',
  'SELECT',
  'SELECT x',
  'SELECT x FROM',
  'SELECT x FROM t, u',
  'SELECT x FROM t JOIN u',
  'SELECT x FROM t LEFT JOIN u USING (y)',
  'SELECT x FROM t a NATURAL JOIN u',
  'SELECT x FROM t CROSS JOIN u',
  'SELECT x FROM t a, u b WHERE a.x = b.x',
  'SELECT x FROM t UNION SELECT x FROM u',
  'SELECT x FROM t UNION ALL SELECT x FROM t',
  'SELECT x FROM t WHERE y EXCEPT SELECT x FROM u',
  'SELECT x FROM t ORDER BY x LIMIT 1',
  'SELECT x FROM (SELECT x FROM t)',
  'SELECT x FROM (t)',
  'SELECT value FROM json_each(?)',
  'SELECT x FROM temp.t',
  'SELECT x FROM other.t',
  'SELECT x FROM t INDEXED BY i',
  'SELECT x FROM t NOT INDEXED',
  'SELECT x IS DISTINCT FROM y FROM t',
  'WITH t AS (SELECT 1) SELECT x FROM t',
  'VALUES (1, 2)',
  "'SELECT' x FROM t",
  '"SELECT" x FROM t',
  'SELECT x FROM t; SELECT y FROM t',
])('nothing of: %s', (sql) => {
  expect(parsePlainSelect(sql)).toBeNull();
});
