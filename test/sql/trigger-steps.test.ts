/** What the body of a trigger changes. */

import { expect, test } from 'vitest';
import { cutTriggerBody, parseTriggerSteps } from '../../src/sql/trigger.ts';

const steps = (...body: readonly string[]) =>
  parseTriggerSteps(`CREATE TRIGGER t AFTER INSERT ON a BEGIN ${body.join('; ')}; END`).map(
    ({ verb, table, deletes, fills, columns }) => [verb, table, deletes, fills, columns],
  );

test.each<[string, string, string, boolean, readonly string[] | null]>([
  ['INSERT INTO "B" VALUES (1)', 'insert', 'B', false, null],
  ['INSERT INTO B (x, "y z") VALUES (1, 2)', 'insert', 'B', false, ['x', 'y z']],
  ['INSERT INTO B(x) SELECT 1', 'insert', 'B', false, ['x']],
  ['INSERT OR REPLACE INTO B (x) VALUES (1)', 'insert', 'B', true, ['x']],
  ['insert or ignore into B VALUES (1)', 'insert', 'B', false, null],
  ['REPLACE INTO B VALUES (1)', 'insert', 'B', true, null],
  ['UPDATE B SET x = (1)', 'update', 'B', false, null],
  ['UPDATE OR REPLACE B SET x = 1', 'update', 'B', true, null],
  ['UPDATE OR ABORT main.B SET x = 1', 'update', 'B', false, null],
  ['DELETE FROM [B] WHERE x = 1', 'delete', 'B', true, null],
  ['DELETE FROM main."B"', 'delete', 'B', true, null],
])('%s', (sql, verb, table, deletes, fills) => {
  expect(steps(sql)).toEqual([[verb, table, deletes, fills, []]]);
});

test('a trigger has its steps in their order, and a SELECT is none', () => {
  expect(steps('SELECT 1', 'DELETE FROM a', 'SELECT ";"', 'UPDATE b SET x = 1').map(([verb]) => verb)).toEqual([
    'delete',
    'update',
  ]);
  expect(steps('SELECT 1')).toEqual([]);
});

test('what has no body has no steps', () => {
  for (const sql of ['CREATE TRIGGER t AFTER INSERT ON a', 'DELETE FROM a; DELETE FROM b', '', 'INSERT']) {
    expect(parseTriggerSteps(sql)).toEqual([]);
  }
  expect(parseTriggerSteps('CREATE TRIGGER t BEGIN INSERT INTO')).toEqual([]);
  expect(parseTriggerSteps('CREATE TRIGGER t BEGIN UPDATE')).toEqual([]);
  expect(parseTriggerSteps('CREATE TRIGGER "BEGIN" AFTER INSERT ON a BEGIN DELETE FROM b; END')).toHaveLength(1);
});

test.each([
  ['CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END', 'BEGIN SELECT 1; END'],
  ['CREATE TRIGGER "BEGIN" AFTER INSERT ON [begin] /* BEGIN */ begin SELECT 1; END', 'begin SELECT 1; END'],
  ["CREATE TRIGGER t AFTER INSERT ON a WHEN NEW.x = 'BEGIN' BEGIN SELECT 1; END -- x", 'BEGIN SELECT 1; END -- x'],
  ['SELECT 1', 'SELECT 1'],
])('the body of %s', (sql, body) => {
  expect(cutTriggerBody(sql)).toBe(body);
});
