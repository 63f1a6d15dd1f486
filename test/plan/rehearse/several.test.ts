/** Migrations that are rehearsed one after the other: what one leaves to the next, and where the rehearsal ends. */

import { describe, expect, it } from 'vitest';
import { openApplied, planOn } from '../plan-on.ts';

const init = {
  '1_init': [
    'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)',
    'CREATE TABLE "C" ("p" INTEGER REFERENCES "P" ("id") ON DELETE CASCADE, "n" TEXT);\n',
  ].join(';\n'),
};
const off = 'PRAGMA foreign_keys=OFF';

async function plan(pending: Readonly<Record<string, readonly string[]>>, there: readonly string[] = []) {
  const files = Object.entries(pending).map(([name, all]) => [name, all.map((sql) => `${sql};\n`).join('')]);
  const { plan: made } = await planOn(await openApplied(init, there), { ...init, ...Object.fromEntries(files) });
  return made.migrations;
}

/** Of each migration, `kind code@line`, without notes. */
const told = async (...given: Parameters<typeof plan>) =>
  (await plan(...given)).map(({ findings }) =>
    findings.filter(({ kind }) => kind !== 'note').map(({ kind, code, place }) => `${kind} ${code}@${place.line}`),
  );

const fails = 'DROP TABLE "Nowhere"';

it('what comes behind a failure is not tried', async () => {
  const pending = { '2_a': [fails, fails], '3_b': [fails], '4_c': [fails] };
  expect(await told(pending)).toEqual([['blocker rehearsal-failed@1'], [], []]);
  expect((await plan(pending)).map(({ statements }) => statements.length)).toEqual([2, 1, 1]);
});

it('what comes behind a reach outside is not tried, and that is told once', async () => {
  const pending = { '2_a': ['SELECT 1', `SELECT * FROM fsdir('/')`, fails] };
  expect(await told(pending)).toEqual([['blocker reaches-outside@2']]);
  expect((await plan(pending)).map(({ statements }) => statements.map(({ sql }) => sql))).toEqual([pending['2_a']]);
});

it('a file that has what production had already is not the one that made it', async () => {
  const made = 'CREATE TABLE "X" ("id" INTEGER)';
  const pending = { '2_a': [made], '3_b': [made, `INSERT INTO "C" VALUES (NULL, 'n')`] };
  expect((await told(pending, [made])).at(-1)).toEqual(['hazard partly-applied@1']);
  expect((await told(pending)).at(-1)).toEqual([]);
});

describe('foreign keys', () => {
  const filled = ['INSERT INTO "P" VALUES (1)', `INSERT INTO "C" VALUES (1, 'a'), (1, 'a')`];
  const unique = ['DELETE FROM "P"', 'CREATE UNIQUE INDEX "u" ON "C" ("n")'];
  const failsAt = async (pending: Readonly<Record<string, readonly string[]>>) =>
    (await told(pending)).flat().filter((finding) => finding.includes('rehearsal-failed'));

  it('are off where the file switches them off, and on again in the next one', async () => {
    expect(await failsAt({ '2_a': filled, '3_b': unique })).toEqual([]);
    expect(await failsAt({ '2_a': filled, '3_b': [off, ...unique] })).toEqual(['blocker rehearsal-failed@3']);
    expect(await failsAt({ '2_a': filled, '3_b': [off, 'SELECT 1'], '4_c': unique })).toEqual([]);
  });

  it('are looked at before and after a file that switches them off, and after no other', async () => {
    const child = 'CREATE TABLE "D" ("p" INTEGER REFERENCES "P" ("id"))';
    const checks = async (...statements: readonly string[]) =>
      (await plan({ '2_a': statements })).flatMap(({ keyChecks }) =>
        keyChecks.map(({ child, before }) => [child, before !== null]),
      );
    expect(await checks(off, 'DELETE FROM "P"', child)).toEqual([
      ['C', true],
      ['D', false],
    ]);
    expect(await checks('DELETE FROM "P"', child)).toEqual([]);
    // What there was before is all that is known of one that fails, or is not tried.
    expect(await checks(off, 'DELETE FROM "P"', child, fails)).toEqual([['C', true]]);
    const behind = await plan({ '2_a': [fails], '3_b': [off, 'DELETE FROM "P"'], '4_c': ['DELETE FROM "P"'] });
    expect(behind.map(({ keyChecks }) => keyChecks.length)).toEqual([0, 1, 0]);
    expect(behind[1]?.keyChecks[0]).toMatchObject({ child: 'C', parent: 'P', before: expect.any(String) });
  });

  it('that are left without a parent are asked about at the end, where the rehearsal gets there', async () => {
    const rows = ['INSERT INTO "P" VALUES (1)', `INSERT INTO "C" VALUES (1, 'a')`];
    const codes = async (...statements: readonly string[]) =>
      (await plan({ '2_a': statements }, rows)).flatMap(({ findings }) => findings.map(({ code }) => code));
    expect(await codes(off, 'DELETE FROM "P"')).toContain('foreign-keys');
    expect(await codes(off, 'DELETE FROM "P"', fails)).toEqual(['rehearsal-failed']);
  });

  it('that cannot be checked are noted by their table, and only where they are switched off', async () => {
    const broken = ['CREATE TABLE "E" ("d" INTEGER REFERENCES "P" ("nothing"))'];
    const notes = async (...statements: readonly string[]) =>
      (await plan({ '2_a': statements }, broken)).flatMap(({ findings }) =>
        findings.flatMap(({ code, kind, args }) => (code === 'foreign-key-mismatch' ? [{ kind, ...args }] : [])),
      );
    const changes = 'ALTER TABLE "E" ADD COLUMN "more" TEXT';
    expect(await notes(off, changes)).toEqual([{ kind: 'note', table: 'E' }]);
    expect(await notes(changes)).toEqual([]);
  });
});

it('a guard that has to look before the plan adds rows of its own stands right before it does', async () => {
  const statements = ['PRAGMA page_count', 'SELECT 1', `INSERT INTO "C" VALUES (NULL, 'n')`, 'DROP TABLE "C"'];
  const [one] = await plan({ '2_a': statements });
  expect(one?.statements.map(({ action, guards }) => [action, guards.length])).toEqual([
    ['skip', 0],
    ['run', 0],
    ['run', 1],
    ['run', 0],
  ]);
  // Beside one of its own.
  const [both] = await plan({ '2_a': ['DROP TABLE "Q"', ...statements.slice(2)] }, ['CREATE TABLE "Q" ("x")']);
  expect(both?.statements.map(({ guards }) => guards.length)).toEqual([1, 1, 0]);
});
