/** INSERT, UPDATE and DELETE taken apart. */

import { describe, expect, it, test } from 'vitest';
import {
  type DeleteParts,
  type InsertParts,
  parseDelete,
  parseInsert,
  parseUpdate,
  type UpdateParts,
} from '../../src/sql/row-statements.ts';

const insert = { table: 't', columns: null, conflict: 'abort', source: 'VALUES (1)' } as const;

const inserts: Readonly<Record<string, readonly (readonly [string, InsertParts])[]>> = {
  'tables and columns': [
    ['INSERT INTO t VALUES (1)', insert],
    ['insert into T values (1);', { ...insert, table: 'T', source: 'values (1)' }],
    ['INSERT INTO main."T t" VALUES (1) ;', { ...insert, table: 'T t' }],
    ['INSERT INTO "a""b" VALUES (1)', { ...insert, table: 'a"b' }],
    ["INSERT INTO 't' VALUES (1)", insert],
    ['INSERT INTO [select] VALUES (1)', { ...insert, table: 'select' }],
    ['INSERT INTO t AS x VALUES (1)', insert],
    ['INSERT INTO t AS "values" (a) VALUES (1)', { ...insert, columns: ['a'] }],
    ['INSERT INTO t (a, b) VALUES (1)', { ...insert, columns: ['a', 'b'] }],
    ['INSERT INTO t("a b","c""d",[e],`f`,\'g\')VALUES (1)', { ...insert, columns: ['a b', 'c"d', 'e', 'f', 'g'] }],
    ['INSERT INTO t ("select", "returning", "on") VALUES (1)', { ...insert, columns: ['select', 'returning', 'on'] }],
    ['INSERT /* (x) */ INTO t -- (y)\n ( a /* , b */ ) VALUES (1)', { ...insert, columns: ['a'] }],
  ],
  'where rows come from': [
    ["INSERT INTO t VALUES ('a;', ';'), (2, 3);", { ...insert, source: "VALUES ('a;', ';'), (2, 3)" }],
    ["INSERT INTO t VALUES ('RETURNING', 'ON CONFLICT')", { ...insert, source: "VALUES ('RETURNING', 'ON CONFLICT')" }],
    ['INSERT INTO t SELECT a FROM b', { ...insert, source: 'SELECT a FROM b' }],
    ['INSERT INTO t (a) SELECT (1), b FROM c', { ...insert, columns: ['a'], source: 'SELECT (1), b FROM c' }],
    [
      'INSERT INTO t (a) WITH c AS (SELECT 1) SELECT * FROM c',
      { ...insert, columns: ['a'], source: 'WITH c AS (SELECT 1) SELECT * FROM c' },
    ],
    ['INSERT INTO t SELECT a FROM b JOIN c ON b.x = c.x', { ...insert, source: 'SELECT a FROM b JOIN c ON b.x = c.x' }],
    [
      'INSERT INTO t SELECT a -- not this\n , b FROM c -- nor this',
      { ...insert, source: 'SELECT a -- not this\n , b FROM c' },
    ],
    ['INSERT INTO t DEFAULT VALUES', { ...insert, source: null }],
    ['INSERT INTO t DEFAULT VALUES RETURNING id', { ...insert, source: null }],
  ],
  'rows that break a constraint': [
    ['INSERT OR ABORT INTO t VALUES (1)', insert],
    ['INSERT OR FAIL INTO t VALUES (1)', insert],
    ['INSERT OR IGNORE INTO t VALUES (1)', { ...insert, conflict: 'ignore' }],
    ['insert or Replace into t VALUES (1)', { ...insert, conflict: 'replace' }],
    ['REPLACE INTO t VALUES (1)', { ...insert, conflict: 'replace' }],
    ['REPLACE INTO t (a) DEFAULT VALUES', { table: 't', columns: ['a'], conflict: 'replace', source: null }],
    ['INSERT OR ROLLBACK INTO t VALUES (1)', { ...insert, conflict: 'other' }],
    ['INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING', { ...insert, conflict: 'other' }],
    ['INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = (SELECT 1) WHERE c', { ...insert, conflict: 'other' }],
    ['INSERT OR IGNORE INTO t VALUES (1) ON CONFLICT (a) DO NOTHING', { ...insert, conflict: 'other' }],
    [
      'INSERT INTO t SELECT a FROM b JOIN c ON b.x = c.x WHERE true on conflict do nothing',
      { ...insert, conflict: 'other', source: 'SELECT a FROM b JOIN c ON b.x = c.x WHERE true' },
    ],
    [
      'INSERT INTO t SELECT "on", "conflict" FROM b AS "on"',
      { ...insert, source: 'SELECT "on", "conflict" FROM b AS "on"' },
    ],
  ],
  RETURNING: [
    ['INSERT INTO t VALUES (1) RETURNING *', insert],
    ['INSERT INTO t SELECT "returning" FROM b RETURNING a, b', { ...insert, source: 'SELECT "returning" FROM b' }],
    ['INSERT OR IGNORE INTO t VALUES (1) returning id', { ...insert, conflict: 'ignore' }],
    ['INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING RETURNING id', { ...insert, conflict: 'other' }],
  ],
};

