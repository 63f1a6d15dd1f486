/** How `apply` words its ends: which of them it is, what state production is in, and what to run next. */

import { describe, expect, it } from 'vitest';
import { applyMigrations } from '../../src/apply/apply.ts';
import { buildBatch } from '../../src/apply/batch.ts';
import {
  consentMissing,
  describeFailure,
  explainFailure,
  lost,
  outcomeUnknown,
  stopped,
} from '../../src/apply/errors.ts';
import type { Failure } from '../../src/apply/outcome.ts';
import type { ApplyResult } from '../../src/apply/result.ts';
import { MigrateError } from '../../src/errors.ts';
import type { Finding } from '../../src/findings/catalogue.ts';
import type { Planned } from '../../src/plan/plan-database.ts';
import { type Files, migrationsOf, openApplied, planOn, rowOf, testOutside } from '../plan/plan-on.ts';
import { attempt, attempted, guardOf, plannedMigration, plannedStatement } from './planned.ts';
import { createdTracker, openProductionFile, type TestProduction } from './production.ts';

/** A failure of `1_a`, at its only statement, unless something else is said. */
function failureOf(more: Partial<Failure> = {}): Failure {
  const migration = plannedMigration('1_a', [plannedStatement('UPDATE "A" SET "x" = 1', { line: 7 })]);
  const [steps] = buildBatch(attempt, { schema: 's', tracker: 't', trackerExists: true }, [
    attempted(migration),
  ]).migrations;
  if (steps === undefined) throw new Error('one migration');
  const [statement = null] = migration.statements;
  const shared = { steps, statement, message: 'in its words', code: 'CODE', guard: null, rowsGuard: null };
  return { ...shared, recorded: true, actualSchema: null, ...more };
}

const explain = (failure: Failure) => explainFailure(failure, {} as Planned, testOutside(), []);

describe('a failure', () => {
  it('has its own words, where the server said what it means', async () => {
    expect(await explain(failureOf())).toBeNull();
  });

  it.each([
    ['TRANSACTION_TIMEOUT', 'STATEMENT_FAILED', '1_a took longer than the 5 seconds', 'at a quiet time'],
    [
      'BLOCKED',
      'STATEMENT_FAILED',
      '1_a was rolled back, because the server refuses to write for now',
      'Lift the block',
    ],
    [
      'SQLITE_BUSY',
      'DATABASE_BUSY',
      '1_a was not applied, because another program has locked the database',
      'Stop that program',
    ],
    ['SQLITE_FULL', 'STATEMENT_FAILED', '1_a was rolled back, because the database has no room for it', 'Make room'],
  ])('with the code %s is explained', async (code, own, said, next) => {
    const error = await explain(failureOf({ code }));
    expect([error?.code, error?.message.startsWith(said), error?.message.includes('in its words')]).toEqual([
      own,
      true,
      true,
    ]);
    expect(error?.next).toContain(next);
  });

  it('of a guard that could not look names the way past it', async () => {
    const statement = plannedStatement('DELETE FROM "A"', { line: 9 });
    const guard = guardOf('NOT EXISTS (SELECT 1 FROM "A")');
    const failure = failureOf({ statement: null, rowsGuard: { statement, guard } });
    const error = await explain(failure);
    expect(error?.message).toContain('it was unclear whether 1_a would delete rows in "Customer": in its words');
    expect(error?.next).toMatch(/by adding --allow data-loss:[0-9a-f]{8} to migrate-prod apply$/);
    expect(describeFailure(failure)).toMatchObject({
      line: 9,
      statement: 'DELETE FROM "A"',
      query: 'SELECT * FROM "A"',
    });
  });

  it('of a guard without its place names none', async () => {
    const error = await explain(failureOf({ guard: { code: 'data-loss', detail: 'x' } }));
    expect(error?.message).toMatch(/^1_a would delete .* that its plan did not show\. It was rolled back/);
    expect([error?.code, error?.next.includes('--allow')]).toEqual(['PLAN_STALE', false]);
  });

  it('is of a schema that nobody read', async () => {
    const error = await explain(failureOf({ guard: { code: 'unrehearsed', detail: '' } }));
    expect(error?.message).toBe('1_a ended in another schema than its rehearsal, and was rolled back.');
  });

  it('has the place of its statement, or none', () => {
    expect(describeFailure(failureOf())).toMatchObject({ line: 7, statement: 'UPDATE "A" SET "x" = 1', query: null });
    expect(describeFailure(failureOf({ statement: null }))).toMatchObject({ line: null, statement: null, query: null });
    const long = plannedStatement('x'.repeat(2_000));
    expect(describeFailure(failureOf({ statement: long })).statement).toBe('x'.repeat(2_000));
    const longer = plannedStatement('x'.repeat(2_001));
    expect(describeFailure(failureOf({ statement: longer })).statement).toBe(`${'x'.repeat(2_000)} …`);
  });
});

