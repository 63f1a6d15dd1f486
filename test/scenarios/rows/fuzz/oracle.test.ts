/** The judge of the random stories: it sees what is lost and broken, and nothing where all is well. */

import { expect, test } from 'vitest';
import type { Finding } from '../../../../src/index.ts';
import { type Embedded, openEmbedded } from '../../../support/embedded-adapter.ts';
import { runByHand } from './by-hand.ts';
import { plain } from './columns.ts';
import { findDamages } from './damages.ts';
import { readDump } from './dump.ts';
import { findBroken, readHealth } from './health.ts';
import { findLosses, findLostMarks, listSaid } from './losses.ts';
import type { FuzzStory } from './story.ts';
import type { Table } from './world.ts';

const item: Table = {
  ...{ name: 'Item', kind: 'rowid', strict: false, constraints: [], origin: 'Item' },
  columns: [{ ...plain('id'), type: 'INTEGER', isKey: true }, plain('a'), plain('b')],
};

const schema = [
  'CREATE TABLE "Item" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT)',
  'CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "item" INTEGER REFERENCES "Item" ("id"))',
  `CREATE VIRTUAL TABLE "search" USING fts5("a", content='Item', content_rowid='id')`,
];
const rows = [
  `INSERT INTO "Item" VALUES (1, 'M1m', 'x'), (2, 'M2m', 'y')`,
  'INSERT INTO "Order" VALUES (1, 1), (2, 9)',
  `INSERT INTO "search" ("search") VALUES ('rebuild')`,
];

/** A story that says nothing of itself. */
function storyOf(pending: readonly string[], words: Partial<FuzzStory> = {}): FuzzStory {
  const none: ReadonlySet<string> = new Set();
  return {
    ...{ schema, rows, pending: [pending], parts: 1, before: [item], after: [item] },
    ...{ named: none, spoken: none, computed: none, filled: none },
    ...{ ownWords: new Map(), names: new Map([['Item', new Set(['Item'])]]), ...words },
  };
}

function changed(sql: string): { readonly was: Embedded; readonly is: Embedded } {
  const [was, is] = [openEmbedded(), openEmbedded()];
  for (const database of [was, is]) database.exec(['PRAGMA foreign_keys=OFF', ...schema, ...rows].join(';\n'));
  is.exec(sql);
  return { was, is };
}

function listLosses(sql: string, told: readonly Finding[] = []): readonly string[] {
  const story = storyOf([sql]);
  const { was, is } = changed(sql);
  const [before, after] = [readDump(was), readDump(is)];
  const faults = [
    ...findLosses(story, told, before, after),
    ...findLostMarks(story, told, before, after, runByHand(story, []).named),
  ];
  return faults.map(({ text }) => text);
}

const hazard = (message: string): Finding => ({
  ...{ kind: 'hazard', code: 'data-loss', message, migration: null, line: null, sql: null },
});

test('a value that is gone is a loss, unless it is told', () => {
  const sql = `UPDATE "Item" SET "a" = 'M2m' WHERE "id" = 1`;
  expect(listLosses(sql)).toEqual(['values of Item.a', 'M1m of Item.a']);
  expect(listLosses(sql, [hazard('Drops "Item" with 2 rows.')])).toEqual([]);
  expect(listLosses(sql, [hazard('Rebuilds "Item" and changes the values of "Item"."a" in 1 row.')])).toEqual([]);
});

test('what is told of another column tells nothing', () => {
  const sql = `UPDATE "Item" SET "a" = NULL WHERE "id" = 1`;
  expect(listLosses(sql, [hazard('Drops "Item"."b" with its values in 2 rows.')])).toEqual(['M1m of Item.a']);
});

test('what a copy says of a column in so many words is no loss; what it does to another is', () => {
  const sql = `UPDATE "Item" SET "a" = 'M2m', "b" = 'z' WHERE "id" = 1`;
  const { was, is } = changed(sql);
  const note: Finding = { ...hazard('Rebuilds "Item" and changes the values of "Item"."a" in 1 row.'), kind: 'note' };
  const faults = findLosses(listSaid(storyOf([sql]), [note]), [], readDump(was), readDump(is));
  expect(faults.map(({ text }) => text)).toEqual(['values of Item.b']);
});

test('values that change their rows are lost, although each is still there', () => {
  expect(listLosses(`UPDATE "Item" SET "b" = CASE "b" WHEN 'x' THEN 'y' ELSE 'x' END`)).toEqual(['values of Item.b']);
});

test('what a statement deletes by its own words is no loss; what goes with it is', () => {
  const sql = 'DELETE FROM "Item" WHERE "id" = 1';
  const ownWords = new Map([[sql, { finds: 'SELECT * FROM "Item" WHERE "id" = 1', columns: 'all' as const }]]);
  const { named } = runByHand(storyOf([sql], { ownWords }), []);
  expect([...named]).toEqual(['M1m']);
  const { was, is } = changed('DELETE FROM "Item"');
  const faults = findLostMarks(storyOf([sql]), [], readDump(was), readDump(is), named);
  expect(faults.map(({ text }) => text)).toEqual(['M2m of Item.a']);
});

test.each([
  ['a key that points nowhere now', 'DELETE FROM "Item" WHERE "id" = 1', ['keys', 'search']],
  ['a stale full-text index', `UPDATE "Item" SET "a" = 'z' WHERE "id" = 1`, ['search']],
  [
    'a row that breaks its table',
    'ALTER TABLE "Order" ALTER COLUMN "item" TO "item" INTEGER CHECK ("item" > 5)',
    ['table'],
  ],
  [
    'other names, which break nothing',
    'ALTER TABLE "Order" RENAME COLUMN "item" TO "x"; ALTER TABLE "Order" RENAME TO "Y"',
    [],
  ],
])('the checks of the engine find %s', (_, sql, found) => {
  const { was, is } = changed(sql);
  expect(findBroken(readHealth(was), readHealth(is)).map(({ of }) => of)).toEqual(found);
});

test('what is broken is no damage where a finding says so', () => {
  const { was, is } = changed('DELETE FROM "Item" WHERE "id" = 1');
  const [before, after] = [readHealth(was), readHealth(is)];
  const told = (code: Finding['code']): Finding => ({ ...hazard(''), code });
  expect(findDamages(storyOf([]), [], before, after)).toHaveLength(2);
  expect(findDamages(storyOf([]), [told('foreign-keys'), told('leaves-broken')], before, after)).toEqual([]);
});