describe.each(Object.entries(inserts))('INSERT: %s', (_, list) => {
  test.each(list)('%s', (sql, expected) => {
    expect(parseInsert(sql)).toEqual(expected);
  });
});

const update = { table: 't', assignments: [{ column: 'a', expression: '1' }], where: null } as const;
const setTo = (expression: string) => [{ column: 'a', expression }];

const updates: readonly (readonly [string, UpdateParts])[] = [
  ['UPDATE t SET a = 1', update],
  ['update "T t" set "a b" = 1;', { ...update, table: 'T t', assignments: [{ column: 'a b', expression: '1' }] }],
  ['UPDATE main.t SET a=1', update],
  [
    "UPDATE t SET 'a' = 1, [b] = 2",
    { ...update, assignments: [...update.assignments, { column: 'b', expression: '2' }] },
  ],
  ['UPDATE t SET "set" = 1', { ...update, assignments: [{ column: 'set', expression: '1' }] }],
  ['UPDATE t SET a = 1 WHERE b', { ...update, where: 'b' }],
  ['UPDATE t SET a = 1 WHERE b = \';\' AND "limit" > 2 ;', { ...update, where: 'b = \';\' AND "limit" > 2' }],
  [
    'UPDATE t SET a = 1 WHERE b IN (SELECT c FROM d ORDER BY e LIMIT 1)',
    { ...update, where: 'b IN (SELECT c FROM d ORDER BY e LIMIT 1)' },
  ],
  [
    'UPDATE t SET a = (SELECT b FROM c WHERE d LIMIT 1)',
    { ...update, assignments: setTo('(SELECT b FROM c WHERE d LIMIT 1)') },
  ],
  [
    'UPDATE t SET a = f(b, c), d = CASE WHEN e = 1 THEN 2 ELSE g END WHERE h',
    {
      table: 't',
      assignments: [
        { column: 'a', expression: 'f(b, c)' },
        { column: 'd', expression: 'CASE WHEN e = 1 THEN 2 ELSE g END' },
      ],
      where: 'h',
    },
  ],
  ['UPDATE t SET a = b = c', { ...update, assignments: setTo('b = c') }],
  [
    'UPDATE t SET a = b, b = a',
    {
      ...update,
      assignments: [
        { column: 'a', expression: 'b' },
        { column: 'b', expression: 'a' },
      ],
    },
  ],
  ['UPDATE t SET a = 1 -- , b = 2\n WHERE c /* ; */ = 1 -- LIMIT 1', { ...update, where: 'c /* ; */ = 1' }],
  ["UPDATE t SET a = 'x, WHERE y'", { ...update, assignments: setTo("'x, WHERE y'") }],
];

test.each(updates)('%s', (sql, expected) => {
  expect(parseUpdate(sql)).toEqual(expected);
});

