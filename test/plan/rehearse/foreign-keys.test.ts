/** Which foreign keys a migration that switches them off could break, asked of the engine. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { analyseMigration } from '../../../src/plan/analyse.ts';
import { findForeignKeys } from '../../../src/plan/rehearse/foreign-keys.ts';
import { testOutside } from '../plan-on.ts';

const schema = [
  'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY, "a", "b", UNIQUE ("a", "b"))',
  'CREATE TABLE "C" ("b", "a", "p" REFERENCES "p", PRIMARY KEY ("a", "b"), FOREIGN KEY ("a", "b") REFERENCES "P" ("b", "a"))',
  'CREATE TABLE "D" ("id" INTEGER PRIMARY KEY, "c" REFERENCES "E" ("id"))',
  'CREATE TABLE "E" ("id" INTEGER PRIMARY KEY)',
  'CREATE TABLE "F" ("id" INTEGER PRIMARY KEY, "e" REFERENCES "E" ("id"))',
];

async function find(sql: string, more: readonly string[] = []) {
  const mirror = await testOutside().openMirror();
  try {
    for (const statement of [...schema, ...more]) mirror.run(statement);
    const { keys, broken } = findForeignKeys(mirror, analyseMigration(migrationFromText('1', sql)));
    return { keys, broken };
  } finally {
    mirror.close();
  }
}

/** `child.columns>parent` of each. */
const names = async (sql: string, more: readonly string[] = []) =>
  (await find(sql, more)).keys.map(({ child, columns, parent }) => `${child}.${columns.join('+')}>${parent}`);

const ofC = ['C.p>p', 'C.a+b>P'];

it.each<[sql: string, keys: readonly string[]]>([
  ['UPDATE "c" SET "a" = 1', ofC],
  ['DELETE FROM "P"', ofC],
  ['DELETE FROM "E"', ['D.c>E', 'F.e>E']],
  ['INSERT INTO "D" VALUES (1, 1)', ['D.c>E']],
  ['CREATE TABLE "X" ("id"); SELECT * FROM "C"', []],
  ['CREATE TRIGGER "r" AFTER INSERT ON "X" BEGIN DELETE FROM "C"; END; DROP TRIGGER "r"', [...ofC, 'D.c>E', 'F.e>E']],
])('%s: %j', async (sql, keys) => {
  expect((await names(sql)).toSorted()).toEqual([...keys].toSorted());
});

it('any key may break where a trigger fires on what is touched, and none more where it fires elsewhere', async () => {
  const trigger = (table: string) => [`CREATE TRIGGER "r" AFTER UPDATE ON "${table}" BEGIN DELETE FROM "P"; END`];
  expect(await names('UPDATE "d" SET "c" = 1', trigger('D'))).toHaveLength(4);
  expect(await names('UPDATE "d" SET "c" = 1', trigger('E'))).toEqual(['D.c>E']);
});

it('a key has its columns in its own order, those of the parent, and what a row is known by', async () => {
  const { keys } = await find('UPDATE "C" SET "a" = 1');
  const shared = { child: 'C', identity: ['a', 'b'] };
  expect(keys.toSorted((left, right) => left.columns.length - right.columns.length)).toEqual([
    // It names no columns of the parent: its primary key is meant.
    { ...shared, columns: ['p'], parent: 'p', parentColumns: ['id'] },
    { ...shared, columns: ['a', 'b'], parent: 'P', parentColumns: ['b', 'a'] },
  ]);
});

it('a key to a table that is not there points nowhere, whatever columns it names', async () => {
  const gone = ['CREATE TABLE "G" ("x" REFERENCES "Nowhere", "y" REFERENCES "Nowhere" ("id"))'];
  const { keys } = await find('UPDATE "G" SET "x" = 1', gone);
  expect(keys.map(({ identity, parentColumns }) => [identity, parentColumns])).toEqual([
    [[], null],
    [[], null],
  ]);
});

it('a key that is there twice is looked at once', async () => {
  const twice = ['CREATE TABLE "G" ("x" REFERENCES "E" REFERENCES "E", "y" REFERENCES "E")'];
  expect(await names('UPDATE "G" SET "x" = 1', twice)).toHaveLength(2);
});

it('a table of which one key cannot be checked is named, with no key of it; another is as it was', async () => {
  const mismatch = ['CREATE TABLE "G" ("x" REFERENCES "P" ("nothing"), "y" REFERENCES "E")'];
  const told = await find('DELETE FROM "E"', mismatch);
  expect([told.broken, told.keys.map(({ child }) => child).toSorted()]).toEqual([['G'], ['D', 'F']]);
  expect((await find('UPDATE "C" SET "a" = 1', mismatch)).broken).toEqual([]);
});

it('a table with one key that is concerned is looked at for all that it has', async () => {
  const both = ['CREATE TABLE "G" ("x" REFERENCES "P" ("id"), "y" REFERENCES "E")'];
  expect((await names('DELETE FROM "E"', both)).filter((name) => name.startsWith('G'))).toHaveLength(2);
});
