/** The contract of consents: those that stand beside a migration, and what a plan's id keeps of them and of the rows. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { parseTarget } from '../../../src/adapters/files/target.ts';
import { createPaint } from '../../../src/adapters/terminal/paint.ts';
import { applyMigrations } from '../../../src/apply/apply.ts';
import { renderFailed } from '../../../src/cli/report/text/apply.ts';
import { checkPlan, listWritten } from '../../../src/consents/gate.ts';
import { apply, assertUpToDate, type MigrationSource, plan, status } from '../../../src/index.ts';
import { createOutside, openDatabase } from '../../../src/wiring.ts';
import { planInside } from '../../support/inside.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { fill, parents } from './stories.ts';

const first = { name: '1_a', sql: 'CREATE TABLE a (id);' };
/** Production has a `b` of its own, so this needs consent. */
const second = { name: '2_b', sql: 'CREATE TABLE IF NOT EXISTS b (id);' };
const third = { name: '3_c', sql: 'CREATE TABLE IF NOT EXISTS c (id);' };
const reason = 'the other one is older, see the wiki: Tables';
const allow = `# agreed\nexists-different: ${reason}\n`;

async function readLogs(target: TestTarget, name: string): Promise<Record<string, unknown>> {
  const rows = await target.sql(`SELECT logs FROM _prisma_migrations WHERE migration_name = '${name}' ORDER BY rowid`);
  return JSON.parse(String(rows.at(-1)?.[0]));
}

