/** What an engine says that it does not have, read from its own words, and put aside to see what else it lacks. */

import { expect, it } from 'vitest';
import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { describeNames } from '../../src/findings/unknown-names.ts';
import { EngineError } from '../../src/ports.ts';
import { findUnknownName, replaceUnknown } from '../../src/sandbox/unknown-names.ts';

it.each([
  ['SELECT own(a) FROM t', { type: 'function', name: 'own' }, 'SELECT char(a) FROM t'],
  [
    'SELECT "Own" (a), own FROM (SELECT a, 1 AS own FROM t)',
    { type: 'function', name: 'Own' },
    'SELECT char (a), own FROM (SELECT a, 1 AS own FROM t)',
  ],
  ['CREATE INDEX i ON t (own(a), b)', { type: 'function', name: 'own' }, 'CREATE INDEX i ON t (char(a), b)'],
  [
    'CREATE TABLE x (a own(3) CHECK (own(a) > 1))',
    { type: 'function', name: 'own' },
    'CREATE TABLE x (a own(3) CHECK (char(a) > 1))',
  ],
  [
    'SELECT a FROM t ORDER BY a COLLATE own',
    { type: 'collation', name: 'own' },
    'SELECT a FROM t ORDER BY a COLLATE BINARY',
  ],
  [`SELECT * FROM own('x')`, { type: 'table', name: 'own' }, null],
  ['CREATE VIRTUAL TABLE x USING own(a)', { type: 'module', name: 'own' }, null],
  ['SELECT * FROM own', null, null],
  ['INSERT INTO own (a) VALUES (1)', null, null],
  ['SELECT own FROM t', null, null],
])('%s', async (sql, unknown, replaced) => {
  const mirror = await openMirror();
  try {
    mirror.run('CREATE TABLE t (a, b)');
    const said = await mirror.attempt(sql).then(
      () => '',
      (error: unknown) => (error instanceof EngineError ? error.message : String(error)),
    );
    expect(said).not.toBe('');
    const found = findUnknownName(said, sql);
    expect(found).toEqual(unknown);
    expect(found && replaceUnknown(sql, found)).toBe(replaced);
  } finally {
    mirror.close();
  }
});

it('is read where it is said of an object that the statement goes through', () => {
  const said = 'error in view V after rename: no such function: own';
  expect(findUnknownName(said, 'ALTER TABLE a RENAME TO b')).toEqual({ type: 'function', name: 'own' });
});

it('is listed once each', () => {
  const names = [
    { type: 'function', name: 'a' },
    { type: 'function', name: 'a' },
    { type: 'module', name: 'b' },
    { type: 'collation', name: 'c' },
  ] as const;
  expect(describeNames(names)).toBe('the function a, the module b and the collation c');
  expect(describeNames(names.slice(0, 2))).toBe('the function a');
});
