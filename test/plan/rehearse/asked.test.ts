/** What a plan asks of production's rows: what it makes of answers that are missing, late, or those of another production. */

import { describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/plan/make-plan.ts';
import type { Planned } from '../../../src/plan/plan-database.ts';
import type { Question, Reply } from '../../../src/ports.ts';
import { openProductionFile, type TestProduction } from '../../apply/production.ts';
import { breaks, throws } from '../../apply/unreliable.ts';
import { findingsOf, migrationsOf, openApplied, testOutside } from '../plan-on.ts';

const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT);\n' };
const drop = { ...init, '2_drop': 'DROP TABLE "A";\n' };
const view = { ...init, '2_v': 'CREATE VIEW "v" AS SELECT "x" FROM "A" WHERE "x" IN (SELECT 1);\n' };
const both = { ...view, '3_drop': drop['2_drop'] };
const rows = [`INSERT INTO "A" VALUES (1, 'a')`];

type Answer = (run: () => Promise<readonly Reply[]>, questions: readonly Question[]) => Promise<readonly Reply[]>;

/** @param answers to the requests behind the first, in their order; the others go through. */
async function plan(
  production: TestProduction,
  files: Parameters<typeof migrationsOf>[0],
  { answers = [], isServer = false }: { answers?: readonly Answer[]; isServer?: boolean } = {},
): Promise<Planned & { readonly asked: readonly (readonly Question[])[] }> {
  const asked: (readonly Question[])[] = [];
  const target = isServer
    ? ({ type: 'server', name: 'shop', url: 'libsql://shop' } as const)
    : production.database.target;
  const database: typeof production.database = {
    ...production.database,
    target,
    read: (questions, options) => {
      const answer = answers[asked.length - 1];
      asked.push(questions);
      const run = () => production.database.read(questions, options);
      return answer === undefined ? run() : answer(run, questions);
    },
  };
  const planned = await makePlan({ database, migrations: migrationsOf(files), outside: testOutside() });
  return { ...planned, asked: asked.slice(1) };
}

/** Every answer, changed by its place; the first two say what production is now. */
const changed =
  (change: (reply: Reply, place: number) => Reply): Answer =>
  async (run) =>
    (await run()).map(change);

const error: Reply = { type: 'error', message: 'no', code: 'NO' };
const text = (value: string): Reply => ({ type: 'rows', rows: [[value]] });

describe('what is asked', () => {
  it('is counted, with what has no answer, and the rows that a server says it read', async () => {
    const all = await plan(await openApplied(init, rows), drop);
    const questions = all.plan.asked?.questions ?? 0;
    expect(all.plan.asked).toEqual({ questions: (all.asked[0]?.length ?? 0) - 2, unanswered: 0, rowsRead: null });
    expect(questions).toBeGreaterThan(0);
    const billed = changed((reply, place) =>
      reply.type === 'rows' ? { ...reply, rowsRead: place === 0 ? 100 : 5 } : reply,
    );
    const counted = await plan(await openApplied(init, rows), drop, { answers: [billed] });
    expect(counted.plan.asked).toEqual({ questions, unanswered: 0, rowsRead: 5 * questions });
    const silent = changed((reply, place) => (place < 2 ? reply : error));
    const unknown = await plan(await openApplied(init, rows), drop, { answers: [silent] });
    expect(unknown.plan.asked).toEqual({ questions, unanswered: questions, rowsRead: null });
    // Nobody can tell what is lost: a loss without a number.
    expect(findingsOf(unknown)).toContain('hazard data-loss@1');
  });

  it('is answered by another production where its schema or its tracker is another by then', async () => {
    const moved = async (change: (reply: Reply, place: number) => Reply) => {
      const planned = await plan(await openApplied(init, rows), drop, { answers: [changed(change)] });
      return [planned.moved, findingsOf(planned).includes('hazard data-loss@1')];
    };
    expect(await moved((reply) => reply)).toEqual([false, true]);
    expect(await moved((reply, place) => (place === 0 ? text('another') : reply))).toEqual([true, false]);
    expect(await moved((reply, place) => (place === 1 ? text('another') : reply))).toEqual([true, false]);
    // Guards will look once more.
    expect(await moved((reply, place) => (place === 0 ? error : reply))).toEqual([false, true]);
  });

  it('is answered by the same production where that has no tracker yet', async () => {
    const production = await openProductionFile('CREATE TABLE "Z" ("id")', 'INSERT INTO "Z" VALUES (1)');
    const planned = await plan(production, { '1_drop': 'SELECT 1;\n' });
    expect(planned.moved).toBe(false);
  });
});

describe('a server that does not take what its parser is asked', () => {
  const isExplained = (questions: readonly Question[] | undefined) =>
    questions?.some(({ sql }) => sql.startsWith('EXPLAIN CREATE VIEW'));

  it('is asked about the rows alone', async () => {
    const production = await openApplied(init, rows);
    const planned = await plan(production, both, { isServer: true, answers: [throws('SERVER_ERROR')] });
    expect(planned.asked.map(isExplained)).toEqual([true, false]);
    expect(planned.asked[1]?.length).toBe((planned.asked[0]?.length ?? 0) - 1);
    expect(findingsOf(planned)).toContain('hazard data-loss@1');
  });

  it('is asked no more where that was all', async () => {
    const planned = await plan(await openApplied(init, rows), view, {
      isServer: true,
      answers: [throws('SERVER_ERROR')],
    });
    expect([planned.asked.length, findingsOf(planned), planned.plan.asked]).toEqual([1, [], null]);
  });

  it('is not asked again after Ctrl-C, and a bug is not hidden', async () => {
    const planOn = async (answer: Answer) =>
      plan(await openApplied(init, rows), both, { isServer: true, answers: [answer] });
    await expect(planOn(throws('INTERRUPTED'))).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(planOn(breaks)).rejects.toThrow('a bug');
  });

  it('is believed in what it refuses, each in its place', async () => {
    const refuses: Answer = async (run, questions) => {
      const replies = await run();
      const refused: Reply = { type: 'error', message: 'near "X": syntax error', code: 'SQL_PARSE_ERROR' };
      return replies.map((reply, place) => (questions[place]?.sql.startsWith('EXPLAIN') ? refused : reply));
    };
    const planned = await plan(await openApplied(init, rows), both, { isServer: true, answers: [refuses] });
    expect(findingsOf(planned)).toEqual(expect.arrayContaining(['blocker server-refuses@1', 'hazard data-loss@1']));
    expect(planned.plan.asked?.unanswered).toBe(0);
  });
});
