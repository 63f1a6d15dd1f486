/** Whoever only runs what `Next:` says loses nothing, changes no row twice and gets somewhere. */

import { expect, it } from 'vitest';
import { createTracker } from '../../../src/core/migrations/tracker.ts';
import { makeProject } from '../../support/folder.ts';
import { type FollowOptions, followNext } from '../../support/follow-next.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

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
    expect(steps.map(({ output }) => output).join('')).toContain('nearest to what the folder makes up to 4_note');
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
    const { end, steps, next } = await follow(target, { '1_init': `${product};\n${tag};` });
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('lacks Tag, which 1_init makes');
    expect(next).toContain('--allow no-history');
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

  it('a checkout that is behind is still told so, whatever its first migration is called', async () => {
    const target = await fresh();
    await follow(target, { '000000000000_squashed': squashed, '20250501000000_tag': tag });
    const { end, steps } = await follow(target, { '000000000000_squashed': squashed, '20250301000000_flag': flag });
    expect(end).toBe('consent');
    expect(steps.at(-1)?.output).toContain('hazard  behind');
  });

  const begun = (name: string) =>
    `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('${name}', '', '${name}')`;

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
