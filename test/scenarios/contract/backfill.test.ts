/** The contract of backfill: it records what it can prove, and says what it cannot. */

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { backfillMigrations } from '../../../src/backfill/backfill.ts';
import { apply, backfill, type MigrationSource, status, undoBackfill } from '../../../src/index.ts';
import { createTracker as buildTracker, prismaTracker } from '../../../src/tracker/tracker.ts';
import { createOutside } from '../../../src/wiring.ts';
import { withDatabase } from '../../support/database.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const createTracker = buildTracker(prismaTracker).sql;

const customer: MigrationSource = {
  name: '1_customer',
  sql: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL);',
};
const points: MigrationSource = {
  name: '2_points',
  sql: 'ALTER TABLE "Customer" ADD COLUMN "points" INTEGER NOT NULL DEFAULT 0;',
};
const order: MigrationSource = {
  name: '3_order',
  sql: 'CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER NOT NULL REFERENCES "Customer" ("id"));',
};
const lower: MigrationSource = { name: '4_lower', sql: 'UPDATE "Customer" SET "email" = lower("email");' };
const folder = [customer, points, order];

const sum = (text: string) => createHash('sha256').update(text).digest('hex');
const row = (name: string, checksum: string, finished: number | null = 1700000000000, steps = 1) =>
  `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('${name}', '${checksum}', '${name}', ${finished}, ${steps})`;

/** Something happens between what backfill reads and what it writes. */
async function backfillDisturbed({ url }: TestTarget, disturb: () => Promise<unknown>) {
  return withDatabase(url, (database) =>
    backfillMigrations({
      database,
      migrations: [migrationFromText(customer.name, customer.sql)],
      outside: createOutside('test', '0'),
      request: { type: 'all', to: null },
      externalTables: [],
      consents: [],
      confirm: async () => {
        await disturb();
        return { type: 'yes', consents: [] };
      },
    }),
  );
}

