import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { normalizeStatement } from '../../src/sql/normalize.ts';
import { isReserved } from '../../src/sql/reserved.ts';
import { splitStatements } from '../../src/sql/split.ts';
import { tokenize } from '../../src/sql/tokenize.ts';
import { scripts } from './corpus.ts';
import { isReadable, withEngine } from './engine.ts';
import { soup } from './soup.ts';

test('the canonical text of a statement', () => {
  expect(
    normalizeStatement("CREATE UNIQUE INDEX IF NOT EXISTS main.[My i] -- c\r\nON t(`A`,lower( b )) WHERE c='It''s';"),
  ).toBe(`create unique index "my i" on "t" ( "a" , "lower" ( "b" ) ) where "c" = 'It''s'`);
  expect(normalizeStatement("CREATE TABLE 'T' (a DEFAULT Abc, b DEFAULT NULL, c DEFAULT x'AB')")).toBe(
    'create table "t" ( "a" default `Abc` , "b" default null , "c" default x\'ab\' )',
  );
  expect(normalizeStatement('CREATE VIRTUAL TABLE main.F USING FTS5(Body, tokenize="Porter")')).toBe(
    'create virtual table "f" using "fts5" ( Body , tokenize = "Porter" )',
  );
  expect(normalizeStatement('SELECT 1;')).toBe('select 1');
  expect(normalizeStatement(' ; -- nothing')).toBe('');
});

describe('two texts of the same object are one', () => {
  test.each([
    ['CREATE TABLE t (a TEXT)', 'create\ttable "T"([A] text);'],
    ['CREATE TABLE t (a)', 'CREATE TABLE IF NOT EXISTS main.t (a)'],
    ['CREATE TABLE t (a)', "CREATE TABLE 'T' (a)"],
    ['CREATE TABLE t (a -- comment\n)', 'CREATE /* ; */ TABLE t (a)'],
    ['CREATE INDEX i ON t (a DESC)', 'CREATE INDEX IF NOT EXISTS "i" ON `T`(a desc)'],
    ['CREATE VIEW v AS SELECT a FROM t', 'CREATE VIEW main.V AS\r\nselect "a" from [t]'],
    [
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
      'create trigger if not exists G after insert on t begin select 1 ; end;',
    ],
    ['CREATE TABLE t (a DEFAULT "x")', 'CREATE TABLE t (a DEFAULT [x])'],
    ['CREATE TABLE t (a DEFAULT TRUE)', 'CREATE TABLE t (a DEFAULT true)'],
    ['CREATE TABLE t (a DEFAULT Current_Timestamp)', 'CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP)'],
    [
      'CREATE TABLE t (a REFERENCES t ON DELETE SET DEFAULT "on" INT)',
      'CREATE TABLE t (a REFERENCES t ON DELETE SET DEFAULT "ON" INT)',
    ],
  ])('%s | %s', (left, right) => {
    expect(normalizeStatement(left)).toBe(normalizeStatement(right));
  });
});

describe('what is not the same stays apart', () => {
  test.each([
    ["SELECT 'a'", 'SELECT "a"'],
    ["SELECT 'a'", "SELECT 'A'"],
    ['SELECT a', 'SELECT é'],
    ['SELECT É', 'SELECT é'],
    ['SELECT "a b"', 'SELECT a b'],
    ['SELECT "a"" ""b"', 'SELECT "a" "b"'],
    ['SELECT a.b', 'SELECT "a.b"'],
    ['SELECT 1', 'SELECT 1.0'],
    ['CREATE TABLE t (a NOT NULL)', 'CREATE TABLE t (a "NOT" NULL)'],
    ['CREATE TABLE t (a CHECK (a IS NULL))', 'CREATE TABLE t (a CHECK (a IS "null"))'],
    ['CREATE TABLE t (a DEFAULT "Active")', 'CREATE TABLE t (a DEFAULT "active")'],
    ['CREATE TABLE t (a DEFAULT Active)', 'CREATE TABLE t (a DEFAULT active)'],
    ['CREATE TABLE t (a DEFAULT true)', 'CREATE TABLE t (a DEFAULT "true")'],
    ['CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP)', 'CREATE TABLE t (a DEFAULT "CURRENT_TIMESTAMP")'],
    ['CREATE TABLE t (a DEFAULT null)', 'CREATE TABLE t (a DEFAULT "null")'],
    ['CREATE TABLE temp.t (a)', 'CREATE TABLE t (a)'],
    ['CREATE TABLE t (a)', 'CREATE TEMP TABLE t (a)'],
    [
      'CREATE VIRTUAL TABLE f USING fts5(a, tokenize="Porter")',
      'CREATE VIRTUAL TABLE f USING fts5(a, tokenize="porter")',
    ],
  ])('%s | %s', (left, right) => {
    expect(normalizeStatement(left)).not.toBe(normalizeStatement(right));
  });
});

