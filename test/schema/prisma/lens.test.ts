import { describe, expect, it } from 'vitest';
import { compareSchemas } from '../../../src/schema/compare/compare.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { makeProject } from '../../support/folder.ts';
import { openPrismaEngine } from '../../support/prisma-engine.ts';
import { differences } from '../cases.ts';
import { storeObjects } from '../stored.ts';

describe('a difference is there for Prisma, or is not', () => {
  it.each(differences)('$prisma $name', async ({ left, right, expected, prisma }) => {
    const [a, b] = [await storeObjects(left), await storeObjects(right)];
    expect(compareSchemas(a, b, 'prisma')).toEqual(prisma === 'sees' ? expected : []);
    expect(compareSchemas(b, a, 'prisma')).toHaveLength(prisma === 'sees' ? expected.length : 0);
  });
});

describe("Prisma's engine says the same", () => {
  it.each(differences)('$prisma $name', async ({ left, right, prisma, engine }) => {
    const seen = await isSeen(left, right);
    expect(seen).toBe(engine === undefined ? prisma === 'sees' : prisma !== 'sees');
  });
});

/** Whether Prisma's engine would lead the left side to the right one. */
async function isSeen(left: readonly string[], right: readonly string[]): Promise<boolean> {
  const project = await makeProject({ '1_right': right.map((statement) => `${statement}\n;`).join('\n') });
  const database = openEmbedded();
  try {
    for (const statement of left) database.exec(statement);
    const prisma = await openPrismaEngine(database);
    const folder = project.migrationsFolder;
    const { empty } = await prisma.diff({ type: 'database' }, { type: 'migrations', folder });
    prisma.close();
    return !empty;
  } finally {
    database.close();
    await project.remove();
  }
}

describe('to Prisma it is the same', () => {
  it.each([
    [
      'a UNIQUE constraint and a unique index',
      ['CREATE TABLE t (a TEXT UNIQUE)'],
      ['CREATE TABLE t (a TEXT)', 'CREATE UNIQUE INDEX t_a_key ON t (a)'],
    ],
    [
      'two of them that changed places',
      ['CREATE TABLE t (a TEXT, b INT, UNIQUE (a, b))', 'CREATE UNIQUE INDEX t_b_key ON t (b)'],
      ['CREATE TABLE t (a TEXT, b INT UNIQUE)', 'CREATE UNIQUE INDEX t_a_b_key ON t ("A", "B")'],
    ],
    ['a UNIQUE that is said twice', ['CREATE TABLE t (a TEXT UNIQUE, UNIQUE (a))'], ['CREATE TABLE t (a TEXT UNIQUE)']],
    [
      'a UNIQUE that is the primary key',
      ['CREATE TABLE t (a TEXT PRIMARY KEY UNIQUE)'],
      ['CREATE TABLE t (a TEXT PRIMARY KEY)'],
    ],
    [
      'a key that is required by an option',
      ['CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a, b)) STRICT'],
      ['CREATE TABLE t (a TEXT NOT NULL, b INT NOT NULL, PRIMARY KEY (a, b))'],
    ],
    [
      'a foreign key to a table that is not there',
      ['CREATE TABLE t (a INT REFERENCES gone (id))'],
      ['CREATE TABLE t (a INT)'],
    ],
    [
      'another literal for a DateTime',
      ["CREATE TABLE t (a DATETIME DEFAULT '2020-01-01')"],
      ["CREATE TABLE t (a DATETIME DEFAULT '2020-01-01T00:00:00Z')"],
    ],
    [
      'another literal for a Json',
      ["CREATE TABLE t (a JSONB DEFAULT '{}')"],
      ["CREATE TABLE t (a JSONB DEFAULT '{ }')"],
    ],
    [
      'a number as a string',
      ["CREATE TABLE t (a INT DEFAULT '01', b DECIMAL DEFAULT 1.50)"],
      ["CREATE TABLE t (a INT DEFAULT 1, b DECIMAL DEFAULT '1.5')"],
    ],
    [
      'a foreign key of a generated column',
      ['CREATE TABLE t (id INTEGER PRIMARY KEY, a AS (id) REFERENCES t (id))'],
      ['CREATE TABLE t (id INTEGER PRIMARY KEY, a AS (id))'],
    ],
    [
      'an index over a column that is generated on one side',
      ['CREATE TABLE t (id INTEGER PRIMARY KEY, a AS (id))'],
      ['CREATE TABLE t (id INTEGER PRIMARY KEY, a)', 'CREATE INDEX i ON t (a)'],
    ],
    [
      'everything that a rebuild by Prisma loses',
      [
        `CREATE TABLE t (a TEXT COLLATE NOCASE CHECK (a <> ''), b INT AS (1), PRIMARY KEY (a COLLATE NOCASE)) STRICT`.replace(
          'VARCHAR(9)',
          'TEXT',
        ),
        'CREATE INDEX part ON t (a) WHERE a > 1',
        'CREATE INDEX expr ON t (a || 1)',
        'CREATE INDEX coll ON t (a COLLATE RTRIM)',
        'CREATE TRIGGER g DELETE ON t BEGIN SELECT 1; END',
        'CREATE VIEW v AS SELECT a FROM t',
        'CREATE VIRTUAL TABLE f USING fts5(a)',
      ],
      ['CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY)', 'CREATE INDEX coll ON t (a)'],
    ],
  ])('%s', async (_name, left, right) => {
    const [a, b] = [await storeObjects(left), await storeObjects(right)];
    expect(compareSchemas(a, b, 'everything')).not.toEqual([]);
    expect(compareSchemas(a, b, 'prisma')).toEqual([]);
    expect(compareSchemas(b, a, 'prisma')).toEqual([]);
  });
});

describe('to Prisma it is not the same', () => {
  it.each([
    [
      'a UNIQUE constraint and an index that is not unique',
      ['CREATE TABLE t (a TEXT UNIQUE)'],
      ['CREATE TABLE t (a TEXT)', 'CREATE INDEX i ON t (a)'],
      2,
    ],
    [
      'a UNIQUE constraint and a partial unique index',
      ['CREATE TABLE t (a TEXT UNIQUE)'],
      ['CREATE TABLE t (a TEXT)', 'CREATE UNIQUE INDEX i ON t (a) WHERE a > 1'],
      1,
    ],
    [
      'a unique index of another name',
      ['CREATE TABLE t (a TEXT)', 'CREATE UNIQUE INDEX i ON t (a)'],
      ['CREATE TABLE t (a TEXT)', 'CREATE UNIQUE INDEX j ON t (a)'],
      2,
    ],
    [
      'a key of two columns that may be NULL',
      ['CREATE TABLE t (a INTEGER, b INT NOT NULL, PRIMARY KEY (a, b))'],
      ['CREATE TABLE t (a INTEGER NOT NULL, b INT NOT NULL, PRIMARY KEY (a, b))'],
      1,
    ],
    [
      'a default of a DateTime, and none',
      ["CREATE TABLE t (a DATETIME DEFAULT '2020-01-01')"],
      ['CREATE TABLE t (a DATETIME)'],
      1,
    ],
    ['an expression and none', ['CREATE TABLE t (a TEXT DEFAULT (lower(1)))'], ['CREATE TABLE t (a TEXT)'], 1],
  ])('%s', async (_name, left, right, count) => {
    const [a, b] = [await storeObjects(left), await storeObjects(right)];
    expect(compareSchemas(a, b, 'prisma')).toHaveLength(count);
    expect(compareSchemas(b, a, 'prisma')).toHaveLength(count);
  });
});
