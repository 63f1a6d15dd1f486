/** The plan that somebody named and the plan of now: nothing is said where they are the same, and what differs where not. */

import { describe, expect, it } from 'vitest';
import type { Migration } from '../../src/history/migration.ts';
import { checkExpectedPlan } from '../../src/plan/expected-plan.ts';
import type { Planned } from '../../src/plan/plan-database.ts';
import { buildPlanId } from '../../src/plan/plan-id.ts';
import { renderRowLogs } from '../../src/tracker/row-logs.ts';
import { sha256 } from '../apply/planned.ts';
import { openProduction } from '../apply/production.ts';
import { change, findings } from '../support/findings.ts';
import { migrationsOf, openApplied, planOn, rowOf } from './plan-on.ts';

const init = { '1_init': 'CREATE TABLE "Customer" ("id" INTEGER);\n' };
const next = { '2_next': 'CREATE TABLE "Order" ("id" INTEGER);\n' };
const last = { '3_last': 'CREATE TABLE "Last" ("id" INTEGER);\n' };
const all = { ...init, ...next, ...last };

const check = (expected: string | undefined, planned: Planned) => checkExpectedPlan(expected, planned, sha256);
const says = (expected: string | undefined, planned: Planned) => check(expected, planned)?.message ?? null;

/** The id of a plan that would run something else, with other digits for some of its parts. */
function move(id: string, ...indexes: readonly number[]): string {
  const [, rest = '', ofParts = '', shown = ''] = id.split('-');
  const parts = ofParts.match(/.{4}/g) ?? [];
  const flip = (part: string) => (part === '0123' ? '4567' : '0123');
  const moved = parts.map((part, index) => (indexes.includes(index) ? flip(part) : part));
  return ['00000000', rest, moved.join(''), shown].join('-');
}

const short = (id: string) => id.slice(0, 8);

describe('the plan of now', () => {
  it('is the one that was named, or none was', async () => {
    const planned = await planOn(await openApplied(init), all);
    expect([says(undefined, planned), says(planned.plan.id, planned)]).toEqual([null, null]);
  });

  it('is another, and what differs is named', async () => {
    const planned = await planOn(await openApplied(init), all);
    const { id } = planned.plan;
    const now = `What can be applied now (2_next, 3_last) is plan ${short(id)}. Nothing was written.`;
    const stale = 'Plan 00000000 is out of date:';
    expect(says(move(id, 3), planned)).toBe(`${stale} production's schema changed since it was made. ${now}`);
    expect(says(move(id, 0, 2, 3), planned)).toBe(
      `${stale} the target, the tracker's rows and production's schema changed since it was made. ${now}`,
    );
    expect(says(move(id), planned)).toBe(
      `${stale} something that its id does not show changed since it was made. ${now}`,
    );
    expect(check(move(id, 3), planned)).toMatchObject({
      code: 'PLAN_STALE',
      next: 'migrate-prod plan',
      retryable: false,
    });
  });

  it('is told by its whole id where the short one is the same', async () => {
    const planned = await planOn(await openApplied(init), all);
    const { id } = planned.plan;
    const same = `${id.slice(0, 8)}-${'0'.repeat(24)}${move(id, 3).slice(33)}`;
    expect(says(same, planned)).toContain(`Plan ${same} is out of date:`);
    expect(says(same, planned)).toContain(`is plan ${id}.`);
  });

  it('is not known where production moved meanwhile', async () => {
    const planned = await planOn(await openApplied(init), all);
    expect(says(move(planned.plan.id, 3), { ...planned, moved: true })).toContain(
      'Plan 00000000 is out of date: production changed while its data was checked.',
    );
  });
});

