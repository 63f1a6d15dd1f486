/** A plan made on the real engine: what would run, what is left out, what stands in the way, and what the plan is known by. */

import { describe, expect, it } from 'vitest';
import { makePlan, makeSteadyPlan, unknownMigration } from '../../src/plan/make-plan.ts';
import { isAlreadyThere, wasRehearsed } from '../../src/plan/plan.ts';
import { describeFiles } from '../../src/plan/plan-id.ts';
import { plannedMigration } from '../apply/planned.ts';
import { createdTracker, openProduction } from '../apply/production.ts';
import { comesAfter, makeUnreliable } from '../apply/unreliable.ts';
import { findingsOf, migrationsOf, openApplied, planOn, rowOf, testOutside } from './plan-on.ts';

const init = { '1_init': 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);\n' };
const next = { '2_next': 'CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY);\n' };
const last = { '3_last': 'CREATE INDEX "Customer_name_idx" ON "Customer"("name");\n' };
const all = { ...init, ...next, ...last };

describe('a plan', () => {
  it('has what is pending, in its order, rehearsed, and nothing to say of it', async () => {
    const production = await openApplied(init);
    const planned = await planOn(production, all);
    expect(
      planned.plan.migrations.map(({ name, retry, unfinishedRows, staleRows }) => [
        name,
        retry,
        unfinishedRows,
        staleRows,
      ]),
    ).toEqual([
      ['2_next', false, [], []],
      ['3_last', false, [], []],
    ]);
    expect([findingsOf(planned), wasRehearsed(planned.plan), planned.moved]).toEqual([[], true, false]);
    expect(planned.plan.migrations.every(({ schemaAfter }) => /^[0-9a-f]{64}$/.test(schemaAfter ?? ''))).toBe(true);
    expect(planned.plan.target).toBe(production.database.target);
    // The last one's is that of production once it is applied.
    await production.run(next['2_next'], last['3_last']);
    expect((await production.read()).schemaFingerprint).toBe(planned.plan.migrations[1]?.schemaAfter);
  });

  it('goes no further than it is asked to', async () => {
    const production = await openApplied(init);
    const names = async (to: string) => (await planOn(production, all, { to })).plan.migrations.map(({ name }) => name);
    expect(await names('2_next')).toEqual(['2_next']);
    expect(await names('1_init')).toEqual([]);
    expect(await names('3_last')).toEqual(['2_next', '3_last']);
    await expect(names('2_nxt')).rejects.toMatchObject({ code: 'MIGRATION_UNKNOWN', next: 'Did you mean 2_next?' });
    expect(unknownMigration('zzz', ['2_next']).next).toBe('migrate-prod status lists them.');
  });

  it('tells by how much the clock of the server is ahead', async () => {
    const production = await openApplied(init);
    const { clockOffset } = await planOn(production, all);
    // The engine's own clock is that of today; the test's stands in January 2026.
    expect(Math.abs((clockOffset ?? 0) - (Date.now() - Date.UTC(2026, 0, 2)))).toBeLessThan(60_000);
  });

  it('has nothing where all is applied', async () => {
    const planned = await planOn(await openApplied(all), all);
    expect([planned.plan.migrations, findingsOf(planned), wasRehearsed(planned.plan)]).toEqual([[], [], false]);
  });
});

