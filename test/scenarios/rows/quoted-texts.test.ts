/** Texts in double quotes, which stock SQLite took and libSQL reads and would not make: such tables are rehearsed on like others. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply, backfill, drift, plan } from '../../../src/index.ts';
import { makeProject } from '../../support/folder.ts';
import { defineSchema } from '../../support/schemas.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { findAll } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT CHECK ("kind" <> $), "fax" TEXT UNIQUE';
const table = `CREATE TABLE "Customer" (${columns})`;
const index = `CREATE INDEX "Customer_kind" ON "Customer" ("kind") WHERE "kind" <> $`;
const init = { name: '1_init', sql: `${table};\n${index};`.replaceAll('$', "'none'") };
const stored = [
  ...[table, index].map((sql) => sql.replaceAll('$', "'none'")),
  `INSERT INTO "Customer" VALUES (1, 'shop', '47 22'), (2, NULL, NULL)`,
  'PRAGMA writable_schema=ON',
  `UPDATE sqlite_schema SET sql = replace(sql, '''none''', '"none"') WHERE tbl_name = 'Customer'`,
  'PRAGMA writable_schema=OFF',
];
const readTexts = `SELECT sql FROM sqlite_schema WHERE tbl_name = 'Customer' AND sql IS NOT NULL ORDER BY type DESC`;

describeTargets('a table with a text in double quotes', (fresh) => {
  async function begin(): Promise<TestTarget> {
    const target = await fresh(stored);
    expect(await target.sql(readTexts)).toEqual([table, index].map((sql) => [sql.replaceAll('$', '"none"')]));
    await backfill({ url: target.url, migrations: [init], allow: ['unproven'] });
    return target;
  }
  const inputOf = (target: TestTarget, sql: string) => ({
    url: target.url,
    migrations: [init, { name: '2_change', sql }],
  });

  it('is migrated like any other, and nobody is asked', async () => {
    const target = await begin();
    const sql = 'ALTER TABLE "Customer" ADD COLUMN "points" INTEGER; CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);';
    expect(await apply(inputOf(target, sql))).toMatchObject({ outcome: 'applied', error: null });
    await expect(target.sql(`INSERT INTO "Customer" ("id", "kind") VALUES (3, 'none')`)).rejects.toThrow('CHECK');
  });

  it('gets the statement as it has to be written, with the names of columns as they are', async () => {
    const target = await fresh();
    const made = { name: '1_init', sql: `${table.replace('$', "'none'")};` };
    expect(await apply({ url: target.url, migrations: [made] })).toMatchObject({ outcome: 'applied' });
    const planOf = (sql: string) => ({ url: target.url, migrations: [made, { name: '2_change', sql }] });
    const sql = 'INSERT INTO "Customer" ("id", "fax") VALUES (9, "fax");';
    const [found] = findAll((await plan(planOf(sql))).plan).filter(({ kind }) => kind === 'blocker');
    expect(found?.way).toContain(`INSERT INTO "Customer" ("id", "fax") VALUES (9, 'fax');`);
    expect(await apply(planOf(found?.way ?? ''))).toMatchObject({ outcome: 'applied', error: null });
    expect(await target.sql('SELECT "fax" FROM "Customer"')).toEqual([['fax']]);
  });

  it('can be compared, also with schema.prisma', async () => {
    const target = await begin();
    const project = await makeProject({ [init.name]: init.sql }, { schema: defineSchema() });
    try {
      const schema = join(project.root, 'prisma', 'schema.prisma');
      const { pairs } = await drift({ url: target.url, migrations: project.migrationsFolder, schema });
      expect(pairs.map(({ incomparable }) => incomparable)).toEqual([null, null, null]);
      // The same text in other quotes is no difference.
      expect(pairs[0]?.differences).toEqual([]);
    } finally {
      await project.remove();
    }
  });

  it('loses no column and no row without a word, nor the index that cannot be made again as it is', async () => {
    const target = await begin();
    const rebuilt = columns.replace('$', "'none'").replace(', "fax" TEXT UNIQUE', '');
    const sql = redefine({ table: 'Customer', columns: rebuilt, into: '"id", "kind"' });
    const asking = findAll((await plan(inputOf(target, sql))).plan).filter(({ kind }) => kind !== 'note');
    expect(asking.map(({ code, message }) => [code, message])).toEqual(
      expect.arrayContaining([['data-loss', 'Drops "Customer"."fax" with its values in 1 row.']]),
    );
    expect(asking.map(({ code }) => code).sort()).toEqual(['data-loss', 'drops-index']);
    expect(await apply(inputOf(target, sql))).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(await apply(inputOf(target, 'DROP TABLE "Customer";'))).toMatchObject({ outcome: 'blocked' });
    expect(await target.sql('SELECT "fax" FROM "Customer" ORDER BY "id"')).toEqual([['47 22'], [null]]);
  });
});