it('changes nothing when it is applied twice', () => {
  fc.assert(
    fc.property(fc.oneof(soup, fc.constantFrom(...Object.values(scripts))), (text) => {
      for (const { sql } of splitStatements(text)) {
        const once = normalizeStatement(sql);
        if (tokenize(sql).every((token) => token.kind !== 'illegal')) expect(normalizeStatement(once)).toBe(once);
      }
    }),
    { numRuns: 500 },
  );
});

/** The canonical text as SQL: SQLite takes a keyword that may be a name only without quotes. */
function makeRunnable(canonical: string): string {
  return tokenize(canonical)
    .map(({ text }) => (/^"[a-z]+"$/.test(text) && !isReserved(text.slice(1, -1)) ? text.slice(1, -1) : text))
    .join(' ');
}

const tables = [
  'CREATE TABLE t (Id INTEGER PRIMARY KEY AUTOINCREMENT, "key" TEXT NOT NULL DEFAULT "It""s", [b c] VARCHAR(10) COLLATE NOCASE)',
  'CREATE TABLE t (a INT DEFAULT -1, b REAL DEFAULT (1 + 2), c DEFAULT true, d DEFAULT "true", e DEFAULT Abc, f BLOB DEFAULT x\'AB\')',
  'CREATE TABLE t (a PRIMARY KEY, b AS (a || \'X\') STORED, c GENERATED ALWAYS AS ("a" + 1)) WITHOUT ROWID',
  'CREATE TABLE t (a INTEGER, b TEXT, CONSTRAINT "u" UNIQUE (a, b DESC), CHECK (a > 0 AND "b" <> \'Z\')) STRICT',
  'CREATE TABLE t (a REFERENCES t (a) ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY (a) REFERENCES T ON UPDATE CASCADE)',
  'CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP, b DATETIME DEFAULT current_date, "select" INT, end INT, \'s\' TEXT)',
];

test.each(tables)('libSQL makes the same table of the canonical text: %s', (sql) => {
  const read = (text: string) =>
    withEngine((engine) => {
      engine.run(text);
      return [
        "SELECT lower(name), upper(replace(type, ' ', '')), \"notnull\", pk, hidden FROM pragma_table_xinfo('t')",
        'SELECT name, "unique", origin FROM pragma_index_list(\'t\')',
        'SELECT lower("table"), lower("from"), on_update, on_delete FROM pragma_foreign_key_list(\'t\')',
        "SELECT wr, strict FROM pragma_table_list WHERE name = 't'",
      ].map(engine.query);
    });
  expect(read(makeRunnable(normalizeStatement(sql)))).toEqual(read(sql));
});

test('libSQL gives a row the same defaults by the canonical text', () => {
  const read = (text: string) =>
    withEngine((engine) => {
      engine.run(text);
      engine.run('INSERT INTO t DEFAULT VALUES');
      return engine.query('SELECT * FROM t');
    });
  const sql =
    'CREATE TABLE t (a DEFAULT "Ab`c", b DEFAULT Abc, c DEFAULT True, d DEFAULT "True", e DEFAULT Key, f DEFAULT \'X\', g DEFAULT NULL)';
  expect(read(sql)).toEqual([['Ab`c', 'Abc', 1, 'True', 'Key', 'X', null]]);
  expect(read(makeRunnable(normalizeStatement(sql)))).toEqual(read(sql));
});

describe('reserved words are those that libSQL refuses as a bare name', () => {
  const names =
    'abort action after always analyze asc attach before begin by cascade cast column conflict cross current database deferred desc detach do each end exclude exclusive explain fail first following for full generated glob groups if ignore immediate indexed initially inner instead key last left like match materialized natural no nulls of offset others outer over partition plan pragma preceding query raise range recursive regexp reindex release rename replace restrict right rollback row rows savepoint temp temporary ties trigger unbounded vacuum view virtual window with without filter';
  test.each(names.split(' '))('%s is a name', (word) => {
    expect(isReserved(word)).toBe(false);
    expect(isReadable(`CREATE TABLE t (${word} INT)`)).toBe(true);
  });
  const reserved =
    'ADD all alter and as autoincrement between case check collate commit constraint create default deferrable delete distinct drop else escape except exists foreign from group having in index insert intersect into is isnull join limit not nothing notnull null on or order primary references returning select set table then to transaction union unique update using values when where';
  test.each(reserved.split(' '))('%s is not', (word) => {
    expect(isReserved(word)).toBe(true);
    expect(isReadable(`CREATE TABLE t (${word} INT)`)).toBe(false);
  });
});
