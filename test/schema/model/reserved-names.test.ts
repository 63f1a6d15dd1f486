/** Names that SQLite keeps for itself. */

import { expect, it } from 'vitest';
import {
  findAutomaticOwner,
  freeReservedName,
  isRefusedName,
  nameAnew,
} from '../../../src/schema/model/reserved-names.ts';

it.each([
  ['sqlite_x', true],
  ['SQLite_x', true],
  ['sqlitex', false],
  ['my_sqlite_x', false],
])('%s', (name, refused) => {
  expect(isRefusedName(name)).toBe(refused);
});

it.each([
  ['sqlite_autoindex_t_1', 'autoindex_t_1'],
  ['SQLITE_sqlite_x', 'x'],
  ['sqlite_', 'renamed'],
  ['sqlite_taken', 'taken_3'],
])('%s becomes %s', (name, free) => {
  const taken = new Set(['taken', 'taken_2']);
  expect(freeReservedName(name, taken)).toBe(free);
  expect(nameAnew(name, `CREATE INDEX "${name}" ON t (a); -- more`, taken)).toBe(`CREATE INDEX "${free}" ON t (a)`);
});

it.each([
  ['sqlite_autoindex_Post_1', 'Post'],
  ['SQLITE_AUTOINDEX_a_b_12', 'a_b'],
  ['sqlite_autoindex_two\nlines_1', 'two\nlines'],
  ['sqlite_autoindex__1', null],
  ['sqlite_autoindex_Post_', null],
  ['sqlite_autoindex_Post_x', null],
  ['sqlite_autoindex_Post', null],
  ['autoindex_Post_1', null],
])('%j is the index of a constraint of %j', (name, table) => {
  expect(findAutomaticOwner(name)).toBe(table);
});