const deletes: readonly (readonly [string, DeleteParts])[] = [
  ['DELETE FROM t', { table: 't', where: null }],
  ['delete from main."T t";', { table: 'T t', where: null }],
  ['DELETE FROM "where" WHERE "where"', { table: 'where', where: '"where"' }],
  ["DELETE FROM t WHERE a = 'RETURNING' OR b", { table: 't', where: "a = 'RETURNING' OR b" }],
  [
    'DELETE FROM t WHERE a IN (SELECT b FROM c ORDER BY d LIMIT 3);',
    { table: 't', where: 'a IN (SELECT b FROM c ORDER BY d LIMIT 3)' },
  ],
  ['DELETE FROM t -- WHERE a\n WHERE b', { table: 't', where: 'b' }],
  [
    'DELETE FROM t WHERE EXISTS (SELECT 1 FROM c WHERE c.t = t.id)',
    { table: 't', where: 'EXISTS (SELECT 1 FROM c WHERE c.t = t.id)' },
  ],
];

test.each(deletes)('%s', (sql, expected) => {
  expect(parseDelete(sql)).toEqual(expected);
});

describe('what does more, or is something else, is not taken apart', () => {
  test.each([
    '',
    'INSERT',
    'INSERT t VALUES (1)',
    'INSERT INTO',
    'INSERT INTO temp.t VALUES (1)',
    'INSERT INTO other.t VALUES (1)',
    'INSERT OR IGNORE t VALUES (1)',
    'WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a',
    '"INSERT" INTO t VALUES (1)',
    'EXPLAIN INSERT INTO t VALUES (1)',
    'UPDATE t SET a = 1',
  ])('INSERT: %s', (sql) => {
    expect(parseInsert(sql)).toBeNull();
  });

  test.each([
    '',
    'UPDATE t',
    'UPDATE t SET',
    'UPDATE t SET a',
    'UPDATE t SET a =',
    'UPDATE t SET a = 1 WHERE',
    'UPDATE OR IGNORE t SET a = 1',
    'UPDATE t AS u SET a = 1',
    'UPDATE t INDEXED BY i SET a = 1',
    'UPDATE t SET (a, b) = (1, 2)',
    'UPDATE t SET a = 1, (b, c) = (2, 3)',
    'UPDATE t SET a = u.a FROM u WHERE u.id = t.id',
    'UPDATE t SET a = 1 ORDER BY b LIMIT 1',
    'UPDATE t SET a = 1 WHERE b LIMIT 1',
    'UPDATE t SET a = 1 WHERE b ORDER BY c LIMIT 1',
    'UPDATE t SET a = 1 RETURNING a',
    'UPDATE t SET a = 1 WHERE b RETURNING a',
    'WITH c AS (SELECT 1) UPDATE t SET a = 1',
    'DELETE FROM t',
  ])('UPDATE: %s', (sql) => {
    expect(parseUpdate(sql)).toBeNull();
  });

  test.each([
    '',
    'DELETE',
    'DELETE t',
    'DELETE FROM',
    'DELETE FROM t WHERE',
    'DELETE FROM t AS u WHERE u.a',
    'DELETE FROM t u',
    'DELETE FROM t NOT INDEXED WHERE a',
    'DELETE FROM t RETURNING *',
    'DELETE FROM t WHERE a RETURNING b',
    'DELETE FROM t WHERE a LIMIT 1',
    'DELETE FROM t ORDER BY a LIMIT 1',
    'WITH c AS (SELECT 1) DELETE FROM t',
    'UPDATE t SET a = 1',
  ])('DELETE: %s', (sql) => {
    expect(parseDelete(sql)).toBeNull();
  });
});

/** What is cut out of a statement is put between parentheses: nothing of it may reach beyond them. */
it('ends no part with a comment', () => {
  expect(parseInsert('INSERT INTO t SELECT 1 -- c')?.source).toBe('SELECT 1');
  expect(parseInsert('INSERT INTO t SELECT 1 /* c */ ; -- d')?.source).toBe('SELECT 1');
  expect(parseUpdate('UPDATE t SET a = 1 -- c')?.assignments).toEqual(setTo('1'));
  expect(parseDelete('DELETE FROM t WHERE a -- c\n;')?.where).toBe('a');
});
