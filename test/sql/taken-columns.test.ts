/** Which columns a SELECT hands on: what is missing here is a column whose values a rebuild leaves behind. */

import { describe, expect, it } from 'vitest';
import { readTaken, takesColumn } from '../../src/sql/taken-columns.ts';

/** What is read, and what of it is not kept. */
const cases: Readonly<Record<string, readonly (readonly [string, readonly string[], (readonly string[])?])[]>> = {
  'of one table': [
    ['SELECT a, "B c" AS d, [e] f FROM t', ['t.a', 't.b c', 't.e']],
    ['SELECT * FROM t', ['t.*']],
    ['SELECT t.*, u.a FROM t, u', ['t.*', 'u.a']],
    ['SELECT x.a FROM "T" AS x', ['t.a']],
    ['SELECT x.a FROM t x WHERE x.b', ['t.a']],
    ['SELECT DISTINCT a FROM t', ['t.a']],
    ['SELECT ALL a FROM t', ['t.a']],
    ["SELECT 'a', 1, NULL AS b FROM t", []],
    ['SELECT a /* , b */ FROM t -- , c', ['t.a']],
    ['SELECT count(*) FROM t', []],
    ['SELECT coalesce(a, b), ifnull(t.c, 0), max(d) FROM t', ['t.a', 't.b', 't.c', 't.d'], ['t.b']],
    ['SELECT coalesce(lower(a), b) FROM t', ['t.a', 't.b'], ['t.a', 't.b']],
    [
      'SELECT coalesce(a, b) || lower(c), max(d, e) FROM t',
      ['t.a', 't.b', 't.c', 't.d', 't.e'],
      ['t.a', 't.b', 't.c', 't.d', 't.e'],
    ],
    ['SELECT a + 1, b ->> 1, -c, a * b FROM t', ['t.a', 't.b', 't.c'], ['t.a', 't.b', 't.c']],
    ['SELECT a NOTNULL, b IS NOT NULL FROM t', ['t.a', 't.b'], ['t.a', 't.b']],
    ['SELECT CASE WHEN a THEN b ELSE c END FROM t', ['t.a', 't.b', 't.c'], ['t.a', 't.b', 't.c']],
    ['SELECT CAST(a AS TEXT), b COLLATE nocase FROM t', ['t.a', 't.b'], ['t.a', 't.b']],
    ['SELECT upper(a), a FROM t', ['t.a']],
  ],
  'not by its conditions': [
    ['SELECT a FROM t WHERE b = 1', ['t.a']],
    ['SELECT a FROM t GROUP BY b HAVING c ORDER BY d LIMIT e', ['t.a']],
    ['SELECT t.a FROM t JOIN u ON t.b = u.c', ['t.a']],
    ['SELECT t.a FROM t LEFT JOIN u USING (b)', ['t.a']],
    ['SELECT a FROM t WHERE b IN (SELECT c FROM u)', ['t.a']],
  ],
  'nor by SELECTs of other tables in its items': [
    ['SELECT a, (SELECT c FROM u WHERE u.id = t.b) FROM t', ['t.a']],
    ['SELECT EXISTS (SELECT 1 FROM u WHERE u.x = t.b) FROM t', []],
  ],
  'of several': [
    ['SELECT a FROM t UNION ALL SELECT b FROM u', ['t.a', 'u.b']],
    ['SELECT a FROM t EXCEPT SELECT * FROM u', ['t.a', 'u.*']],
    ['SELECT x.a, y.b FROM t AS x JOIN u y ON x.id = y.id', ['t.a', 'u.b']],
    ['SELECT a FROM t, u', ['t.a', 'u.a']],
    ['SELECT s.b FROM t, (SELECT b, c FROM u) s', ['u.b']],
    ['SELECT * FROM (SELECT a, b FROM t)', ['t.a', 't.b']],
    ['SELECT a FROM (SELECT a, b FROM t)', ['t.a']],
    ['SELECT a FROM (SELECT b AS a FROM t)', ['t.b']],
    ['SELECT a FROM (SELECT lower(b) AS a, c FROM t)', ['t.b'], ['t.b']],
    ['SELECT lower(a) FROM (SELECT a FROM t)', ['t.a'], ['t.a']],
    ['WITH s AS (SELECT a, b FROM t) SELECT a FROM s', ['t.a']],
    ['WITH s AS (SELECT * FROM t) SELECT a FROM s', ['t.a']],
    ['WITH s (a) AS (SELECT b FROM t) SELECT a FROM s', ['t.b']],
  ],
  'of none': [
    ['VALUES (1, 2)', []],
    ['', []],
    ['SELECT 1', []],
  ],
};

for (const [title, list] of Object.entries(cases)) {
  describe(title, () => {
    for (const [sql, read, changed = []] of list) {
      it(sql === '' ? 'an empty text' : sql, () => {
        const taken = readTaken(sql);
        expect([...taken.read].sort()).toEqual([...read].sort());
        expect([...taken.read].filter((name) => !taken.kept.has(name)).sort()).toEqual([...changed].sort());
      });
    }
  });
}

const takes = (sql: string, column: string) => takesColumn(readTaken(sql).read, 'T', column);

it('goes by the table where that is said, and by those that are read where it is not', () => {
  expect(takes('SELECT u."name" FROM t JOIN u ON t.id = u.id', 'name')).toBe(false);
  expect(takes('SELECT "NAME" FROM t', 'name')).toBe(true);
  expect(takes('SELECT "NAME" FROM u WHERE id IN (SELECT id FROM t)', 'name')).toBe(false);
  expect(takes('SELECT t."Name" FROM t JOIN u ON t.id = u.id', 'name')).toBe(true);
  expect(takes('SELECT u.* FROM t JOIN u ON t.id = u.id', 'name')).toBe(false);
  expect(takes('SELECT * FROM t', 'anything')).toBe(true);
});

it('says which tables give their rows, and what the one is called', () => {
  expect(readTaken('SELECT c.a FROM "T" AS c WHERE EXISTS (SELECT 1 FROM u)')).toMatchObject({
    tables: new Set(['t']),
    alias: 'c',
  });
  expect(readTaken('SELECT a FROM t, u')).toMatchObject({ tables: new Set(['t', 'u']), alias: null });
  expect(readTaken('WITH s AS (SELECT a FROM t) SELECT a FROM s')).toMatchObject({
    tables: new Set(['t']),
    items: null,
  });
});

it('takes the items apart, without the names that they give', () => {
  expect(readTaken('SELECT lower(a) AS b, c FROM t').items).toEqual([
    { text: 'lower(a)', read: new Set(['t.a']), kept: new Set() },
    { text: 'c', read: new Set(['t.c']), kept: new Set(['t.c']) },
  ]);
});
