/** What is told of a migration from its text alone: what will not run, what it touches, and which tables it rebuilds. */

import { describe, expect, test } from 'vitest';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import type { Finding } from '../../src/findings/catalogue.ts';
import {
  analyseMigration,
  changesSchema,
  findBlockers,
  isDeferPragma,
  isForeignKeysPragma,
  isInsideRebuild,
  isRebuildCopy,
} from '../../src/plan/analyse.ts';
import { classify } from '../../src/sql/classify.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const analyse = (...statements: readonly string[]) =>
  analyseMigration(migrationFromText('1_a', statements.join(';\n')));
const block = (...statements: readonly string[]) => findBlockers(analyse(...statements), prismaTracker);
const tell = (findings: readonly Finding[]) => findings.map(({ code, args }) => ({ code, ...args }));

describe('a statement that will not run', () => {
  const tracker = { code: 'touches-tracker', table: '_prisma_migrations' };
  const temporary = { code: 'server-refuses', what: 'temporary' };
  test.each<[sql: string, blocker: object]>([
    ['BEGIN', { code: 'transaction-control', verb: 'BEGIN' }],
    ['commit', { code: 'transaction-control', verb: 'COMMIT' }],
    ['SAVEPOINT a', { code: 'transaction-control', verb: 'SAVEPOINT' }],
    ['CREATE TABLE _prisma_migrations (id)', tracker],
    ['INSERT INTO "_prisma_migrations" (id) VALUES (1)', tracker],
    ['UPDATE _PRISMA_MIGRATIONS SET id = 1', tracker],
    ['DELETE FROM main.[_prisma_migrations]', tracker],
    ['ALTER TABLE _prisma_migrations ADD COLUMN a', tracker],
    ['ALTER TABLE _prisma_migrations RENAME COLUMN a TO b', tracker],
    ['ALTER TABLE _prisma_migrations DROP COLUMN a', tracker],
    ['ALTER TABLE _prisma_migrations RENAME TO a', tracker],
    ['ALTER TABLE a RENAME TO _prisma_migrations', tracker],
    ['DROP TABLE _prisma_migrations', tracker],
    ['CREATE INDEX i ON _prisma_migrations (id)', tracker],
    ['CREATE VIEW v AS SELECT * FROM _prisma_migrations', tracker],
    ['CREATE TRIGGER r AFTER INSERT ON a BEGIN DELETE FROM "_prisma_migrations"; END', tracker],
    ['INSERT INTO a VALUES (?)', { code: 'unbound-parameter', parameter: '?' }],
    ['INSERT INTO a VALUES (:name)', { code: 'unbound-parameter', parameter: ':name' }],
    ['UPDATE a SET b = @name', { code: 'unbound-parameter', parameter: '@name' }],
    [
      "SELECT readfile('/etc/passwd')",
      { code: 'reaches-outside', what: 'call', reach: { name: 'readfile', type: 'function', does: 'reads-files' } },
    ],
    [
      'PRAGMA writable_schema=ON',
      { code: 'reaches-outside', what: 'pragma', pragma: 'writable_schema', does: 'writes-schema-text' },
    ],
    ['PRAGMA key', { code: 'reaches-outside', what: 'pragma', pragma: 'key', does: 'reaches-encryption' }],
    ['VACUUM', { code: 'server-refuses', what: 'verb', verb: 'VACUUM' }],
    ['ANALYZE', { code: 'server-refuses', what: 'verb', verb: 'ANALYZE' }],
    ["ATTACH 'a.db' AS a", { code: 'server-refuses', what: 'verb', verb: 'ATTACH' }],
    ['CREATE TEMP TABLE a (id)', temporary],
    ['CREATE TEMPORARY VIEW v AS SELECT 1', temporary],
    ['CREATE TEMP TRIGGER r AFTER INSERT ON a BEGIN SELECT 1; END', temporary],
    ['PRAGMA page_size=512', { code: 'server-refuses', what: 'pragma', pragma: 'page_size', changes: 'page_size' }],
    ['PRAGMA no_such_pragma', { code: 'server-refuses', what: 'pragma', pragma: 'no_such_pragma', changes: null }],
  ])('%s', (sql, blocker) => {
    const blockers = block('CREATE TABLE first (id)', sql);
    expect(tell(blockers)).toEqual([blocker]);
    expect(blockers.map(({ kind, place }) => [kind, place])).toEqual([['blocker', { migration: '1_a', line: 2, sql }]]);
  });

  test.each([
    'REINDEX',
    "SELECT '_prisma_migrations ? :name'",
    'CREATE TABLE a (_prisma_migrations)',
    'DROP VIEW _prisma_migrations',
    'DROP INDEX _prisma_migrations',
    'SELECT * FROM _prisma_migrations',
    "CREATE VIEW v AS SELECT '_prisma' AS a",
    'CREATE TABLE readfile (id)',
    'SELECT * FROM fsdir',
    'CREATE VIRTUAL TABLE a USING fts5(b)',
    'PRAGMA foreign_keys=OFF',
    'PRAGMA cache_size=1',
  ])('%s is none', (sql) => {
    expect(tell(block(sql))).toEqual([]);
  });

  test('has one blocker, and each statement its own', () => {
    const told = block('COMMIT', 'DELETE FROM _prisma_migrations WHERE id = ?', "SELECT readfile('a'), ?");
    expect(told.map(({ code, place }) => [code, place.line])).toEqual([
      ['transaction-control', 1],
      ['touches-tracker', 2],
      ['unbound-parameter', 3],
    ]);
  });
});

