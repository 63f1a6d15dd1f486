/** What another tracker records, read from a production on the real engine. */

import { describe, expect, it } from 'vitest';
import { readOtherTracker } from '../../src/tracker/other-records.ts';
import { readOtherRecords } from '../../src/tracker/read-other.ts';
import { createdTracker, openProduction } from '../apply/production.ts';
import { makeUnreliable } from '../apply/unreliable.ts';

const own = (name: string, ...names: readonly string[]) => [
  `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY, "name" TEXT, "sql" TEXT)`,
  ...names.map((each) => `INSERT INTO "${name}" ("name", "sql") VALUES ('${each}', 'x')`),
];

async function read(...statements: readonly string[]) {
  const production = await openProduction(...statements);
  return readOtherTracker(production.database, await production.read());
}

describe('another tracker', () => {
  it('is none where there is none', async () => {
    expect(await read(createdTracker, 'CREATE TABLE "Customer" ("id")')).toBeNull();
  });

  it('has the names in its rows', async () => {
    expect(await read(...own('_app_migrations', '1_a', '2_b'))).toEqual({
      table: '_app_migrations',
      names: ['1_a', '2_b'],
      columns: ['id', 'name', 'sql'],
    });
    // The table is known by its name, and what else has that name is not read.
    expect(
      (await read(...own('_app_migrations', '1_a'), 'CREATE INDEX "i" ON "_app_migrations" ("name")'))?.names,
    ).toEqual(['1_a']);
  });

  it('is only named where its rows mean nothing here', async () => {
    expect(await read('CREATE TABLE "__drizzle_migrations" ("id" INTEGER, "hash" TEXT)')).toEqual({
      table: '__drizzle_migrations',
      names: null,
      columns: ['id', 'hash'],
    });
    expect(await read('CREATE TABLE "_app_migrations" ("hash" TEXT)')).toEqual({
      table: '_app_migrations',
      names: null,
      columns: ['hash'],
    });
  });

  it("of several is the one in the tracker's place, then that of the predecessor, then the first", async () => {
    const all = [
      ...own('_app_migrations', '1_app'),
      ...own('_migration_tracker', '2_predecessor'),
      ...own('_prisma_migrations', '3_place'),
    ];
    expect(await read(...all)).toMatchObject({ table: '_prisma_migrations', names: ['3_place'] });
    expect(await read(...all.slice(0, 4))).toMatchObject({ table: '_migration_tracker', names: ['2_predecessor'] });
    expect(await read(...own('_b_migrations', '1_b'), ...own('_a_migrations', '1_a'))).toMatchObject({
      table: '_b_migrations',
    });
    // Prisma's own is no other one.
    expect(await read(createdTracker, ...own('_app_migrations', '1_app'))).toMatchObject({ table: '_app_migrations' });
  });

  it('of several is the one that names some', async () => {
    expect(await read(...own('_migration_tracker'), ...own('_app_migrations', '1_a'))).toMatchObject({
      names: ['1_a'],
    });
    expect(await read(...own('_migration_tracker'), ...own('_app_migrations'))).toMatchObject({
      table: '_migration_tracker',
      names: [],
    });
    const numbers = ['CREATE TABLE "_migration_tracker" ("id" INTEGER)', 'INSERT INTO "_migration_tracker" VALUES (1)'];
    expect(await read(...numbers, ...own('_app_migrations', '1_a'))).toMatchObject({ table: '_app_migrations' });
    expect(await read(...numbers)).toMatchObject({ table: '_migration_tracker', names: null });
  });

  it('whose rows are not read is passed over for one whose rows are', async () => {
    const drizzle = 'CREATE TABLE "__drizzle_migrations" ("id" INTEGER, "name" TEXT)';
    expect(await read(drizzle, ...own('_app_migrations', '1_a'))).toMatchObject({ table: '_app_migrations' });
  });
});

describe('the request', () => {
  it('is made only where there is another tracker', async () => {
    const ask = async (...statements: readonly string[]) => {
      const production = await openProduction(...statements);
      const { database, requests } = makeUnreliable(production.database, {});
      const found = await readOtherRecords(database, await production.read());
      return [found?.table ?? null, requests.length];
    };
    expect(await ask(createdTracker)).toEqual([null, 0]);
    expect(await ask(...own('_app_migrations', '1_a'))).toEqual(['_app_migrations', 1]);
    expect(await ask(...own('_prisma_migrations', '1_a'))).toEqual(['_prisma_migrations', 1]);
    expect(await ask('CREATE TABLE "__drizzle_migrations" ("id")')).toEqual(['__drizzle_migrations', 0]);
  });

  const askedOf = async (...statements: readonly string[]) => {
    const production = await openProduction(...statements);
    let asked: readonly string[] = [];
    const database: typeof production.database = {
      ...production.database,
      read: (questions, options) => {
        asked = questions.map(({ sql }) => sql);
        return production.database.read(questions, options);
      },
    };
    await readOtherTracker(database, await production.read());
    return asked;
  };

  it('asks for the columns that tell, and for no more rows than any folder has', async () => {
    expect(await askedOf(...own('_app_migrations', '1_a'))).toEqual([
      'SELECT "id", "name" FROM "_app_migrations" LIMIT 10000',
    ]);
  });

  it('asks each table once', async () => {
    const tables = ['_prisma_migrations', '_migration_tracker', '_app_migrations'];
    expect(await askedOf(...tables.flatMap((name) => own(name, '1_a')))).toEqual(
      tables.map((name) => `SELECT "id", "name" FROM "${name}" LIMIT 10000`),
    );
  });

  it('that is not answered names the table', async () => {
    const production = await openProduction(...own('_app_migrations', '1_a'));
    const { database } = makeUnreliable(production.database, {
      read: [async () => [{ type: 'error', message: 'no', code: 'N' }]],
    });
    await expect(readOtherTracker(database, await production.read())).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining('the table _app_migrations'),
    });
  });
});
