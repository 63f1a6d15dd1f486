/** Rows that may have been changed before: right behind what was recorded without being run, or behind what is there already. */

import { describe, expect, it } from 'vitest';
import { compareHistory } from '../../src/history/history.ts';
import type { Migration } from '../../src/history/migration.ts';
import { type FoundThere, findAfterBaseline } from '../../src/plan/after-baseline.ts';
import { analyseMigration } from '../../src/plan/analyse.ts';
import type { TrackerRow } from '../../src/tracker/tracker.ts';
import { type Files, migrationsOf } from './plan-on.ts';

const update = 'UPDATE "A" SET "x" = 1;\n';
const table = (name: string) => `CREATE TABLE "${name}" ("id");\n`;

function row({ name, checksum }: Migration, more: Partial<TrackerRow> = {}): TrackerRow {
  const base = { id: name, checksum, migrationName: name, finishedAt: 5, rolledBackAt: null, startedAt: 1, logs: null };
  return { ...base, appliedStepsCount: 0, ...more };
}

const nothing: FoundThere = { isThere: false, runs: () => true };

/** The names of those that are told, with what says behind what. @param recorded how many of them, from the first on. */
function find(
  files: Files,
  recorded: number,
  { there = [], more = {} }: { there?: readonly (readonly number[] | 'all')[]; more?: Partial<TrackerRow> } = {},
) {
  const migrations = migrationsOf(files);
  const rows = migrations.slice(0, recorded).map((migration) => row(migration, more));
  const { entries } = compareHistory(migrations, rows);
  const analysed = migrations.slice(recorded).map(analyseMigration);
  const findings = findAfterBaseline(entries, analysed, (place) => {
    const found = there[place];
    if (found === undefined) return nothing;
    return found === 'all'
      ? { isThere: true, runs: () => false }
      : { isThere: false, runs: (index) => !found.includes(index) };
  });
  for (const { kind, code } of findings) expect([kind, code]).toEqual(['hazard', 'partly-applied']);
  return findings.map(({ place, args }) => [place.migration, JSON.stringify(args)] as const);
}
const names = (...given: Parameters<typeof find>) => find(...given).map(([name]) => name);

describe('a migration that changes rows', () => {
  it('may have run where it stands right behind a baseline', () => {
    const [[name, said] = []] = find({ '1_a': table('A'), '2_b': update }, 1);
    expect(name).toBe('2_b');
    expect(said).toBe('{"what":"after-record","before":"1_a"}');
  });

  it('has not run where what is before it really ran, or nothing is', () => {
    expect(names({ '1_a': table('A'), '2_b': update }, 1, { more: { appliedStepsCount: 1 } })).toEqual([]);
    expect(names({ '2_b': update }, 0)).toEqual([]);
  });

  it('is told for each of several in a row', () => {
    expect(names({ '1_a': table('A'), '2_b': update, '3_c': update }, 1)).toEqual(['2_b', '3_c']);
  });

  it('has not run behind a statement that has not', () => {
    expect(names({ '1_a': table('A'), '2_b': `${table('B')}${update}` }, 1)).toEqual([]);
    expect(names({ '1_a': table('A'), '2_b': `${table('B')}${update}` }, 1, { there: [[0]] })).toEqual(['2_b']);
    expect(names({ '1_a': table('A'), '2_b': `${update}${table('B')}` }, 1)).toEqual(['2_b']);
    // Nor does what comes in a later file.
    expect(names({ '1_a': table('A'), '2_b': table('B'), '3_c': update }, 1)).toEqual([]);
    expect(names({ '1_a': table('A'), '2_b': `${update}${table('B')}`, '3_c': update }, 1)).toEqual(['2_b']);
  });

  it('may have run behind what is there already and not recorded', () => {
    const files = { '1_a': table('A'), '2_b': table('B'), '3_c': update };
    const [[name, said] = []] = find(files, 1, { there: ['all'], more: { appliedStepsCount: 1 } });
    expect(name).toBe('3_c');
    expect(said).toBe('{"what":"after-unrecorded","before":"2_b"}');
    expect(names(files, 1, { there: [[0]], more: { appliedStepsCount: 1 } })).toEqual([]);
  });

  it.each([
    'CREATE INDEX "i" ON "A" ("x");\n',
    'CREATE VIEW "v" AS SELECT 1;\n',
    'DROP TABLE IF EXISTS "B";\n',
    'DROP VIEW "v";\n',
    'SELECT 1;\n',
    'CREATE TABLE "new_A" ("x");\nINSERT INTO "new_A" SELECT * FROM "A";\nDROP TABLE "A";\nALTER TABLE "new_A" RENAME TO "A";\n',
  ])('may have run behind what does not tell: %s', (sql) => {
    expect(names({ '1_a': table('A'), '2_b': `${sql}${update}` }, 1)).toEqual(['2_b']);
  });

  it.each([
    'DROP TABLE "B";\n',
    'ALTER TABLE "A" ADD COLUMN "y";\n',
    'ALTER TABLE "A" DROP COLUMN "y";\n',
    'ALTER TABLE "A" RENAME TO "B";\n',
    'ALTER TABLE "A" RENAME COLUMN "x" TO "y";\n',
    'CREATE VIRTUAL TABLE "F" USING fts5("x");\n',
  ])('has not run behind what tells, and has not run: %s', (sql) => {
    expect(names({ '1_a': table('A'), '2_b': `${sql}${update}` }, 1)).toEqual([]);
    expect(names({ '1_a': table('A'), '2_b': `${sql}${update}` }, 1, { there: [[0]] })).toEqual(['2_b']);
  });

  it('is none where it only copies what it rebuilds', () => {
    const copy =
      'CREATE TABLE "new_A" ("x");\nINSERT INTO "new_A" ("x") SELECT "x" FROM "A";\nDROP TABLE "A";\nALTER TABLE "new_A" RENAME TO "A";\n';
    expect(names({ '1_a': table('A'), '2_b': copy }, 1)).toEqual([]);
    // Its copy is no change of rows that comes before what has not run.
    expect(names({ '1_a': table('A'), '2_b': `${copy}${table('B')}${update}` }, 1)).toEqual([]);
  });
});

