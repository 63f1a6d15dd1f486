/** The rehearsal of a whole plan: what it is worth where the copy is not exact, what is asked behind it, and what is said once for all. */

import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Planned } from '../../../src/plan/plan-database.ts';
import type { Question } from '../../../src/ports.ts';
import { createdTracker, openProductionFile, type TestProduction } from '../../apply/production.ts';
import {
  brokenMirrors,
  type Files,
  findingsOf,
  migrationsOf,
  openApplied,
  planOn,
  rowOf,
  testOutside,
} from '../plan-on.ts';

const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT);\n' };
const makesB = { '2_b': 'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY);\n' };

const server = { type: 'server', name: 'shop', url: 'libsql://shop' } as const;
const asServer = ({ database }: TestProduction) => ({ ...database, target: server });

describe('a copy that is not exact', () => {
  /** What the table calls is not called here. */
  const reaching = ['C', 'D', 'E', 'F'].map((name) => `CREATE TABLE "${name}" ("x" CHECK (readfile("x") IS NULL))`);
  const onCopy = async (files: Files) => {
    const production = await openApplied(init, reaching);
    const { plan } = await planOn(production, { ...init, ...files }, { database: asServer(production) });
    const tell = (findings: typeof plan.findings) => findings.map(({ kind, code, args }) => ({ kind, code, ...args }));
    return [...plan.migrations.map(({ findings }) => tell(findings)), tell(plan.findings)];
  };
  const [hazard, reason] = [{ kind: 'hazard', code: 'unrehearsed' }, expect.stringContaining('readfile')];
  const inexact = { ...hazard, what: 'inexact-copy', reasons: [reason, reason, reason] };

  it('is told with three reasons at most, and what fails on it may work', async () => {
    const failure = expect.objectContaining({ what: 'failed' });
    expect(await onCopy({ '2_next': 'DROP TABLE "Nowhere";\n' })).toEqual([
      [{ ...hazard, what: 'failed-on-inexact-copy', failure }],
      [inexact],
    ]);
  });

  it('says no more of what does not fail on it, and leaves other findings as they are', async () => {
    expect(await onCopy(makesB)).toEqual([[], [inexact]]);
    const other = { '2_next': `${init['1_init'].replace('"id"', '"other"')}` };
    expect(await onCopy(other)).toEqual([
      [expect.objectContaining({ kind: 'blocker', code: 'exists-different' })],
      [inexact],
    ]);
  });
});

describe('what production has, and is broken there', () => {
  const broken = ['CREATE VIEW "v" AS SELECT * FROM "Nowhere"'];

  it('is noted once, whether the plan stumbles over it or not, as long as the plan leaves it', async () => {
    expect(findingsOf(await planOn(await openApplied(init, broken), { ...init, ...makesB }))).toEqual([
      'note broken-before',
    ]);
    const rename = { '2_b': 'ALTER TABLE "A" RENAME TO "Z";\n' };
    const stumbles = findingsOf(await planOn(await openApplied(init, broken), { ...init, ...rename }));
    expect(stumbles).toEqual([
      'blocker rehearsal-failed@1',
      ...stumbles.filter((finding) => finding.includes('breaks-running-code')),
      'note broken-before',
    ]);
    const mends = { '2_b': 'DROP VIEW "v";\nALTER TABLE "A" RENAME TO "Z";\n' };
    const mended = findingsOf(await planOn(await openApplied(init, broken), { ...init, ...mends }));
    expect(mended.filter((finding) => !finding.includes('breaks-running-code'))).toEqual([]);
    expect(findingsOf(await planOn(await openApplied(init), { ...init, ...makesB }))).toEqual([]);
  });
});

describe('a migration that comes too late', () => {
  const files = { ...init, '2_late': makesB['2_b'], '3_applied': 'CREATE TABLE "C" ("id");\n' };
  const plan = async (made: Files) => {
    const recorded = migrationsOf({ '1_init': made['1_init'] ?? '', '3_applied': made['3_applied'] ?? '' });
    const production = await openProductionFile(
      createdTracker,
      ...recorded.flatMap((migration) => [migration.sql, rowOf(migration, 'applied')]),
    );
    return findingsOf(await planOn(production, made));
  };

  it('is judged by what the folder makes in its order', async () => {
    expect(await plan(files)).toEqual(['note out-of-order']);
    expect(await plan({ ...files, '2_late': `${makesB['2_b']}INSERT INTO "B" VALUES (1);\n` })).toEqual([
      'hazard out-of-order',
    ]);
    expect(await plan({ ...init, '3_applied': files['3_applied'], '4_b': makesB['2_b'] })).toEqual([]);
  });
});