describe('what was begun before', () => {
  const [, migration] = migrationsOf({ ...init, ...next });
  if (!migration) throw new Error('two migrations');

  it('is a retry where it was rolled back, and its row gets the right checksum', async () => {
    const production = await openApplied(init);
    await production.run(rowOf({ ...migration, checksum: 'old' }, 'failed'));
    const { plan } = await planOn(production, all);
    expect(plan.migrations.map(({ retry, staleRows }) => [retry, staleRows])).toEqual([
      [true, ['row of 2_next']],
      [false, []],
    ]);
    await production.run(
      `UPDATE "_prisma_migrations" SET checksum = '${migration.checksum}' WHERE id = 'row of 2_next'`,
    );
    expect((await planOn(production, all)).plan.migrations[0]).toMatchObject({ retry: true, staleRows: [] });
  });

  it('is unfinished where it is open, and says what of it is there', async () => {
    const production = await openApplied(init);
    await production.run(rowOf(migration, 'open'));
    const says = async () => {
      const { plan } = await planOn(production, all);
      const [one] = plan.migrations;
      const finding = one?.findings.find(({ code }) => code === 'unfinished');
      return { rows: one?.unfinishedRows, kind: finding?.kind, args: JSON.stringify(finding?.args) };
    };
    const nothing = await says();
    expect(nothing).toMatchObject({ rows: ['row of 2_next'], kind: 'blocker' });
    await production.run(next['2_next']);
    const there = await says();
    expect(there.args).not.toBe(nothing.args);
  });

  it('is settled with the first where it has no folder', async () => {
    const production = await openApplied(init);
    await production.run(rowOf({ name: '0_gone', checksum: 'c' }, 'open'));
    const { plan } = await planOn(production, all);
    expect(plan.migrations.map(({ unfinishedRows }) => unfinishedRows)).toEqual([['row of 0_gone'], []]);
  });
});

describe('what is there already', () => {
  it('is skipped where it is the same, and a blocker where it is not', async () => {
    const same = await planOn(await openApplied(init, [next['2_next']]), { ...init, ...next });
    expect(same.plan.migrations[0]?.statements).toMatchObject([{ action: 'skip', skip: 'identical' }]);
    expect(same.plan.migrations[0]?.statements.map(isAlreadyThere)).toEqual([true]);
    const other = await planOn(await openApplied(init, ['CREATE TABLE "Order" ("x" TEXT)']), { ...init, ...next });
    expect(findingsOf(other)).toEqual(['blocker exists-different@1']);
  });

  it('makes a migration that changes rows one that may have run in part', async () => {
    const files = { ...init, '2_both': `${next['2_next']}UPDATE "Customer" SET "name" = 'x';\n` };
    const production = await openApplied(init, [next['2_next']]);
    expect(findingsOf(await planOn(production, files))).toContain('hazard partly-applied@1');
    // Also where what is there comes later.
    const before = { ...init, '2_a': `UPDATE "Customer" SET "name" = 'x';\n`, '3_b': next['2_next'] };
    const planned = await planOn(production, before);
    expect(planned.plan.migrations.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      ['partly-applied'],
      [],
    ]);
    const after = {
      ...init,
      '2_a': next['2_next'],
      '3_b': `CREATE TABLE "New" ("id");\nUPDATE "Customer" SET "name" = 'x';\n`,
    };
    expect(findingsOf(await planOn(await openApplied(init), after))).toEqual([]);
  });
});

describe('what stands in the way', () => {
  it('is a rehearsal that failed, and nothing after it is said to be rehearsed', async () => {
    const files = { ...init, '2_bad': 'CREATE INDEX "i" ON "Nowhere"("x");\n', ...last };
    const { plan } = await planOn(await openApplied(init), files);
    expect(plan.migrations.map(({ schemaAfter }) => schemaAfter)).toEqual([null, null]);
    expect(plan.migrations[0]?.findings.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'blocker rehearsal-failed',
    ]);
    expect(wasRehearsed(plan)).toBe(false);
  });

  it('is a table of the database that reaches outside, where that is a file of this machine', async () => {
    const production = await openApplied(init, [`CREATE TABLE "Evil" ("x" TEXT CHECK (readfile("x") IS NOT NULL))`]);
    const planned = await planOn(production, all);
    expect(findingsOf(planned)).toContain('blocker reaches-outside');
    expect(planned.plan.migrations.map(({ schemaAfter }) => schemaAfter)).toEqual([null, null]);
    // Nothing is to be run, so nothing is said.
    expect(findingsOf(await planOn(production, init))).toEqual([]);
  });

  it('is a database whose tracker records nothing', async () => {
    const production = await openProduction('CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY)');
    const planned = await planOn(production, all);
    expect(findingsOf(planned)).toContain('blocker no-history');
    expect(planned.plan.migrations.map(({ schemaAfter }) => schemaAfter)).toEqual([null, null, null]);
  });

  it('is an engine, or a tracker, that is another', async () => {
    const production = await openProduction('CREATE TABLE "_prisma_migrations" ("name" TEXT)');
    await expect(planOn(production, all)).rejects.toMatchObject({ code: 'TRACKER_SHAPE' });
    await production.run('DROP TABLE "_prisma_migrations"', 'PRAGMA foreign_keys=OFF');
    await expect(planOn(production, all)).rejects.toMatchObject({ code: 'ENGINE_UNVERIFIED' });
  });

  it('is a consent that is not written as it has to be', async () => {
    const migrations = migrationsOf(all).map((migration) => ({
      ...migration,
      consentProblems: [{ path: 'p', line: 1, text: 't', message: 'is wrong', next: 'n' }],
    }));
    const production = await openApplied(init);
    await expect(makePlan({ database: production.database, migrations, outside: testOutside() })).rejects.toMatchObject(
      { code: 'CONSENT_FILE_INVALID' },
    );
  });

  it('is a record of another tool', async () => {
    const tool = ['CREATE TABLE "_app_migrations" ("name" TEXT)', `INSERT INTO "_app_migrations" VALUES ('2_next')`];
    const planned = await planOn(await openApplied(init, tool), all);
    expect(planned.plan.migrations[0]?.findings.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      expect.stringContaining('recorded-elsewhere'),
    ]);
  });
});

