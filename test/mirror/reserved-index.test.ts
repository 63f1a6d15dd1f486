/** Indexes with a name that SQLite keeps for itself: the same as one over the same columns by any other name. */

import { expect, it } from 'vitest';
import { alignFreed, compareFreed, freeReservedIndexes, withFormerNames } from '../../src/mirror/reserved-index.ts';
import { parseSchema } from '../../src/schema/model/objects.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const name = 'sqlite_autoindex_t_1';
const table = ['table', 't', 't', 'CREATE TABLE t (a TEXT, b TEXT)'];
const reserved = ['index', name, 't', `CREATE UNIQUE INDEX "${name}" ON "t"("a")`];
const index = (sql: string) => ['index', 'other', 't', sql];
const read = (...objects: readonly (readonly string[])[]) =>
  freeReservedIndexes(parseSchema(objects, [], prismaTracker));
const list = (left: ReturnType<typeof read>, right: ReturnType<typeof read>) =>
  withFormerNames(withFormerNames(compareFreed(left, right), left), right).map(
    ({ kind, object, name: of, left: mine }) => `${kind} of ${object} ${of} ${mine === null ? 'right' : 'left'}`,
  );

it('is made under a free name', () => {
  const freed = read(table, reserved, index('CREATE INDEX "autoindex_t_1" ON t (b)').with(1, 'autoindex_t_1'));
  expect(freed.objects.map((object) => object.name)).toEqual(['t', 'autoindex_t_1_2', 'autoindex_t_1']);
  expect(freed.objects[1]?.sql).toBe('CREATE UNIQUE INDEX "autoindex_t_1_2" ON "t"("a")');
});

it.each([
  ['the same on both sides', [table, reserved]],
  ['an index by another name', [table, index('CREATE UNIQUE INDEX other ON t (a)')]],
  ['a UNIQUE', [['table', 't', 't', 'CREATE TABLE t (a TEXT UNIQUE, b TEXT)']]],
  ['a UNIQUE of the table', [['table', 't', 't', 'CREATE TABLE t (a TEXT, b TEXT, UNIQUE ("A"))']]],
])('is no difference beside %s', (_, other) => {
  expect(list(read(table, reserved), read(...other))).toEqual([]);
  expect(list(read(...other), read(table, reserved))).toEqual([]);
});

it('is no difference beside the same index that is not unique, where it is none either', () => {
  const plain = (called: string) => ['index', called, 't', `CREATE INDEX "${called}" ON "t"("a")`];
  expect(list(read(table, plain(name)), read(table, plain('t_a_idx')))).toEqual([]);
});

it.each([
  ['nothing', [table], []],
  ['an index over other columns', [table, index('CREATE UNIQUE INDEX other ON t (b)')], ['existence of index other']],
  ['an index that is not unique', [table, index('CREATE INDEX other ON t (a)')], ['existence of index other']],
  ['a partial one', [table, index('CREATE UNIQUE INDEX other ON t (a) WHERE b > 1')], ['existence of index other']],
  ['one in another order', [table, index('CREATE UNIQUE INDEX other ON t (a DESC)')], ['existence of index other']],
])('is a difference beside %s, under the name that it has', (_, other, besides) => {
  const expected = [`existence of index ${name} left`, ...besides.map((text) => `${text} right`)].sort();
  expect([...list(read(table, reserved), read(...other))].sort()).toEqual(expected);
});

it.each(['id INTEGER PRIMARY KEY, a TEXT', 'id INTEGER, a TEXT, UNIQUE (id)'])(
  'is no difference where its own table says the same: %s',
  (columns) => {
    const own = ['table', 't', 't', `CREATE TABLE t (${columns})`];
    const unique = ['index', name, 't', `CREATE UNIQUE INDEX "${name}" ON "t"("id")`];
    expect(list(read(own, unique), read(own))).toEqual([]);
    expect(list(read(own), read(own, unique))).toEqual([]);
    expect(alignFreed(read(own, unique), read(own)).left.objects.map((object) => object.name)).toEqual(['t']);
  },
);

it('gives both sides what the other has of it, so that nothing is written about it', () => {
  const aligned = alignFreed(read(table, reserved), read(table, index('CREATE UNIQUE INDEX other ON t (a)')));
  const names = (objects: readonly { readonly name: string }[]) => objects.map((object) => object.name);
  expect([names(aligned.left.objects), names(aligned.right.objects)]).toEqual([
    ['t', 'other'],
    ['t', 'other'],
  ]);
});
