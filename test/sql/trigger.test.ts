/** What a trigger fires on. */

import { expect, test } from 'vitest';
import { parseTriggerEvent } from '../../src/sql/trigger.ts';

test.each([
  ['CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END', 'insert', []],
  ['create trigger if not exists main."t" delete on a begin select 1; end', 'delete', []],
  ['CREATE TRIGGER t UPDATE ON a BEGIN SELECT 1; END', 'update', []],
  ['CREATE TRIGGER t BEFORE UPDATE OF a, "b c" /* , d */ ON a BEGIN SELECT 1; END', 'update', ['a', 'b c']],
  ['CREATE TRIGGER t INSTEAD OF UPDATE OF [on] ON v BEGIN SELECT 1; END', 'update', ['on']],
  ['CREATE TRIGGER "AFTER" INSTEAD OF INSERT ON v BEGIN DELETE FROM a; END', 'insert', []],
])('%s', (sql, verb, columns) => {
  expect(parseTriggerEvent(sql)).toEqual({ verb, columns });
});

test.each(['CREATE VIEW v AS SELECT 1', 'CREATE TRIGGER t', 'DROP TRIGGER t', ''])('nothing of: %s', (sql) => {
  expect(parseTriggerEvent(sql)).toBeNull();
});
