import { describe, expect, it } from 'vitest';
import { selectCompared } from '../../../src/core/schema/selection.ts';
import { storeSchema } from './stored.ts';

const statements = [
  'CREATE TABLE Customer (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE, place F32_BLOB(2))',
  'CREATE INDEX Customer_place ON Customer (libsql_vector_idx(place))',
  'CREATE TRIGGER Customer_gone AFTER DELETE ON customer BEGIN SELECT 1; END',
  'CREATE VIEW Buyers AS SELECT id FROM Customer',
  'CREATE TRIGGER Buyers_gone INSTEAD OF DELETE ON Buyers BEGIN SELECT 1; END',
  'CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY, checksum TEXT)',
  'CREATE INDEX tracker_index ON _prisma_migrations (checksum)',
  'CREATE TABLE Legacy (id INTEGER PRIMARY KEY, email TEXT)',
  'CREATE INDEX Legacy_email ON Legacy (email)',
  'CREATE TRIGGER Legacy_gone AFTER DELETE ON legacy BEGIN SELECT 1; END',
  'CREATE VIRTUAL TABLE Search USING fts5(email)',
  'CREATE VIRTUAL TABLE Map USING rtree(id, a, b)',
  'CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY)',
];

const own = ['Buyers', 'Buyers_gone', 'Customer', 'Customer_gone', 'Customer_place', 'Map', 'Search'];

describe('compared is', () => {
  it("what is the user's own, and not what the database, this program or a tool keeps", async () => {
    const selected = selectCompared(await storeSchema(statements), () => false);
    expect(selected.map(({ name }) => name).sort()).toEqual([...own, 'Legacy', 'Legacy_email', 'Legacy_gone'].sort());
  });

  it('not what is left to others, with all that is on it', async () => {
    const asked: string[] = [];
    const selected = selectCompared(await storeSchema(statements), (table) => {
      asked.push(table);
      return table === 'Legacy';
    });
    expect(selected.map(({ name }) => name).sort()).toEqual(own);
    expect(asked).toContain('Customer');
    expect(asked).not.toContain('_prisma_migrations');
  });

  it('selected in the time that a schema of many vector indexes allows', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `i${index}`);
    const objects = names.flatMap((name) => [
      { type: 'index' as const, name, table: 't', sql: `CREATE INDEX ${name} ON t (libsql_vector_idx(a))` },
      {
        type: 'table' as const,
        name: `${name}_shadow`,
        table: `${name}_shadow`,
        sql: `CREATE TABLE ${name}_shadow (a)`,
      },
    ]);
    const kinds = new Map(objects.map(({ name }) => [name, 'table']));
    const from = performance.now();
    expect(selectCompared({ objects, kinds }, () => false)).toHaveLength(names.length);
    // Every table against every index takes several seconds.
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});
