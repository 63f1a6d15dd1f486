/** Rows that point nowhere, as SQL: what it finds is what SQLite finds, what it keeps is no value, and it has its bounds. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardViolations, violationsAsJson } from '../../src/apply/violations.ts';
import { type ForeignKey, type KeyCheck, pairKeys } from '../../src/plan/key-checks.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';
import { type Embedded, openEmbedded } from '../support/embedded-adapter.ts';

const key = (child: string, column: string, more: Partial<ForeignKey> = {}): ForeignKey => ({
  child,
  columns: [column],
  identity: ['id'],
  parent: 'P',
  parentColumns: ['id'],
  ...more,
});

const tracker = 'CREATE TABLE "_prisma_migrations" (id TEXT PRIMARY KEY, logs TEXT);';

describe('violations', () => {
  let database: Embedded;
  beforeEach(() => {
    database = openEmbedded();
    database.exec(`PRAGMA foreign_keys=OFF; ${tracker}`);
  });
  afterEach(() => {
    database.close();
  });

  function keep(checks: readonly KeyCheck[]): string | null {
    database.exec(`INSERT OR REPLACE INTO "_prisma_migrations" VALUES ('row', ${violationsAsJson(checks)})`);
    const [[logs] = []] = database.prepare('SELECT logs FROM "_prisma_migrations"').raw().all() as [[string | null]];
    return logs ?? null;
  }

  /** @returns what the guard says; null where it lets the migration pass. */
  function compare(checks: readonly KeyCheck[]): string | null {
    const { sql, args = [] } = guardViolations(prismaTracker, checks, 'row');
    try {
      database.prepare(sql).all(...args);
      return null;
    } catch (error) {
      return /MP_GUARD:violations:(.*)'$/.exec((error as Error).message)?.[1] ?? String(error);
    }
  }

  function count(select: string): number {
    const [[found] = []] = database.prepare(`SELECT count(*) FROM (${select})`).raw().all() as [[number]];
    return Number(found);
  }

  const types = ['INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB', '', 'TEXT COLLATE NOCASE', 'TEXT COLLATE RTRIM'];
  const values = [
    '1',
    "'1'",
    '1.0',
    "'01'",
    "'1.0'",
    "' 1'",
    "'a'",
    "'A'",
    "'a '",
    "x'61'",
    "x'31'",
    '1.5',
    "'1.5'",
    '9007199254740993',
    'NULL',
  ];

  it.each(types.flatMap((parent) => types.map((child) => ({ parent, child }))))(
    'are those that SQLite finds: $child to $parent',
    ({ parent, child }) => {
      database.exec(`CREATE TABLE "P" ("id" ${parent} NOT NULL PRIMARY KEY ON CONFLICT IGNORE) WITHOUT ROWID`);
      database.exec(`CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" ${child} REFERENCES "P" ("id"))`);
      for (const value of values) database.exec(`INSERT INTO "C" ("a") VALUES (${value})`);
      for (const value of ['1', "'a'", "x'31'", "'1.5'"]) database.exec(`INSERT INTO "P" VALUES (${value})`);
      const [check] = pairKeys([key('C', 'a')], [key('C', 'a')]);
      expect(count(check?.after ?? '')).toBe(count(`SELECT * FROM pragma_foreign_key_check('C')`));
    },
  );

  it.each(types)('are those that SQLite finds where the parent is numbered: %s', (child) => {
    database.exec('CREATE TABLE "P" ("id" INTEGER PRIMARY KEY); INSERT INTO "P" VALUES (1), (61)');
    database.exec(`CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" ${child} REFERENCES "P")`);
    for (const value of values) database.exec(`INSERT INTO "C" ("a") VALUES (${value})`);
    const [check] = pairKeys([], [key('C', 'a')]);
    expect(count(check?.after ?? '')).toBe(count(`SELECT * FROM pragma_foreign_key_check('C')`));
  });

  it('are all rows where the parent is not there, and none where a part of the key is NULL', () => {
    database.exec('CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a", "b", FOREIGN KEY ("a", "b") REFERENCES "P")');
    database.exec('INSERT INTO "C" VALUES (1, 1, 1), (2, 1, NULL), (3, NULL, 1)');
    const [check] = pairKeys([], [key('C', 'a', { columns: ['a', 'b'], parentColumns: null })]);
    expect(count(check?.after ?? '')).toBe(1);
    expect(check?.before).toBeNull();
  });

  it('of a key of two columns are those whose pair is not there', () => {
    database.exec('CREATE TABLE "P" ("x", "y", PRIMARY KEY ("x", "y")); INSERT INTO "P" VALUES (1, 1), (2, 2)');
    database.exec('CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a", "b", FOREIGN KEY ("a", "b") REFERENCES "P")');
    database.exec('INSERT INTO "C" VALUES (1, 1, 1), (2, 1, 2), (3, 2, NULL)');
    const pair = key('C', 'a', { columns: ['a', 'b'], parentColumns: ['x', 'y'] });
    const [check] = pairKeys([pair], [pair]);
    expect(count(check?.after ?? '')).toBe(1);
    expect(keep(check ? [check] : [])).not.toBeNull();
    database.exec('UPDATE "C" SET "b" = 3 WHERE "id" = 1');
    expect(compare(check ? [check] : [])).toBe('1 in C without P');
  });

  it('of keys that are new are not kept, and count in full', () => {
    database.exec('CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)');
    database.exec('CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" REFERENCES "P", "b" REFERENCES "P")');
    database.exec('INSERT INTO "C" VALUES (1, 7, 8)');
    const added = pairKeys([], [key('C', 'a')]);
    expect(violationsAsJson(added)).toBe('NULL');
    expect(keep(added)).toBeNull();
    expect(compare(added)).toBe('1 in C without P');
    // Beside one that was there before.
    const mixed = pairKeys([key('C', 'b')], [key('C', 'a'), key('C', 'b')]);
    expect(JSON.parse(keep(mixed) ?? '')).toMatchObject([[1, 1, expect.any(String), expect.any(Object)]]);
    expect(compare(mixed)).toBe('1 in C without P');
  });

  it('are known by their values alone where the primary key is another afterwards', () => {
    database.exec('CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)');
    database.exec('CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" REFERENCES "P", "code")');
    database.exec('INSERT INTO "C" VALUES (1, 7, 1)');
    const other = pairKeys([key('C', 'a')], [key('C', 'a', { identity: ['code'] })]);
    keep(other);
    database.exec('UPDATE "C" SET "code" = 2, "id" = 3');
    expect(compare(other)).toBeNull();
    const same = pairKeys([key('C', 'a')], [key('C', 'a')]);
    keep(same);
    database.exec('UPDATE "C" SET "id" = 4');
    expect(compare(same)).toBe('1 in C without P');
  });

  it('leave no value of a row in what is kept', () => {
    database.exec(
      'CREATE TABLE "P" ("id" TEXT PRIMARY KEY); CREATE TABLE "C" ("id" TEXT PRIMARY KEY, "a" TEXT REFERENCES "P")',
    );
    database.exec(`INSERT INTO "C" VALUES ('jane@example.com', 'customer-4711')`);
    const checks = pairKeys([key('C', 'a')], [key('C', 'a')]);
    const kept = keep(checks) ?? '';
    expect(JSON.parse(kept)).toEqual([
      [0, 1, expect.stringMatching(/^\d+-\d+$/), { [String(kept.match(/[0-9A-F]{16}/))]: 1 }],
    ]);
    expect(kept).not.toContain('jane');
    expect(kept).not.toContain('4711');
    expect(kept).not.toContain(Buffer.from('4711').toString('hex'));
    expect(compare(checks)).toBeNull();
  });

  it('of many rows are kept in little, and are the same only when they are', () => {
    database.exec(
      'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY); CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "P")',
    );
    database.exec(
      'INSERT INTO "C" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i FROM n',
    );
    const checks = pairKeys([key('C', 'a')], [key('C', 'a')]);
    expect(keep(checks)?.length).toBeLessThan(200_000);
    expect(compare(checks)).toBeNull();
    database.exec('UPDATE "C" SET "a" = 7 WHERE "id" = 8');
    expect(compare(checks)).toContain('an unknown number of the 20000 in C without P');
  });

  it('of more keys than one compound SELECT may have are compared in one statement', () => {
    database.exec('CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)');
    const keys = Array.from({ length: 501 }, (_, index) => key(`C${index}`, 'a'));
    for (const { child } of keys)
      database.exec(`CREATE TABLE "${child}" ("id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "P")`);
    const checks = pairKeys(keys, keys);
    keep(checks);
    expect(compare(checks)).toBeNull();
    database.exec('INSERT INTO "C7" VALUES (1, 1); INSERT INTO "C500" VALUES (1, 1), (2, 2)');
    expect(compare(checks)?.split('; ').sort()).toEqual(['1 in C7 without P', '2 in C500 without P']);
  });
});

