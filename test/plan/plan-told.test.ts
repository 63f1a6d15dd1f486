/** What a plan tells, each thing in its place and once: counts, sizes, what may have run, what is there under other names. */

import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/findings/catalogue.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Planned } from '../../src/plan/plan-database.ts';
import type { CallOptions } from '../../src/ports.ts';
import { createdTracker, openProductionFile, type TestProduction } from '../apply/production.ts';
import { makeUnreliable } from '../apply/unreliable.ts';
import { type Files, migrationsOf, openApplied, planOn, rowOf, testOutside } from './plan-on.ts';
import { rebuild } from './stories.ts';

const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT);\n' };
const update = `UPDATE "A" SET "x" = 'y';\n`;
const makesB = 'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY);\n';

/** Of each migration: the findings of that code. */
const of = ({ plan }: Planned, code: Finding['code']) =>
  plan.migrations.map(({ findings }) =>
    findings.filter((finding) => finding.code === code).map(({ place: { line }, args }) => ({ line, ...args })),
  );

describe('behind a baseline', () => {
  const planned = async (files: Files, there: readonly string[] = [], state: 'applied' | 'backfilled' = 'backfilled') =>
    of(await planOn(await openApplied(init, there, state), { ...init, ...files }), 'partly-applied');

  it('rows may have been changed, as long as nothing shows that the files before have not run', async () => {
    const behind = { line: null, what: 'after-record', before: '1_init' };
    expect(await planned({ '2_a': update, '3_b': update })).toEqual([[behind], [behind]]);
    expect(await planned({ '2_a': makesB + update })).toEqual([[]]);
    expect(await planned({ '2_a': update + makesB, '3_b': update })).toEqual([[behind], []]);
  });

  it('a file that is wholly there may have run, and what comes after it', async () => {
    const there = [makesB];
    expect(await planned({ '2_a': makesB, '3_b': update }, there, 'applied')).toEqual([
      [],
      [{ line: null, what: 'after-unrecorded', before: '2_a' }],
    ]);
    expect(await planned({ '2_a': makesB, '3_b': update }, [], 'applied')).toEqual([[], []]);
    // Only a part of it is there.
    const half = { '2_a': `${makesB}CREATE TABLE "C" ("id");\n`, '3_b': update };
    expect(await planned(half, there, 'applied')).toEqual([[], []]);
  });

  it('is told once of each file', async () => {
    const told = await planned({ '2_a': makesB + update, '3_b': update }, [makesB]);
    expect(told.map((findings) => findings.map(({ line }) => line))).toEqual([[1], [null]]);
  });
});

describe('counts', () => {
  const keys = {
    '1_init': [
      'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)',
      'CREATE TABLE "Q" ("id" INTEGER PRIMARY KEY)',
      'CREATE TABLE "ofP" ("p" INTEGER REFERENCES "P" ("id") ON DELETE CASCADE)',
      'CREATE TABLE "ofQ" ("q" INTEGER REFERENCES "Q" ("id") ON DELETE CASCADE);\n',
    ].join(';\n'),
  };
  const rows = [
    'INSERT INTO "P" VALUES (1)',
    'INSERT INTO "Q" VALUES (1)',
    'INSERT INTO "ofP" VALUES (1)',
    'INSERT INTO "ofQ" VALUES (1), (1), (1)',
  ];
  const again = (table: string) => `DROP TABLE "${table}";\nCREATE TABLE "${table}" ("id" INTEGER PRIMARY KEY);\n`;

  it('of rows that go along stand with the statement that they go along with', async () => {
    const production = await openApplied(keys, rows);
    const { plan } = await planOn(production, { ...keys, '2_a': again('P') + again('Q'), '3_b': makesB });
    const found = plan.migrations.flatMap(({ name, findings }) =>
      findings.flatMap(({ code, place, evidence }) => {
        return code === 'drops-referenced' ? [[name, place.line, evidence?.count?.rows]] : [];
      }),
    );
    expect(found).toEqual([
      ['2_a', 1, 1],
      ['2_a', 3, 3],
    ]);
  });

  it('of a rebuilt table stand with the migration that rebuilds it', async () => {
    const production = await openApplied(init, [`INSERT INTO "A" VALUES (1, 'ab'), (2, 'c')`]);
    const copy = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT', '"id", "x"').join(';\n');
    const { plan } = await planOn(production, { ...init, '2_b': makesB, '3_a': `${copy};\n` });
    expect(plan.migrations.map(({ sizes }) => sizes)).toEqual([
      [],
      [{ table: 'A', rows: 2, bytes: expect.any(Number), atLeast: false }],
    ]);
  });
});

it.each([
  ['PRAGMA foreign_keys=OFF;\n', 'off'],
  ['', 'as-written'],
])('a rebuild behind %j is told with its table, and foreign keys %s', async (before, foreignKeys) => {
  const copy = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT', '"id", "x"').slice(1);
  const planned = await planOn(await openApplied(init), { ...init, '2_a': `${before}${copy.join(';\n')};\n` });
  expect(of(planned, 'rebuild')).toEqual([[{ line: before === '' ? 1 : 2, table: 'A', foreignKeys }]]);
});