describeTargets('a consent beside the migration', (fresh) => {
  async function prepare(): Promise<TestTarget> {
    const target = await fresh();
    await apply({ url: target.url, migrations: [first] });
    await target.sql('CREATE TABLE b (id, other)', 'CREATE TABLE c (id, other)');
    return target;
  }

  it('counts as given in plan and apply, is shown with its reason, and is recorded with it', async () => {
    const target = await prepare();
    const migrations = [first, { ...second, allow }];
    const report = await plan({ url: target.url, migrations });
    expect(report.ready).toBe(true);
    expect(report.plan.migrations[0]?.findings).toMatchObject([{ kind: 'hazard', code: 'exists-different' }]);
    expect(listWritten(await planInside(target.url, migrations))).toEqual([
      { code: 'exists-different', reason, path: '2_b/migrate-prod.allow', line: 2, migration: '2_b', used: true },
    ]);
    expect(await apply({ url: target.url, migrations, plan: report.plan.id })).toMatchObject({ outcome: 'applied' });
    const logs = await readLogs(target, '2_b');
    expect(logs).toMatchObject({ allowed: ['exists-different'], reasons: { 'exists-different': reason } });
    const plain = await readLogs(target, '1_a');
    expect(plain).not.toHaveProperty('allowed');
    expect(plain).not.toHaveProperty('reasons');
  });

  it('goes for its own migration only', async () => {
    const { url } = await prepare();
    const migrations = [first, { ...second, allow }, third];
    const refused = await apply({ url, migrations });
    expect(refused).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(refused.gate.unconsented.map((finding) => finding.migration)).toEqual(['3_c']);
    expect(refused.error?.next).toContain('--allow exists-different:3_c');
    expect(refused.error?.next).not.toContain('2_b');
    const applied = await apply({ url, migrations, allow: ['exists-different:3_c'] });
    expect(applied).toMatchObject({ outcome: 'applied', gate: { unused: [] } });
  });

  it('is recorded once where --allow gives it as well', async () => {
    const target = await prepare();
    await apply({ url: target.url, migrations: [first, { ...second, allow }], allow: ['exists-different'] });
    expect((await readLogs(target, '2_b')).allowed).toEqual(['exists-different']);
  });

  it('that nothing needs stops nothing, and is said to be unused', async () => {
    const { url } = await prepare();
    const migrations = [first, { ...third, sql: 'CREATE TABLE d (id);', allow }];
    expect(listWritten(await planInside(url, migrations)).map((line) => line.used)).toEqual([false]);
    expect((await apply({ url, migrations })).outcome).toBe('applied');
  });

  it('is part of the plan, with its reason', async () => {
    const { url, sql } = await prepare();
    const { id } = (await plan({ url, migrations: [first, { ...second, allow }] })).plan;
    for (const other of ['exists-different: another reason', 'behind: pulled', undefined]) {
      const migrations = [first, { ...second, allow: other }];
      const stale = await apply({ url, migrations, plan: id, allow: ['exists-different'] });
      expect(stale).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_STALE' } });
      expect(stale.error?.message).toContain('or a migrate-prod.allow beside them changed');
    }
    expect(await sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[1]]);
    const same = `exists-different: ${reason}`;
    expect(await apply({ url, migrations: [first, { ...second, allow: same }], plan: id })).toMatchObject({
      outcome: 'applied',
    });
  });

  it('that means nothing stops plan and apply of its migration, and nothing else', async () => {
    const { url } = await prepare();
    const broken = 'exists-diferent: typed in a hurry';
    const migrations = [{ ...first, allow: broken }, second];
    const refusal = {
      code: 'CONSENT_FILE_INVALID',
      exitCode: 2,
      message: '2_b/migrate-prod.allow:1 allows "exists-diferent", which is not a code.',
      next: expect.stringContaining('Did you mean exists-different?'),
    };
    const pending = [first, { ...second, allow: broken }];
    await expect(plan({ url, migrations: pending })).rejects.toMatchObject(refusal);
    await expect(apply({ url, migrations: pending })).rejects.toMatchObject(refusal);
    await expect(apply({ url, migrations: pending, to: '1_a' })).resolves.toMatchObject({ outcome: 'nothing-to-do' });
    expect((await status({ url, migrations: pending })).toApply).toBe(1);
    await expect(assertUpToDate({ url, migrations: pending })).rejects.toMatchObject({ code: 'NOT_UP_TO_DATE' });
    // Beside a migration that production has, it stands in nobody's way.
    expect((await apply({ url, migrations, allow: ['exists-different'] })).outcome).toBe('applied');
  });

  it('lifts a guard that speaks only while applying', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [parents] });
    await target.sql(...fill);
    const orphans: MigrationSource = {
      name: '20260103000000_orphans',
      sql: 'PRAGMA foreign_keys=OFF;\nCREATE TABLE "other" (id);\nDELETE FROM "Parent" WHERE id = (SELECT 1);',
    };
    const consents = 'data-loss: a test account\nforeign-keys: the next migration takes them\n';
    const without = await apply({
      url: target.url,
      migrations: [parents, { ...orphans, allow: 'data-loss: a test account' }],
    });
    expect(without.outcome).not.toBe('applied');
    const migrations = [parents, { ...orphans, allow: consents }];
    expect((await apply({ url: target.url, migrations })).outcome).toBe('applied');
    expect(await readLogs(target, orphans.name)).toMatchObject({
      allowed: ['foreign-keys'],
      reasons: { 'foreign-keys': 'the next migration takes them' },
    });
  });
});

/** Drops a column; Prisma writes a rebuild for it, and this says the same in a line. */
const table = { name: '1_table', sql: 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "name" TEXT, "fax" TEXT);' };
const drop = { name: '2_drop', sql: '-- no longer sold\nALTER TABLE "Customer" DROP COLUMN "fax";' };

