/** The contract of a run that loses to one with less to do: it says what is left, and nothing is half applied. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { applyMigrations } from '../../../src/apply/apply.ts';
import { apply } from '../../../src/index.ts';
import type { Clock } from '../../../src/ports.ts';
import { createOutside } from '../../../src/wiring.ts';
import { withDatabase } from '../../support/database.ts';
import { describeTargets } from '../../support/targets.ts';

const tables = ['a', 'b', 'c', 'd'].map((letter, index) => ({
  name: `${index + 1}_${letter}`,
  sql: `CREATE TABLE "${letter}" ("id" INTEGER PRIMARY KEY);`,
}));

/** Only sleeping moves it. */
function startClock(): Clock {
  let time = Date.now();
  return {
    now: () => time,
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
  };
}

describeTargets('a run that another one with fewer migrations overtakes', (fresh) => {
  it.each([
    { title: 'says what is left after some seconds', winner: 3, left: ['4_d'], error: 'PLAN_STALE' },
    { title: 'ends well where nothing is left', winner: 4, left: [], error: null },
  ])('$title', async ({ winner, left, error }) => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: tables.slice(0, 1) });
    const clock = startClock();
    const since = clock.now();
    const result = await withDatabase(url, (database) =>
      applyMigrations({
        database,
        migrations: tables.map((table) => migrationFromText(table.name, table.sql)),
        outside: { ...createOutside('somebody@somewhere', '0.0.0'), clock },
        consents: [],
        timeoutSeconds: 300,
        // It was planned, and nothing is sent yet.
        confirm: async () => {
          await apply({ url, migrations: tables.slice(0, winner) });
          return { type: 'yes', consents: [] };
        },
      }),
    );
    expect(result.error?.code ?? null).toBe(error);
    expect([result.applied, result.notStarted, result.byAnotherRun]).toEqual([[], left, true]);
    if (error !== null)
      expect(result.error?.message).toContain(
        'Not applied: 4_d. The tracker has no row for it, and nothing changed for some seconds.',
      );
    expect(clock.now() - since).toBeLessThan(10_000);
    expect(await sql('SELECT count(*) FROM _prisma_migrations')).toEqual([[winner]]);
    expect((await apply({ url, migrations: tables })).applied).toEqual(left);
  });
});
