import { describe, expect, it } from 'vitest';
import { findOwnTables, type Selection, selectSchema } from '../../../src/schema/model/selection.ts';
import { prismaTracker } from '../../../src/tracker/tracker.ts';
import { storeSchema } from '../stored.ts';

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
  'CREATE TABLE libsql_notes (id INTEGER PRIMARY KEY)',
  'CREATE TABLE _app_migrations (name TEXT)',
  'CREATE INDEX _app_migrations_name ON _app_migrations (name)',
];

const own = ['Buyers', 'Buyers_gone', 'Customer', 'Customer_gone', 'Customer_place', 'Map', 'Search'];
const legacy = ['Legacy', 'Legacy_email', 'Legacy_gone'];
const internal = ['_app_migrations', '_app_migrations_name', '_litestream_seq', 'libsql_notes'];

async function select(selection: Partial<Selection>): Promise<readonly string[]> {
  const schema = await storeSchema(statements);
  const { objects } = selectSchema(schema, { externalTables: [], ownTables: new Set(), ...selection });
  return objects.map(({ name }) => name).sort();
}

describe('compared is', () => {
  it("what is the user's own, and not what the database, this program or a tool keeps", async () => {
    expect(await select({})).toEqual([...own, ...legacy].sort());
  });

  it('not what is left to others, with all that is on it', async () => {
    expect(await select({ externalTables: ['LEGACY'] })).toEqual(own);
  });

  it('what migrations make, whatever it is called, but for what the database and the tracker need', async () => {
    const ownTables = findOwnTables([describeMigration(`${statements.join(';\n')};`)]);
    expect(await select({ ownTables })).toEqual([...own, ...legacy, ...internal].sort());
    expect(await select({ ownTables: new Set([...ownTables, 'search_data', 'customer_place_shadow']) })).toEqual(
      [...own, ...legacy, ...internal].sort(),
    );
  });

  it('not what migrations make and the user leaves to others all the same', async () => {
    const ownTables = findOwnTables([describeMigration(statements.join(';\n'))]);
    const externalTables = ['_app_migrations', '_litestream_seq', 'libsql_notes', 'Legacy'];
    expect(await select({ ownTables, externalTables })).toEqual(own);
  });

  it('an ordinary table beside an ordinary index whose names look like those of a vector index', async () => {
    const schema = await storeSchema([
      'CREATE TABLE t (account TEXT, libsql_vector_idx TEXT)',
      "CREATE INDEX account ON t (account, libsql_vector_idx) WHERE account <> 'libsql_vector_idx('",
      'CREATE TABLE account_shadow (id INTEGER PRIMARY KEY)',
    ]);
    const { objects } = selectSchema(schema, { externalTables: [], ownTables: new Set() });
    expect(objects.map(({ name }) => name)).toEqual(['t', 'account', 'account_shadow']);
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
    const selected = selectSchema(
      { objects, kinds, tracker: prismaTracker },
      { externalTables: [], ownTables: new Set() },
    );
    expect(selected.objects).toHaveLength(names.length);
    // Every table against every index takes several seconds.
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});

describe('the tables that migrations make', () => {
  it.each([
    ['CREATE TABLE "_App_Migrations" (id)', ['_app_migrations']],
    ['-- why\ncreate table if not exists main.[a b] (id); INSERT INTO x VALUES (1)', ['a b']],
    ['CREATE VIRTUAL TABLE Search USING fts5(a)', ['search']],
    ['CREATE TABLE a (id); ALTER TABLE a RENAME TO _litestream_b', ['a', '_litestream_b']],
    ['CREATE TABLE a (id); DROP TABLE a', ['a']],
    ['CREATE INDEX i ON a (b); CREATE VIEW v AS SELECT 1; ALTER TABLE a ADD COLUMN b; DROP TABLE c', []],
  ])('%s', (sql, names) => {
    expect([...findOwnTables([describeMigration(''), describeMigration(sql)])]).toEqual(names);
  });
});

function describeMigration(sql: string) {
  return { name: '1_one', path: '1_one', checksum: '', alternativeChecksums: [], consents: [], sql };
}