describe('keys are paired', () => {
  const pair = (before: readonly ForeignKey[], after: readonly ForeignKey[]) =>
    pairKeys(before, after).map(({ before: rows }) =>
      rows === null ? null : /"(\w+)" AS c .*= \+c\."(\w+)"/.exec(rows)?.slice(1),
    );

  it('by tables and columns, whatever their case', () => {
    expect(pair([key('C', 'a'), key('C', 'b')], [key('c', 'B')])).toEqual([['C', 'b']]);
  });

  it('where one of the three has another name', () => {
    expect(pair([key('C', 'a')], [key('Child', 'a')])).toEqual([['C', 'a']]);
    expect(pair([key('C', 'a')], [key('C', 'parentId')])).toEqual([['C', 'a']]);
    expect(pair([key('C', 'a')], [key('C', 'a', { parent: 'Parent' })])).toEqual([['C', 'a']]);
    expect(pair([key('C', 'a')], [key('D', 'b')])).toEqual([null]);
  });

  it('where their names run into one another only as they are', () => {
    expect(pair([key('Cx', 'a', { parent: 'P' })], [key('C', 'a', { parent: 'xP' })])).toEqual([null]);
  });

  it('not where only a part of their columns is the same', () => {
    const two = (child: string, ...columns: readonly string[]) =>
      key(child, 'a', { columns, parentColumns: columns.map(() => 'id') });
    expect(pair([two('C', 'a', 'b')], [two('D', 'a', 'c')])).toEqual([null]);
    expect(pair([two('C', 'a', 'b')], [two('D', 'a')])).toEqual([null]);
    expect(pair([two('C', 'a')], [two('D', 'a', 'b')])).toEqual([null]);
    expect(pair([two('C', 'a', 'b')], [two('D', 'a', 'b')])).not.toEqual([null]);
  });

  it('not with one that is still there', () => {
    expect(pair([key('C', 'a')], [key('C', 'a'), key('C', 'b')])).toEqual([['C', 'a'], null]);
  });
});