describe('a baseline', () => {
  const at = (time: string, ...files: readonly string[]) =>
    names({ '20260101000000_a': table('A'), ...Object.fromEntries(files.map((name) => [name, update])) }, 1, {
      more: { finishedAt: Date.parse(time) },
    });

  it('is none for what was written after it', () => {
    const name = '20260301101112_b';
    expect(at('2026-03-01T10:11:11Z', name)).toEqual([]);
    expect(at('2026-03-01T10:11:12Z', name)).toEqual([name]);
    expect(at('2026-03-01T10:11:13Z', name)).toEqual([name]);
  });

  it('is one for what does not tell by its name when it was written', () => {
    for (const name of ['b', '2026030110111_b', '202603011011123_b'])
      expect(at('2020-01-01T00:00:00Z', name)).toEqual([name]);
  });

  it('is the last that is recorded before it, and of which there is a file', () => {
    const files = { '1_a': table('A'), '2_b': table('B'), '4_d': update };
    const migrations = migrationsOf(files);
    const rows = (first: number, second: number) => [
      row(migrations[0] as Migration, { appliedStepsCount: first }),
      row(migrations[1] as Migration, { appliedStepsCount: second }),
      row({ ...(migrations[0] as Migration), name: '3_gone', checksum: 'x' }, { appliedStepsCount: 1 }),
    ];
    const told = (first: number, second: number) =>
      findAfterBaseline(
        compareHistory(migrations, rows(first, second)).entries,
        migrations.slice(2).map(analyseMigration),
        () => nothing,
      ).length;
    expect([told(0, 1), told(1, 0), told(0, 0), told(1, 1)]).toEqual([0, 1, 1, 0]);
  });

  it('is none where it comes later, though it is recorded', () => {
    const files = { '1_a': table('A'), '2_b': update, '3_c': table('C') };
    const migrations = migrationsOf(files);
    const [first, second, third] = migrations as [Migration, Migration, Migration];
    const told = (steps: number) =>
      findAfterBaseline(
        compareHistory(migrations, [row(first, { appliedStepsCount: steps }), row(third)]).entries,
        [analyseMigration(second)],
        () => nothing,
      ).length;
    expect([told(1), told(0)]).toEqual([0, 1]);
  });

  it('goes by a time at the beginning of the name', () => {
    expect(at('2020-01-01T00:00:00Z', 'x20260301101112_b')).toEqual(['x20260301101112_b']);
  });

  it('is one where its time is not known', () => {
    const said = names({ '20260101000000_a': table('A'), '20260301101112_b': update }, 1, { more: { finishedAt: 0 } });
    expect(said).toEqual([]);
  });
});