test.each<[sql: string, notes: readonly object[]]>([
  ['PRAGMA journal_mode=WAL', [{ code: 'pragma-left-out', pragma: 'journal_mode', because: 'tunes' }]],
  ['PRAGMA page_count', [{ code: 'pragma-left-out', pragma: 'page_count', because: 'reads' }]],
  ["PRAGMA encoding='UTF-8'", [{ code: 'pragma-left-out', pragma: 'encoding', because: 'is-so' }]],
  ['PRAGMA foreign_keys=ON', []],
  ['PRAGMA page_size=512', []],
  ['SELECT 1', []],
])('%s is noted where it is left out', (sql, notes) => {
  const told = analyse('SELECT 0', sql).notes;
  expect(tell(told)).toEqual(notes);
  expect(told.map(({ kind, place }) => [kind, place])).toEqual(
    notes.map(() => ['note', { migration: '1_a', line: 2, sql }]),
  );
});

test.each<[sql: string, off: boolean, deferred: boolean]>([
  ['PRAGMA foreign_keys=OFF', true, false],
  ['PRAGMA foreign_keys(0)', true, false],
  ['PRAGMA foreign_keys=ON', false, false],
  ['PRAGMA foreign_keys', false, false],
  ['PRAGMA defer_foreign_keys=ON', false, true],
  ['PRAGMA defer_foreign_keys', false, false],
  ['PRAGMA user_version=0', false, false],
])('%s and foreign keys', (sql, off, deferred) => {
  const { foreignKeysOff, foreignKeysDeferred } = analyse('SELECT 1', sql);
  expect({ foreignKeysOff, foreignKeysDeferred }).toEqual({ foreignKeysOff: off, foreignKeysDeferred: deferred });
  const kind = classify(sql);
  expect(isForeignKeysPragma(kind)).toBe(/ foreign_keys./.test(sql));
  expect(isDeferPragma(kind)).toBe(deferred);
});

const rebuild = [
  'CREATE TABLE "new_A" (id, b)',
  'INSERT INTO "new_A" ("id") SELECT "id" FROM "A"',
  'DROP TABLE "A"',
  'ALTER TABLE "new_A" RENAME TO "A"',
];

test.each<[name: string, statements: readonly string[], changesRows: boolean]>([
  ['an INSERT', ["INSERT INTO a VALUES ('b')"], true],
  ['an UPDATE', ['UPDATE a SET b = 1'], true],
  ['a DELETE', ['DELETE FROM a'], true],
  ['a SELECT', ['SELECT 1'], false],
  ['a new table', ['CREATE TABLE a (id)'], false],
  ['the copy of a rebuild', rebuild, false],
  ['a rebuild, and an UPDATE', [...rebuild, 'UPDATE "A" SET b = 1'], true],
  ['a copy into another table', [...rebuild, 'INSERT INTO "B" ("id") SELECT "id" FROM "A"'], true],
  [
    'the copy of a rebuild that leaves rows out',
    rebuild.map((sql) => (sql.startsWith('INSERT') ? `${sql} WHERE "id" > 1` : sql)),
    true,
  ],
])('%s: whether running it twice differs from once', (_, statements, changesRows) => {
  expect(analyse(...statements).changesRows).toBe(changesRows);
});

