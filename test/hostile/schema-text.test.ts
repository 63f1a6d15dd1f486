/** A server may answer with any text where a schema stands: none of it may be run but what makes such an object. */

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { runPrismaScript } from '../../src/drift/prisma-script.ts';
import { fillMirror } from '../../src/mirror/mirror.ts';
import type { SchemaObject } from '../../src/schema/model/objects.ts';

let folder = '';
let pwned = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-prod-text-'));
  pwned = join(folder, 'pwned');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each<[string, SchemaObject['type'], string]>([
  ['a query', 'table', `SELECT writefile('$', 'x')`],
  ['another database', 'table', `ATTACH DATABASE '$' AS other`],
  ['a copy of all', 'view', `VACUUM INTO '$'`],
  ['a second statement', 'table', `CREATE TABLE t (a); SELECT writefile('$', 'x')`],
  [
    'a second statement behind a trigger',
    'trigger',
    `CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END; ATTACH DATABASE '$' AS other`,
  ],
  ['a table made of a query', 'table', `CREATE TABLE t AS SELECT writefile('$', 'x')`],
  ['a table in place of a view', 'view', `CREATE TABLE t AS SELECT writefile('$', 'x')`],
  ['a virtual table over a file', 'table', `CREATE VIRTUAL TABLE t USING csv(filename='$')`],
  ['a pragma', 'index', `PRAGMA temp_store_directory = '$'`],
  ['a temporary trigger', 'trigger', `CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN SELECT writefile('$', 'x'); END`],
  ['rows', 'table', `INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)`],
])('%s', async (_, type, text) => {
  const mirror = await openMirror();
  try {
    const object: SchemaObject = { type, name: 't', table: 't', sql: text.replace('$', pwned) };
    const failures = fillMirror(mirror, { objects: [object], kinds: new Map(), tracker: mirror.tracker });
    expect(failures).toHaveLength(1);
    expect(mirror.query('SELECT count(*) FROM sqlite_schema')).toEqual([[0]]);
    expect(mirror.query('SELECT name FROM pragma_database_list')).toEqual([['main']]);
    expect(existsSync(pwned)).toBe(false);
  } finally {
    mirror.close();
  }
});

test('a CHECK of production that calls out is kept from doing so, and told', async () => {
  const mirror = await openMirror();
  try {
    const sql = `CREATE TABLE "t" ("a" TEXT CHECK (writefile('${pwned}', "a") > 0), "b" DEFAULT (lower('X')))`;
    const failures = fillMirror(mirror, {
      objects: [{ type: 'table', name: 't', table: 't', sql }],
      kinds: new Map(),
      tracker: mirror.tracker,
    });
    expect(failures).toEqual(['the table t calls writefile, which writes files']);
    await mirror.attempt('INSERT INTO "t" ("a") VALUES (1)').catch(() => {});
    expect(existsSync(pwned)).toBe(false);
  } finally {
    mirror.close();
  }
});

const legacyTable: SchemaObject = {
  type: 'table',
  name: 't',
  table: 't',
  sql: 'CREATE TABLE t (a CHECK (a <> "q"), b UNIQUE)',
};
const itsKey: SchemaObject = { type: 'index', name: 'sqlite_autoindex_t_1', table: 't', sql: null };

test.each<[string, readonly SchemaObject[]]>([
  ['CHECK', [{ ...legacyTable, sql: `CREATE TABLE t (a CHECK (a <> "q" AND writefile('$', 'x')), b)` }]],
  [
    'CHECK with a quoted name',
    [{ ...legacyTable, sql: `CREATE TABLE t (a CHECK (a <> "q" AND "writefile"('$', 'x')), b)` }],
  ],
  [
    'generated column',
    [{ ...legacyTable, sql: `CREATE TABLE t (a, b, c AS (a || "q" || writefile('$', 'x')) STORED)` }],
  ],
  ['default', [{ ...legacyTable, sql: `CREATE TABLE t (a CHECK (a <> "q"), b DEFAULT (writefile('$', 'x')))` }]],
  [
    'index',
    [
      legacyTable,
      itsKey,
      { type: 'index', name: 'i', table: 't', sql: `CREATE INDEX i ON t (a || "q" || writefile('$', 'x'))` },
    ],
  ],
  [
    'partial index',
    [
      legacyTable,
      itsKey,
      { type: 'index', name: 'i', table: 't', sql: `CREATE INDEX i ON t (a) WHERE a <> "q" AND writefile('$', 'x')` },
    ],
  ],
  [
    'view',
    [
      legacyTable,
      itsKey,
      { type: 'view', name: 'v', table: 'v', sql: `CREATE VIEW v AS SELECT writefile('$', 'x')` },
      { type: 'trigger', name: 'g', table: 't', sql: 'CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT * FROM v; END' },
    ],
  ],
  [
    'trigger',
    [
      legacyTable,
      itsKey,
      {
        type: 'trigger',
        name: 'g',
        table: 't',
        sql: `CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT writefile('$', 'x') WHERE NEW.a <> "q"; END`,
      },
    ],
  ],
])('what is loaded because it cannot be made is kept from calling out too: a %s', async (_, texts) => {
  const mirror = await openMirror();
  try {
    const objects = texts.map((object) => ({ ...object, sql: object.sql?.replace('$', pwned) ?? null }));
    fillMirror(mirror, { objects, kinds: new Map(), tracker: mirror.tracker });
    for (const sql of [`INSERT INTO t (a) VALUES ('x')`, 'UPDATE t SET a = 1', 'SELECT * FROM t', 'DELETE FROM t']) {
      await mirror.attempt(sql).catch(() => {});
    }
    expect(mirror.query("SELECT name FROM sqlite_schema WHERE name = 't'")).toEqual([['t']]);
    expect(mirror.query('PRAGMA writable_schema')).toEqual([[0]]);
    expect(existsSync(pwned)).toBe(false);
  } finally {
    mirror.close();
  }
});