describeTargets('backfill', (fresh) => {
  const states = async ({ url }: TestTarget, migrations: readonly MigrationSource[]) =>
    (await status({ url, migrations })).history.entries.map(({ state }) => state);

  const audit: MigrationSource = {
    name: '2_audit',
    sql: 'CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY, "what" TEXT);\nCREATE TRIGGER "audit" AFTER UPDATE ON "Customer" BEGIN INSERT INTO "Log" ("what") VALUES (\'changed\'); END;',
  };
  const rebuilt: MigrationSource = {
    name: '3_rebuilt',
    sql: 'PRAGMA foreign_keys=OFF;\nCREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);\nINSERT INTO "new_Customer" ("id", "email") SELECT "id", "email" FROM "Customer";\nDROP TABLE "Customer";\nALTER TABLE "new_Customer" RENAME TO "Customer";\nPRAGMA foreign_keys=ON;',
  };

  it('records where a rebuild that another tool ran took a trigger along, and names the trigger', async () => {
    const target = await fresh();
    await target.sql(customer.sql, ...audit.sql.split('\n'), ...rebuilt.sql.split('\n').slice(1, -1));
    const result = await backfill({ url: target.url, migrations: [customer, audit, rebuilt] });
    expect(result).toMatchObject({
      outcome: 'recorded',
      proof: { proven: true, lost: [{ object: 'trigger', name: 'audit', left: null }] },
    });
  });

  it('does not record where the trigger is lacking and no rebuild explains it', async () => {
    const target = await fresh();
    await target.sql(customer.sql, audit.sql.split('\n')[0] ?? '');
    const result = await backfill({ url: target.url, migrations: [customer, audit] });
    expect(result).toMatchObject({ outcome: 'unproven', proof: { proven: false, lost: [] } });
  });

  it('records all of a folder that makes production, also where columns were added by hand in another way', async () => {
    const target = await fresh();
    await target.sql(
      'create table Customer (id integer primary key not null, points integer default 0 not null, email text not null)',
      order.sql,
    );
    const result = await backfill({ url: target.url, migrations: folder });
    expect(result).toMatchObject({
      outcome: 'recorded',
      items: folder.map(({ name }) => ({ name, action: 'record' })),
      error: null,
    });
    expect(result.proof).toMatchObject({ proven: true, differences: [], rowsUnseen: [] });
    expect(await states(target, folder)).toEqual(['backfilled', 'backfilled', 'backfilled']);
    const logs = await target.sql('SELECT DISTINCT logs, applied_steps_count FROM _prisma_migrations');
    expect(logs).toEqual([['', 0]]);
  });

  it('finds the longest beginning of the folder that production has, and writes nothing else', async () => {
    const target = await fresh();
    await target.sql(customer.sql, points.sql);
    const refused = await backfill({ url: target.url, migrations: folder });
    expect(refused).toMatchObject({
      outcome: 'unproven',
      provenTo: '2_points',
      error: { code: 'UNPROVEN', next: 'migrate-prod backfill --to 2_points' },
    });
    expect(refused.error?.message).toContain('table Order is only in the migrations');
    expect(await states(target, folder)).toEqual(['pending', 'pending', 'pending']);
    expect(await target.sql('SELECT count(*) FROM sqlite_schema')).toEqual([[1]]);

    expect(await backfill({ url: target.url, migrations: folder, to: '2_points' })).toMatchObject({
      outcome: 'recorded',
      items: [{ name: '1_customer' }, { name: '2_points' }],
    });
    expect(await apply({ url: target.url, migrations: folder })).toMatchObject({ outcome: 'applied' });
    const again = await backfill({
      url: target.url,
      migrations: [...folder, { name: '5_more', sql: 'CREATE TABLE more (id)' }],
    });
    expect(again).toMatchObject({ outcome: 'unproven', provenTo: '3_order', error: { next: 'migrate-prod plan' } });
  });

  it('names the first differences where nothing is proven, and records them with consent only', async () => {
    const target = await fresh();
    await target.sql(customer.sql, 'CREATE INDEX by_hand ON "Customer" ("email")');
    const refused = await backfill({ url: target.url, migrations: [customer] });
    expect(refused).toMatchObject({ outcome: 'unproven', provenTo: null, error: { code: 'UNPROVEN' } });
    expect(refused.error?.message).toContain('index by_hand is only in production');
    expect(refused.error?.next).toContain(
      'If production is right anyway, the owner of the database consents by adding --allow unproven to migrate-prod backfill --yes',
    );

    const allowed = await backfill({ url: target.url, migrations: [customer], allow: ['unproven'] });
    expect(allowed).toMatchObject({ outcome: 'recorded', proof: { proven: false } });
    const [[logs] = []] = await target.sql('SELECT logs FROM _prisma_migrations');
    expect(JSON.parse(String(logs))).toMatchObject({ allowed: ['unproven'] });
  });

  it('asks for consent to record what changes rows, since no schema shows whether that happened', async () => {
    const target = await fresh();
    await target.sql(customer.sql);
    const refused = await backfill({ url: target.url, migrations: [customer, lower] });
    expect(refused).toMatchObject({ outcome: 'unproven', proof: { proven: true, rowsUnseen: ['4_lower'] } });
    expect(refused.error?.next).toBe(
      'If it ran, the owner of the database consents by adding --allow rows-unseen to migrate-prod backfill --yes',
    );
    expect(await states(target, [customer, lower])).toEqual(['pending', 'pending']);
    const allowed = await backfill({ url: target.url, migrations: [customer, lower], allow: ['rows-unseen'] });
    expect(allowed).toMatchObject({ outcome: 'recorded' });
  });

  it.each([
    [
      'drops and makes a table again',
      'DROP TABLE "Customer"; CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL);',
    ],
    [
      'rebuilds a table and computes',
      'PRAGMA foreign_keys=OFF; CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL); INSERT INTO "new_Customer" ("id", "email") SELECT "id", upper("email") FROM "Customer"; DROP TABLE "Customer"; ALTER TABLE "new_Customer" RENAME TO "Customer";',
    ],
    [
      'rebuilds a table and copies nothing',
      'CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL); DROP TABLE "Customer"; ALTER TABLE "new_Customer" RENAME TO "Customer";',
    ],
    [
      'drops and adds a column',
      'ALTER TABLE "Customer" ADD COLUMN "x" TEXT; ALTER TABLE "Customer" DROP COLUMN "x"; ALTER TABLE "Customer" ADD COLUMN "x" TEXT; ALTER TABLE "Customer" DROP COLUMN "x";',
    ],
    [
      'lets names change places',
      'ALTER TABLE "Customer" RENAME COLUMN "email" TO "x"; ALTER TABLE "Customer" RENAME COLUMN "id" TO "email"; ALTER TABLE "Customer" RENAME COLUMN "x" TO "id"; ALTER TABLE "Customer" RENAME COLUMN "id" TO "y"; ALTER TABLE "Customer" RENAME COLUMN "email" TO "id"; ALTER TABLE "Customer" RENAME COLUMN "y" TO "email";',
    ],
    ['makes a table of rows', 'CREATE TABLE "Copy" AS SELECT 1 AS "id"; DROP TABLE "Copy";'],
    ['sets a number', 'PRAGMA user_version=7;'],
  ])('asks for consent to record what %s: the schema is the same without it', async (_what, sql) => {
    const target = await fresh();
    await target.sql(customer.sql);
    const migrations = [customer, { name: '2_same', sql }];
    expect(await backfill({ url: target.url, migrations })).toMatchObject({
      outcome: 'unproven',
      proof: { proven: true, rowsUnseen: ['2_same'] },
    });
  });

  it('proves nothing by migrations that only change rows', async () => {
    const target = await fresh();
    await target.sql(customer.sql);
    const refused = await backfill({ url: target.url, migrations: [customer, lower, points] });
    expect(refused).toMatchObject({ outcome: 'unproven', provenTo: '1_customer' });
    expect(refused.error?.next).toBe('migrate-prod backfill --to 1_customer');
  });

  it('says how far production goes where it is behind and has changes made by hand', async () => {
    const target = await fresh();
    await target.sql(customer.sql, points.sql, 'ALTER TABLE "Customer" ADD COLUMN "fax" TEXT');
    const behind = await backfill({ url: target.url, migrations: folder });
    expect(behind).toMatchObject({ outcome: 'unproven', provenTo: null });
    expect(behind.error?.message).toContain('closest to what the folder makes up to 2_points');
    expect(behind.error?.next).toBe(
      'If that is so, the owner of the database consents by adding --allow unproven to migrate-prod backfill --to 2_points --yes',
    );
    await backfill({ url: target.url, migrations: folder, to: '2_points', allow: ['unproven'] });
    expect(await states(target, folder)).toEqual(['backfilled', 'backfilled', 'pending']);
  });

  it('calls an unfinished one backfilled where all of it is there', async () => {
    const target = await fresh();
    await target.sql(
      customer.sql,
      points.sql,
      createTracker,
      row('1_customer', sum(customer.sql)),
      row('2_points', sum(points.sql), null),
    );
    const migrations = [customer, points];
    expect(await states(target, migrations)).toEqual(['applied', 'unfinished']);
    expect(await backfill({ url: target.url, migrations, name: '2_points' })).toMatchObject({ outcome: 'recorded' });
    expect(await states(target, migrations)).toEqual(['applied', 'backfilled']);
  });

  it('calls an unfinished one rolled back where nothing of it is there, and apply runs it', async () => {
    const target = await fresh();
    await target.sql(
      customer.sql,
      createTracker,
      row('1_customer', sum(customer.sql)),
      row('2_points', sum(points.sql), null),
    );
    const migrations = [customer, points];
    expect(await backfill({ url: target.url, migrations, name: '2_points' })).toMatchObject({ outcome: 'rolled-back' });
    expect(await states(target, migrations)).toEqual(['applied', 'failed']);
    expect(await apply({ url: target.url, migrations })).toMatchObject({ outcome: 'applied', applied: ['2_points'] });
  });

  it('decides nothing about an unfinished one that is half there, or that changes no schema', async () => {
    const half: MigrationSource = {
      name: '2_half',
      sql: `${points.sql}\nCREATE INDEX second ON "Customer" ("points");`,
    };
    const target = await fresh();
    await target.sql(
      customer.sql,
      points.sql,
      createTracker,
      row('1_customer', sum(customer.sql)),
      row('2_half', sum(half.sql), null),
    );
    const migrations = [customer, half];
    expect(await backfill({ url: target.url, migrations, name: '2_half' })).toMatchObject({ outcome: 'unproven' });
    expect(await undoBackfill({ url: target.url, migrations, name: '2_half' })).toMatchObject({ outcome: 'unproven' });
    expect(await states(target, migrations)).toEqual(['applied', 'unfinished']);

    const rows = await fresh();
    await rows.sql(
      customer.sql,
      createTracker,
      row('1_customer', sum(customer.sql)),
      row('4_lower', sum(lower.sql), null),
    );
    const refused = await backfill({ url: rows.url, migrations: [customer, lower], name: '4_lower' });
    expect(refused).toMatchObject({ outcome: 'unproven' });
    expect(refused.error?.message).toContain('it changes no schema');
    const undone = await undoBackfill({
      url: rows.url,
      migrations: [customer, lower],
      name: '4_lower',
      allow: ['unproven', 'rows-unseen'],
    });
    expect(undone).toMatchObject({ outcome: 'rolled-back' });
    expect(await states(rows, [customer, lower])).toEqual(['applied', 'failed']);
  });

  it('does not settle an unfinished one that changes rows without consent: what ran of it, nobody knows', async () => {
    const cents: MigrationSource = { name: '2_cents', sql: `UPDATE "Customer" SET "id" = "id" * 100; ${points.sql}` };
    const migrations = [customer, cents];
    const begin = async (...sql: readonly string[]) => {
      const target = await fresh();
      await target.sql(
        customer.sql,
        ...sql,
        createTracker,
        row('1_customer', sum(customer.sql)),
        row('2_cents', sum(cents.sql), null),
      );
      return target;
    };
    const nothing = await begin();
    expect(await backfill({ url: nothing.url, migrations, name: '2_cents' })).toMatchObject({
      outcome: 'unproven',
      items: [{ action: 'roll-back' }],
      proof: { proven: true, rowsUnseen: ['2_cents'] },
    });
    const all = await begin(points.sql);
    expect(await backfill({ url: all.url, migrations, name: '2_cents' })).toMatchObject({
      outcome: 'unproven',
      items: [{ action: 'record' }],
    });
    await expect(undoBackfill({ url: all.url, migrations, name: '2_cents' })).rejects.toMatchObject({
      code: 'MIGRATION_STATE',
      next: 'migrate-prod backfill 2_cents',
    });
    expect(await states(all, migrations)).toEqual(['applied', 'unfinished']);
  });

  it('tells apart what it records and what it accepts', async () => {
    const target = await fresh();
    await target.sql(customer.sql, points.sql, createTracker, row('1_customer', ''));
    const result = await backfill({ url: target.url, migrations: [customer, points] });
    expect(result).toMatchObject({
      outcome: 'recorded',
      items: [
        { name: '1_customer', action: 'accept' },
        { name: '2_points', action: 'record' },
      ],
    });
    expect(await states(target, [customer, points])).toEqual(['applied', 'backfilled']);
  });

  it('closes what another tool began and never finished, where its folder is gone and it left nothing', async () => {
    const target = await fresh();
    await target.sql(customer.sql, createTracker, row('1_customer', sum(customer.sql)), row('2_gone', 'x', null));
    expect(await backfill({ url: target.url, migrations: [customer], name: '2_gone' })).toMatchObject({
      outcome: 'rolled-back',
    });
    expect(await states(target, [customer])).toEqual(['applied']);
  });

  it('accepts an edited file, and keeps the old checksum', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [customer] });
    const edited = { ...customer, sql: `-- a comment\n${customer.sql}` };
    expect(await states(target, [edited])).toEqual(['edited']);
    expect(await backfill({ url: target.url, migrations: [edited] })).toMatchObject({ outcome: 'nothing-to-do' });
    expect(await backfill({ url: target.url, migrations: [edited], name: customer.name })).toMatchObject({
      outcome: 'accepted',
    });
    expect(await states(target, [edited])).toEqual(['applied']);
    const [[logs] = []] = await target.sql('SELECT logs FROM _prisma_migrations');
    expect(logs).toContain(sum(customer.sql));

    const other = { ...customer, sql: customer.sql.replace('"email"', '"mail"') };
    expect(await backfill({ url: target.url, migrations: [other], name: customer.name })).toMatchObject({
      outcome: 'unproven',
    });
  });

  it('verifies what a script recorded with a made-up checksum, and corrects it', async () => {
    const target = await fresh();
    await target.sql(customer.sql, points.sql, createTracker, row('1_customer', ''), row('2_points', '2_points'));
    const migrations = [customer, points];
    expect(await states(target, migrations)).toEqual(['unverified', 'unverified']);
    expect(await backfill({ url: target.url, migrations })).toMatchObject({
      outcome: 'accepted',
      proof: { proven: true },
    });
    expect(await states(target, migrations)).toEqual(['applied', 'applied']);
  });

  it('records the new name of a renamed migration whatever else production has: its checksum is the proof', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [customer] });
    await target.sql('CREATE TABLE by_hand (id)');
    const renamed = { ...customer, name: '1_renamed' };
    expect(await states(target, [renamed])).toEqual(['renamed']);
    expect(await backfill({ url: target.url, migrations: [renamed], name: '1_renamed' })).toMatchObject({
      outcome: 'recorded',
    });
    // One run has one record: it was applied, and cannot be taken back to run a second time.
    expect(await states(target, [renamed])).toEqual(['applied']);
    expect(await target.sql('SELECT migration_name, applied_steps_count FROM _prisma_migrations')).toEqual([
      ['1_renamed', 1],
    ]);
    expect(await backfill({ url: target.url, migrations: [renamed], name: '1_renamed' })).toMatchObject({
      outcome: 'nothing-to-do',
    });
    await expect(undoBackfill({ url: target.url, migrations: [renamed], name: '1_renamed' })).rejects.toMatchObject({
      code: 'MIGRATION_STATE',
    });
    expect(await apply({ url: target.url, migrations: [renamed] })).toMatchObject({ outcome: 'nothing-to-do' });
    // Who still has the old name is told so, and runs nothing either.
    expect(await states(target, [customer])).toEqual(['renamed']);
  });

  it('records both of two files with one text beside the name that ran, so that none of them runs again', async () => {
    const target = await fresh();
    const twin = { name: '1_old', sql: 'UPDATE "Seen" SET "n" = "n" + 1;' };
    const seen = { name: '0_seen', sql: 'CREATE TABLE "Seen" ("n" INTEGER);\nINSERT INTO "Seen" VALUES (0);' };
    await apply({ url: target.url, migrations: [seen, twin] });
    const folder = [seen, { ...twin, name: '1_a' }, { ...twin, name: '2_b' }];
    expect(await states(target, folder)).toEqual(['applied', 'renamed', 'renamed']);
    expect(await backfill({ url: target.url, migrations: folder, allow: ['rows-unseen'] })).toMatchObject({
      outcome: 'recorded',
    });
    expect(await states(target, folder)).toEqual(['applied', 'backfilled', 'backfilled']);
    expect(await target.sql('SELECT "n" FROM "Seen"')).toEqual([[1]]);
  });

  it('writes nothing when production changes between the proof and the record', async () => {
    const target = await fresh();
    await target.sql(customer.sql);
    const changed = await backfillDisturbed(target, () => target.sql('CREATE TABLE later (id)'));
    expect(changed).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
    expect(await states(target, [customer])).toEqual(['pending']);
  });
});
