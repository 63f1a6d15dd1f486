/** The contract of `apply --plan` about production's rows: it refuses what the plan did not show, and nothing else. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';

const init = {
  name: '1_init',
  sql: `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY, "note" TEXT);
CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "shopId" INTEGER, "fax" TEXT);`,
};
const drop = { name: '2_drop', sql: 'ALTER TABLE "Customer" DROP COLUMN "fax";' };
/** What other rows give a column, and which of it points nowhere, only the run on rows shows. */
const refer = {
  name: '2_refer',
  sql: `PRAGMA foreign_keys=OFF;
UPDATE "Customer" SET "shopId" = (SELECT max("shopId") FROM "Customer");
CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "shopId" INTEGER REFERENCES "Shop"("id"), "fax" TEXT);
INSERT INTO "new_Customer" SELECT * FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
PRAGMA foreign_keys=ON;`,
};
const harmless = { name: '2_harmless', sql: 'UPDATE "Customer" SET "shopId" = 1;' };
const unique = { name: '2_unique', sql: 'CREATE UNIQUE INDEX "Customer_fax" ON "Customer"("fax");' };

describeTargets('the rows of a plan that is named', (fresh) => {
  async function open(pending: typeof init, ...rows: readonly string[]) {
    const { url, sql } = await fresh();
    const migrations = [init, pending];
    await apply({ url, migrations: [init] });
    if (rows.length > 0) await sql(...rows);
    return {
      sql,
      see: async (rows?: number) => (await plan({ url, migrations, ...(rows === undefined ? {} : { rows }) })).plan,
      run: (id: string, rows?: number) =>
        apply({
          url,
          migrations,
          plan: id,
          allow: ['data-loss', 'foreign-keys'],
          ...(rows === undefined ? {} : { rows }),
        }),
    };
  }
  const customer = (id: number, shop: string, fax: string) => `INSERT INTO "Customer" VALUES (${id}, ${shop}, ${fax})`;
  const stale = (message: unknown) => ({
    outcome: 'blocked',
    applied: [],
    error: { code: 'PLAN_STALE', exitCode: 1, next: 'migrate-prod plan', message },
  });

  it('may be more, beyond what is fetched, and fetched or not', async () => {
    const { sql, see, run } = await open(harmless, customer(1, '2', 'NULL'));
    const none = await see(0);
    const [fetched, one] = [await see(), await see(1)];
    expect([none.ranOn === null, fetched.ranOn === null]).toEqual([true, false]);
    expect([fetched.id, one.id]).toEqual([none.id, none.id]);
    await sql(customer(2, '3', 'NULL'));
    const beyond = await see(1);
    expect([beyond.id, beyond.ranOn?.left]).toEqual([none.id, ['Customer']]);
    expect(await run(none.id)).toMatchObject({ outcome: 'applied', error: null });
  });

  it('may have lost the hazard that was shown, and a job that runs twice is told so', async () => {
    const { sql, see, run } = await open(drop, customer(1, '1', `'5'`));
    const { id } = await see();
    await sql('UPDATE "Customer" SET "fax" = NULL');
    const now = await see();
    expect(now.id).not.toBe(id);
    const result = await run(id);
    expect(result).toMatchObject({ outcome: 'applied', error: null });
    expect(result.plan.id).toBe(now.id);
    const again = `Plan ${id.slice(0, 8)} was applied already`;
    expect((await run(id)).error?.message).toContain(again);
    expect((await run(now.id)).error?.message).toContain(again);
  });

  it('must not bring a hazard that was not shown, though its code is allowed', async () => {
    const { sql, see, run } = await open(drop, customer(1, '1', 'NULL'));
    const { id } = await see();
    await sql(customer(2, '1', `'5'`), customer(3, '1', `'6'`));
    const result = await run(id);
    expect(result).toMatchObject(
      stale(
        `Plan ${id.slice(0, 8)} is out of date: it did not show the hazard data-loss in 2_drop (line 1). Nothing was written.`,
      ),
    );
    expect(await sql('SELECT count("fax") FROM "Customer"')).toEqual([[2]]);
    expect(await run(result.plan.id)).toMatchObject({ outcome: 'applied' });
  });

  it('must not bring one that only the run on them shows, where the plan ran on none', async () => {
    const { see, run, sql } = await open(refer, customer(1, '7', 'NULL'));
    const [none, seen] = [await see(0), await see()];
    expect((await run(none.id)).error?.message).toContain(
      'it did not show the hazard foreign-keys in 2_refer (line 2).',
    );
    expect(await run(none.id, 0)).toMatchObject({ outcome: 'applied' });
    expect(await sql('SELECT "shopId" FROM "Customer"')).toEqual([[7]]);
    expect(seen.id.slice(0, 33)).toBe(none.id.slice(0, 33));
  });

  it('may be shown, and not be looked at again', async () => {
    const { see, run } = await open(refer, customer(1, '7', 'NULL'));
    expect(await run((await see()).id, 0)).toMatchObject({ outcome: 'applied' });
  });

  it('must not bring a blocker, which may be gone by then', async () => {
    const { sql, see, run } = await open(unique, customer(1, '1', `'5'`), customer(2, '1', `'6'`));
    const { id } = await see();
    await sql(`UPDATE "Customer" SET "fax" = '5'`);
    const blocked = await run(id);
    expect(blocked).toMatchObject(
      stale(expect.stringContaining('it did not show the blocker duplicates in 2_unique (line 1)')),
    );
    expect((await run(blocked.plan.id)).error?.code).toBe('PLAN_BLOCKED');
    await sql('UPDATE "Customer" SET "fax" = "id"');
    expect(await run(blocked.plan.id)).toMatchObject({ outcome: 'applied' });
  });
});
