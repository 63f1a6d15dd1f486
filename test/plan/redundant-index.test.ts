/** `redundant-index`: which index another one serves for, told on the schema that the plan leaves. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../src/index.ts';
import { openProductionFile } from '../apply/production.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { planOn } from './plan-on.ts';

const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-redundant-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let databases = 0;

/** @param applied what production has. @returns `migration:line` of each finding, with the words behind "not needed". */
async function findRedundant(
  pending: readonly MigrationSource[],
  applied: readonly MigrationSource[] = [],
): Promise<readonly string[]> {
  databases += 1;
  const path = join(folder, `${databases}.db`);
  openEmbedded(path).close();
  const url = `file:${path}`;
  if (applied.length > 0) expect(await apply({ url, migrations: applied })).toMatchObject({ outcome: 'applied' });
  const { plan: planned } = await plan({ url, migrations: [...applied, ...pending] });
  const all = [...planned.migrations.flatMap(({ findings }) => findings), ...planned.findings];
  return all
    .filter(({ code }) => code === 'redundant-index')
    .map(({ migration, line, message }) => {
      const [, index, serving] = /^The index "(.*?)" (?:is|may) not (?:be )?needed: (.*)\. Remove /.exec(message) ?? [];
      return `${migration}:${line} ${index}: ${serving}`;
    });
}

const next = (sql: string): MigrationSource => ({ name: '2_next', sql });
const table = (columns = '"id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT, "c" TEXT', end = '') =>
  `CREATE TABLE "T" (${columns})${end};`;

