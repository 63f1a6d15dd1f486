/** The table that is made without rows is the one that the statement itself makes. */

import { expect, it } from 'vitest';
import { makeWithoutRows } from '../../src/sql/rewrite.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';

const selects = [
  'SELECT * FROM t',
  'SELECT a, b + 1 AS c, upper(b), 1.5, NULL AS n, x.d FROM t JOIN (SELECT 1 AS d) AS x',
  'SELECT count(*), max(a) AS m, group_concat(b) FROM t GROUP BY c ORDER BY 2 DESC LIMIT 3',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i, a FROM n, t',
  'SELECT a FROM t UNION SELECT b FROM t ORDER BY 1',
  'VALUES (1, 2), (3, 4)',
  'SELECT CAST(a AS TEXT) AS x, row_number() OVER (ORDER BY a) AS y FROM t WHERE json(b) IS NOT NULL',
  'SELECT e AS "quoted name" FROM t -- and a comment',
  'SELECT a /* one */ FROM t;',
];

it.each(selects)('%s', (select) => {
  const read = (sql: string) => {
    const database = openEmbedded(':memory:');
    try {
      database.exec(`CREATE TABLE t (a INTEGER, b TEXT, c VARCHAR(10), d REAL, e F32_BLOB(2))`);
      database.exec(sql);
      return database
        .prepare(`SELECT sql, (SELECT count(*) FROM x) FROM sqlite_schema WHERE name = 'x'`)
        .raw(true)
        .all();
    } finally {
      database.close();
    }
  };
  const made = makeWithoutRows(`CREATE TABLE x AS ${select}`) ?? '';
  const [[text] = []] = read(`CREATE TABLE x AS ${select}`) as [string, number][];
  expect(read(made)).toEqual([[text, 0]]);
});

it.each([
  `SELECT json('{') FROM t`,
  `SELECT json('{')`,
  `WITH c AS MATERIALIZED (SELECT json('{') AS j) SELECT c.j FROM c`,
  `SELECT 1 LIMIT (SELECT 'x')`,
  `SELECT (SELECT json('{')) AS j, abs(-9223372036854775808) AS n`,
  `SELECT json('{') UNION SELECT json('}') ORDER BY 1`,
  `VALUES (json('{')), (1)`,
])('computes nothing: %s', (select) => {
  const database = openEmbedded(':memory:');
  try {
    database.exec('CREATE TABLE t (a)');
    database.exec('INSERT INTO t VALUES (1)');
    expect(() => database.exec(`CREATE TABLE x AS ${select}`)).toThrow();
    database.exec(makeWithoutRows(`CREATE TABLE x AS ${select}`) ?? '');
    expect(database.prepare('SELECT count(*) FROM x').raw(true).all()).toEqual([[0]]);
  } finally {
    database.close();
  }
});

it('is nothing for what is no such statement', () => {
  expect(
    ['CREATE TABLE x (a)', 'CREATE VIEW x AS SELECT 1', 'SELECT 1', 'CREATE TABLE x AS'].map(makeWithoutRows),
  ).toEqual([null, null, null, null]);
});
