/** What of a migration is there already, and what that says of those that change rows. */

import { describe, expect, it } from 'vitest';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { analyseMigration } from '../../src/plan/analyse.ts';
import { findPartlyApplied, isWhollyThere } from '../../src/plan/partly-applied.ts';
import type { PlannedStatement } from '../../src/plan/plan.ts';
import { plannedStatement, skipped } from '../apply/planned.ts';
import { findingsOf, openApplied, planOn } from './plan-on.ts';

const analyse = (name: string, ...statements: readonly string[]) =>
  analyseMigration(migrationFromText(name, statements.join(';\n')));
const update = 'UPDATE "A" SET "x" = 1';
const create = 'CREATE TABLE "B" ("id")';
const made = (...lines: readonly number[]) => ({ made: lines, rebuilt: [] as readonly number[] });
const rebuilt = (...lines: readonly number[]) => ({ made: [] as readonly number[], rebuilt: lines });
const nothingThere = made();
type There = ReturnType<typeof made>;

describe('a migration that changes rows may have run before', () => {
  const find = (migrations: readonly ReturnType<typeof analyse>[], there: readonly There[]) =>
    findPartlyApplied(migrations, there).map((findings) => findings.map(({ code, place }) => [code, place.line]));

  it('where a part of it is there, at the first of it', () => {
    expect(find([analyse('1', create, update)], [made(1)])).toEqual([[['partly-applied', 1]]]);
    expect(find([analyse('1', create, update)], [made(3, 5)])).toEqual([[['partly-applied', 3]]]);
    expect(find([analyse('1', create, update)], [nothingThere])).toEqual([[]]);
    expect(find([analyse('1', create)], [made(1)])).toEqual([[]]);
    // A rebuild that changes nothing does not tell of its own file.
    expect(find([analyse('1', create, update)], [rebuilt(1)])).toEqual([[]]);
  });

  it('where a later one is there, made or rebuilt, and not an earlier one', () => {
    const [changing, making] = [analyse('1', update), analyse('2', create)];
    expect(find([changing, making], [nothingThere, made(1)])).toEqual([[['partly-applied', null]], []]);
    expect(find([changing, making], [nothingThere, rebuilt(1)])).toEqual([[['partly-applied', null]], []]);
    expect(find([making, changing], [made(1), nothingThere])).toEqual([[], []]);
    expect(find([changing, making], [nothingThere])).toEqual([[], []]);
  });

  it('and says by which of them, the nearest first', () => {
    const [[finding] = []] = findPartlyApplied(
      [analyse('1', update), analyse('2_near', create), analyse('3_far', create)],
      [nothingThere, made(1), made(1)],
    );
    expect(JSON.stringify(finding?.args)).toContain('2_near');
    const [[own] = []] = findPartlyApplied([analyse('1', create, update)], [made(3, 5)]);
    expect(JSON.stringify(own?.args)).toContain('2');
  });
});

describe('a migration is wholly there', () => {
  const one = analyse('1', create, update, 'CREATE INDEX "i" ON "B" ("id")');
  const is = (statements: readonly PlannedStatement[], there: There) => isWhollyThere(one, { statements, there });

  it('where all that it makes is left out, whatever it does to rows', () => {
    const all = [skipped(create), plannedStatement(update), skipped('x')];
    expect(is(all, made(1, 3))).toBe(true);
    expect(is(all, nothingThere)).toBe(false);
    expect(is([skipped(create), plannedStatement(update), plannedStatement('x')], made(1))).toBe(false);
    expect(isWhollyThere(one, undefined)).toBe(false);
  });

  it('with a rebuild that changes nothing, and not with another', () => {
    const rebuild = analyse(
      '1',
      'CREATE TABLE "new_A" ("id")',
      'INSERT INTO "new_A" SELECT "id" FROM "A"',
      'DROP TABLE "A"',
      'ALTER TABLE "new_A" RENAME TO "A"',
    );
    const statements = rebuild.statements.map(({ sql, line }) => plannedStatement(sql, { line }));
    expect(isWhollyThere(rebuild, { statements, there: rebuilt(4) })).toBe(true);
    expect(isWhollyThere(rebuild, { statements, there: rebuilt(3) })).toBe(false);
    expect(isWhollyThere(rebuild, { statements, there: made(9) })).toBe(false);
    const more = analyse('1', ...rebuild.statements.map(({ sql }) => sql), create);
    const longer = more.statements.map(({ sql, line }) => plannedStatement(sql, { line }));
    expect(isWhollyThere(more, { statements: longer, there: rebuilt(4) })).toBe(false);
  });
});

