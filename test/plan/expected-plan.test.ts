/** The plan that somebody named and the plan of now: nothing is said where they are the same, and what differs where not. */

import { describe, expect, it } from 'vitest';
import type { Migration } from '../../src/history/migration.ts';
import { checkExpectedPlan } from '../../src/plan/expected-plan.ts';
import type { Planned } from '../../src/plan/make-plan.ts';
import { buildPlanId } from '../../src/plan/plan.ts';
import { renderRowLogs } from '../../src/tracker/row-logs.ts';
import { sha256 } from '../apply/planned.ts';
import { openProduction } from '../apply/production.ts';
import { migrationsOf, openApplied, planOn, rowOf } from './plan-on.ts';

const init = { '1_init': 'CREATE TABLE "Customer" ("id" INTEGER);\n' };
const next = { '2_next': 'CREATE TABLE "Order" ("id" INTEGER);\n' };
const last = { '3_last': 'CREATE TABLE "Last" ("id" INTEGER);\n' };
const all = { ...init, ...next, ...last };

const says = (expected: string | undefined, planned: Planned) => checkExpectedPlan(expected, planned)?.message ?? null;

/** The id with other digits for some of its parts, which are its last 24. */
function move(id: string, ...indexes: readonly number[]): string {
  const parts = id.slice(-24).match(/.{4}/g) ?? [];
  const flipped = parts.map((part, index) => (indexes.includes(index) ? [...part].reverse().join('') : part));
  return `00000000${id.slice(8, -24)}${flipped.map((part, index) => (part === parts[index] && indexes.includes(index) ? '0123' : part)).join('')}`;
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
    expect(checkExpectedPlan(move(id, 3), planned)).toMatchObject({
      code: 'PLAN_STALE',
      next: 'migrate-prod plan',
      retryable: false,
    });
  });

  it('is told by its whole id where the short one is the same', async () => {
    const planned = await planOn(await openApplied(init), all);
    const { id } = planned.plan;
    const same = `${id.slice(0, 8)}${move(id, 3).slice(8)}`;
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

describe('a plan that was applied', () => {
  const id = buildPlanId({ target: 't', files: 'f', tracker: 'r', schema: 's', actions: 'a', hazards: 'h' }, sha256);
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
    expect(checkExpectedPlan(id, planned)?.next).toBe('migrate-prod status');
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
  const other = `${'0'.repeat(8)}-${'0'.repeat(24)}-${'0'.repeat(24)}`;

  it('is nothing up to where it was asked for', async () => {
    const production = await openApplied(init);
    const planned = await planOn(production, all, { to: '1_init' });
    expect(says(other, planned)).toContain('Nothing is pending up to that migration; 2 are pending after it.');
    const one = await planOn(production, { ...init, ...next }, { to: '1_init' });
    expect(says(other, one)).toContain('1 is pending after it.');
    expect(checkExpectedPlan(other, one)?.next).toBe('migrate-prod plan');
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