describe('what another tool began', () => {
  const tell = async (sql: string, there: readonly string[] = []) => {
    const production = await openApplied(init, there);
    const files = { ...init, '2_b': sql };
    const [, migration] = migrationsOf(files);
    if (migration === undefined) throw new Error('two');
    await production.run(rowOf(migration, 'open'));
    const planned = await planOn(production, files);
    expect(planned.plan.migrations.map(({ retry }) => retry)).toEqual([false]);
    return of(planned, 'unfinished').flat();
  };
  const both = `${makesB}SELECT 1;\nCREATE TABLE "C" ("id");\n`;

  it('is told with the lines of what is there of it', async () => {
    const shared = { line: null, what: 'pending', statements: 3, rehearsed: 'whole' };
    expect(await tell(both)).toEqual([{ ...shared, there: [] }]);
    expect(await tell(both, ['CREATE TABLE "C" ("id")'])).toEqual([{ ...shared, there: [3] }]);
  });

  it('says where its rehearsal did not get to its end', async () => {
    const [told] = await tell(`${makesB}SELECT * FROM "Nowhere";\n`);
    expect(told).toMatchObject({ statements: 2, there: [], rehearsed: 'not-whole' });
  });
});

it('nothing is rehearsed where one of several is blocked by its text alone', async () => {
  const files = { ...init, '2_b': makesB, '3_bad': 'VACUUM;\n' };
  const { plan } = await planOn(await openApplied(init), files);
  expect(plan.migrations.map(({ schemaAfter }) => schemaAfter)).toEqual([null, null]);
});

describe('a squash', () => {
  const squashed = (sql: string) => ({ '0_all': `${init['1_init']}${makesB}${sql}` });
  const recorded = async (): Promise<TestProduction> =>
    openProductionFile(
      createdTracker,
      ...[init['1_init'], makesB],
      ...migrationsOf({ ...init, '2_b': makesB }).map((migration) => rowOf(migration, 'applied')),
    );

  it('of which a part would run again is to be recorded, and nothing else is said of it', async () => {
    const planned = await planOn(await recorded(), squashed(`INSERT INTO "B" ("id") VALUES (1);\n`));
    expect(planned.plan.migrations.map(({ findings }) => findings)).toEqual([
      [expect.objectContaining({ kind: 'blocker', code: 'squashed', args: { missing: ['1_init', '2_b'] } })],
    ]);
  });

  it('that is wholly left out may be applied', async () => {
    const { plan } = await planOn(await recorded(), squashed(''));
    expect(plan.migrations.map(({ findings }) => findings)).toEqual([[]]);
  });

  it('stands for itself alone: what comes with it is planned as it is', async () => {
    const files = {
      ...squashed(`INSERT INTO "B" ("id") VALUES (1);\n`),
      '3_c': 'CREATE TABLE "C" ("id");\nSELECT 1;\n',
    };
    const { plan } = await planOn(await recorded(), files);
    expect(plan.migrations.map(({ findings }) => findings.map(({ code }) => code))).toEqual([['squashed'], []]);
  });
});

describe('the requests of a plan', () => {
  const tool = ['CREATE TABLE "_app_migrations" ("name" TEXT)', `INSERT INTO "_app_migrations" VALUES ('1_init')`];
  const requestsOf = async (production: TestProduction, files: Files) => {
    const { database, requests } = makeUnreliable(production.database, {});
    const planned = await makePlan({ database, migrations: migrationsOf(files), outside: testOutside() });
    return [requests, planned.moved, planned.plan.asked];
  };

  it('are one where nothing has to be asked', async () => {
    expect(await requestsOf(await openApplied(init), { ...init, '2_b': makesB })).toEqual([['read'], false, null]);
  });

  it('are one where nothing is to be applied, whatever else there is', async () => {
    expect(await requestsOf(await openApplied(init, tool), init)).toEqual([['read'], false, null]);
  });

  it('are one more for what another tool records, where something is recorded and something is to come', async () => {
    expect(await requestsOf(await openApplied(init, tool), { ...init, '2_b': makesB })).toEqual([
      ['read', 'read'],
      false,
      null,
    ]);
  });

  it('can all be interrupted', async () => {
    const production = await openApplied(init, [...tool, `INSERT INTO "A" VALUES (1, 'a')`]);
    const options: (CallOptions | undefined)[] = [];
    const database: typeof production.database = {
      ...production.database,
      read: (questions, given) => {
        options.push(given);
        return production.database.read(questions, given);
      },
    };
    const { signal } = new AbortController();
    const files = { ...init, '2_b': 'DROP TABLE "A";\n' };
    await makePlan({ database, migrations: migrationsOf(files), outside: testOutside(), signal });
    expect(options.map((given) => given?.signal === signal)).toEqual([true, true, true]);
  });
});

it('what is found of a migration that is not planned is told with the plan', async () => {
  const production = await openApplied(init);
  await production.run(rowOf({ name: '0_gone', checksum: 'c' }, 'applied'));
  const edited = { '1_init': `-- edited\n${init['1_init']}`, '2_b': makesB };
  const { plan } = await planOn(production, edited);
  expect(plan.findings.map(({ kind, code, place }) => [kind, code, place.migration]).toSorted()).toEqual([
    ['note', 'edited', '1_init'],
    ['note', 'missing', null],
  ]);
  expect(plan.migrations.map(({ findings }) => findings)).toEqual([[]]);
});

it('the id of a plan is that of its server', async () => {
  const { database } = await openApplied(init);
  const idOn = async (url: string) => {
    const target = { type: 'server', name: 'shop', url } as const;
    const migrations = migrationsOf({ ...init, '2_b': makesB });
    return (await makePlan({ database: { ...database, target }, migrations, outside: testOutside() })).plan.id;
  };
  expect(await idOn('libsql://a.turso.io')).toBe(await idOn('libsql://a.turso.io'));
  expect(await idOn('libsql://a.turso.io')).not.toBe(await idOn('libsql://b.turso.io'));
});
