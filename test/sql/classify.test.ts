import { describe, expect, it, test } from 'vitest';
import { type Classified, classify } from '../../src/sql/classify.ts';

const table = { type: 'create-table', ifNotExists: false, temporary: false, asSelect: false } as const;
const index = { type: 'create-index', unique: false, ifNotExists: false } as const;
const view = { type: 'create-view', ifNotExists: false, temporary: false } as const;
const trigger = { type: 'create-trigger', ifNotExists: false, temporary: false } as const;
const insert = { type: 'insert', table: 't', replaces: false, returning: false } as const;

const cases: Readonly<Record<string, readonly [string, Classified][]>> = {
  CREATE: [
    ['CREATE TABLE t (a)', { ...table, name: 't' }],
    ['create /* x */ table if not exists main."T""x" (a);', { ...table, name: 'T"x', ifNotExists: true }],
    ['CREATE TEMP TABLE [t] (a)', { ...table, name: 't', temporary: true }],
    ['CREATE TEMPORARY TABLE `t` (a)', { ...table, name: 't', temporary: true }],
    ["CREATE TABLE Temp.'t' (a)", { ...table, name: 't', temporary: true }],
    ['CREATE TABLE t AS SELECT 1', { ...table, name: 't', asSelect: true }],
    ['CREATE TABLE "as" ("as")', { ...table, name: 'as' }],
    ['CREATE TABLE IF (a)', { ...table, name: 'IF' }],
    [
      'CREATE VIRTUAL TABLE IF NOT EXISTS main.f USING FTS5(a, b)',
      { type: 'create-virtual-table', name: 'f', ifNotExists: true, module: 'FTS5' },
    ],
    ['CREATE INDEX i ON t (a)', { ...index, name: 'i', table: 't' }],
    [
      'CREATE UNIQUE INDEX IF NOT EXISTS main.i ON "T t"(a) WHERE a',
      { ...index, name: 'i', table: 'T t', unique: true, ifNotExists: true },
    ],
    ['CREATE VIEW v AS SELECT 1', { ...view, name: 'v' }],
    ['CREATE TEMP VIEW IF NOT EXISTS v (a) AS SELECT 1', { ...view, name: 'v', temporary: true, ifNotExists: true }],
    ['CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END', { ...trigger, name: 'g', table: 't' }],
    [
      'CREATE TRIGGER "on" INSTEAD OF UPDATE OF a, "on" ON main.v BEGIN SELECT 1; END;',
      { ...trigger, name: 'on', table: 'v' },
    ],
    [
      'CREATE TEMP TRIGGER IF NOT EXISTS before DELETE ON t BEGIN SELECT 1; END',
      { ...trigger, name: 'before', table: 't', temporary: true, ifNotExists: true },
    ],
    ['CREATE TRIGGER temp.g UPDATE ON t BEGIN SELECT 1; END', { ...trigger, name: 'g', table: 't', temporary: true }],
    ['CREATE UNIQUE TABLE t (a)', { type: 'other' }],
    ['CREATE TABLE', { type: 'other' }],
    ['CREATE INDEX i', { type: 'other' }],
    ['"CREATE" TABLE t (a)', { type: 'other' }],
  ],
  ALTER: [
    [
      'ALTER TABLE "T" ADD COLUMN "c" TEXT -- x\n DEFAULT 1;',
      { type: 'add-column', table: 'T', column: 'c', definition: '"c" TEXT -- x\n DEFAULT 1' },
    ],
    ['alter table main.t add c', { type: 'add-column', table: 't', column: 'c', definition: 'c' }],
    ['ALTER TABLE t RENAME TO "new t"', { type: 'rename-table', table: 't', to: 'new t' }],
    ['ALTER TABLE t RENAME COLUMN a TO b', { type: 'rename-column', table: 't', column: 'a', to: 'b' }],
    ['ALTER TABLE t RENAME "to" TO b', { type: 'rename-column', table: 't', column: 'to', to: 'b' }],
    ['ALTER TABLE t DROP COLUMN [a b]', { type: 'drop-column', table: 't', column: 'a b' }],
    ['ALTER TABLE t DROP a', { type: 'drop-column', table: 't', column: 'a' }],
    ['ALTER TABLE t ALTER COLUMN a TO a INTEGER', { type: 'alter-other', table: 't' }],
    ['ALTER TABLE t RENAME', { type: 'other' }],
    ['ALTER TABLE', { type: 'other' }],
  ],
  DROP: [
    ['DROP TABLE t', { type: 'drop', object: 'table', name: 't', ifExists: false }],
    ['drop table if exists main."t"', { type: 'drop', object: 'table', name: 't', ifExists: true }],
    ['DROP INDEX i', { type: 'drop', object: 'index', name: 'i', ifExists: false }],
    ['DROP VIEW v', { type: 'drop', object: 'view', name: 'v', ifExists: false }],
    ['DROP TRIGGER g', { type: 'drop', object: 'trigger', name: 'g', ifExists: false }],
    ['DROP SCHEMA s', { type: 'other' }],
  ],
  INSERT: [
    ['INSERT INTO t DEFAULT VALUES', insert],
    ["INSERT INTO main.t VALUES ('FROM x')", insert],
    ['REPLACE INTO t SELECT * FROM "Old"', { ...insert, replaces: true }],
    ['INSERT OR REPLACE INTO t SELECT 1 FROM a, b AS x, main.c', { ...insert, replaces: true }],
    ['INSERT INTO t SELECT 1 FROM a LEFT JOIN b ON f(a.x, b.x), c NATURAL JOIN d USING (x)', insert],
    ['INSERT INTO t SELECT x, y FROM (a JOIN b), (SELECT p, q FROM c WHERE r), d ORDER BY x, y', insert],
    ['INSERT INTO t SELECT (SELECT max(x) FROM a), 2 FROM json_each(?) AS j, b GROUP BY x, y', insert],
    ['INSERT INTO t SELECT 1 FROM a UNION ALL SELECT 2, 3 FROM b EXCEPT VALUES (1, 2)', insert],
    ['INSERT INTO t SELECT a IS NOT DISTINCT FROM b FROM c', insert],
    ['INSERT INTO t SELECT 1 FROM A JOIN a JOIN "a"', insert],
    ['INSERT INTO t SELECT 1 FROM a WHERE true ON CONFLICT (x) DO UPDATE SET y = 1, z = 2', insert],
    ['INSERT INTO t SELECT 1 FROM (WITH c AS (SELECT 1 FROM a) SELECT 1 FROM b)', insert],
    ['WITH c (n) AS (SELECT 1 FROM old) INSERT INTO t SELECT n FROM c', insert],
    ['INSERT INTO t VALUES (1) RETURNING *', { ...insert, returning: true }],
    ['INSERT INTO t ("returning") VALUES (1)', insert],
    ['INSERT t VALUES (1)', { type: 'other' }],
  ],
  'UPDATE, DELETE and SELECT': [
    ['UPDATE OR IGNORE main.t SET a = 1', { type: 'update', table: 't', replaces: false, returning: false }],
    ['UPDATE /* x */ OR REPLACE t SET a = 1', { type: 'update', table: 't', replaces: true, returning: false }],
    ['UPDATE "t" SET a = (SELECT 1) RETURNING a', { type: 'update', table: 't', replaces: false, returning: true }],
    ['DELETE FROM t WHERE a', { type: 'delete', table: 't', returning: false }],
    [
      'WITH RECURSIVE a AS MATERIALIZED (SELECT 1), b (x) AS NOT MATERIALIZED (SELECT 2) DELETE FROM t RETURNING a',
      { type: 'delete', table: 't', returning: true },
    ],
    [
      'WITH replace AS (SELECT 1) UPDATE t SET a = 1',
      { type: 'update', table: 't', replaces: false, returning: false },
    ],
    ['SELECT 1', { type: 'select' }],
    ['VALUES (1)', { type: 'select' }],
    ['WITH "insert" AS (DELETE) SELECT 1', { type: 'select' }],
    ['WITH a AS (SELECT 1) VALUES (2)', { type: 'select' }],
    ['WITH a SELECT 1', { type: 'other' }],
    ['DELETE t', { type: 'other' }],
  ],
  PRAGMA: [
    ['PRAGMA foreign_keys', { type: 'pragma', name: 'foreign_keys', value: null }],
    ['pragma Foreign_Keys=OFF;', { type: 'pragma', name: 'foreign_keys', value: 'off' }],
    ["PRAGMA main.foreign_keys = 'Off'", { type: 'pragma', name: 'foreign_keys', value: 'off' }],
    ['PRAGMA foreign_key_list("My Table")', { type: 'pragma', name: 'foreign_key_list', value: 'my table' }],
    ['PRAGMA cache_size(-2000)', { type: 'pragma', name: 'cache_size', value: '-2000' }],
    ['PRAGMA foreign_keys = +1', { type: 'pragma', name: 'foreign_keys', value: '1' }],
    ['PRAGMA', { type: 'other' }],
  ],
  'transactions, maintenance and the rest': [
    ['BEGIN IMMEDIATE', { type: 'transaction', verb: 'BEGIN' }],
    ['commit;', { type: 'transaction', verb: 'COMMIT' }],
    ['End Transaction', { type: 'transaction', verb: 'END' }],
    ['ROLLBACK TO s', { type: 'transaction', verb: 'ROLLBACK' }],
    ['SAVEPOINT s', { type: 'transaction', verb: 'SAVEPOINT' }],
    ['RELEASE s', { type: 'transaction', verb: 'RELEASE' }],
    ['VACUUM', { type: 'maintenance', verb: 'VACUUM' }],
    ['analyze t', { type: 'maintenance', verb: 'ANALYZE' }],
    ['REINDEX', { type: 'maintenance', verb: 'REINDEX' }],
    ["ATTACH 'x' AS y", { type: 'maintenance', verb: 'ATTACH' }],
    ['DETACH y', { type: 'maintenance', verb: 'DETACH' }],
    ['EXPLAIN QUERY PLAN DELETE FROM t', { type: 'explain' }],
    ['', { type: 'other' }],
    ['GRANT ALL', { type: 'other' }],
    ['"BEGIN"', { type: 'other' }],
  ],
};

describe.each(Object.entries(cases))('%s', (_name, list) => {
  test.each(list)('%s', (sql, expected) => {
    expect(classify(sql)).toEqual(expected);
  });
});

it('does not mind comments, line ends and case', () => {
  expect(classify('/* a */ --b\r\naLtEr\r\n/*;*/TABLE\tt\r\nRENAME--\r\nTO u -- end')).toEqual({
    type: 'rename-table',
    table: 't',
    to: 'u',
  });
});