test('a statement is the copy of a rebuild only where it fills the replacement', () => {
  const { statements, rebuilds } = analyse(...rebuild);
  expect(statements.map((statement) => isRebuildCopy(statement, rebuilds))).toEqual([false, true, false, false]);
  expect(statements.map((statement) => isRebuildCopy(statement, []))).toEqual([false, false, false, false]);
});

test.each<[sql: string, tables: readonly string[]]>([
  ['CREATE TABLE "A" (id)', ['a']],
  ['INSERT INTO B VALUES (1)', ['b']],
  ['UPDATE c SET d = 1', ['c']],
  ['DELETE FROM "D"', ['d']],
  ['ALTER TABLE E ADD COLUMN f', ['e']],
  ['ALTER TABLE E RENAME COLUMN f TO g', ['e']],
  ['ALTER TABLE E DROP COLUMN f', ['e']],
  ['ALTER TABLE E RENAME TO F', ['e', 'f']],
  ['DROP TABLE "G"', ['g']],
  ['DROP VIEW v', []],
  ['CREATE INDEX i ON h (j)', []],
  ['SELECT * FROM k', []],
])('%s touches %j', (sql, tables) => {
  expect(analyse(sql).touchedTables).toEqual(tables);
  expect(analyse(sql, sql).touchedTables).toEqual(tables);
});

test.each<[sql: string, changes: boolean]>([
  ['CREATE INDEX i ON a (b)', true],
  ['ALTER TABLE a ADD COLUMN b', true],
  ['DROP VIEW v', true],
  ['INSERT INTO a VALUES (1)', false],
  ['UPDATE a SET b = 1', false],
  ['DELETE FROM a', false],
  ['SELECT 1', false],
  ['PRAGMA user_version', false],
])('%s: whether it may change the schema is %s', (sql, changes) => {
  expect(changesSchema(analyse('SELECT 1', sql))).toBe(changes);
});

test.each<[sql: string, names: boolean]>([
  ["UPDATE sqlite_sequence SET seq = 1 WHERE name = 'a'", true],
  ['DELETE FROM "SQLITE_SEQUENCE"', true],
  ["INSERT INTO a VALUES ('b') /* sqlite_sequence */", false],
  ['DELETE FROM sqlite_stat1', false],
])('%s: whether it names the counters is %s', (sql, names) => {
  expect(analyse('SELECT 1', sql).namesCounters).toBe(names);
});

describe('rebuilds', () => {
  test.each<[name: string, statements: readonly string[], found: readonly object[]]>([
    ['as Prisma writes one', rebuild, [{ table: 'A', replacement: 'new_A', first: 0, last: 3 }]],
    [
      'behind other statements, names in other letters',
      ['SELECT 1', 'CREATE TABLE NEW_a (id)', 'DROP TABLE a', 'ALTER TABLE new_A RENAME TO A'],
      [{ table: 'A', replacement: 'new_A', first: 1, last: 3 }],
    ],
    [
      'whose copy was there before',
      ['DROP TABLE a', 'ALTER TABLE b RENAME TO a'],
      [{ table: 'a', replacement: 'b', first: 0, last: 1 }],
    ],
    [
      'whose copy is made after the DROP',
      ['DROP TABLE a', 'CREATE TABLE b (id)', 'ALTER TABLE b RENAME TO a'],
      [{ table: 'a', replacement: 'b', first: 0, last: 2 }],
    ],
    [
      'of one table, twice',
      [...rebuild, ...rebuild],
      [
        { table: 'A', replacement: 'new_A', first: 0, last: 3 },
        { table: 'A', replacement: 'new_A', first: 4, last: 7 },
      ],
    ],
    ['that are none: the table stays', ['CREATE TABLE b (id)', 'ALTER TABLE b RENAME TO a'], []],
    ['that are none: a view is dropped', ['DROP VIEW a', 'ALTER TABLE b RENAME TO a'], []],
    ['that are none: dropped behind it', ['ALTER TABLE b RENAME TO a', 'DROP TABLE a'], []],
    ['that are none: another name', ['CREATE TABLE b (id)', 'DROP TABLE a', 'ALTER TABLE b RENAME TO c'], []],
  ])('%s', (_, statements, found) => {
    expect(analyse(...statements).rebuilds).toEqual(found);
  });

  test('hold their first and their last statement, and what is between', () => {
    const { rebuilds } = analyse('SELECT 1', ...rebuild, 'SELECT 2');
    expect([0, 1, 2, 3, 4, 5].map((index) => isInsideRebuild(rebuilds, index))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
  });
});
