/** The fix: run on a real database with rows in it, it leads to the other schema and loses nothing. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBlockers } from '../../../src/plan/analyse.ts';
import { EngineError } from '../../../src/ports.ts';
import { compareSchemas } from '../../../src/schema/compare/compare.ts';
import { buildFix, type Fix, renderFix } from '../../../src/schema/fix/build-fix.ts';
import type { Schema } from '../../../src/schema/model/objects.ts';
import { prismaTracker } from '../../../src/tracker/tracker.ts';
import { tablePair } from '../arbitrary-tables.ts';
import { differences } from '../cases.ts';
import { fixCases } from '../fix-cases.ts';
import { type FixInput, type FixRun, isSchema, runFix } from '../fix-run.ts';
import { schemaPair } from '../random-schemas.ts';

const manners = ['statements', 'transaction'] as const;

function expectMade(run: FixRun): void {
  expect(run.fix.impossible).toEqual([]);
  expect(run.differences.after, run.sql).toEqual([]);
  expect(run.kept.after, run.sql).toEqual(run.kept.before);
  expect(findBlockers(run.analysed, prismaTracker)).toEqual([]);
}

function expectFixed(run: FixRun): void {
  expectMade(run);
  if (run.violations.before === 0) expect(run.violations.after, run.sql).toBe(0);
}

describe('a fix leads from one schema to the other and keeps the rows', () => {
  it.each(fixCases)('$name', async ({ from, to, rows, expected = [], says = [], never = [], fails, computes }) => {
    for (const manner of manners) {
      const queries = expected.map(({ query }) => query);
      const input = { from, to, manner, rows: rows === undefined ? ('made-up' as const) : { sql: rows } };
      if (fails !== undefined) await expect(runFix(input)).rejects.toThrow(fails);
      const run = await runFix(fails === undefined ? { ...input, queries } : { ...input, rows: 'none' });
      expect(run.differences.before, 'the two sides are the same').not.toEqual([]);
      expectFixed(run);
      expect(run.answers).toEqual(expected.map((each) => each.rows));
      for (const text of says) expect(run.sql).toMatch(text);
      for (const text of never) expect(run.sql).not.toMatch(text);
      const rebuilt = run.sql.match(/^ALTER TABLE .* RENAME TO/gm) ?? [];
      expect(run.analysed.rebuilds).toHaveLength(rebuilt.length);
      expect(run.analysed.changesRows).toBe(computes === true);
    }
  });
});

/** What rows may be in the way of: the other schema cannot hold them. */
const refusal = /constraint failed|cannot store|datatype mismatch/;

async function runWithRowsIfPossible(input: Omit<FixInput, 'rows'>): Promise<FixRun> {
  try {
    return await runFix({ ...input, rows: 'made-up' });
  } catch (error) {
    if (!(error instanceof EngineError) || !refusal.test(error.message)) throw error;
    return runFix({ ...input, rows: 'none' });
  }
}

function joinStatements(statements: readonly string[]): string {
  return statements.map((sql) => `${sql}\n;\n`).join('');
}

describe('every single difference is fixed in both directions', () => {
  it.each(differences)('$name', async ({ left, right, expected }) => {
    const [one, other] = [joinStatements(left), joinStatements(right)];
    for (const sides of [
      { from: one, to: other, manner: 'statements' },
      { from: other, to: one, manner: 'transaction' },
    ] as const) {
      const run = await runWithRowsIfPossible(sides);
      expect(run.differences.before).toHaveLength(expected.length);
      expectFixed(run);
    }
  });
});

describe('random schemas', () => {
  it('are all led to each other', async () => {
    let kept = 0;
    const property = fc.asyncProperty(schemaPair, fc.constantFrom(...manners), async ({ from, to }, manner) => {
      const run = await runWithRowsIfPossible({ from, to, manner });
      expectMade(run);
      kept += run.rows;
    });
    await fc.assert(property, { numRuns: 300 });
    expect(kept).toBeGreaterThan(300);
  });

  it('of one table with every clause there is are, too', async () => {
    const seen = { rebuilt: 0, other: 0 };
    const property = fc.asyncProperty(tablePair, fc.constantFrom(...manners), async (pair, manner) => {
      const [from, to] = [joinStatements(pair[0]), joinStatements(pair[1])];
      if (!(await isSchema(from)) || !(await isSchema(to))) return;
      const run = await runWithRowsIfPossible({ from, to, manner });
      expectMade(run);
      seen[run.analysed.rebuilds.length > 0 ? 'rebuilt' : 'other'] += 1;
    });
    await fc.assert(property, { numRuns: 300 });
    expect(seen.rebuilt).toBeGreaterThan(20);
  });
});

