/** What cannot be told while a replay goes on, and when it can be again. */

import { beforeEach, expect, test } from 'vitest';
import { Doubts } from '../../src/replay/doubts.ts';
import { findConcerned } from '../../src/replay/unreplayed.ts';
import { classify } from '../../src/sql/classify.ts';

let doubts: Doubts;
beforeEach(() => {
  doubts = new Doubts();
});

/** Leaves statements out. */
function leaveOut(...statements: readonly string[]): void {
  for (const sql of statements) {
    const kind = classify(sql);
    doubts.add(
      findConcerned(kind, sql, () => 'T'),
      { kind, sql },
    );
  }
}

test('is a table with all that is on it, or one index or trigger', () => {
  leaveOut('CREATE INDEX "i" ON "t" (a)', 'CREATE TRIGGER g AFTER INSERT ON u BEGIN SELECT 1; END');
  expect(doubts.list()).toEqual(['i', 'g']);
  leaveOut('ALTER TABLE "T" ADD COLUMN b');
  expect(doubts.list()).toEqual(['g', 'T']);
  expect([doubts.has('I'), doubts.has('t'), doubts.has('u')]).toEqual([true, true, false]);
});

test('ends with a DROP', () => {
  leaveOut('CREATE INDEX i ON t (a)', 'ALTER TABLE t RENAME TO u', 'CREATE VIEW v AS SELECT 1');
  doubts.forgetDropped('T');
  expect(doubts.list()).toEqual(['u', 'v']);
});

test('ends with a rebuild, but for what that keeps', () => {
  leaveOut('CREATE INDEX i ON t (a)', 'CREATE INDEX j ON t (f(a))', 'DROP INDEX k', 'ALTER TABLE t ADD COLUMN b');
  leaveOut('CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END');
  doubts.forgetRebuilt('t', (sql) => !sql.includes('f('));
  expect(doubts.list()).toEqual(['j', 'g']);
});

test.each([
  ["DELETE FROM sqlite_master WHERE type = 'table' AND name = 'x'", ['T']],
  ["UPDATE sqlite_schema SET sql = 'CREATE …' WHERE tbl_name = 'x'", ['T']],
  ["UPDATE sqlite_schema SET name = 'y' WHERE name = 'x'", 'everything'],
  ["DELETE FROM sqlite_master WHERE name LIKE 'x'", 'everything'],
  ["DELETE FROM sqlite_master WHERE type = 'table'", 'everything'],
  ["DELETE FROM sqlite_master WHERE name = 'x' OR 1", 'everything'],
  ['DELETE FROM t', []],
  ['SELEC 1', 'everything'],
  ['DROP INDEX x', ['T']],
])('is, without %s, %j', (sql, expected) => {
  expect(findConcerned(classify(sql), sql, () => 'T')).toEqual(expected);
});