describe('what blocks a plan has a way on', () => {
  const nextOf = async (production: TestProduction, files: Files) => {
    const { error } = await applyMigrations({
      database: production.database,
      migrations: migrationsOf(files),
      outside: testOutside(),
      consents: [],
      timeoutSeconds: 1,
      confirm: async () => ({ type: 'yes', consents: [] }),
    });
    return [error?.code, error?.next];
  };
  const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER);\n' };

  it('where the tracker records nothing', async () => {
    const production = await openProductionFile(createdTracker, 'CREATE TABLE "A" ("id" INTEGER)');
    expect(await nextOf(production, init)).toEqual(['PLAN_BLOCKED', 'migrate-prod backfill']);
  });

  it('where a file was renamed', async () => {
    const production = await openApplied({ '1_old': init['1_init'] });
    expect(await nextOf(production, init)).toEqual(['PLAN_BLOCKED', 'migrate-prod backfill 1_init']);
  });

  it('where the database itself reaches outside', async () => {
    const production = await openApplied(init, [`CREATE TABLE "E" ("x" TEXT CHECK (readfile("x") IS NOT NULL))`]);
    expect(await nextOf(production, { ...init, '2_b': 'SELECT 1;\n' })).toEqual([
      'PLAN_BLOCKED',
      'migrate-prod tables',
    ]);
    const [, own] = await nextOf(await openApplied(init), { ...init, '2_b': `SELECT readfile('x');\n` });
    expect(own).toContain('2_b:1');
  });

  it('where something else is there already, or the file itself made it', async () => {
    const other = { ...init, '2_b': 'SELECT 1;\nCREATE TABLE "B" ("id" INTEGER);\n' };
    const [, there] = await nextOf(await openApplied(init, ['CREATE TABLE "B" ("x")']), other);
    expect(there).toContain('2_b:2');
    expect(there).toContain('migrate-prod backfill 2_b');
    const twice = { ...init, '2_b': 'CREATE TABLE "B" ("id" INTEGER);\nCREATE TABLE "B" ("x");\n' };
    const [, made] = await nextOf(await openApplied(init), twice);
    expect(made).toContain('2_b:2');
    expect(made).not.toContain('backfill');
  });

  it('where a file was begun by another tool', async () => {
    const [migration] = migrationsOf({ '2_b': 'SELECT 1;\n' });
    const production = await openApplied(init);
    if (migration) await production.run(rowOf(migration, 'open'));
    const [code, next] = await nextOf(production, { ...init, '2_b': 'SELECT 1;\n' });
    expect([code, next?.includes('--allow unfinished:2_b')]).toEqual(['CONSENT_MISSING', true]);
  });
});

describe('a consent that is missing', () => {
  it('is named once for each code and migration, with what kind of finding asks for it', async () => {
    const init = { '1_init': 'CREATE TABLE "A" ("id" INTEGER);\nCREATE TABLE "B" ("id" INTEGER);\n' };
    const rows = ['INSERT INTO "A" VALUES (1)', 'INSERT INTO "B" VALUES (1)'];
    const { plan } = await planOn(await openApplied(init, rows), {
      ...init,
      '2_d': 'DROP TABLE "A";\nDROP TABLE "B";\n',
    });
    const hazards = (plan.migrations[0]?.findings ?? []).filter(({ code }) => code === 'data-loss');
    const two = consentMissing(hazards, 'id');
    expect(two.message).toBe('The plan has 2 hazards without consent: data-loss. Nothing was written.');
    expect(two.next).toMatch(/by adding --allow data-loss:2_d to migrate-prod apply --plan id --yes$/);
    expect(consentMissing(hazards.slice(0, 1), 'id').message).toContain('a hazard without consent');
    const blocker = { ...hazards[0], kind: 'blocker', code: 'unfinished' } as Finding;
    expect(consentMissing([blocker], 'id').message).toContain('a finding without consent: unfinished');
    expect(consentMissing([blocker, ...hazards], 'id').message).toContain(
      '3 findings without consent: unfinished, data-loss',
    );
  });
});

describe('an end that is not a failure of the migration', () => {
  const base = { applied: ['1_a'] } as unknown as ApplyResult;

  it('is a lost answer, or an interruption', () => {
    const state = 'Production: 1 applied, 2 not applied; nothing is half applied and nothing is still running.';
    expect(lost('it broke.', undefined, base, ['2', '3'])).toMatchObject({
      code: 'CONNECTION_LOST',
      message: `The answer was lost: it broke. ${state}`,
    });
    expect(lost('it broke', new AbortController().signal, base, ['2', '3']).code).toBe('CONNECTION_LOST');
    expect(lost('it broke', AbortSignal.abort(), base, ['2', '3'])).toMatchObject({
      code: 'INTERRUPTED',
      message: `Interrupted. ${state}`,
      next: 'migrate-prod apply',
    });
    expect(lost('it broke', undefined, base, []).next).toBe('migrate-prod apply');
  });

  it('is a request that was stopped, with what came before it', () => {
    const error = new MigrateError('SERVER_BUSY', 'No.', 'wait');
    const says = (hasState: boolean, applied: number) =>
      stopped({ type: 'stopped', error, hasState }, applied, 2).message;
    expect(says(true, 0)).toBe('No.');
    expect(says(false, 0)).toBe('No. Nothing was written.');
    expect(says(true, 1)).toBe('No. Before that: 1 applied; 2 not applied.');
    expect(says(false, 1)).toBe('No. Before that: 1 applied; 2 not applied.');
  });

  it('is not known, and what the last look says of itself is left out', () => {
    const unknown = outcomeUnknown('it broke; gone. Nothing was sent.', null);
    expect(unknown.message).toMatch(
      /^The answer was lost, and production could not be asked afterwards: it broke; gone\. Each/,
    );
    expect(unknown.next).toBe('When the server can be reached again: migrate-prod status');
    expect(outcomeUnknown('Nothing was sent. So', 'Get a token.').message).toContain('Nothing was sent. So. Each');
    expect(outcomeUnknown('x', 'Get a token.').next).toBe('Get a token. Then: migrate-prod status');
  });
});
