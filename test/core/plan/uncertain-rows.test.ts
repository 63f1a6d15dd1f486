/** Rows of the rehearsal count as production's own only where nothing of production went into them. */

import { expect, it } from 'vitest';
import { meetsUncertainRows } from '../../../src/core/plan/uncertain-rows.ts';
import { classify } from '../../../src/core/sql/classify.ts';

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
] as const)('after %j: %s', (ran, sql, expected) => {
  expect(meets(ran, sql)).toBe(expected);
});