describeTargets('what rows put at stake', (fresh) => {
  const migrations = [table, drop];

  async function prepare(...statements: readonly string[]): Promise<TestTarget> {
    const target = await fresh();
    await apply({ url: target.url, migrations: [table] });
    await target.sql(`INSERT INTO "Customer" ("id", "name") VALUES (1, 'a'), (2, 'b')`, ...statements);
    return target;
  }

  it('after the plan is another plan, before anything is asked or written', async () => {
    const { url, sql } = await prepare();
    const { plan: made, ready } = await plan({ url, migrations });
    expect(ready).toBe(true);
    expect(made.migrations[0]?.findings).toContainEqual(expect.objectContaining({ kind: 'note', code: 'data-loss' }));
    await sql(`UPDATE "Customer" SET "fax" = '1' WHERE "id" = 1`);
    const stale = await apply({ url, migrations, plan: made.id });
    expect(stale).toMatchObject({ outcome: 'blocked', applied: [], error: { code: 'PLAN_STALE', retryable: false } });
    expect(stale.error?.message).toContain('it did not show the hazard data-loss in ');
    expect(await sql('SELECT count("fax") FROM "Customer"')).toEqual([[1]]);
    expect(await sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[1]]);
  });

  it('so that it cannot run at all is a blocker, which the plan of before did not show', async () => {
    const { url, sql } = await prepare();
    const unique = { name: '2_unique', sql: 'CREATE UNIQUE INDEX "Customer_name_key" ON "Customer"("name");' };
    const { plan: made, ready } = await plan({ url, migrations: [table, unique] });
    expect(ready).toBe(true);
    await sql(`UPDATE "Customer" SET "name" = 'a'`);
    const blocked = await apply({ url, migrations: [table, unique], plan: made.id });
    expect(blocked).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_STALE' } });
    expect(blocked.error?.message).toContain('it did not show the blocker duplicates in 2_unique (line 1).');
    expect(blocked.gate.blockers).toMatchObject([{ code: 'duplicates' }]);
    expect(await apply({ url, migrations: [table, unique] })).toMatchObject({ error: { code: 'PLAN_BLOCKED' } });
  });

  it('in more rows is the same plan', async () => {
    const { url, sql } = await prepare(`UPDATE "Customer" SET "fax" = '1' WHERE "id" = 1`);
    const { plan: made, ready } = await plan({ url, migrations });
    expect(ready).toBe(false);
    expect(checkPlan(await planInside(url, migrations), []).unconsented).toMatchObject([
      { code: 'data-loss', place: { migration: '2_drop', line: 2 } },
    ]);
    await sql(`UPDATE "Customer" SET "fax" = '2' WHERE "id" = 2`);
    expect((await plan({ url, migrations })).plan.id).toBe(made.id);
    const refused = await apply({ url, migrations, plan: made.id });
    expect(refused).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    const applied = await apply({ url, migrations, plan: made.id, allow: ['data-loss'] });
    expect(applied.outcome).toBe('applied');
  });

  it('while it is being applied is rolled back, and told as a plan that is stale', async () => {
    const target = await prepare();
    const database = await openDatabase({
      target: parseTarget(target.url, '/').target,
      token: null,
      timeoutSeconds: 10,
      create: 'must-exist',
    });
    try {
      const result = await applyMigrations({
        database,
        migrations: migrations.map(({ name, sql }) => migrationFromText(name, sql)),
        outside: createOutside('somebody@somewhere', '0.0.0'),
        consents: [],
        timeoutSeconds: 10,
        confirm: async () => {
          await target.sql(`UPDATE "Customer" SET "fax" = '1' WHERE "id" = 1`);
          return { type: 'yes', consents: [] };
        },
      });
      expect(result).toMatchObject({
        outcome: 'failed',
        applied: [],
        failed: { name: '2_drop' },
        notStarted: [],
        unrecorded: null,
        explained: true,
        error: { code: 'PLAN_STALE', exitCode: 1, retryable: false },
      });
      if (result.error === null) throw new Error('it was applied');
      expect(result.error.message).toMatch(/rolled back; nothing is lost/);
      expect(result.error.next).toMatch(
        /^migrate-prod plan .* by adding --allow data-loss:[0-9a-f]{8} to migrate-prod apply$/,
      );
      const shown = renderFailed(result, result.error, { columns: null, paint: createPaint('plain') });
      expect(shown).toContain('✖ 2_drop     rolled back');
      expect(shown).toContain('that its plan did not show');
      expect(shown).toMatch(/ +Rows: .*SELECT \* FROM "Customer" WHERE/);
      expect(shown).not.toMatch(/mend/i);
    } finally {
      await database.close();
    }
    expect(await target.sql('SELECT "fax" FROM "Customer" WHERE "id" = 1')).toEqual([['1']]);
    const rows = await target.sql(
      `SELECT finished_at IS NULL, rolled_back_at IS NULL, logs FROM _prisma_migrations WHERE migration_name = '2_drop'`,
    );
    expect(rows).toEqual([[1, 0, expect.stringContaining('that its plan did not show')]]);
  });
});