describe('what is noted', () => {
  const rebuild = [
    'PRAGMA foreign_keys=OFF',
    'CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "points" INTEGER)',
    'INSERT INTO "new_Customer" ("id", "name") SELECT "id", "name" FROM "Customer"',
    'DROP TABLE "Customer"',
    'ALTER TABLE "new_Customer" RENAME TO "Customer"',
    'PRAGMA foreign_keys=ON',
  ];
  it('is a rebuild, at its first statement', async () => {
    const planned = await planOn(await openApplied(init), { ...init, '2_rebuild': `${rebuild.join(';\n')};\n` });
    expect(findingsOf(planned)).toEqual(['note rebuild@2']);
    expect(planned.plan.migrations[0]).toMatchObject({
      foreignKeysOff: true,
      rebuilds: [{ table: 'Customer', replacement: 'new_Customer', first: 1, last: 4 }],
    });
  });

  it('is what may have run already, behind what was recorded without being run', async () => {
    const files = { ...init, '2_rows': `UPDATE "Customer" SET "name" = 'x';\n` };
    expect(findingsOf(await planOn(await openApplied(init, [], 'backfilled'), files))).toEqual([
      'hazard partly-applied',
    ]);
    expect(findingsOf(await planOn(await openApplied(init, [], 'applied'), files))).toEqual([]);
  });
});

describe('a plan that is asked of a production that moves', () => {
  const files = { ...init, '2_drop': 'DROP TABLE "Customer";\n' };
  const rows = [`INSERT INTO "Customer" VALUES (1, 'a')`];

  it('is made again, three times at most', async () => {
    const production = await openApplied(init, rows);
    let moves = 0;
    // Each question to the rows meets another schema.
    const move = comesAfter<never>(() => production.run(`CREATE TABLE "T${moves++}" ("id")`));
    const still = makeUnreliable(production.database, {});
    const once = makeUnreliable(production.database, { read: [(run) => run(), move as never] });
    const always = makeUnreliable(production.database, { read: [move as never], repeat: 'last' });
    const plan = (database: typeof production.database) =>
      makeSteadyPlan({ database, migrations: migrationsOf(files), outside: testOutside() });
    expect((await plan(still.database)).moved).toBe(false);
    expect(still.requests).toHaveLength(2);
    expect((await plan(once.database)).moved).toBe(false);
    expect(once.requests).toHaveLength(4);
    await expect(plan(always.database)).rejects.toMatchObject({ code: 'PLAN_STALE' });
    expect(always.requests).toHaveLength(6);
  });

  it('finds what would be lost, and holds production to it where there is nothing yet', async () => {
    const production = await openApplied(init, rows);
    const planned = await planOn(production, files);
    expect(findingsOf(planned)).toContain('hazard data-loss@1');
    expect(planned.plan.asked?.questions).toBeGreaterThan(0);
    const empty = await planOn(await openApplied(init), files);
    expect(findingsOf(empty)).not.toContain('hazard data-loss@1');
    expect(empty.plan.migrations[0]?.statements[0]?.guards).toHaveLength(1);
  });
});

