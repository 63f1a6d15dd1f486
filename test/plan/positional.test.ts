/** INSERTs that go by the order of columns, where production's is not the one that the migrations make. */

import { expect, it } from 'vitest';
import { createdTracker, openProductionFile } from '../apply/production.ts';
import { type Files, migrationsOf, planOn, rowOf } from './plan-on.ts';

const made = {
  '1_init': 'CREATE TABLE "A" ("x", "y");\nCREATE TABLE "B" ("p", "q");\n',
};
const crossed = 'CREATE TABLE "a" ("y", "x")';
const wider = 'CREATE TABLE "A" ("x", "y", "by hand", "legacy")';
const asMade = 'CREATE TABLE "B" ("p", "q")';

/** @param has production's own schema, where `recorded` is recorded. @returns what is told of the order of columns, with its line. */
async function tell(sql: string, has: readonly string[], recorded: Files = made): Promise<readonly object[]> {
  const rows = migrationsOf(recorded).map((migration) => rowOf(migration, 'backfilled'));
  const production = await openProductionFile(createdTracker, ...has, ...rows);
  const { plan } = await planOn(production, { ...recorded, '9_next': `SELECT 1;\n${sql};\n` });
  const findings = plan.migrations.flatMap((migration) => migration.findings);
  return findings
    .filter(({ code }) => code === 'column-order')
    .map(({ kind, args, place: { migration, line } }) => ({ at: `${kind} ${migration}:${line}`, ...args }));
}

const at = 'hazard 9_next:2';
const writes = { table: 'a', role: 'written', columns: ['x', 'y'] };
const reads = { ...writes, role: 'read' };
const more = ['by hand', 'legacy'].map((column) => ({ table: 'A', column }));
const wide = { at, what: 'more-columns', tables: [{ ...reads, table: 'A' }], columns: more };

it.each<[sql: string, has: readonly string[], told: readonly object[]]>([
  ['INSERT INTO "A" VALUES (1, 2)', [crossed, asMade], [{ at, what: 'reordered', tables: [writes] }]],
  ['INSERT INTO B SELECT * FROM A', [crossed, asMade], [{ at, what: 'reordered', tables: [reads] }]],
  ['INSERT INTO "B" VALUES (1, 2)', [crossed, asMade], []],
  ['INSERT INTO "A" ("x", "y") VALUES (1, 2)', [crossed, asMade], []],
  ['INSERT INTO "A" VALUES (1, 2)', ['CREATE TABLE "A" ("x", "y")', asMade], []],
  ['UPDATE "A" SET "x" = 1', [crossed, asMade], []],
  ['INSERT INTO "B" SELECT * FROM "A"', [wider, asMade], [wide]],
  ['INSERT INTO "B" ("p", "q") SELECT * FROM "a"', [wider, asMade], [wide]],
  ['INSERT INTO "B" SELECT "x", "y" FROM "A"', [wider, asMade], []],
  ['INSERT INTO "B" SELECT * FROM "B"', [wider, asMade], []],
  // What is put into it by place does not fit, and the engine says so.
  ['INSERT INTO "A" SELECT * FROM "B"', [wider, asMade], []],
])('%s, where production has %j', async (sql, has, told) => {
  expect(await tell(sql, has)).toEqual(told);
});

it('names both, where one table is crossed and another one has more', async () => {
  const has = [wider, 'CREATE TABLE "B" ("q", "p")'];
  expect(await tell('INSERT INTO "B" SELECT * FROM "A"', has)).toEqual([
    { at, what: 'reordered', tables: [{ table: 'B', role: 'written', columns: ['p', 'q'] }] },
    wide,
  ]);
});

it('names the columns of the table, also where a trigger of another one has its name', async () => {
  const trigger = `CREATE TRIGGER "A" AFTER INSERT ON "B" BEGIN SELECT 1; END`;
  const recorded = { '1_init': `${asMade};\n${trigger};\nCREATE TABLE "A" ("x", "y");\n` };
  expect(await tell('INSERT INTO "A" VALUES (1, 2)', [asMade, trigger, crossed], recorded)).toEqual([
    { at, what: 'reordered', tables: [writes] },
  ]);
});

it('goes by the migrations that are recorded, and not by what is still to come', async () => {
  const adding = 'ALTER TABLE "A" ADD COLUMN "z";\nINSERT INTO "A" VALUES (1, 2, 3)';
  expect(await tell(adding, [crossed, asMade])).toMatchObject([{ at: 'hazard 9_next:3', what: 'reordered' }]);
});

it('says nothing of a table of which it cannot be told what the migrations make of it', async () => {
  const unsure = { '1_init': `${made['1_init']}ALTER TABLE "A" RENAME COLUMN "gone" TO "z";\n` };
  expect(await tell('INSERT INTO "A" VALUES (1, 2)', [crossed, asMade], unsure)).toEqual([]);
  expect(await tell('INSERT INTO "B" SELECT * FROM "A"', [wider, asMade], unsure)).toEqual([]);
  expect(await tell('INSERT INTO "B" VALUES (1, 2)', ['CREATE TABLE "B" ("q", "p")'], unsure)).toHaveLength(1);
});
