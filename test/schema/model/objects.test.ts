/** A schema rebuilt in an empty database is the same schema. */

import { expect, it } from 'vitest';
import { buildMirrorStatements } from '../../../src/mirror/mirror-statements.ts';
import { isMadeByEngine, isOfUser } from '../../../src/schema/model/objects.ts';
import { askStored, storeSchema } from '../stored.ts';

/** As somebody made them in a file. */
const byHand = [
  'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE)',
  'CREATE INDEX i ON t (a)',
  'PRAGMA writable_schema=ON',
  'CREATE UNIQUE INDEX sqlite_autoindex_t_9 ON t (a)',
  'CREATE TABLE SQLite_notes (a)',
  'CREATE VIEW sqlite_view AS SELECT a FROM t',
  'CREATE TRIGGER sqlite_trigger DELETE ON t BEGIN SELECT 1; END',
  'PRAGMA writable_schema=OFF',
];

it('is the same of the user to SQL as here', async () => {
  const statements = [...byHand, 'INSERT INTO t (a) VALUES (1)', 'ANALYZE'];
  const { objects } = await storeSchema(statements);
  const [rows] = await askStored(statements, [`SELECT name FROM sqlite_schema WHERE ${isOfUser}`]);
  const own = objects.filter((object) => !isMadeByEngine(object)).map(({ name }) => name);
  expect(rows?.map(([name]) => name)).toEqual(own);
  expect(own.filter((name) => /^sqlite/i.test(name))).toHaveLength(4);
  expect(objects.map(({ name }) => name)).toEqual(expect.arrayContaining(['sqlite_sequence', 'sqlite_stat1']));
});

it.each([
  [
    'an ordinary index and a table that is called after it',
    [
      'CREATE TABLE t (account TEXT, libsql_vector_idx TEXT)',
      'CREATE INDEX account ON t (account)',
      'CREATE INDEX i ON t (libsql_vector_idx)',
      'CREATE TABLE account_shadow (id INTEGER PRIMARY KEY, name TEXT)',
      'CREATE INDEX account_shadow_name ON account_shadow (name)',
      'CREATE TABLE i_shadow (id INTEGER PRIMARY KEY)',
    ],
  ],
  [
    'vector indexes, whatever they are called',
    [
      'CREATE TABLE t (e F32_BLOB(2), f F32_BLOB(2))',
      'CREATE INDEX account ON t (libsql_vector_idx(e))',
      'CREATE INDEX "Second" ON t ("LIBSQL_VECTOR_IDX" (f, \'metric=l2\'))',
    ],
  ],
  [
    'everything that makes tables by itself',
    [
      'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE)',
      'CREATE VIRTUAL TABLE f USING fts5(a)',
      'CREATE VIRTUAL TABLE r USING rtree(id, x, y)',
      'CREATE TABLE _app_migrations (name TEXT)',
    ],
  ],
  ['names that SQLite keeps for itself', byHand],
])('%s', async (_, statements) => {
  const schema = await storeSchema(statements);
  const rebuilt = await storeSchema(buildMirrorStatements(schema));
  const list = ({ objects, kinds }: typeof schema) => [
    objects.map(({ type, name, table, sql }) => `${type} ${name} ${table} ${sql}`).sort(),
    [...kinds].sort(),
  ];
  expect(list(rebuilt)).toEqual(list(schema));
});
