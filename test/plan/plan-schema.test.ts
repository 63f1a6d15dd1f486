/** One rehearsal for several databases of one schema and history: each gets the plan that it would get alone. */

import { describe, expect, it } from 'vitest';
import { makePlan, type PlanInput, readDatabase } from '../../src/plan/make-plan.ts';
import { planDatabase } from '../../src/plan/plan-database.ts';
import { planSchema, type SchemaPlan } from '../../src/plan/plan-schema.ts';
import type { TestProduction } from '../apply/production.ts';
import { findingsOf, migrationsOf, openApplied, rowOf, testOutside } from './plan-on.ts';

const init = {
  '1_init': `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "fax" TEXT, "shopId" INTEGER);
CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);
CREATE TABLE "Code" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT);
`,
};
const files = {
  ...init,
  '2_drop': 'ALTER TABLE "Customer" DROP COLUMN "fax";\nDROP TABLE "Log";\n',
  '3_refer': 'ALTER TABLE "Customer" ALTER COLUMN "shopId" TO "shopId" INTEGER REFERENCES "Shop"("id");\n',
  '4_unique': `CREATE UNIQUE INDEX "Code_code" ON "Code"("code");
DROP INDEX "Code_code";
CREATE UNIQUE INDEX "Code_code" ON "Code"("code");
`,
};
const failed = { name: '2_drop', checksum: 'another' };
const customer = (id: number, fax: string, shop: string) => `INSERT INTO "Customer" VALUES (${id}, ${fax}, ${shop})`;

/** By what they have. */
const databases = {
  nothing: [],
  'what is lost': [customer(1, `'5'`, 'NULL'), `INSERT INTO "Log" VALUES (1, 'x'), (2, 'y')`],
  'more that is lost': [
    ...[customer(1, `'5'`, 'NULL'), customer(2, `'6'`, 'NULL')],
    `INSERT INTO "Log" VALUES (1, 'x')`,
  ],
  'values twice': [`INSERT INTO "Code" VALUES (1, 'a'), (2, 'a')`],
  'no parents': [customer(1, 'NULL', '7')],
} as const;

/** The same history, under ids and times of its own. */
async function open(rows: readonly string[], at: number): Promise<TestProduction> {
  return openApplied(init, [
    ...rows,
    rowOf(failed, 'failed'),
    `UPDATE "_prisma_migrations" SET id = id || ' in ${at}', started_at = ${at}, rolled_back_at = ${at}`,
  ]);
}

type Kind = 'file' | 'server';

function inputOf(production: TestProduction, kind: Kind, more: Partial<PlanInput> = {}): PlanInput {
  const target =
    kind === 'file' ? production.database.target : ({ type: kind, name: 'shop', url: 'libsql://shop' } as const);
  const database = { ...production.database, target };
  return { database, migrations: migrationsOf(files), outside: testOutside(), ...more };
}

const share = async (input: PlanInput, target: Kind): Promise<SchemaPlan> =>
  planSchema({ ...input, ...(await readDatabase(input)), target, keepBroken: async (obstacles) => obstacles });

/** Mirrors that are counted. */
function countMirrors() {
  const counts = { opened: 0, open: 0 };
  const outside = {
    ...testOutside(),
    openMirror: async (...given: Parameters<PlanInput['outside']['openMirror']>) => {
      const mirror = await testOutside().openMirror(...given);
      const close = mirror.close.bind(mirror);
      counts.opened += 1;
      counts.open += 1;
      mirror.close = () => {
        counts.open -= 1;
        close();
      };
      return mirror;
    },
  };
  return { outside, counts };
}

describe.each([
  ['file', 'with their rows', { examples: 'some' }],
  ['server', 'asked about them only', { rows: 0 }],
] as const)('one rehearsal for several databases, each a %s', (kind, how, more) => {
  it(`makes the same plans as one for each, ${how}`, async () => {
    const own = await Promise.all(Object.values(databases).map((rows, index) => open(rows, index + 1)));
    const inputs = own.map((production) => inputOf(production, kind, more));
    const [first] = inputs;
    if (first === undefined) throw new Error('five');
    const shared = await share(first, kind);
    const together = [];
    for (const input of inputs) together.push(await planDatabase(shared, input, await readDatabase(input)));
    const alone = await Promise.all(inputs.map(makePlan));
    expect(together.map(({ plan, moved }) => ({ plan, moved }))).toEqual(
      alone.map(({ plan, moved }) => ({ plan, moved })),
    );
    expect(new Set(together.map(({ plan }) => plan.migrations[0]?.staleRows.join())).size).toBe(own.length);
    const told = together.map((planned) => findingsOf(planned).filter((finding) => !finding.startsWith('note')));
    expect(told).toEqual([
      [],
      ['hazard data-loss@1', 'hazard data-loss@2'],
      ['hazard data-loss@1', 'hazard data-loss@2'],
      ['blocker duplicates@1', 'blocker duplicates@3'],
      ['hazard foreign-keys@1'],
    ]);
    const counts = [together[1], together[2]].map((planned) =>
      planned?.plan.migrations[0]?.findings.flatMap(({ evidence }) => evidence?.count?.rows ?? []),
    );
    expect(counts).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('does not depend on the database that it was made for', async () => {
    const [full, empty] = [await open(databases['values twice'], 1), await open([], 2)];
    const shared = await share(inputOf(full, kind), kind);
    const input = inputOf(empty, kind);
    const planned = [];
    for (const one of [inputOf(full, kind), input, inputOf(full, kind)])
      planned.push(findingsOf(await planDatabase(shared, one, await readDatabase(one))));
    expect(planned[0]).toEqual(planned[2]);
    expect(planned[1]).toEqual(findingsOf(await makePlan(input)));
    expect(planned[1]).not.toEqual(planned[0]);
  });

  it('holds no mirror open, and opens others for the rows of each', async () => {
    const { outside, counts } = countMirrors();
    const input = inputOf(await open(databases['what is lost'], 1), kind, { outside });
    const shared = await share(input, kind);
    expect(counts).toEqual({ opened: 1, open: 0 });
    await planDatabase(shared, input, await readDatabase(input));
    await planDatabase(shared, input, await readDatabase(input));
    // Two more for each, where its safe ways are tried.
    expect(counts).toEqual({ opened: 7, open: 0 });
  });

  it('is for no other schema, history or last migration', async () => {
    const production = await open([], 1);
    const shared = await share(inputOf(production, kind), kind);
    const refused = async (input: PlanInput) =>
      expect(planDatabase(shared, input, await readDatabase(input))).rejects.toThrow('another schema or history');
    await refused(inputOf(production, kind, { to: '3_refer' }));
    await refused(inputOf(production, kind === 'file' ? 'server' : 'file'));
    await refused(inputOf(await openApplied(init), kind));
    await production.run('CREATE TABLE "More" ("id")');
    await refused(inputOf(production, kind));
  });
});