/** What a plan asks, request by request, of an embedded file; or as if it were a server. */
async function ask(
  production: TestProduction,
  files: Files,
  isServer = false,
): Promise<readonly (readonly Question[])[]> {
  const asked: (readonly Question[])[] = [];
  const target = isServer ? server : production.database.target;
  const database: typeof production.database = {
    ...production.database,
    target,
    read: (questions, options) => {
      asked.push(questions);
      return production.database.read(questions, options);
    },
  };
  await makePlan({ database, migrations: migrationsOf(files), outside: testOutside() });
  return asked.slice(1);
}

describe('behind the rehearsal', () => {
  const rows = [`INSERT INTO "A" VALUES (1, 'a')`];
  const view = { '2_v': 'CREATE VIEW "v" AS SELECT "x" FROM "A" WHERE "x" IN (SELECT 1);\n' };

  it('nothing is asked of what only makes new things, or of a database without rows', async () => {
    expect(await ask(await openApplied(init, rows), { ...init, ...makesB })).toEqual([]);
    expect(await ask(await openProductionFile(), { ...init, '2_drop': 'DROP TABLE "A";\n' })).toEqual([]);
  });

  it('rows are asked about in one request, with what shows whether production has moved', async () => {
    const [questions, ...more] = await ask(await openApplied(init, rows), { ...init, '2_drop': 'DROP TABLE "A";\n' });
    expect([questions?.some(({ sql }) => sql.includes('"A"')), more]).toEqual([true, []]);
  });

  it('a server is asked for its parser’s word, and a file is not', async () => {
    const production = await openApplied(init, rows);
    expect(await ask(production, { ...init, ...view })).toEqual([]);
    const [questions] = await ask(production, { ...init, ...view }, true);
    expect(questions).toEqual([{ sql: expect.stringMatching(/^EXPLAIN CREATE VIEW/), runs: 'never' }]);
    // In Prisma's own forms there is nothing to ask.
    expect(await ask(production, { ...init, ...makesB }, true)).toEqual([]);
  });

  it('a server is asked for what the mirror has not', async () => {
    const unknown = { ...init, '2_s': 'SELECT no_such_function("x") FROM "A";\n' };
    const [questions] = await ask(await openApplied(init, rows), unknown, true);
    const others = questions?.filter((question) => JSON.stringify(question).includes('no_such_function')) ?? [];
    expect(others.map(({ sql }) => sql.startsWith('EXPLAIN')).toSorted()).toEqual([false, true]);
  });

  it('a server is asked for both in the same request', async () => {
    const both = { ...init, ...view, '3_d': 'DROP TABLE "A";\n' };
    const requests = await ask(await openApplied(init, rows), both, true);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.some(({ sql }) => sql.startsWith('EXPLAIN CREATE VIEW'))).toBe(true);
    expect(requests[0]?.some(({ sql }) => sql.includes('count('))).toBe(true);
  });

  it('nothing is asked where a statement would reach outside', async () => {
    const reaches = { ...init, '2_a': 'DROP TABLE "A";\n', '3_b': `SELECT * FROM fsdir('/');\n` };
    const production = await openApplied(init, rows);
    expect(await ask(production, reaches)).toEqual([]);
    expect(await ask(production, { ...init, '2_a': 'DROP TABLE "A";\n' })).toHaveLength(1);
  });

  it('examples are fetched where they are wanted', async () => {
    const drop = { ...init, '2_drop': 'DROP TABLE "A";\n' };
    const examplesOf = ({ plan }: Planned) =>
      plan.migrations.flatMap(({ findings }) => findings.map(({ evidence }) => evidence?.examples ?? null));
    const production = await openApplied(init, rows);
    const wanted = examplesOf(await planOn(production, drop, { examples: 'some' }));
    expect(JSON.stringify(wanted)).toContain('"a"');
    expect(JSON.stringify(examplesOf(await planOn(production, drop)))).not.toContain('"a"');
  });
});

it('a mirror is closed, also where the rehearsal breaks', async () => {
  const { outside, countOpen } = brokenMirrors();
  await expect(planOn(await openApplied(init), { ...init, ...makesB }, { outside })).rejects.toThrow('a bug');
  expect(countOpen()).toBe(0);
});