/** The table, the indexes, and what is said of them. */
const told: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    'the beginning of a longer index, created before it',
    table(),
    'CREATE INDEX "ab" ON "T"("a", "b");\nCREATE INDEX "one" ON "T"("a");',
    ['2_next:3 one: the index "ab" also begins with "a"'],
  ],
  [
    'the beginning of a longer index, created after it',
    table(),
    'CREATE INDEX "one" ON "T"("a");\nCREATE INDEX "ab" ON "T"("a", "b");',
    ['2_next:2 one: the index "ab" also begins with "a"'],
  ],
  [
    'all of a chain but the longest, which serves for all',
    table(),
    'CREATE INDEX "a" ON "T"("a");\nCREATE INDEX "ab" ON "T"("a", "b");\nCREATE INDEX "abc" ON "T"("a", "b", "c");',
    ['2_next:2 a: the index "abc" also begins with "a"', '2_next:3 ab: the index "abc" also begins with "a", "b"'],
  ],
  [
    'the later one of two that are the same',
    table(),
    'CREATE INDEX "first" ON "T"("a", "b");\nCREATE INDEX "second" ON "T"("a", "b");',
    ['2_next:3 second: the index "first" is also on "a", "b"'],
  ],
  [
    'the second and the third of three that are the same, both by the first',
    table(),
    'CREATE INDEX "one" ON "T"("a");\nCREATE INDEX "two" ON "T"("a");\nCREATE INDEX "three" ON "T"("a");',
    ['2_next:3 two: the index "one" is also on "a"', '2_next:4 three: the index "one" is also on "a"'],
  ],
  [
    'a UNIQUE index beside a UNIQUE constraint, by the constraint',
    table('"id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE'),
    'CREATE UNIQUE INDEX "one" ON "T"("a");\nCREATE UNIQUE INDEX "two" ON "T"("a");',
    [
      '2_next:2 one: a UNIQUE constraint of "T" is also on "a"',
      '2_next:3 two: a UNIQUE constraint of "T" is also on "a"',
    ],
  ],
  [
    'the later one of two UNIQUE indexes that are the same',
    table(),
    'CREATE UNIQUE INDEX "first" ON "T"("a");\nCREATE UNIQUE INDEX "second" ON "T"("a");',
    ['2_next:3 second: the index "first" is also on "a"'],
  ],
  [
    'the plain one beside a UNIQUE index, whichever comes first',
    table(),
    'CREATE INDEX "plain" ON "T"("a");\nCREATE UNIQUE INDEX "key" ON "T"("a");',
    ['2_next:2 plain: the index "key" is also on "a"'],
  ],
  [
    'one on the INTEGER PRIMARY KEY',
    table(),
    'CREATE INDEX "id" ON "T"("id");',
    ['2_next:2 id: the primary key of "T" is also on "id"'],
  ],
  [
    'a UNIQUE one on the INTEGER PRIMARY KEY',
    table(),
    'CREATE UNIQUE INDEX "id" ON "T"("id");',
    ['2_next:2 id: the primary key of "T" is also on "id"'],
  ],
  [
    'the beginning of a primary key of several columns',
    table('"a" TEXT, "b" TEXT, PRIMARY KEY ("a", "b")'),
    'CREATE INDEX "one" ON "T"("a");\nCREATE INDEX "two" ON "T"("b");',
    ['2_next:2 one: the primary key of "T" also begins with "a"'],
  ],
  [
    'the key of a table without rowids',
    table('"a" TEXT, "b" TEXT, "c" TEXT, PRIMARY KEY ("a", "b")', ' WITHOUT ROWID'),
    'CREATE UNIQUE INDEX "both" ON "T"("a", "b");',
    ['2_next:2 both: the primary key of "T" is also on "a", "b"'],
  ],
  [
    'what a UNIQUE constraint has',
    table('"id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE'),
    'CREATE INDEX "one" ON "T"("a");',
    ['2_next:2 one: a UNIQUE constraint of "T" is also on "a"'],
  ],
  [
    'the same COLLATE',
    table(),
    'CREATE INDEX "one" ON "T"("a" COLLATE NOCASE);\nCREATE INDEX "two" ON "T"("a" COLLATE nocase, "b");',
    ['2_next:2 one: the index "two" also begins with "a"'],
  ],
  [
    'the shortest of three by the longest, where that is the first',
    table(),
    'CREATE INDEX "abc" ON "T"("a", "b", "c");\nCREATE INDEX "ab" ON "T"("a", "b");\nCREATE INDEX "a" ON "T"("a");',
    ['2_next:3 ab: the index "abc" also begins with "a", "b"', '2_next:4 a: the index "abc" also begins with "a"'],
  ],
  [
    'the shortest of three by the longest, where that is the second',
    table(),
    'CREATE INDEX "ab" ON "T"("a", "b");\nCREATE INDEX "abc" ON "T"("a", "b", "c");\nCREATE INDEX "a" ON "T"("a");',
    ['2_next:2 ab: the index "abc" also begins with "a", "b"', '2_next:4 a: the index "abc" also begins with "a"'],
  ],
  [
    'one on a column called indexed, which is no INDEXED BY',
    table('"id" INTEGER PRIMARY KEY, "indexed" TEXT, "b" TEXT'),
    'CREATE INDEX "ab" ON "T"("indexed", "b");\nCREATE INDEX "one" ON "T"("indexed");',
    ['2_next:3 one: the index "ab" also begins with "indexed"'],
  ],
  [
    'one whose name a view has for something else',
    table(),
    'CREATE INDEX "ab" ON "T"("a", "b");\nCREATE INDEX "one" ON "T"("a");\nCREATE VIEW "v" AS SELECT "a" AS "one" FROM "T";',
    ['2_next:3 one: the index "ab" also begins with "a"'],
  ],
  [
    'one that has the name of a trigger',
    table(),
    'CREATE INDEX "ab" ON "T"("a", "b");\nCREATE INDEX "one" ON "T"("a");\nCREATE TRIGGER "one" AFTER INSERT ON "T" BEGIN SELECT 1; END;',
    ['2_next:3 one: the index "ab" also begins with "a"'],
  ],
  [
    'the later one of two UNIQUE indexes, whatever another column does in a conflict',
    table('"id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE ON CONFLICT REPLACE, "b" TEXT'),
    'CREATE UNIQUE INDEX "first" ON "T"("b");\nCREATE UNIQUE INDEX "second" ON "T"("b");',
    ['2_next:3 second: the index "first" is also on "b"'],
  ],
];

it.each(told)('tells %s', async (_, made, indexes, expected) => {
  expect(await findRedundant([next(`${made}\n${indexes}`)])).toEqual(expected);
});

