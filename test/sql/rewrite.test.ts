import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addIfNotExists, countRows } from '../../src/sql/rewrite.ts';
import { scripts } from './corpus.ts';
import { withEngine } from './engine.ts';
import { soup } from './soup.ts';

describe('IF NOT EXISTS', () => {
  test.each([
    ['CREATE TABLE "t" (a)', 'CREATE TABLE IF NOT EXISTS "t" (a)'],
    ['CREATE TABLE"t"(a)', 'CREATE TABLE IF NOT EXISTS"t"(a)'],
    [
      'create/*x*/unique\r\nindex--y\r\ni on t (a); -- z',
      'create/*x*/unique\r\nindex IF NOT EXISTS--y\r\ni on t (a); -- z',
    ],
    ['CREATE INDEX main.i ON t (a)', 'CREATE INDEX IF NOT EXISTS main.i ON t (a)'],
    ['CREATE TEMP VIEW v AS SELECT 1', 'CREATE TEMP VIEW IF NOT EXISTS v AS SELECT 1'],
    [
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
      'CREATE TRIGGER IF NOT EXISTS g AFTER INSERT ON t BEGIN SELECT 1; END',
    ],
    ['CREATE VIRTUAL TABLE f USING fts5(a)', 'CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(a)'],
    ['CREATE TABLE "IF" ("NOT", "EXISTS")', 'CREATE TABLE IF NOT EXISTS "IF" ("NOT", "EXISTS")'],
  ])('is put into %s', (sql, expected) => {
    expect(addIfNotExists(sql)).toBe(expected);
  });

  test.each([
    'CREATE TABLE if /* x */ not exists t (a)',
    'DROP TABLE t',
    'ALTER TABLE t ADD COLUMN a',
    "INSERT INTO t VALUES ('CREATE TABLE x (a)')",
    '-- CREATE TABLE t (a)\nSELECT 1',
    'EXPLAIN CREATE TABLE t (a)',
    'CREATE TABLE',
    '',
  ])('leaves %j alone', (sql) => {
    expect(addIfNotExists(sql)).toBe(sql);
  });

  it('is put in only once', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.constantFrom(...Object.values(scripts))), (sql) => {
        expect(addIfNotExists(addIfNotExists(sql))).toBe(addIfNotExists(sql));
      }),
    );
  });
});

describe('counting the rows of a query', () => {
  const count = (select: string) =>
    withEngine((engine) => {
      engine.run('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)');
      return engine.query(countRows(select));
    });

  test.each<[string, number]>([
    ['SELECT * FROM t', 3],
    ['SELECT a, a FROM t WHERE a > 1 ORDER BY a LIMIT 5', 2],
    ['VALUES (1), (2)', 2],
    ['WITH migrate_prod_rows AS (SELECT 1) SELECT * FROM migrate_prod_rows', 1],
    ['SELECT 1 -- the end', 1],
    ['SELECT 1; /* the end */', 1],
    ['SELECT 1 WHERE 0', 0],
  ])('%s', (select, expected) => {
    expect(count(select)).toEqual([[expected]]);
  });

  it('still fails where the query fails', () => {
    expect(() => count("SELECT a, json_extract('{}', 'wrong') FROM t")).toThrow('wrong');
    expect(() => count('SELECT missing FROM t')).toThrow('missing');
  });

  it('is one text, known to others', () => {
    expect(countRows('SELECT 1')).toBe(
      'WITH migrate_prod_rows AS MATERIALIZED (SELECT 1) SELECT count(*) FROM migrate_prod_rows',
    );
  });
});
