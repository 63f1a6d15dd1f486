/** The query that shows what stopped a statement: kept where production answers it, dropped where it cannot. */

import { expect, it } from 'vitest';
import { checkGuardedRows } from '../../src/apply/apply.ts';
import type { Failure } from '../../src/apply/outcome.ts';
import type { FailedMigration } from '../../src/apply/result.ts';
import type { Database } from '../../src/ports.ts';
import { openProductionFile } from './production.ts';
import { breaks, makeUnreliable, throws } from './unreliable.ts';

const failed = (query: string | null): FailedMigration => ({
  name: '1_a',
  path: 'p',
  line: 1,
  statement: 's',
  message: 'm',
  query,
});

/** Of a guard of rows, or of a statement that failed. */
const of = (what: 'guard' | 'statement') => ({ rowsGuard: what === 'guard' ? {} : null }) as Failure;

async function check(query: string | null, what: 'guard' | 'statement', database?: Database) {
  const production = await openProductionFile('CREATE TABLE "T" ("id" INTEGER)', 'INSERT INTO "T" VALUES (1), (2)');
  return checkGuardedRows(failed(query), of(what), database ?? production.database);
}

it('is kept where it has rows', async () => {
  const query = 'SELECT * FROM "T"';
  expect(await check(query, 'guard')).toEqual(failed(query));
  expect(await check(query, 'statement')).toEqual(failed(query));
});

it('of a guard is only compiled; that of a statement has to find something', async () => {
  const nothing = 'SELECT * FROM "T" WHERE "id" > 7';
  expect(await check(nothing, 'guard')).toEqual(failed(nothing));
  expect(await check(nothing, 'statement')).toEqual(failed(null));
});

it('is dropped where it names what only the migration makes', async () => {
  expect(await check('SELECT * FROM "New"', 'guard')).toEqual(failed(null));
  expect(await check('SELECT * FROM "New"', 'statement')).toEqual(failed(null));
});

it('is not asked where there is none', async () => {
  const { database } = await openProductionFile();
  const { database: silent, requests } = makeUnreliable(database, {});
  expect([await check(null, 'guard', silent), requests]).toEqual([failed(null), []]);
});

it('is dropped where there is no answer, and kept where nobody could be asked', async () => {
  const { database } = await openProductionFile();
  const query = 'SELECT 1';
  const silent = makeUnreliable(database, { read: [async () => []] }).database;
  expect(await check(query, 'guard', silent)).toEqual(failed(null));
  const gone = makeUnreliable(database, { read: [throws('UNREACHABLE')] }).database;
  expect(await check(query, 'guard', gone)).toEqual(failed(query));
  const broken = makeUnreliable(database, { read: [breaks] }).database;
  await expect(check(query, 'guard', broken)).rejects.toThrow('a bug');
});

it('is waited for five seconds at most', async () => {
  let patience: number | undefined;
  const { database } = await openProductionFile();
  const watched: Database = {
    ...database,
    read: async (questions, options) => {
      patience = options?.patience;
      return database.read(questions, options);
    },
  };
  await check('SELECT 1', 'guard', watched);
  expect(patience).toBe(5_000);
});
