/** The contract of `apply --plan`: the plan that was looked at, or nothing, and never a good end for another one. */

import { expect, it } from 'vitest';
import { type ApplyResult, apply, plan, status } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const one = { name: '1_a', sql: 'CREATE TABLE a (id INTEGER PRIMARY KEY);' };
const two = { name: '2_b', sql: 'CREATE TABLE b (id INTEGER PRIMARY KEY);' };
const three = { name: '3_c', sql: 'CREATE TABLE c (id INTEGER PRIMARY KEY);' };
const failing = { name: '3_c', sql: 'INSERT INTO a SELECT 1 WHERE last_insert_rowid() IS NOT NULL;' };

/** Of no plan that ever was. */
const stranger = 'deadbeef-deadbeefdeadbeefdeadbeef-deadbeefdeadbeefdead-00';

describeTargets('a plan that is named and is not the one of now', (fresh) => {
  const readTracker = ({ sql }: TestTarget) => sql('SELECT migration_name, checksum, logs FROM _prisma_migrations');

  function expectRefused(result: ApplyResult, says: readonly string[], next: string): void {
    expect(result).toMatchObject({ outcome: 'blocked', applied: [], error: { code: 'PLAN_STALE', exitCode: 1, next } });
    expect(result.error?.retryable).toBe(false);
    for (const words of [...says, 'Nothing was written.']) expect(result.error?.message).toContain(words);
  }

  it('is an error with nothing pending, and says that production is up to date', async () => {
    const target = await fresh();
    const migrations = [one, two];
    await apply({ url: target.url, migrations });
    const before = await readTracker(target);
    const result = await apply({ url: target.url, migrations, plan: stranger });
    expectRefused(result, ['Plan deadbeef is out of date', 'Production is up to date'], 'migrate-prod status');
    expect(await readTracker(target)).toEqual(before);
  });

  it('is an error up to a migration with nothing pending, too', async () => {
    const { url } = await fresh();
    const migrations = [one, two];
    await apply({ url, migrations: [one] });
    const result = await apply({ url, migrations, to: one.name, plan: stranger });
    expectRefused(result, ['Nothing is pending up to that migration; 1 is pending after it'], 'migrate-prod plan');
  });

  it('is what is said where the plan of now is blocked, too', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE a (id)');
    expect((await apply({ url: target.url, migrations: [one] })).error?.code).toBe('PLAN_BLOCKED');
    const result = await apply({ url: target.url, migrations: [one], plan: stranger });
    expectRefused(result, ['Plan deadbeef is out of date', '(1_a) is plan '], 'migrate-prod plan');
    const own = await apply({ url: target.url, migrations: [one], plan: result.plan.id });
    expect(own.error?.code).toBe('PLAN_BLOCKED');
  });

  it('is named as applied already when the same job runs twice', async () => {
    const target = await fresh();
    const migrations = [one, two];
    const { id } = (await plan({ url: target.url, migrations })).plan;
    expect(await apply({ url: target.url, migrations, plan: id })).toMatchObject({ outcome: 'applied', error: null });
    const before = await readTracker(target);
    const again = await apply({ url: target.url, migrations, plan: id });
    const says = [`Plan ${id.slice(0, 8)} was applied already (20`, '1_a, 2_b.', 'Production is up to date'];
    expectRefused(again, says, 'migrate-prod status');
    expect(await readTracker(target)).toEqual(before);
  });

  it('is named as applied in part when it stopped in the middle', async () => {
    const { url } = await fresh();
    const { id } = (await plan({ url, migrations: [one, two] })).plan;
    await apply({ url, migrations: [one, two], plan: id });
    const result = await apply({ url, migrations: [one, two, three], plan: id });
    const says = [`Of plan ${id.slice(0, 8)} these were applied already`, '1_a, 2_b', '(3_c) is plan '];
    expectRefused(result, says, 'migrate-prod plan');
    expect((await status({ url, migrations: [one, two, three] })).toApply).toBe(1);
  });

  it('is told by what moved where it is the plan of another database, or of other files', async () => {
    const [left, right] = [await fresh(), await fresh()];
    const ofLeft = (await plan({ url: left.url, migrations: [one] })).plan.id;
    expectRefused(
      await apply({ url: right.url, migrations: [one], plan: ofLeft }),
      ['the target changed'],
      'migrate-prod plan',
    );
    expectRefused(
      await apply({ url: left.url, migrations: [two], plan: ofLeft }),
      ['the migration files'],
      'migrate-prod plan',
    );
    expect(await apply({ url: left.url, migrations: [one], plan: ` ${ofLeft.toUpperCase()}\n` })).toMatchObject({
      outcome: 'applied',
    });
  });

  it('that is the one of now is no error where there is nothing to do', async () => {
    const { url } = await fresh();
    await apply({ url, migrations: [one] });
    const { id } = (await plan({ url, migrations: [one] })).plan;
    expect(await apply({ url, migrations: [one], plan: id })).toMatchObject({ outcome: 'nothing-to-do', error: null });
  });

  it('is not the one of a failed attempt any more, which names itself', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [one] });
    await sql('INSERT INTO a VALUES (1)');
    const migrations = [one, two, failing];
    const { id } = (await plan({ url, migrations, rows: 0 })).plan;
    expect(await apply({ url, migrations, plan: id, rows: 0 })).toMatchObject({ outcome: 'failed', applied: ['2_b'] });
    const result = await apply({ url, migrations, plan: id, rows: 0 });
    expectRefused(
      result,
      [`Of plan ${id.slice(0, 8)} these were applied already`, ': 2_b.', '(3_c) is plan '],
      'migrate-prod plan',
    );
  });
});
