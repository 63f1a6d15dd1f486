/** The contract of hazards: what asks for consent, and what an unexpected schema leads to. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { executePlan } from '../../../src/apply/execute.ts';
import { apply, backfill, plan } from '../../../src/index.ts';
import { makePlan } from '../../../src/plan/make-plan.ts';
import { createOutside, openDatabase } from '../../../src/wiring.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { fill, lossOfFax, parents, rebuildParent } from './stories.ts';

const codes = async (target: TestTarget, migrations: readonly { name: string; sql: string }[]) => {
  const report = (await plan({ url: target.url, migrations })).plan;
  return [...report.migrations.flatMap((migration) => migration.findings), ...report.findings].map(
    (finding) => `${finding.kind} ${finding.code}`,
  );
};

describeTargets('hazards', (fresh) => {
  it('names an INSERT that relies on an order of columns which production does not have', async () => {
    const init = { name: '1_init', sql: 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT);' };
    const rebuild = (copy: string) => ({
      name: '2_rebuild',
      sql: `CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT, "c" TEXT); ${copy} DROP TABLE "T"; ALTER TABLE "new_T" RENAME TO "T";`,
    });
    const target = await fresh();
    await target.sql('CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "b" TEXT, "a" TEXT)');
    await backfill({ url: target.url, migrations: [init] });
    const all = rebuild('INSERT INTO "new_T" SELECT *, NULL FROM "T";');
    expect(await codes(target, [init, all])).toContain('hazard column-order');
    const named = rebuild('INSERT INTO "new_T" ("id", "a", "b") SELECT "id", "a", "b" FROM "T";');
    expect(await codes(target, [init, named])).not.toContain('hazard column-order');
    const same = await fresh();
    await apply({ url: same.url, migrations: [init] });
    expect(await codes(same, [init, all])).not.toContain('hazard column-order');
  });

  it('names a column that only production has, where an INSERT takes all of them by their places', async () => {
    const init = { name: '1_init', sql: 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);' };
    const rebuild = (copy: string) => ({
      name: '2_rebuild',
      sql: `CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "n" TEXT); ${copy} DROP TABLE "T"; ALTER TABLE "new_T" RENAME TO "T";`,
    });
    const target = await fresh();
    await apply({ url: target.url, migrations: [init] });
    await target.sql('ALTER TABLE "T" ADD COLUMN "legacy" TEXT');
    const all = rebuild('INSERT INTO "new_T" SELECT * FROM "T";');
    expect(await codes(target, [init, all])).toContain('hazard column-order');
    const named = rebuild('INSERT INTO "new_T" ("id", "a") SELECT "id", "a" FROM "T";');
    expect(await codes(target, [init, named])).not.toContain('hazard column-order');
    const byPlace = rebuild('INSERT INTO "new_T" SELECT "id", "a", NULL FROM "T";');
    expect(await codes(target, [init, byPlace])).not.toContain('hazard column-order');
  });

  it('names an index that Prisma does not know and that the new table has no place for', async () => {
    const target = await fresh();
    const known = { name: '20260101000001_index', sql: 'CREATE INDEX "Parent_fax_idx" ON "Parent"("fax");' };
    const rebuilt = async (last?: string) => {
      const found = await codes(target, [parents, known, rebuildParent(last)]);
      return found.filter((code) => /drops-|kept/.test(code));
    };
    await apply({ url: target.url, migrations: [parents, known] });
    expect(await rebuilt()).toEqual([]);
    await target.sql('CREATE INDEX by_hand ON "Parent" (lower(name)) WHERE fax IS NOT NULL');
    expect(await rebuilt()).toEqual(['hazard drops-index']);
    expect(await rebuilt('CREATE INDEX by_hand ON "Parent" (lower(name));')).toEqual([]);
    await target.sql('DROP INDEX by_hand', 'CREATE INDEX by_hand ON "Parent" (lower(name))');
    expect(await rebuilt()).toEqual(['note kept']);
  });

  it('takes IF NOT EXISTS at its word only with consent where what is there differs', async () => {
    const target = await fresh();
    const first = { name: '1_a', sql: 'CREATE TABLE a (id);' };
    await apply({ url: target.url, migrations: [first] });
    await target.sql('CREATE TABLE b (id, other)');
    const second = { name: '2_b', sql: 'CREATE TABLE IF NOT EXISTS b (id);' };
    expect(await codes(target, [first, second])).toEqual(['hazard exists-different']);
    expect((await apply({ url: target.url, migrations: [first, second] })).outcome).toBe('blocked');
    const allowed = await apply({ url: target.url, migrations: [first, second], allow: ['exists-different:2_b'] });
    expect(allowed.outcome).toBe('applied');
  });

  it('notes a foreign key that cannot be checked, and still rebuilds', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [parents] });
    await target.sql(...fill, 'CREATE TABLE malformed (id INTEGER PRIMARY KEY, n TEXT REFERENCES "Parent" (name))');
    const migrations = [parents, rebuildParent()];
    // The last two speak of the column that it leaves out.
    expect(await codes(target, migrations)).toEqual([
      'note foreign-key-mismatch',
      'note rebuild',
      'note breaks-running-code',
      'hazard data-loss',
    ]);
    expect((await apply({ url: target.url, migrations, allow: lossOfFax })).outcome).toBe('applied');
  });

  it('refuses a wildcard and an unknown code', async () => {
    const { url } = await fresh();
    for (const allow of ['*', 'all', 'data-los', 'behind:']) {
      await expect(apply({ url, migrations: [parents], allow: [allow] })).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  it('rolls back when the schema ends up different from the rehearsal, and shows both sides', async () => {
    const target = await fresh();
    const migrations = [migrationFromText('1_a', 'CREATE TABLE a (id INTEGER);')];
    const outside = createOutside('somebody@somewhere', '0.0.0');
    const place =
      target.kind === 'server' ? { type: 'server' as const, name: target.url, url: target.url } : filePlace(target);
    const database = await openDatabase({ target: place, token: null, timeoutSeconds: 10, create: 'must-exist' });
    try {
      const planned = await makePlan({ database, migrations, outside });
      const [migration] = planned.plan.migrations;
      if (!migration) throw new Error('nothing planned');
      const wrong = { ...planned.plan, migrations: [{ ...migration, schemaAfter: 'something else' }] };
      const run = (consents: readonly { code: 'unrehearsed'; migration: null }[]) =>
        executePlan({
          ...planned,
          plan: wrong,
          database,
          outside,
          migrations,
          consents,
          restorePoint: { at: '2026-11-23T18:40:12Z', clock: 'server', command: null, backup: null },
          backupName: null,
          timeoutSeconds: 10,
          onEvent: () => {},
        });
      const { applied, end } = await run([]);
      expect(applied).toEqual([]);
      expect(end).toMatchObject({ type: 'failed', unrecorded: null, failure: { guard: { code: 'unrehearsed' } } });
      const actual = end.type === 'failed' ? end.failure.actualSchema : null;
      expect(actual?.map((object) => object.sql)).toContain('CREATE TABLE a (id INTEGER)');
      expect(await target.sql(`SELECT count(*) FROM sqlite_schema WHERE name = 'a'`)).toEqual([[0]]);

      const again = await makePlan({ database, migrations, outside });
      const consented = await executePlan({
        ...again,
        plan: { ...again.plan, migrations: [{ ...migration, schemaAfter: 'something else' }] },
        database,
        outside,
        migrations,
        consents: [{ code: 'unrehearsed', migration: null }],
        restorePoint: { at: '2026-11-23T18:40:12Z', clock: 'server', command: null, backup: null },
        backupName: null,
        timeoutSeconds: 10,
        onEvent: () => {},
      });
      expect(consented.applied).toEqual(['1_a']);
    } finally {
      await database.close();
    }
  });

  it('says when production cannot be rebuilt exactly, and goes on only with consent', async () => {
    const target = await fresh();
    if (target.kind === 'server') return;
    const first = { name: '1_a', sql: 'CREATE TABLE a (id);' };
    await apply({ url: target.url, migrations: [first] });
    const database = openEmbedded(filePlace(target).path);
    database.exec(
      `PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE a (id); SELECT 1' WHERE name = 'a'; PRAGMA writable_schema=RESET`,
    );
    database.close();
    const second = { name: '2_b', sql: 'CREATE TABLE b (id);' };
    expect(await codes(target, [first, second])).toEqual(['hazard unrehearsed']);
    expect((await apply({ url: target.url, migrations: [first, second] })).outcome).toBe('blocked');
    expect((await apply({ url: target.url, migrations: [first, second], allow: ['unrehearsed'] })).outcome).toBe(
      'applied',
    );
  });
});

function filePlace(target: TestTarget) {
  const path = target.url.slice('file:'.length);
  return { type: 'file' as const, name: target.url, path };
}
