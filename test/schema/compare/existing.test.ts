import { describe, expect, it } from 'vitest';
import { compareExisting, findLookup } from '../../../src/schema/compare/existing.ts';
import { classify } from '../../../src/sql/classify.ts';
import { storeObjects } from '../stored.ts';

const made = [
  "CREATE TABLE Customer (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'x', place TEXT COLLATE NOCASE, age INT CHECK (age > 0))",
  'ALTER TABLE Customer ADD COLUMN "fax" VARCHAR(20)',
  'ALTER TABLE Customer ADD COLUMN "bossId" INT REFERENCES Customer (id) ON DELETE SET NULL',
  'CREATE INDEX Customer_name ON Customer (name)',
  'CREATE VIEW Names AS SELECT name FROM Customer',
  'CREATE TRIGGER log AFTER INSERT ON Customer BEGIN SELECT 1; END',
  'CREATE VIRTUAL TABLE Search USING fts5(name)',
];

async function compare(sql: string) {
  const kind = classify(sql);
  const lookup = findLookup(kind);
  const objects = await storeObjects(made);
  const existing = objects.find(
    ({ type, name }) => type === lookup?.type && name.toLowerCase() === lookup?.name.toLowerCase(),
  );
  return existing === undefined ? 'nothing to compare with' : compareExisting(sql, kind, existing);
}

describe('what is there already is', () => {
  it.each([
    'ALTER TABLE Customer ADD COLUMN fax varchar( 20 )',
    'ALTER TABLE "customer" ADD COLUMN "FAX" VARCHAR(20) NULL DEFAULT NULL',
    "ALTER TABLE Customer ADD name TEXT DEFAULT ('x');",
    'ALTER TABLE Customer ADD COLUMN bossId INT REFERENCES "Customer" ("id") ON DELETE SET NULL ON UPDATE NO ACTION',
    'CREATE INDEX IF NOT EXISTS customer_name ON customer ("name" ASC)',
    'CREATE VIEW names AS select "name" from Customer',
    'CREATE TRIGGER log AFTER INSERT ON Customer FOR EACH ROW BEGIN SELECT 1; END',
    'CREATE VIRTUAL TABLE search USING FTS5(name)',
    `CREATE TABLE Customer (id INTEGER, name TEXT DEFAULT x, place TEXT COLLATE nocase, age INT, fax VARCHAR(20),
      bossId INT, CHECK (age > 0), PRIMARY KEY (id), FOREIGN KEY (bossId) REFERENCES Customer ON DELETE SET NULL)`,
    `CREATE TABLE Customer (id INTEGER NOT NULL PRIMARY KEY, name TEXT DEFAULT 'x', place TEXT COLLATE NOCASE,
      age INT CHECK (age > 0), fax VARCHAR(20), bossId INT REFERENCES Customer (id) ON DELETE SET NULL)`,
  ])('identical: %s', async (sql) => {
    expect(await compare(sql)).toBe('identical');
  });

  it.each([
    'ALTER TABLE Customer ADD COLUMN fax VARCHAR(21)',
    "ALTER TABLE Customer ADD COLUMN fax VARCHAR(20) DEFAULT ''",
    'ALTER TABLE Customer ADD COLUMN fax VARCHAR(20) CHECK (fax > 0)',
    'ALTER TABLE Customer ADD COLUMN age INT',
    'ALTER TABLE Customer ADD COLUMN bossId INT',
    'ALTER TABLE Customer ADD COLUMN bossId INT REFERENCES Customer (id) ON DELETE CASCADE',
    'CREATE UNIQUE INDEX Customer_name ON Customer (name)',
    'CREATE INDEX Customer_name ON Customer (name COLLATE NOCASE)',
    'CREATE VIEW Names AS SELECT id FROM Customer',
    'CREATE TEMP TRIGGER log AFTER INSERT ON Customer BEGIN SELECT 1; END',
    'CREATE TABLE Customer AS SELECT 1',
    // Another order of columns: an INSERT that does not name them would mix them up.
    `CREATE TABLE Customer (name TEXT DEFAULT 'x', id INTEGER PRIMARY KEY, place TEXT COLLATE NOCASE,
      age INT CHECK (age > 0), fax VARCHAR(20), bossId INT REFERENCES Customer (id) ON DELETE SET NULL)`,
  ])('different: %s', async (sql) => {
    expect(await compare(sql)).toBe('different');
  });

  it('absent for a column that the table does not have', async () => {
    expect(await compare('ALTER TABLE Customer ADD COLUMN phone TEXT')).toBe('absent');
  });
});
