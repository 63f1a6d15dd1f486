/** A schema that libSQL only loads: on the mirror its keys, checks, counters and indexes hold as they do in production. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';
import { fillMirror } from '../../../src/mirror/mirror.ts';
import type { Mirror } from '../../../src/ports.ts';
import type { SchemaObject } from '../../../src/schema/model/objects.ts';

const table = (name: string, sql: string): SchemaObject => ({ type: 'table', name, table: name, sql });
const key = (of: string, number: number): SchemaObject => {
  return { type: 'index', name: `sqlite_autoindex_${of}_${number}`, table: of, sql: null };
};

let mirror: Mirror;
beforeEach(async () => {
  mirror = await openMirror();
});
afterEach(() => mirror.close());

const fill = (...objects: readonly SchemaObject[]) =>
  fillMirror(mirror, { objects, kinds: new Map(), tracker: mirror.tracker });
const said = (sql: string): string => {
  try {
    mirror.run(sql);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

test('keys, a counter and checks', () => {
  const sql = 'CREATE TABLE T (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE, b CHECK (b <> "q"), UNIQUE (a, b))';
  const sequence = table('sqlite_sequence', 'CREATE TABLE sqlite_sequence(name,seq)');
  expect(fill(table('T', sql), sequence, key('T', 1), key('T', 2))).toEqual([]);
  expect(said(`INSERT INTO T (a, b) VALUES ('x', 'y')`)).toBe('ok');
  expect(said(`INSERT INTO T (a, b) VALUES ('x', 'z')`)).toBe('UNIQUE constraint failed: T.a');
  expect(said(`INSERT INTO T (a, b) VALUES ('w', 'q')`)).toBe('CHECK constraint failed: b <> "q"');
  mirror.run('DELETE FROM T');
  mirror.run(`INSERT INTO T (a) VALUES ('x')`);
  expect(mirror.query('SELECT id FROM T')).toEqual([[2]]);
  expect(mirror.query('PRAGMA integrity_check')).toEqual([['ok']]);
});

test('a table without rowid, whose own key takes one of the numbers', () => {
  const sql = 'CREATE TABLE T (a, b UNIQUE, c CHECK (c <> "q"), PRIMARY KEY (a, c)) WITHOUT ROWID';
  expect(fill(table('T', sql), key('T', 1))).toEqual([]);
  expect(said(`INSERT INTO T VALUES ('a', 'b', 'c')`)).toBe('ok');
  expect(said(`INSERT INTO T VALUES ('a', 'b', 'd')`)).toBe('UNIQUE constraint failed: T.b');
  expect(said(`INSERT INTO T VALUES ('a', 'x', 'c')`)).toBe('UNIQUE constraint failed: T.a, T.c');
  expect(said(`INSERT INTO T VALUES ('a', 'x', 'q')`)).toBe('CHECK constraint failed: c <> "q"');
  expect(mirror.query('PRAGMA integrity_check')).toEqual([['ok']]);
});

test('an index, partial and unique, and a generated column', () => {
  const index = 'CREATE UNIQUE INDEX i ON T (a) WHERE b = "new"';
  expect(
    fill(table('T', 'CREATE TABLE T (a, b, c AS (a || "x"))'), { type: 'index', name: 'i', table: 'T', sql: index }),
  ).toEqual([]);
  expect(said(`INSERT INTO T VALUES (1, 'new'), (1, 'old'), (1, 'old')`)).toBe('ok');
  expect(said(`INSERT INTO T VALUES (1, 'new')`)).toBe('UNIQUE constraint failed: T.a');
  expect(mirror.query('SELECT DISTINCT c FROM T')).toEqual([['1x']]);
  expect(said('SELECT * FROM T INDEXED BY i')).toBe('no query solution');
  expect(said(`SELECT * FROM T INDEXED BY i WHERE b = 'new'`)).toBe('ok');
  expect(mirror.query('PRAGMA integrity_check')).toEqual([['ok']]);
});