describe('the id of a plan', () => {
  const idOf = async (files: Readonly<Record<string, string>>, schema: readonly string[] = [], path = '/shop.db') => {
    const { database } = await openApplied(init, schema);
    const target = { type: 'file', name: `file:${path}`, path } as const;
    const migrations = migrationsOf(files);
    return (await makePlan({ database: { ...database, target }, migrations, outside: testOutside() })).plan.id;
  };
  const parts = (id: string) => id.split('-')[2]?.match(/.{4}/g) ?? [];

  it('is the same for the same, and moves where the files, the tracker or the schema do', async () => {
    const id = await idOf(all);
    expect(await idOf(all)).toBe(id);
    const moved = (other: string) => parts(id).flatMap((part, index) => (part === parts(other)[index] ? [] : [index]));
    // target, files, tracker, schema, actions
    expect(moved(await idOf(all, [], '/other.db'))).toEqual([0]);
    expect(moved(await idOf({ ...all, ...{ '3_last': `${last['3_last']}-- more\n` } }))).toEqual([1]);
    expect(moved(await idOf(all, ['CREATE TABLE "More" ("id")']))).toEqual([3]);
    expect(moved(await idOf(all, [rowOf({ name: '0_gone', checksum: 'c' }, 'failed')]))).toEqual([2]);
    expect(moved(await idOf({ ...init, ...next }))).toEqual([1, 4]);
    const drop = { ...init, '2_drop': 'DROP TABLE "Customer";\n' };
    const full = await idOf(drop, [`INSERT INTO "Customer" VALUES (1, 'a')`]);
    const [empty, shown] = [await idOf(drop), full.split('-')[3]];
    expect(full.slice(0, -22)).toBe(empty.slice(0, -2));
    expect([empty.slice(-2), shown?.slice(0, 2), shown?.length]).toEqual(['00', '01', 22]);
  });

  it('is made of each file and of what is allowed beside it, with the reasons, whatever their order', () => {
    const consent = (code: 'data-loss' | 'behind', reason: string) => ({ code, reason, path: 'p', line: 1 });
    const one = (...consents: readonly ReturnType<typeof consent>[]) =>
      describeFiles([plannedMigration('1_a', [], { consents })]);
    expect(one()).toBe('[["1_a","checksum of 1_a"]]');
    expect(one(consent('data-loss', 'b'), consent('behind', 'a'))).toBe(
      '[["1_a","checksum of 1_a","behind: a","data-loss: b"]]',
    );
    expect(one(consent('behind', 'a'), consent('data-loss', 'b'))).toBe(
      one(consent('data-loss', 'b'), consent('behind', 'a')),
    );
  });
});

describe('what a plan says of itself', () => {
  it('was rehearsed where every migration came to its end on an exact copy', async () => {
    const { plan } = await planOn(await openApplied(init), all);
    expect(wasRehearsed(plan)).toBe(true);
    expect(wasRehearsed({ ...plan, migrations: [] })).toBe(false);
    const [first, ...rest] = plan.migrations;
    if (!first) throw new Error('two');
    expect(wasRehearsed({ ...plan, migrations: [...rest, { ...first, schemaAfter: null }] })).toBe(false);
    expect(wasRehearsed({ ...plan, findings: [{ kind: 'hazard', code: 'unrehearsed' } as never] })).toBe(false);
    expect(wasRehearsed({ ...plan, findings: [{ kind: 'hazard', code: 'behind' } as never] })).toBe(true);
  });

  it('has a statement there already where it is the same or another, not where it is left out', () => {
    const is = (skip: 'identical' | 'different' | 'foreign-keys' | 'left-out' | null) =>
      isAlreadyThere({ ...plannedMigration('1', ['SELECT 1']).statements[0], skip } as never);
    expect([is('identical'), is('different'), is('foreign-keys'), is('left-out'), is(null)]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

it('reads a tracker that is empty for one that records nothing', async () => {
  const production = await openProduction(createdTracker);
  expect((await planOn(production, all)).plan.migrations).toHaveLength(3);
});