test.each<[string, readonly SchemaObject[]]>([
  ['has another name in its text', [{ ...legacyTable, sql: 'CREATE TABLE u (a CHECK (a <> "q"))' }]],
  ['lacks the index of its key', [legacyTable]],
  ['has an index of no key', [{ ...legacyTable, sql: 'CREATE TABLE t (a CHECK (a <> "q"))' }, itsKey]],
  ['is followed by more', [{ ...legacyTable, sql: `${legacyTable.sql}; CREATE TABLE u (a)` }, itsKey]],
  ['says twice what it is', [legacyTable, itsKey, { ...legacyTable, sql: 'CREATE TABLE t (a CHECK (a <> "r"))' }]],
  [
    'hides that it has no rowid',
    [
      { ...legacyTable, sql: 'CREATE TABLE t (a CHECK (a <> "q"), b UNIQUE, PRIMARY KEY (a)) WITHOUT/**/ROWID' },
      itsKey,
    ],
  ],
  [
    "has a name of SQLite's own",
    [
      { type: 'table', name: 'SQLITE_sequence', table: 'SQLITE_sequence', sql: 'CREATE TABLE SQLITE_sequence (a)' },
      { type: 'table', name: 'SQLITE_stat1', table: 'SQLITE_stat1', sql: 'CREATE TABLE SQLITE_stat1 (a)' },
    ],
  ],
  [
    'has an index on the schema itself',
    [{ type: 'index', name: 'i', table: 'sqlite_schema', sql: 'CREATE INDEX i ON sqlite_schema (name)' }],
  ],
  ['ends in the middle', [{ ...legacyTable, sql: 'CREATE TABLE t (a CHECK (a <> "q"' }]],
])('a table that %s leaves a mirror that works', async (_, objects) => {
  const mirror = await openMirror();
  try {
    fillMirror(mirror, { objects, kinds: new Map(), tracker: mirror.tracker });
    for (const sql of [
      `INSERT INTO t (a, b) VALUES ('x', 1)`,
      `INSERT INTO t (a, b) VALUES ('x', 1)`,
      'DELETE FROM t',
    ]) {
      await mirror.attempt(sql).catch(() => {});
    }
    mirror.run('CREATE TABLE "Other" (a)');
    const made = mirror.query('SELECT name FROM sqlite_schema').flat().map(String);
    expect(made).toContain('Other');
    expect(made.filter((name) => /^sqlite_(?!autoindex)/i.test(name))).toEqual([]);
    expect(mirror.query('PRAGMA writable_schema')).toEqual([[0]]);
  } finally {
    mirror.close();
  }
});

test("what schema.prisma brings into Prisma's own SQL is run only where Prisma would write it", async () => {
  const mirror = await openMirror();
  try {
    mirror.run('CREATE TABLE "T" ("id" INTEGER PRIMARY KEY)');
    const hostile = [
      `ALTER TABLE "T" ADD COLUMN "a" TEXT DEFAULT (1)`,
      `SELECT writefile('${pwned}', 'x')`,
      `ATTACH DATABASE '${pwned}' AS other`,
      `VACUUM INTO '${pwned}'`,
      `INSERT INTO "T" ("id") SELECT writefile('${pwned}', 'x')`,
      `CREATE TABLE "U" AS SELECT writefile('${pwned}', 'x')`,
    ];
    const { failed } = await runPrismaScript(mirror, `${hostile.join(';\n')};`);
    expect(failed).toEqual(hostile.slice(1));
    expect(existsSync(pwned)).toBe(false);
  } finally {
    mirror.close();
  }
});
