/** A schema rebuilt in an empty database is the same schema. */

import { expect, it } from 'vitest';
import { buildMirrorStatements } from '../../../src/core/schema/mirror-statements.ts';
import { storeSchema } from './stored.ts';

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
])('%s', async (_, statements) => {
  const schema = await storeSchema(statements);
  const rebuilt = await storeSchema(buildMirrorStatements(schema));
  const list = ({ objects, kinds }: typeof schema) => [
    objects.map(({ type, name, table, sql }) => `${type} ${name} ${table} ${sql}`).sort(),
    [...kinds].sort(),
  ];
  expect(list(rebuilt)).toEqual(list(schema));
});