const kept: readonly (readonly [string, string, string])[] = [
  ['columns in another order', table(), 'CREATE INDEX "ab" ON "T"("a", "b"); CREATE INDEX "ba" ON "T"("b");'],
  [
    'a UNIQUE index that is shorter',
    table(),
    'CREATE INDEX "ab" ON "T"("a", "b"); CREATE UNIQUE INDEX "u" ON "T"("a");',
  ],
  [
    'a UNIQUE index that is shorter than a UNIQUE one',
    table(),
    'CREATE UNIQUE INDEX "ab" ON "T"("a", "b"); CREATE UNIQUE INDEX "u" ON "T"("a");',
  ],
  ['a longer index than a key', table(), 'CREATE UNIQUE INDEX "u" ON "T"("a"); CREATE INDEX "ab" ON "T"("a", "b");'],
  ['a longer index than the rowid', table(), 'CREATE INDEX "ida" ON "T"("id", "a");'],
  [
    'an index that a view asks for',
    table(),
    'CREATE INDEX "one" ON "T"("a"); CREATE INDEX "ab" ON "T"("a", "b"); CREATE VIEW "v" AS SELECT * FROM "T" INDEXED BY "one" WHERE "a" = 1;',
  ],
  [
    'an index that a trigger asks for',
    table(),
    'CREATE INDEX "one" ON "T"("a"); CREATE INDEX "ab" ON "T"("a", "b"); CREATE TRIGGER "t" AFTER INSERT ON "T" BEGIN SELECT * FROM "T" INDEXED BY "one" WHERE "a" = 1; END;',
  ],
  ['another second column', table(), 'CREATE INDEX "ab" ON "T"("a", "b"); CREATE INDEX "ac" ON "T"("a", "c");'],
  [
    'another COLLATE than that of a primary key',
    table('"a" TEXT COLLATE NOCASE PRIMARY KEY'),
    'CREATE INDEX "one" ON "T"("a" COLLATE BINARY);',
  ],
  ['another COLLATE', table(), 'CREATE INDEX "ab" ON "T"("a" COLLATE NOCASE, "b"); CREATE INDEX "one" ON "T"("a");'],
  ['a descending column', table(), 'CREATE INDEX "ab" ON "T"("a", "b"); CREATE INDEX "one" ON "T"("a" DESC);'],
  ['a longer index that descends', table(), 'CREATE INDEX "ab" ON "T"("a" DESC, "b"); CREATE INDEX "one" ON "T"("a");'],
  [
    'a part of the rows',
    table(),
    `CREATE INDEX "ab" ON "T"("a", "b"); CREATE INDEX "one" ON "T"("a") WHERE "b" = 'x';`,
  ],
  [
    'a longer index of a part of the rows',
    table(),
    `CREATE INDEX "ab" ON "T"("a", "b") WHERE "c" = 'x'; CREATE INDEX "one" ON "T"("a");`,
  ],
  ['an expression', table(), 'CREATE INDEX "ab" ON "T"(lower("a"), "b"); CREATE INDEX "one" ON "T"(lower("a"));'],
  [
    'a UNIQUE index beside a constraint that replaces',
    table('"id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE ON CONFLICT REPLACE'),
    'CREATE UNIQUE INDEX "u" ON "T"("a");',
  ],
  [
    'the same, where a trigger of another table has the name of the table',
    `${table('"id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE ON CONFLICT REPLACE')} CREATE TABLE "U" ("a" TEXT);`,
    'CREATE UNIQUE INDEX "u" ON "T"("a"); CREATE TRIGGER "T" AFTER INSERT ON "U" BEGIN SELECT 1; END;',
  ],
  [
    'the same columns of another table',
    `${table()} CREATE TABLE "U" ("a" TEXT, "b" TEXT);`,
    'CREATE INDEX "ab" ON "U"("a", "b"); CREATE INDEX "one" ON "T"("a");',
  ],
];

it.each(kept)('says nothing of %s', async (_, made, indexes) => {
  expect(await findRedundant([next(`${made}\n${indexes}`)])).toEqual([]);
});

const init = { name: '1_init', sql: `${table()} CREATE INDEX "ab" ON "T"("a", "b");` };
const one = next('CREATE INDEX "one" ON "T"("a");');

it('looks at what production has', async () => {
  expect(await findRedundant([one], [init])).toEqual(['2_next:1 one: the index "ab" also begins with "a"']);
});

