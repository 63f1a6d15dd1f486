/** Rows of the rehearsal count as production's own only where nothing of production went into them. */

import { expect, it } from 'vitest';
import { meetsUncertainRows } from '../../../src/plan/rehearse/uncertain-rows.ts';
import { classify } from '../../../src/sql/classify.ts';

const analyse = (sql: string, line = 1) => ({ sql, line, kind: classify(sql) });

const meets = (ran: readonly string[], sql: string) =>
  meetsUncertainRows(new Set(['prod']), ran.map(analyse), analyse(sql));

it.each([
  [[], 'CREATE TABLE x AS SELECT a FROM Prod', true],
  [[], `CREATE TABLE x AS SELECT 'prod'`, false],
  [['CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)'], 'CREATE UNIQUE INDEX i ON t (a)', false],
  [['CREATE TABLE t (a)', 'INSERT INTO t SELECT a FROM "PROD"'], 'CREATE UNIQUE INDEX i ON T (a)', true],
  [['CREATE TABLE t (a)', 'UPDATE t SET a = (SELECT a FROM prod)'], 'CREATE INDEX i ON t (a)', true],
  [['CREATE TABLE t (a)', 'DELETE FROM t WHERE a IN (SELECT a FROM prod)'], 'CREATE INDEX i ON t (a)', true],
  [['CREATE VIEW v AS SELECT a FROM prod', 'CREATE TABLE t AS SELECT a FROM v'], 'CREATE INDEX i ON t (a)', true],
  [['CREATE TABLE t AS SELECT a FROM prod', 'ALTER TABLE t RENAME TO u'], 'CREATE INDEX i ON u (a)', true],
  [['CREATE TABLE t (a REFERENCES prod (id))', 'INSERT INTO t VALUES (1)'], 'CREATE INDEX i ON t (a)', true],
  [
    [
      'CREATE TABLE t (a)',
      'CREATE TABLE u (a)',
      'CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO u VALUES (new.a); END',
      'INSERT INTO t SELECT a FROM prod',
    ],
    'CREATE INDEX i ON u (a)',
    true,
  ],
  [
    [
      'CREATE TABLE t (a)',
      'CREATE TABLE u (a)',
      'CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO u VALUES (new.a); END',
      'INSERT INTO t VALUES (1)',
    ],
    'CREATE INDEX i ON u (a)',
    false,
  ],
  // What is only added to a table of production's is there in production too.
  [["INSERT INTO prod VALUES (1, '{')"], 'CREATE INDEX i ON prod (json(a))', false],
  [
    ["INSERT INTO prod VALUES (1, '{')", "UPDATE prod SET a = 'x' WHERE id = 1"],
    'ALTER TABLE prod ADD COLUMN b NOT NULL',
    false,
  ],
  [["INSERT OR REPLACE INTO prod VALUES (1, '{')"], 'CREATE INDEX i ON prod (json(a))', false],
  [["INSERT OR IGNORE INTO prod VALUES (1, '{')"], 'CREATE INDEX i ON prod (json(a))', true],
  [["UPDATE OR IGNORE prod SET a = '{'"], 'CREATE INDEX i ON prod (json(a))', true],
  [["UPDATE prod SET a = '{'"], 'CREATE INDEX i ON prod (json(a))', false],
  [['DELETE FROM prod WHERE conflict = 1'], 'CREATE INDEX i ON prod (json(a))', false],
  [["INSERT INTO prod VALUES (1, '{') ON CONFLICT DO NOTHING"], 'CREATE INDEX i ON prod (json(a))', true],
  [['INSERT INTO prod SELECT 1, 2 WHERE NOT EXISTS (SELECT 1 FROM prod)'], 'CREATE INDEX i ON prod (a)', true],
  [['UPDATE prod SET a = (SELECT max(a) FROM prod)'], 'CREATE INDEX i ON prod (a)', true],
  [['ALTER TABLE prod RENAME TO p', 'INSERT INTO t SELECT a FROM p'], 'CREATE INDEX i ON t (a)', true],
  [['ALTER TABLE prod RENAME TO p', 'INSERT INTO p VALUES (1)'], 'CREATE INDEX i ON p (a)', false],
] as const)('after %j: %s', (ran, sql, expected) => {
  expect(meets(ran, sql)).toBe(expected);
});
