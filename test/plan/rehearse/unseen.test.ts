/** What is judged behind a statement that fails, and what production has already of a migration. */

import { describe, expect, it } from 'vitest';
import { openApplied, planOn } from '../plan-on.ts';

const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT);\n' };

/** `kind code@line` by migration. */
async function tell(pending: Readonly<Record<string, readonly string[]>>, there: readonly string[] = []) {
  const files = Object.entries(pending).map(([name, all]) => [name, all.map((sql) => `${sql};\n`).join('')]);
  const { plan } = await planOn(await openApplied(init, there), { ...init, ...Object.fromEntries(files) });
  return plan.migrations.map(({ findings, statements }) => ({
    told: findings
      .filter(({ kind }) => kind !== 'note')
      .map(({ kind, code, place }) => `${kind} ${code}@${place.line}`),
    sent: statements.filter(({ action }) => action === 'run').map(({ sent }) => sent),
  }));
}

describe('behind a statement that fails', () => {
  const fails = 'DROP TABLE "Nowhere"';
  const reads = `SELECT * FROM fsdir('/')`;
  const blocked = 'blocker rehearsal-failed@1';
  const reaches = 'blocker reaches-outside@2';
  const told = async (there: readonly string[], ...first: readonly string[]) =>
    (await tell({ '2_next': [fails, ...first, 'SELECT * FROM fsdir'] }, there)).flatMap((one) => one.told);

  it('what would reach outside is told by its text, in this file and in later ones', async () => {
    const [own, later] = await tell({ '2_a': [fails, reads], '3_b': ['SELECT 1', reads] });
    expect([own?.told, later?.told]).toEqual([[blocked, reaches], [reaches]]);
  });

  it('a name is not taken for the engine’s where it is one of the database’s own', async () => {
    expect(await told([])).toEqual([blocked, reaches]);
    expect(await told(['CREATE TABLE "FSDIR" ("x")'])).toEqual([blocked]);
    expect(await told(['CREATE VIEW "fsdir" AS SELECT 1'])).toEqual([blocked]);
    expect(await told(['CREATE INDEX "fsdir" ON "A" ("x")'])).toEqual([blocked, reaches]);
    expect(await told([], 'CREATE TABLE "fsdir" ("x")')).toEqual([blocked]);
    expect(await told([], 'ALTER TABLE "A" RENAME TO "FsDir"')).toEqual([blocked]);
    expect(await told([], 'INSERT INTO "fsdir" VALUES (1)')).toContain('blocker reaches-outside@3');
  });

  it('statements are planned as they stand, without pragmas that are set around them', async () => {
    const [one] = await tell({ '2_a': [fails, 'PRAGMA foreign_keys=ON', 'CREATE TABLE "B" ("id")'] });
    expect(one?.sent).toEqual([fails, 'CREATE TABLE IF NOT EXISTS "B" ("id")']);
  });
});

describe('what production has already', () => {
  const update = `UPDATE "A" SET "x" = 'y'`;
  const rebuildOf = (table: string, columns: string) => [
    `CREATE TABLE "new_${table}" (${columns})`,
    `INSERT INTO "new_${table}" ("id") SELECT "id" FROM "${table}"`,
    `DROP TABLE "${table}"`,
    `ALTER TABLE "new_${table}" RENAME TO "${table}"`,
  ];
  const same = '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT';
  const partly = 'hazard partly-applied@null';
  const first = async (later: readonly string[], there: readonly string[] = [], before: readonly string[] = []) => {
    const pending = { ...(before.length > 0 ? { '2_before': before } : {}), '3_update': [update], '4_later': later };
    const [one] = (await tell(pending, there)).slice(before.length > 0 ? 1 : 0);
    return one?.told;
  };

  it('may be a rebuild that changes nothing: what comes before it may have run', async () => {
    expect(await first(rebuildOf('A', same))).toEqual([partly]);
    expect(await first(rebuildOf('A', `${same}, "y" TEXT`))).toEqual([]);
    // It may be the first of its name, or a new table takes its place.
    expect(
      await first(['CREATE TABLE "new_X" ("id")', 'DROP TABLE IF EXISTS "X"', 'ALTER TABLE "new_X" RENAME TO "X"']),
    ).toEqual([]);
    expect(await first(['DROP TABLE "A"', 'CREATE TABLE "new_A" ("id")', 'ALTER TABLE "new_A" RENAME TO "A"'])).toEqual(
      [],
    );
  });

  it('is not what a file of the same plan makes', async () => {
    const made = ['CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT)'];
    expect(await first(rebuildOf('B', same), [], made)).toEqual([]);
    expect(await first(rebuildOf('B', same), made)).toEqual([partly]);
    expect(await first(made, [], made)).toEqual([]);
    expect(await first(made, made)).toEqual([partly]);
  });

  it('does not end the rehearsal where it is left out, and does where it is in the way', async () => {
    const told = async (sql: string) =>
      (await tell({ '2_a': [sql, 'DROP TABLE "Nowhere"'] })).flatMap((one) => one.told);
    const table = init['1_init'].slice(0, -2);
    const other = table.replace('"x" TEXT', '"x" BLOB');
    expect(await told(table)).toEqual(['blocker rehearsal-failed@2']);
    expect(await told(other.replace('TABLE', 'TABLE IF NOT EXISTS'))).toEqual([
      'hazard exists-different@1',
      'blocker rehearsal-failed@2',
    ]);
    expect(await told(other)).toEqual(['blocker exists-different@1']);
  });

  it('is told with the file of the plan that made another', async () => {
    const files = {
      ...init,
      '2_a': 'CREATE TABLE "B" ("id");\n',
      '3_b': 'CREATE TABLE "B" ("other");\nSELECT 1;\n',
    };
    const { plan } = await planOn(await openApplied(init), files);
    expect(plan.migrations[1]?.findings.map(({ kind, code, args }) => ({ kind, code, ...args }))).toEqual([
      {
        ...{ kind: 'blocker', code: 'exists-different', type: 'table', name: 'B', column: null },
        ...{ existing: 'CREATE TABLE "B" ("id")', madeBy: '2_a' },
      },
    ]);
    const careful = { ...files, '3_b': 'CREATE TABLE IF NOT EXISTS "B" ("other");\n' };
    const hazard = await planOn(await openApplied(init), careful);
    expect(hazard.plan.migrations[1]?.findings).toMatchObject([{ kind: 'hazard', args: { madeBy: '2_a' } }]);
    const column = { ...init, '2_a': 'ALTER TABLE "A" ADD COLUMN "x" INTEGER;\n' };
    const own = await planOn(await openApplied(init), column);
    expect(own.plan.migrations[0]?.findings.map(({ args }) => args)).toEqual([
      { type: 'table', name: 'A', column: 'x', existing: init['1_init'].slice(0, -2), madeBy: null },
    ]);
  });
});
