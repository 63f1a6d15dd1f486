/** Whoever only runs what `Next:` says loses nothing, changes no row twice and gets somewhere. */

import { expect, it } from 'vitest';
import { createTracker as buildTracker, prismaTracker } from '../../../src/tracker/tracker.ts';
import { makeProject } from '../../support/folder.ts';
import { type FollowOptions, followNext } from '../../support/follow-next.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const createTracker = buildTracker(prismaTracker).sql;

const product = 'CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "price" INTEGER NOT NULL)';
const rows = 'INSERT INTO "Product" ("id", "price") VALUES (1, 250), (2, 400)';
const cents = 'UPDATE "Product" SET "price" = "price" * 100';
const note = 'ALTER TABLE "Product" ADD COLUMN "note" TEXT';
const flag = 'ALTER TABLE "Product" ADD COLUMN "flag" INTEGER';
const legacy = 'CREATE TABLE "legacy" ("id" INTEGER NOT NULL PRIMARY KEY)';
const legacyNote = 'ALTER TABLE "legacy" ADD COLUMN "note" TEXT';
const tag = 'CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY)';

const models = `datasource db {
  provider = "sqlite"
}
model Product {
  id    Int     @id
  price Int
  note  String?
  flag  Int?
}
`;

describeTargets('following our own advice', (fresh) => {
  async function follow(
    { url }: TestTarget,
    folder: Readonly<Record<string, string>>,
    { first = 'status', consents = 'thought-about' }: { first?: string; consents?: FollowOptions['consents'] } = {},
  ) {
    const project = await makeProject(folder, { schema: models });
    try {
      return await followNext(first, { cwd: project.root, url, consents });
    } finally {
      await project.remove();
    }
  }

  const prices = async ({ sql }: TestTarget) => (await sql('SELECT "price" FROM "Product" ORDER BY "id"')).flat();
  const columns = async ({ sql }: TestTarget, table: string) =>
    (await sql(`SELECT name FROM pragma_table_info('${table}')`)).flat();
  const recorded = async ({ sql }: TestTarget) =>
    (await sql('SELECT migration_name, applied_steps_count FROM _prisma_migrations ORDER BY migration_name')).map(
      ([name, steps]) => `${name} ${steps === 0 ? 'recorded' : 'applied'}`,
    );

  const begun = (name: string) =>
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('${name}', '', '${name}')`;

  it('a table that was pushed breaks the replay: prices that are cents already are not multiplied again', async () => {
    const target = await fresh();
    await target.sql(legacy, product, legacyNote, rows, note);
    const { end, steps } = await follow(target, {
      '1_init': product,
      '2_legacy': legacyNote,
      '3_cents': cents,
      '4_note': note,
      '5_flag': flag,
    });
    expect(end).toBe('done');
    expect(steps.map(({ output }) => output).join('')).toContain('closest to what the folder makes up to 4_note');
    expect(await prices(target)).toEqual([250, 400]);
    expect(await recorded(target)).toEqual([
      '1_init recorded',
      '2_legacy recorded',
      '3_cents recorded',
      '4_note recorded',
      '5_flag applied',
    ]);
    expect(await columns(target, 'Product')).toEqual(['id', 'price', 'note', 'flag']);
  });

  it('a table that was pushed breaks the replay, and its new column is not there: what comes after runs, once', async () => {
    const target = await fresh();
    await target.sql(product, legacy, rows);
    const folder = { '1_init': product, '2_legacy': legacyNote, '3_cents': cents, '4_note': note };
    expect((await follow(target, folder)).end).toBe('done');
    expect(await prices(target)).toEqual([25000, 40000]);
    expect(await recorded(target)).toEqual([
      '1_init recorded',
      '2_legacy applied',
      '3_cents applied',
      '4_note applied',
    ]);
  });

  it('a table that was pushed is gone: nothing after its migration runs', async () => {
    const target = await fresh();
    await target.sql(product, rows);
    const folder = { '1_init': product, '2_legacy': legacyNote, '3_cents': cents, '4_note': note };
    const { end, next } = await follow(target, folder);
    expect(end).toBe('by-hand');
    expect(next).toContain('2_legacy/migration.sql:1');
    expect(await prices(target)).toEqual([250, 400]);
    expect(await recorded(target)).toEqual(['1_init recorded']);
  });

  it('a change of rows behind what is proven is asked about, because no schema shows whether it ran', async () => {
    const target = await fresh();
    await target.sql(product, rows, cents);
    const { end, steps } = await follow(target, { '1_init': product, '2_cents': cents, '3_note': note });
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('hazard  partly-applied  2_cents');
    expect(await prices(target)).toEqual([25000, 40000]);
  });

  it('a change of rows is asked about where a column of a later pending migration is there', async () => {
    const target = await fresh();
    const folder = { '1_init': product, '2_cents': cents, '3_flag': flag, '4_note': note };
    await follow(target, { '1_init': product });
    await target.sql(rows, cents, note);
    const { end, steps } = await follow(target, folder);
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('Production already has what 4_note makes');
    expect(await prices(target)).toEqual([25000, 40000]);
  });

  it('a change of rows is asked about where a later pending rebuild would change nothing', async () => {
    const rebuilt = '"id" INTEGER NOT NULL PRIMARY KEY, "price" REAL NOT NULL';
    const rebuild = `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Product" (${rebuilt});
INSERT INTO "new_Product" ("id", "price") SELECT "id", "price" FROM "Product";
DROP TABLE "Product";
ALTER TABLE "new_Product" RENAME TO "Product";
PRAGMA foreign_keys=ON;`;
    const target = await fresh();
    await follow(target, { '1_init': product });
    await target.sql('DROP TABLE "Product"', `CREATE TABLE "Product" (${rebuilt})`, rows);
    const { end, steps } = await follow(target, { '1_init': product, '2_cents': cents, '3_real': rebuild });
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('Production already has what 3_real makes');
    expect(await prices(target)).toEqual([250, 400]);
  });

  it('a new change of rows behind a baseline, written after it, is applied without a question', async () => {
    const target = await fresh();
    await target.sql(product, rows);
    await follow(target, { '20250101000000_init': product });
    const { end } = await follow(target, { '20250101000000_init': product, '29990101000000_cents': cents });
    expect(end).toBe('done');
    expect(await prices(target)).toEqual([25000, 40000]);
  });

  const rename = 'ALTER TABLE "Product" RENAME COLUMN "price" TO "cents"';
  const noRebuild = `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Product" ("id" INTEGER NOT NULL PRIMARY KEY, "price" INTEGER NOT NULL);
INSERT INTO "new_Product" ("id", "price") SELECT "id", "price" FROM "Product";
DROP TABLE "Product";
ALTER TABLE "new_Product" RENAME TO "Product";
PRAGMA foreign_keys=ON`;
  const byHand = 'ALTER TABLE "Product" ADD COLUMN "byhand" TEXT';

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['a column that was to come after it is lacking', { '2_mix': `${cents};\n${note};` }, []],
    ['a column was to be renamed after it', { '2_mix': `${cents};\n${rename};` }, []],
    ['a table that was made after it was dropped by hand', { '2_mix': `${cents};\n${tag};` }, []],
    [
      'a DROP … IF EXISTS came before it',
      { '2_drop': 'DROP TABLE IF EXISTS "legacy";', '3_cents': cents, '4_note': note },
      [byHand],
    ],
    ['a rebuild came before it', { '2_rebuild': `${noRebuild};`, '3_cents': cents, '4_note': note }, [byHand]],
  ])('a change of rows behind a baseline is asked about, also where %s', async (_, pending, more) => {
    const target = await fresh();
    await target.sql(product, rows, cents, ...more);
    const { end } = await follow(target, { '1_init': product, ...pending });
    expect(end).toBe('consent');
    expect(await prices(target)).toEqual([25000, 40000]);
  });

  it('a change of rows behind what a home-made tracker records is asked about', async () => {
    const target = await fresh();
    await target.sql(
      product,
      rows,
      cents,
      'CREATE TABLE "_app_migrations" ("name" TEXT)',
      `INSERT INTO "_app_migrations" VALUES ('1_init')`,
    );
    const folder = { '1_init': product, '2_drop': 'DROP TABLE IF EXISTS "legacy";', '3_cents': cents };
    expect((await follow(target, folder)).end).toBe('consent');
    expect(await prices(target)).toEqual([25000, 40000]);
  });

  it.each(['status', 'backfill', 'backfill 2_cents'])(
    'an unfinished change of rows of which no column is there is not marked as rolled back and run again, from %s on',
    async (first) => {
      const target = await fresh();
      await follow(target, { '1_init': product });
      await target.sql(rows, cents, begun('2_cents'));
      const { end, steps } = await follow(target, { '1_init': product, '2_cents': `${cents};\n${note};` }, { first });
      expect(end).toBe('consent');
      expect(steps.map(({ output }) => output).join('')).not.toContain('It may run again');
      expect(await prices(target)).toEqual([25000, 40000]);
    },
  );

  it('whoever takes a record of changed rows back is told what that does', async () => {
    const target = await fresh();
    await target.sql(product, rows, cents);
    const folder = { '1_init': product, '2_cents': cents };
    await follow(target, folder, { first: 'backfill --allow rows-unseen --yes' });
    const { steps } = await follow(target, folder, { first: 'backfill --undo 2_cents --yes' });
    expect(steps[0]?.output).toMatch(/If it did not run, .* to migrate-prod backfill .*--undo 2_cents/);
  });

  it('a seed in a first migration is not said to have run because its table was pushed', async () => {
    const target = await fresh();
    await target.sql(product, byHand);
    const { steps } = await follow(target, { '1_init': `${product};\n${rows};`, '2_tag': tag });
    expect(steps[1]?.output).toMatch(/If that happened in production, .* migrate-prod backfill/);
  });

  it('what other tools keep in the database is no reason to stop: the first apply goes ahead', async () => {
    const target = await fresh();
    const others = ['_cf_KV', 'd1_migrations', '__drizzle_migrations', '_litestream_seq', 'orders_import', 'email'];
    await target.sql(...others.map((name) => `CREATE TABLE "${name}" ("id" INTEGER, "price" INTEGER)`));
    await target.sql(`INSERT INTO "orders_import" VALUES (1, 2)`);
    const { end, steps } = await follow(target, { '1_init': `${product};\n${note};` });
    expect(end).toBe('done');
    expect(steps[0]?.output).toContain(
      '2 tables that none of these migrations makes, changes or reads: orders_import, email',
    );
    expect(await recorded(target)).toEqual(['1_init applied']);
    expect(await target.sql('SELECT * FROM "orders_import"')).toEqual([[1, 2]]);
    expect(await columns(target, 'Product')).toEqual(['id', 'price', 'note']);
  });

  it('what other tools keep in the database does not stand in the way of recording what is there', async () => {
    const target = await fresh();
    await target.sql(product, rows, 'CREATE TABLE "imports" ("id" INTEGER)', 'CREATE INDEX "i" ON "imports" ("id")');
    const { end } = await follow(target, { '1_init': product, '2_note': note });
    expect(end).toBe('done');
    expect(await recorded(target)).toEqual(['1_init recorded', '2_note applied']);
  });

  it('a first migration that is half there is never recorded: the other half is made, and the rows stay', async () => {
    const target = await fresh();
    await target.sql(product, rows);
    const { end, steps } = await follow(target, { '1_init': `${product};\n${tag};` });
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('lacks Tag, which 1_init makes');
    expect(steps.at(-1)?.output).toContain('--allow no-history');
    expect((await follow(target, { '1_init': `${product};\n${tag};` }, { consents: 'given' })).end).toBe('done');
    expect(await columns(target, 'Tag')).toEqual(['id']);
    expect(await prices(target)).toEqual([250, 400]);
    expect(await recorded(target)).toEqual(['1_init applied']);
  });

  it.each(['backfill', 'backfill 1_init', 'backfill --to 1_init'])(
    '%s does not offer to record a first migration without its tables',
    async (first) => {
      const target = await fresh();
      await target.sql(product, rows);
      const folder = { '1_init': `${product};\n${tag};`, '2_note': note };
      const { end, steps } = await follow(target, folder, { first, consents: 'given' });
      expect(steps[0]?.output).not.toContain('--allow unproven');
      expect(end).toBe('done');
      expect(await columns(target, 'Tag')).toEqual(['id']);
      expect(await recorded(target)).toEqual(['1_init applied', '2_note applied']);
    },
  );

  it('drift compares production that was made by hand with schema.prisma, and sends to backfill', async () => {
    const target = await fresh();
    await target.sql(product, note, flag);
    const folder = { '1_init': product, '2_note': note, '3_flag': flag };
    const { end, steps } = await follow(target, folder, { first: 'drift' });
    expect(steps[0]?.output).not.toContain('cannot be compared');
    expect(steps.map(({ command }) => command)).toContain('backfill');
    expect(end).toBe('done');
    expect(await recorded(target)).toEqual(['1_init recorded', '2_note recorded', '3_flag recorded']);
  });

  it('a folder of which nothing is there, beside tables of somebody else, is not offered to be recorded', async () => {
    const target = await fresh();
    await target.sql(legacy);
    const { end, steps } = await follow(target, { '1_init': product }, { first: 'backfill' });
    expect(steps[0]?.output).not.toContain('--allow unproven');
    expect(end).toBe('done');
    expect(await recorded(target)).toEqual(['1_init applied']);
  });

  it('a table that a migration copies from, and does not make, is asked about', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE "old" ("id" INTEGER, "price" INTEGER)', 'INSERT INTO "old" VALUES (1, 5)');
    const folder = { '1_init': `${product};\nINSERT INTO "Product" SELECT "id", "price" FROM "old";` };
    expect((await follow(target, folder)).end).toBe('consent');
    expect((await follow(target, folder, { consents: 'given' })).end).toBe('done');
    expect(await prices(target)).toEqual([5]);
  });

  const old = { '20250101000000_init': product, '20250201000000_note': note };
  const squashed = 'CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "price" INTEGER NOT NULL, "note" TEXT)';

  it.each(['applied', 'recorded by hand'])(
    'a squash by the manual, %s, and the migration after it are deployed without a word about being behind',
    async (how) => {
      const target = await fresh();
      await follow(target, old);
      await target.sql(rows);
      if (how !== 'applied') await follow(target, { '000000000000_squashed': squashed }, { first: 'backfill --yes' });
      const folder = { '000000000000_squashed': squashed, '20250301000000_flag': flag };
      const { end, steps } = await follow(target, folder);
      expect(steps.map(({ output }) => output).join('')).not.toMatch(/behind|hazard|blocker/);
      expect(end).toBe('done');
      expect(await columns(target, 'Product')).toEqual(['id', 'price', 'note', 'flag']);
      expect(await prices(target)).toEqual([250, 400]);
      expect(await recorded(target)).toContain('20250301000000_flag applied');
    },
  );

  it('a squash of the older half does not count as coming too late', async () => {
    const target = await fresh();
    await follow(target, { ...old, '20250301000000_flag': flag });
    const folder = { '000000000000_squashed': squashed, '20250301000000_flag': flag, '20250401000000_tag': tag };
    const { end, steps } = await follow(target, folder);
    expect(steps.map(({ command }) => command)).toContain('backfill 000000000000_squashed');
    expect(steps.map(({ output }) => output).join('')).not.toMatch(/hazard/);
    expect(end).toBe('done');
    expect(await columns(target, 'Tag')).toEqual(['id']);
  });

  it('a squash with a change of rows in it is recorded: the rows are not changed again', async () => {
    const target = await fresh();
    await follow(target, { '20250101000000_init': product });
    await target.sql(rows);
    await follow(target, { '20250101000000_init': product, '20250201000000_cents': cents });
    const folder = { '000000000000_squashed': `${product};\n${cents};`, '20250301000000_flag': flag };
    const { end } = await follow(target, folder);
    expect(end).toBe('done');
    expect(await prices(target)).toEqual([25000, 40000]);
    expect(await recorded(target)).toEqual([
      '000000000000_squashed recorded',
      '20250101000000_init applied',
      '20250201000000_cents applied',
      '20250301000000_flag applied',
    ]);
  });

  it('a squash that names what it stands for is believed also where production has an index made by hand', async () => {
    const target = await fresh();
    await follow(target, old);
    await target.sql('CREATE INDEX "by_hand" ON "Product" ("price")');
    const folder = { '000000000000_squashed': squashed, '20250301000000_flag': flag };
    expect((await follow(target, folder)).end).toBe('consent');
    const named = `-- squashes 20250101000000_init,\n-- squashes: 20250201000000_note\n${squashed}`;
    expect((await follow(target, { ...folder, '000000000000_squashed': named })).end).toBe('done');
  });

  it('a squash that names what this database has not run stops there', async () => {
    const target = await fresh();
    await follow(target, { '20250101000000_init': product });
    await target.sql(rows);
    const squash = `-- squashes 20250101000000_init 20250201000000_cents\n${product};`;
    const { end, next } = await follow(target, { '000000000000_squashed': squash });
    expect([end, next.startsWith('Apply from the last commit')]).toEqual(['by-hand', true]);
    expect(await recorded(target)).toEqual(['20250101000000_init applied']);
  });

  it('a checkout that is behind is still told so, whatever its first migration is called', async () => {
    const target = await fresh();
    await follow(target, { '000000000000_squashed': squashed, '20250501000000_tag': tag });
    const { end, steps } = await follow(target, { '000000000000_squashed': squashed, '20250301000000_flag': flag });
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('hazard  behind');
  });

  it.each(['status', 'backfill', 'backfill 1_init', 'backfill --undo 1_init'])(
    'an unfinished migration that is half there gets its second half, from %s on',
    async (first) => {
      const target = await fresh();
      await target.sql(createTracker, product, rows, begun('1_init'));
      const { end } = await follow(target, { '1_init': `${product};\n${tag};` }, { first, consents: 'given' });
      expect(end).toBe('done');
      expect(await columns(target, 'Tag')).toEqual(['id']);
      expect(await prices(target)).toEqual([250, 400]);
    },
  );
});