describe('a rehearsal sees', () => {
  const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT);\n' };
  const rebuild = (columns: string) =>
    `CREATE TABLE "new_A" (${columns});\nINSERT INTO "new_A" ("id") SELECT "id" FROM "A";\nDROP TABLE "A";\nALTER TABLE "new_A" RENAME TO "A";\n`;
  const same = '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT';

  it('a later rebuild that changes nothing, and one that does', async () => {
    const plan = async (columns: string) =>
      findingsOf(
        await planOn(await openApplied(init), {
          ...init,
          '2_rows': `UPDATE "A" SET "x" = 'y';\n`,
          '3_r': rebuild(columns),
        }),
      );
    expect(await plan(same)).toContain('hazard partly-applied');
    expect((await plan(`${same}, "z" TEXT`)).join()).not.toContain('partly-applied');
  });

  it('what another migration of the plan has made, which tells nothing', async () => {
    const files = {
      ...init,
      '2_make': 'CREATE TABLE "B" ("id" INTEGER);\n',
      '3_again': `CREATE TABLE "B" ("id" INTEGER);\nUPDATE "A" SET "x" = 'y';\n`,
    };
    expect((await findingsOf(await planOn(await openApplied(init), files))).join()).not.toContain('partly-applied');
    expect(
      (await findingsOf(await planOn(await openApplied(init, ['CREATE TABLE "B" ("id" INTEGER)']), files))).join(),
    ).toContain('partly-applied');
    const own = {
      ...init,
      '2_t': 'CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT);\n',
      '3_rows': `UPDATE "A" SET "x" = 'y';\n`,
      '4_r': rebuild(same).replaceAll('"A"', '"T"').replaceAll('new_A', 'new_T'),
    };
    expect((await findingsOf(await planOn(await openApplied(init), own))).join()).not.toContain('partly-applied');
  });
});

describe('an INSERT that relies on the order of columns', () => {
  const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER, "x" TEXT);\nCREATE TABLE "B" ("id" INTEGER, "x" TEXT);\n' };
  const plan = async (sql: string, byHand: readonly string[]) =>
    findingsOf(await planOn(await openApplied(init, byHand), { ...init, '2_now': `${sql};\n` }));
  const reordered = ['DROP TABLE "A"', 'CREATE TABLE "A" ("x" TEXT, "id" INTEGER)'];
  const wider = ['ALTER TABLE "B" ADD COLUMN "more" TEXT'];

  it.each([
    [`INSERT INTO "A" VALUES (1, 'a')`, reordered, true],
    [`INSERT INTO "A" ("id", "x") VALUES (1, 'a')`, reordered, false],
    [`INSERT INTO "A" VALUES (1, 'a')`, [], false],
    [`INSERT INTO "B" VALUES (1, 'a')`, reordered, false],
    ['INSERT INTO "B" SELECT * FROM "A"', reordered, true],
    ['INSERT INTO "A" ("id", "x") SELECT * FROM "B" WHERE 0', wider, true],
    ['INSERT INTO "A" ("id", "x") SELECT "id", "x" FROM "B" WHERE 0', wider, false],
  ] as const)('is told where production has another: %s', async (sql, byHand, told) => {
    const findings = await plan(sql, byHand);
    expect(findings.some((finding) => finding.includes('column-order'))).toBe(told);
  });
});
