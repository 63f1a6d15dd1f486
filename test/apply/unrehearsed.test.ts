/** Where production ended in another schema than the rehearsal: which objects differ, in both words. */

import { expect, it } from 'vitest';
import { describeUnrehearsed } from '../../src/apply/unrehearsed.ts';
import { createOutside } from '../../src/wiring.ts';
import { brokenMirrors, type Files, migrationsOf, openApplied, planOn, testOutside } from '../plan/plan-on.ts';
import { openProduction } from './production.ts';

const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "x" TEXT);\n' };
const made = 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "x" TEXT)';

/** @param ended what production had when it ended, instead. @param byHand what it had before the plan, beside the files'. */
async function tell(
  pending: Files,
  ended: readonly string[] | null,
  {
    name = Object.keys(pending)[0] ?? '',
    byHand = [],
    outside = testOutside(),
  }: { name?: string; byHand?: readonly string[]; outside?: ReturnType<typeof createOutside> } = {},
): Promise<string> {
  const files = { ...init, ...pending };
  const planned = await planOn(await openApplied(init, byHand), files);
  const actual = ended && (await (await openProduction(...ended)).read()).schema.objects;
  return describeUnrehearsed(planned, outside, migrationsOf(files), name, actual);
}

const next = { '2_next': 'CREATE TABLE "B" ("id");\n' };

it('is each object of another text, and each that only one of them has', async () => {
  expect(await tell(next, [made, 'CREATE TABLE "B" ("other")', 'CREATE INDEX "i" ON "A" ("x")'])).toBe(
    [
      '',
      'table B',
      '  rehearsal:  CREATE TABLE "B" ("id")',
      '  production: CREATE TABLE "B" ("other")',
      'index i',
      '  rehearsal:  (absent)',
      '  production: CREATE INDEX "i" ON "A" ("x")',
    ].join('\n'),
  );
  expect(await tell(next, [made])).toBe('\ntable B\n  rehearsal:  CREATE TABLE "B" ("id")\n  production: (absent)');
});

it('tells an index from a trigger that has its name', async () => {
  const index = 'CREATE INDEX "t" ON "A" ("x")';
  const trigger = 'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT 1; END';
  const ended = [made, 'CREATE TABLE "B" ("id")', index, trigger];
  expect(await tell(next, ended, { byHand: [trigger] })).toBe(
    `\nindex t\n  rehearsal:  (absent)\n  production: ${index}`,
  );
});

it('is nothing where nobody could read the schema, or it is the same but for what is nobody’s own', async () => {
  expect(await tell(next, null)).toBe('');
  const counted = { '2_next': 'CREATE TABLE "B" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "k" UNIQUE);\n' };
  const ended = [made, 'CREATE TABLE "B" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "k" UNIQUE)'];
  expect(await tell(counted, ended)).toBe('');
  expect(await tell(counted, [...ended, 'CREATE TABLE "_prisma_migrations" ("id")', 'ANALYZE'])).toBe('');
});

it('is looked for where that migration ended, whatever comes later', async () => {
  const files = { ...next, '3_last': 'CREATE TABLE "C" ("id");\n', '4_bad': 'SELECT 1 FROM "Nowhere";\n' };
  expect(await tell(files, [made, 'CREATE TABLE "B" ("id")'])).toBe('');
  expect(await tell(files, [made, 'CREATE TABLE "B" ("id")'], { name: '3_last' })).toContain('\ntable C\n');
});

it('names five and no more', async () => {
  const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
  const told = await tell(next, [
    made,
    'CREATE TABLE "B" ("id")',
    ...names.map((name) => `CREATE VIEW ${name} AS SELECT 1`),
  ]);
  expect(told.match(/view a\d/g)).toEqual(names.slice(0, 5).map((name) => `view ${name}`));
});

it('counts on what a rebuild preserves, and on indexes that it drops', async () => {
  const wider = made.replace('"x" TEXT', '"x" TEXT, "y" TEXT');
  const rebuild = {
    '2_index': 'CREATE INDEX "known" ON "A" ("x");\n',
    '3_wider': [
      wider.replace('"A"', '"new_A"'),
      'INSERT INTO "new_A" ("id", "x") SELECT "id", "x" FROM "A"',
      'DROP TABLE "A"',
      'ALTER TABLE "new_A" RENAME TO "A";\n',
    ].join(';\n'),
  };
  const trigger = 'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT 1; END';
  expect(await tell(rebuild, [wider, trigger], { name: '3_wider', byHand: [trigger] })).toBe('');
});

it('is not told where the rehearsal is interrupted: what happened is told all the same', async () => {
  const outside = { ...createOutside('me@here', '1.2.3', AbortSignal.abort()), clock: testOutside().clock };
  const endless = { '2_next': 'SELECT * FROM "A", "A" AS b;\nCREATE TABLE "B" ("id");\n' };
  expect(await tell(endless, [made], { outside })).toBe('');
});

it('does not hide a bug, and leaves no mirror open', async () => {
  const { outside, countOpen } = brokenMirrors();
  await expect(tell(next, [made], { outside })).rejects.toThrow('a bug');
  expect(countOpen()).toBe(0);
});