describe('what a fix says', () => {
  const buildSchema = (...texts: readonly string[]): Schema => ({
    kinds: new Map(),
    tracker: prismaTracker,
    objects: texts.map((sql) => {
      const name = /TABLE "?(\w+)/.exec(sql)?.[1] ?? '';
      return { type: 'table', name, table: name, sql };
    }),
  });
  const build = (from: Schema, to: Schema): Fix =>
    buildFix(from, to, compareSchemas(from.objects, to.objects, 'everything'));

  it('is nothing where nothing differs', () => {
    const schema = buildSchema('CREATE TABLE "T" ("a" TEXT)');
    const fix = build(schema, buildSchema('CREATE TABLE T (a TEXT)'));
    expect(fix).toEqual({ steps: [], impossible: [] });
    expect(renderFix(fix.steps)).toBe('');
  });

  it('is in the form that Prisma writes', () => {
    const from = buildSchema('CREATE TABLE "Gone" ("a")', 'CREATE TABLE "T" ("a" TEXT)', 'CREATE TABLE "U" ("a" TEXT)');
    const to = buildSchema(
      'CREATE TABLE "T" (\n    "a" TEXT NOT NULL DEFAULT \'\',\n    "b" TEXT\n)',
      'CREATE TABLE "U" ("a" TEXT, "b" TEXT)',
      'CREATE TABLE "New" (\n    "id" INTEGER\n)',
    );
    expect(renderFix(build(from, to).steps)).toBe(`-- DropTable
-- Drops table "Gone" and its rows; if it was renamed, write ALTER TABLE … RENAME TO instead.
PRAGMA foreign_keys=off;
DROP TABLE "Gone";
PRAGMA foreign_keys=on;

-- CreateTable
CREATE TABLE "New" (
    "id" INTEGER
);

-- AlterTable
ALTER TABLE "U" ADD COLUMN "b" TEXT;

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_T" (
    "a" TEXT NOT NULL DEFAULT '',
    "b" TEXT
);
INSERT INTO "new_T" ("a") SELECT coalesce("a", '') AS "a" FROM "T";
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`);
  });

  it('names the tables that it cannot take apart, and leaves them alone', () => {
    const whole = buildSchema('CREATE TABLE "T" ("a" TEXT)', 'CREATE TABLE "U" ("a" TEXT)');
    const strange = buildSchema('CREATE TABLE "T" ("a" TEXT) WITH CARE (1)', 'CREATE TABLE "U" ("a" TEXT, "b" TEXT)');
    const impossible = [{ name: '"T"', reason: 'its CREATE TABLE cannot be read' }];
    for (const [from, to] of [
      [whole, strange],
      [strange, whole],
    ] as const) {
      const fix = build(from, to);
      expect(fix.impossible).toEqual(impossible);
      expect(fix.steps).toHaveLength(1);
      expect(renderFix(fix.steps)).toContain('"U"');
    }
  });

  it('does not take the name of a table that is not compared', () => {
    const from = { ...buildSchema('CREATE TABLE "T" ("a" TEXT)'), kinds: new Map([['NEW_T', 'table']]) };
    const fix = build(from, buildSchema('CREATE TABLE "T" ("a" INTEGER)'));
    expect(renderFix(fix.steps)).toContain('CREATE TABLE "new_T_2"');
  });

  it('keeps a name with a line end inside its comment', async () => {
    const from = 'CREATE TABLE "T\nDROP" ("a")';
    const to = 'CREATE TABLE "T\nDROP" ("a", "b\nc" TEXT NOT NULL)';
    const run = await runFix({ from, to, rows: 'none', manner: 'statements' });
    expectFixed(run);
    expect(run.sql).toContain('-- Fails if "T\\nDROP" has rows: "b\\nc" is required');
    const typed = { from: 'CREATE TABLE "T" ("a" TEXT)', to: 'CREATE TABLE "T" ("a" "INT\nDROP TABLE T")' };
    const retyped = await runFix({ ...typed, rows: 'made-up', manner: 'statements' });
    expectFixed(retyped);
    expect(retyped.sql).toContain('"a" of "T": TEXT becomes "INT\\nDROP TABLE T".');
  });

  /** The notes on the way from a table with these columns to one with those. */
  const note = (from: string, to: string): readonly string[] => {
    const [left, right] = [buildSchema(`CREATE TABLE "T" (${from}`), buildSchema(`CREATE TABLE "T" (${to}`)];
    return build(left, right).steps.flatMap(({ notes }) => notes);
  };

  it.each([
    ['"a" TEXT)', '"a" INTEGER)', 'TEXT becomes INTEGER'],
    ['"a" TEXT)', '"a" DATETIME)', 'TEXT becomes DATETIME'],
    ['"a" INTEGER)', '"a" VARCHAR(9))', 'INTEGER becomes VARCHAR(9)'],
    ['"a" INTEGER)', '"a" REAL)', 'INTEGER becomes REAL'],
    ['"a" DOUBLE)', '"a" DECIMAL)', 'DOUBLE becomes DECIMAL'],
    ['"a")', '"a" TEXT)', 'no type becomes TEXT'],
    ['"a" ANY) STRICT', '"a" ANY)', 'ANY becomes ANY'],
    ['"a" CHARINT)', '"a" CHAR)', 'CHARINT becomes CHAR'],
  ])('warns of values that change with the type: %s to %s', (from, to, says) => {
    expect(note(from, to)).toEqual([`May change the values of "a" of "T": ${says}.`]);
  });

  it.each([
    ['"a" INTEGER)', '"a" BOOLEAN)'],
    ['"a" INT)', '"a" NUMERIC)'],
    ['"a" VARCHAR(9))', '"a" TEXT)'],
    ['"a" TEXT)', '"a" BLOB)'],
    ['"a" TEXT)', '"a")'],
    ['"a" TEXT) STRICT', '"a" ANY) STRICT'],
    ['"a" TEXT, "b" INT AS ("a"))', '"a" TEXT, "b" TEXT AS ("a"))'],
    ['"a" TEXT)', '"a" TEXT COLLATE NOCASE)'],
  ])('warns of nothing where every value stays what it is: %s to %s', (from, to) => {
    expect(note(from, to)).toEqual([]);
  });

  it.each([
    ['"a" TEXT)', '"a" TEXT NOT NULL)', 1],
    ['"a" TEXT)', '"a" TEXT NOT NULL DEFAULT NULL)', 1],
    ['"a" TEXT PRIMARY KEY)', '"a" TEXT PRIMARY KEY) WITHOUT ROWID', 1],
    ['"a" TEXT, "b" AS ("a"))', '"a" TEXT, "b" NOT NULL)', 1],
    ['"a" TEXT)', `"a" TEXT NOT NULL DEFAULT '')`, 0],
    ['"a" TEXT NOT NULL)', '"a" TEXT NOT NULL UNIQUE)', 0],
    ['"a" TEXT)', '"a" TEXT UNIQUE)', 0],
    ['"a" INTEGER PRIMARY KEY)', '"a" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT)', 0],
    ['"a" TEXT PRIMARY KEY) STRICT', '"a" TEXT NOT NULL PRIMARY KEY)', 0],
  ])('warns of NULL where a column becomes required: %s to %s', (from, to, count) => {
    const column = to.includes('"b"') ? '"b"' : '"a"';
    const warning = `Fails if ${column} of "T" is NULL in a row: it is required and has no default.`;
    expect(note(from, to)).toEqual(count === 1 ? [warning] : []);
  });

  it('warns of what goes: a column, what is in one that becomes generated, a table', () => {
    expect(note('"a" TEXT, "b" TEXT)', '"a" TEXT, "b" TEXT AS ("a"))')).toEqual([
      'Drops the values of "b" of "T": it becomes generated.',
    ]);
    expect(note('"a" TEXT, "b" TEXT)', '"a" TEXT)')).toEqual(['Drops "b" of "T" and its values.']);
    const two = buildSchema('CREATE TABLE "T" ("a")', 'CREATE TABLE "U" ("a")');
    expect(build(two, buildSchema()).steps.flatMap(({ notes }) => notes)).toEqual([
      'Drops table "T" and its rows; if it was renamed, write ALTER TABLE … RENAME TO instead.',
      'Drops table "U" and its rows; if it was renamed, write ALTER TABLE … RENAME TO instead.',
    ]);
  });
});