describe('what the named plan did not show', () => {
  const dropAll = {
    ...init,
    '2_drop': 'DROP TABLE "Customer";\nDROP TABLE "Left";\nDROP TABLE "Right";\n',
    '3_drop': 'DROP TABLE "Up";\nDROP TABLE "Down";\n',
  };
  const tables = ['Left', 'Right', 'Up', 'Down'];
  const open = () =>
    openApplied(
      init,
      tables.map((table) => `CREATE TABLE "${table}" ("id" INTEGER)`),
    );
  const fill = (table: string) => `INSERT INTO "${table}" VALUES (1)`;

  it('is named, the first few', async () => {
    const production = await open();
    const { id } = (await planOn(production, dropAll)).plan;
    await production.run(fill('Customer'));
    const one = await planOn(production, dropAll);
    const stale = `Plan ${short(id)} is out of date:`;
    expect(says(id, one)).toBe(
      `${stale} it did not show the hazard data-loss in 2_drop (line 1). Nothing was written.`,
    );
    expect(check(id, one)).toMatchObject({ code: 'PLAN_STALE', next: 'migrate-prod plan', retryable: false });
    await production.run(...tables.map(fill));
    const all = await planOn(production, dropAll);
    expect(says(one.plan.id, all)).toBe(
      `${stale} it did not show the hazard data-loss in 2_drop (line 2), the hazard data-loss in 2_drop (line 3), the hazard data-loss in 3_drop (line 1) and 1 more. Nothing was written.`,
    );
    expect(says(all.plan.id, one)).toBeNull();
    const whole = { ...all, plan: { ...all.plan, migrations: [], findings: [change(findings.loss, {})] } };
    expect(says(id, whole)).toContain('it did not show the hazard data-loss. Nothing');
  });

  it('cannot be told where it showed too much, unless there is nothing now', async () => {
    const production = await open();
    const planned = await planOn(production, dropAll);
    const id = `${planned.plan.id.slice(0, -2)}ff${'0'.repeat(20)}`;
    expect(says(id, planned)).toBeNull();
    await production.run(fill('Up'));
    expect(says(id, await planOn(production, dropAll))).toBe(
      `Plan ${short(id)} is out of date: it showed more blockers and hazards than its id tells apart, and now they are others. Nothing was written.`,
    );
  });

  it('is not known where production moved meanwhile: what is missing was not looked for', async () => {
    const production = await open();
    await production.run(fill('Up'));
    const { id } = (await planOn(production, dropAll)).plan;
    await production.run('DELETE FROM "Up"');
    const planned = await planOn(production, dropAll);
    expect([says(id, planned), says(id, { ...planned, moved: true })]).toEqual([
      null,
      `Plan ${short(id)} is out of date: production changed while its data was checked. Nothing was written.`,
    ]);
  });
});

describe('a plan that was applied', () => {
  const id = buildPlanId({ target: 't', files: 'f', tracker: 'r', schema: 's', actions: 'a', shown: [] }, sha256);
  const [, second, third] = migrationsOf(all);
  if (!second || !third) throw new Error('three');

  async function open(...done: readonly (readonly [Migration, number])[]) {
    const production = await openApplied(init);
    for (const [migration, at] of done) {
      await production.run(migration.sql, rowOf(migration, 'applied', at), {
        sql: 'UPDATE "_prisma_migrations" SET logs = ? WHERE migration_name = ?',
        args: [renderRowLogs({ plan: id, last: '3_last' }, {}), migration.name],
      });
    }
    return production;
  }
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);

  it('is told with when, and production is up to date', async () => {
    const planned = await planOn(await open([second, at], [third, at + 1_000]), all);
    expect(says(id, planned)).toBe(
      `Plan ${short(id)} was applied already (2026-01-02T03:04:06Z): 2_next, 3_last. Production is up to date: every migration in the folder is recorded as applied. Nothing was written.`,
    );
    expect(check(id, planned)?.next).toBe('migrate-prod status');
  });

  it('is told in part, with what is left', async () => {
    const planned = await planOn(await open([second, at]), all);
    expect(says(id, planned)).toBe(
      `Of plan ${short(id)} these were applied already (2026-01-02T03:04:05Z): 2_next. What can be applied now (3_last) is plan ${short(planned.plan.id)}. Nothing was written.`,
    );
  });

  it('counts only where its rows are finished, and with no time where that is none', async () => {
    const production = await open([second, 8_640_000_000_000_001]);
    expect(says(id, await planOn(production, all))).toContain('these were applied already: 2_next.');
    await production.run('UPDATE "_prisma_migrations" SET rolled_back_at = 5 WHERE migration_name = \'2_next\'');
    expect(says(id, await planOn(production, all))).toContain(' is out of date: ');
  });
});

describe('what is to be applied now', () => {
  const other = `${'0'.repeat(8)}-${'0'.repeat(24)}-${'0'.repeat(20)}-00`;

  it('is nothing up to where it was asked for', async () => {
    const production = await openApplied(init);
    const planned = await planOn(production, all, { to: '1_init' });
    expect(says(other, planned)).toContain('Nothing is pending up to that migration; 2 are pending after it.');
    const one = await planOn(production, { ...init, ...next }, { to: '1_init' });
    expect(says(other, one)).toContain('1 is pending after it.');
    expect(check(other, one)?.next).toBe('migrate-prod plan');
  });

  it('is nothing, though production is not as the folder has it', async () => {
    const planned = await planOn(await openApplied(all), { ...init, ...next });
    expect(says(other, planned)).toContain('Nothing is pending, but production does not match the folder.');
    const whole = await planOn(await openApplied(all), all);
    expect(says(other, whole)).toContain('Production is up to date');
    const renamed = await planOn(await openApplied(all), { ...init, ...next, '3_new': last['3_last'] });
    expect(says(other, renamed)).toContain('does not match the folder');
  });

  it('is all of it where there is nothing yet', async () => {
    const planned = await planOn(await openProduction(), { ...init, ...next });
    expect(says(other, planned)).toContain('What can be applied now (1_init, 2_next) is plan');
  });
});