it('names a constraint before an index that does the same', async () => {
  const unique = {
    name: '1_init',
    sql: 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE); CREATE INDEX "old" ON "T"("a");',
  };
  expect(await findRedundant([one], [unique])).toEqual(['2_next:1 one: a UNIQUE constraint of "T" is also on "a"']);
});

it('tells an index that production had on other columns', async () => {
  const before = { name: '1_more', sql: 'CREATE INDEX "one" ON "T"("c");' };
  const moved = next('DROP INDEX "one";\nCREATE INDEX "one" ON "T"("a");');
  expect(await findRedundant([moved], [init, before])).toEqual(['2_next:2 one: the index "ab" also begins with "a"']);
});

it.each([
  ['CREATE INDEX', 'index', ['a']],
  ['CREATE UNIQUE INDEX', 'unique-index', ['a', 'b']],
])('notes %s as what it is', async (create, type, columns) => {
  const on = columns.map((column) => `"${column}"`).join(', ');
  const files = {
    '1_init': 'CREATE TABLE "T" ("a", "b", UNIQUE ("a", "b"));\n',
    '2_next': `${create} "i" ON "T"(${on});\n`,
  };
  const { plan: planned } = await planOn(await openProductionFile(), files);
  const findings = planned.migrations.flatMap((migration) => migration.findings);
  const servedBy = { type: 'unique-constraint', name: 'sqlite_autoindex_T_1', columns: ['a', 'b'] };
  expect(findings.map(({ kind, args }) => ({ kind, ...args }))).toEqual([
    { kind: 'note', index: 'i', table: 'T', type, columns, servedBy },
  ]);
});

it('looks at the end of the plan: what is dropped later neither serves nor is told', async () => {
  const dropped = (name: string) => ({ name: '3_drop', sql: `DROP INDEX "${name}";` });
  expect(await findRedundant([one, dropped('ab')], [init])).toEqual([]);
  expect(await findRedundant([one, dropped('one')], [init])).toEqual([]);
});

it('follows a table that gets another name, and an index that is created again', async () => {
  const renamed = { name: '3_rename', sql: 'ALTER TABLE "T" RENAME TO "V";' };
  expect(await findRedundant([one, renamed], [init])).toEqual(['2_next:1 one: the index "ab" also begins with "a"']);
  const again = { name: '3_again', sql: 'DROP INDEX "one";\nCREATE INDEX "one" ON "T"("b");' };
  expect(await findRedundant([one, again], [init])).toEqual([]);
});

it('says nothing of an index that production has, and a rebuild makes again', async () => {
  const rebuild = {
    name: '3_rebuild',
    sql: [
      'CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT, "c" TEXT, "d" TEXT);',
      'INSERT INTO "new_T" ("id", "a", "b", "c") SELECT "id", "a", "b", "c" FROM "T";',
      'DROP TABLE "T"; ALTER TABLE "new_T" RENAME TO "T";',
      'CREATE INDEX "ab" ON "T"("a", "b");',
      'CREATE INDEX "one" ON "T"("a");',
    ].join('\n'),
  };
  expect(await findRedundant([rebuild], [init, one])).toEqual([]);
  expect(await findRedundant([rebuild], [init])).toEqual(['3_rebuild:5 one: the index "ab" also begins with "a"']);
});

it('says nothing of an index that is left out, because production has it in other words', async () => {
  const byHand = { name: '1_more', sql: 'create index one on T (a);' };
  expect(await findRedundant([one], [init, byHand])).toEqual([]);
});

it('says nothing where the end of the plan is not known', async () => {
  const failing = { name: '3_fails', sql: 'DROP INDEX "ab"; DROP TABLE "X";' };
  expect(await findRedundant([one, failing], [init])).toEqual([]);
  const last = { name: '3_fails', sql: 'DROP TABLE "X"; DROP INDEX "ab";' };
  expect(await findRedundant([one, last], [init])).toEqual([]);
});

it('says nothing of an index that production has, written in other words', async () => {
  const applied = { name: '1_init', sql: `${table()}\nCREATE INDEX one ON T(a);` };
  const again = next('DROP INDEX "one";\nCREATE INDEX "one" ON "T" ("a");\nCREATE INDEX "ab" ON "T"("a", "b");');
  expect(await findRedundant([again], [applied])).toEqual([]);
});
