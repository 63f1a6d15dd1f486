/** What the text of a migration alone tells of its rebuilds, its rows and its foreign keys. */

import { describe, expect, it } from 'vitest';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import {
  analyseMigration,
  changesSchema,
  isForeignKeysPragma,
  isInsideRebuild,
  isRowStatement,
} from '../../src/plan/analyse.ts';
import { classify } from '../../src/sql/classify.ts';

const analyse = (...statements: readonly string[]) =>
  analyseMigration(migrationFromText('1_a', statements.join(';\n')));

const create = (table: string) => `CREATE TABLE "new_${table}" ("id" INTEGER)`;
const copy = (table: string) => `INSERT INTO "new_${table}" ("id") SELECT "id" FROM "${table}"`;
const drop = (table: string) => `DROP TABLE "${table}"`;
const rename = (table: string) => `ALTER TABLE "new_${table}" RENAME TO "${table}"`;
const rebuild = (table: string) => [create(table), copy(table), drop(table), rename(table)];

describe('rebuilds', () => {
  const find = (...statements: readonly string[]) =>
    analyse(...statements).rebuilds.map(({ table, replacement, first, last }) => [table, replacement, first, last]);

  it('are from the CREATE of the copy to its RENAME', () => {
    expect(find('SELECT 1', ...rebuild('A'), ...rebuild('B'))).toEqual([
      ['A', 'new_A', 1, 4],
      ['B', 'new_B', 5, 8],
    ]);
  });

  it('are none without the DROP of the old table, or without its RENAME', () => {
    expect(find(create('A'), copy('A'), rename('A'))).toEqual([]);
    expect(find(create('A'), copy('A'), drop('A'))).toEqual([]);
    expect(find(create('A'), 'DROP VIEW "A"', rename('A'))).toEqual([]);
    expect(find(create('A'), drop('B'), rename('A'))).toEqual([]);
  });

  it('begin at the DROP where the copy was made elsewhere, or after it', () => {
    expect(find(drop('A'), rename('A'))).toEqual([['A', 'new_A', 0, 1]]);
    expect(find('SELECT 1', drop('A'), create('A'), rename('A'))).toEqual([['A', 'new_A', 1, 3]]);
  });

  it('begin at the last copy before the DROP, whatever the case of names', () => {
    expect(find(create('A'), 'DROP TABLE "new_A"', create('a'), drop('a'), rename('A'))).toEqual([
      ['A', 'new_A', 2, 4],
    ]);
  });

  it('have their statements inside, both ends among them', () => {
    const { rebuilds } = analyse('SELECT 1', ...rebuild('A'), 'SELECT 2');
    expect([0, 1, 4, 5].map((index) => isInsideRebuild(rebuilds, index))).toEqual([false, true, true, false]);
  });
});

describe('a migration', () => {
  it('changes rows where it inserts, updates or deletes, other than to copy a rebuilt table', () => {
    for (const sql of ['INSERT INTO "A" VALUES (1)', 'UPDATE "A" SET "x" = 1', 'DELETE FROM "A"']) {
      expect(analyse(sql).changesRows, sql).toBe(true);
    }
    expect(analyse(...rebuild('A')).changesRows).toBe(false);
    expect(
      analyse(create('A'), 'INSERT INTO "new_A" ("id") SELECT "id" + 1 FROM "A"', drop('A'), rename('A')).changesRows,
    ).toBe(true);
    expect(analyse(...rebuild('A'), 'INSERT INTO "B" SELECT * FROM "A"').changesRows).toBe(true);
    expect(analyse(...rebuild('A'), 'DELETE FROM "new_A"').changesRows).toBe(true);
    expect(analyse('SELECT 1', create('A')).changesRows).toBe(false);
  });

  it('says what it does with foreign keys', () => {
    const keys = (...statements: readonly string[]) => {
      const { foreignKeysOff, foreignKeysDeferred } = analyse(...statements);
      return [foreignKeysOff, foreignKeysDeferred];
    };
    expect(keys('PRAGMA foreign_keys=OFF')).toEqual([true, false]);
    expect(keys('PRAGMA foreign_keys=ON')).toEqual([false, false]);
    expect(keys('PRAGMA foreign_keys')).toEqual([false, false]);
    expect(keys('PRAGMA defer_foreign_keys=ON')).toEqual([false, true]);
    expect(keys('PRAGMA defer_foreign_keys')).toEqual([false, false]);
    expect(keys('PRAGMA user_version = 0')).toEqual([false, false]);
    const isPragma = (sql: string) => isForeignKeysPragma(classify(sql));
    expect([
      isPragma('PRAGMA foreign_keys=0'),
      isPragma('PRAGMA foreign_keys'),
      isPragma('PRAGMA page_size=1'),
    ]).toEqual([true, false, false]);
    expect(isPragma('SELECT 1')).toBe(false);
  });

  it('says whether it names the counters', () => {
    const names = (sql: string) => analyse(sql).namesCounters;
    expect(names('UPDATE "sqlite_sequence" SET seq = 1')).toBe(true);
    expect(names('UPDATE SQLITE_SEQUENCE SET seq = 1')).toBe(true);
    expect(names('-- sqlite_sequence\nSELECT 1')).toBe(false);
  });

  it('names the tables that it touches, folded, each once', () => {
    const touched = analyse(
      'CREATE TABLE "A" ("id")',
      'INSERT INTO "a" VALUES (1)',
      'UPDATE "B" SET "x" = 1',
      'DELETE FROM "C"',
      'ALTER TABLE "D" ADD COLUMN "x"',
      'ALTER TABLE "E" RENAME COLUMN "x" TO "y"',
      'ALTER TABLE "F" DROP COLUMN "x"',
      'ALTER TABLE "G" RENAME TO "H"',
      'DROP TABLE "I"',
      'DROP VIEW "J"',
      'CREATE INDEX "K" ON "L" ("x")',
      'SELECT * FROM "M"',
      'CREATE VIEW "N" AS SELECT 1',
    ).touchedTables;
    expect(touched).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  });

  it('may change the schema, or only rows and settings', () => {
    for (const sql of [
      'INSERT INTO A VALUES (1)',
      'UPDATE A SET x = 1',
      'DELETE FROM A',
      'SELECT 1',
      'PRAGMA page_count',
    ]) {
      expect([changesSchema(analyse(sql)), isRowStatement(classify(sql))], sql).toEqual([false, true]);
    }
    for (const sql of ['CREATE TABLE A (x)', 'DROP INDEX i', 'ALTER TABLE A ADD COLUMN x', 'EXPLAIN SELECT 1']) {
      expect(changesSchema(analyse('SELECT 1', sql)), sql).toBe(true);
    }
  });
});
