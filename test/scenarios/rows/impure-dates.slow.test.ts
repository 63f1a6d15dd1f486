/** Dates that depend on when or where they are computed, where SQLite keeps a result: the engine itself is asked what it takes. */

import { expect, it } from 'vitest';
import { apply, type Finding, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { findAll } from './cases.ts';

const always = [
  `"at" <= date('now')`,
  `"at" <= DATE('NOW', 'start of month')`,
  '"at" <= date()',
  'time() > "at"',
  `"at" < datetime('now', 'localtime')`,
  `julianday('now') - julianday("at") < 9`,
  `strftime('%s') > "at"`,
  `strftime('%s', 'now') > "at"`,
  'unixepoch() > 0',
  `unixepoch('subsec') > 0`,
  `timediff('now', "at") > ''`,
  `abs(julianday("at") - julianday( /* it */ 'now' )) < 9`,
];
const sometimes = [
  `timediff("at", 'now') > ''`,
  `date("at", 'localtime') > ''`,
  `date("at", 'start of day', 'UTC') > ''`,
  `strftime('%Y', "at", 'localtime') > ''`,
  `"at" IS NULL OR "at" <= date('now')`,
  `CASE WHEN "at" > '' THEN date('now') ELSE 'x' END > ''`,
];
const never = [
  '"at" > \'now\'',
  'date("at") > \'\'',
  `date("at", 'start of month', '+1 day') > ''`,
  `date('2020-01-01', 'now') IS NULL`,
  `date(' now ') IS NULL`,
  `strftime('now', "at") = 'now'`,
  `strftime('%Y', "at") > 'now'`,
  `"at" <> 'date(''now'')'`,
  `"at" > '' /* date('now') */`,
];

const places = {
  'a CHECK': (e: string) => `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT, CHECK (${e}));`,
  'a CHECK of a new column': (e: string) =>
    `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT);\nALTER TABLE "E" ADD COLUMN "more" TEXT CHECK (${e});`,
  'an index': (e: string) =>
    `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT);\nCREATE INDEX "E_at_idx" ON "E"("id", (${e}));`,
  'a partial index': (e: string) =>
    `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT);\nCREATE INDEX "E_at_idx" ON "E"("id") WHERE ${e};`,
  'a generated column': (e: string) =>
    `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT, "is" TEXT AS (${e}) STORED);`,
  'a virtual column': (e: string) =>
    `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT, "is" TEXT AS (${e}));`,
  'a rebuild': (e: string) =>
    `CREATE TABLE "E" ("id" INTEGER);\nCREATE TABLE "new_E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT, CHECK (${e}));\nDROP TABLE "E";\nALTER TABLE "new_E" RENAME TO "E";`,
};

const init = { name: '0_init', sql: 'CREATE TABLE "Other" ("id" INTEGER NOT NULL PRIMARY KEY);' };

describeTargets('dates that are kept', (fresh) => {
  const begin = async () => {
    const target = await fresh();
    expect(await apply({ url: target.url, migrations: [init] })).toMatchObject({ outcome: 'applied' });
    return target;
  };
  const tell = async (url: string, ...pending: readonly string[]): Promise<readonly Finding['kind'][]> => {
    const migrations = [init, ...pending.map((sql, index) => ({ name: `${index + 1}_next`, sql }))];
    const { plan: planned } = await plan({ url, migrations });
    return findAll(planned).flatMap(({ kind, code }) => (code === 'leaves-broken' ? [kind] : []));
  };

  it.each(Object.entries(places))('are told in %s', async (_, write) => {
    const target = await begin();
    const tryRow = async (expression: string, value: string) => {
      try {
        await target.sql(
          'BEGIN',
          ...write(expression).split(/(?<=;)\n/),
          `INSERT INTO "E" ("id", "at") VALUES (1, ${value})`,
        );
        return 'is taken';
      } catch (error) {
        if (String(error).includes('CHECK constraint failed')) return 'is taken';
        return String(error).includes('non-deterministic use of') ? 'is refused' : String(error);
      }
    };
    const kinds = [
      [always, ['blocker'], [`NULL`, `'2020-01-01'`]],
      [sometimes, ['hazard'], [`'2020-01-01'`]],
      [never, [], []],
    ] as const;
    for (const [expressions, told, refused] of kinds) {
      for (const expression of expressions) {
        expect([expression, await tell(target.url, write(expression))]).toEqual([expression, told]);
        if (target.kind !== 'server') continue;
        for (const value of ['NULL', `'2020-01-01'`]) {
          const is = refused.some((one) => one === value) ? 'is refused' : 'is taken';
          if (refused.length === 0 || is === 'is refused')
            expect([expression, value, await tryRow(expression, value)]).toEqual([expression, value, is]);
        }
      }
    }
  });

  it.each([
    ['a default', `CREATE TABLE "E" ("at" TEXT DEFAULT (date('now')), "by" TEXT DEFAULT CURRENT_TIMESTAMP);`],
    ['a CHECK with CURRENT_DATE', 'CREATE TABLE "E" ("at" TEXT CHECK ("at" <= CURRENT_DATE));'],
    ['a view', `CREATE VIEW "Today" AS SELECT date('now', 'localtime') AS "at", * FROM "Other" WHERE date() > '';`],
    [
      'a trigger',
      `CREATE TRIGGER "T" AFTER INSERT ON "Other" WHEN date('now') > '' BEGIN DELETE FROM "Other" WHERE date() < ''; END;`,
    ],
    ['rows', `INSERT INTO "Other" ("id") VALUES (unixepoch('now'));`],
    ['an index that goes again', `${places['an index'](`date('now')`)}\nDROP INDEX "E_at_idx";`],
  ])('are nothing in %s', async (_, pending) => {
    const target = await begin();
    expect(await tell(target.url, pending)).toEqual([]);
  });

  it('are told once, where they come, and with their line', async () => {
    const target = await begin();
    const check = `CHECK ("at" <= date('now', 'localtime') OR "id" < 0)`;
    const first = `CREATE TABLE "E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT, ${check});`;
    const rebuilt = `CREATE TABLE "new_E" ("id" INTEGER NOT NULL PRIMARY KEY, "at" TEXT, "b" TEXT, ${check});\nDROP TABLE "E";\nALTER TABLE "new_E" RENAME TO "E";`;
    expect(await tell(target.url, `-- first\n${first}`, rebuilt, 'ALTER TABLE "E" ADD COLUMN "date" TEXT;')).toEqual([
      'hazard',
    ]);
    const migrations = [init, { name: '1_next', sql: `-- first\n${first}` }];
    const [found] = findAll((await plan({ url: target.url, migrations })).plan);
    expect(found).toMatchObject({
      line: 2,
      message: `After this, rows cannot be written to "E" where date('now', 'localtime') is computed for a date: non-deterministic use of date() in a CHECK constraint.`,
      way: expect.stringContaining('CREATE TRIGGER'),
    });
  });
});
