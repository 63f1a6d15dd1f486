/** `apply` on the real engine, from the plan to the end: what it refuses before anything is written, and what it says of every end. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, type ApplyInput, applyMigrations, hasTables } from '../../src/apply/apply.ts';
import type { ApplyEvent } from '../../src/apply/execution.ts';
import { type ApplyResult, listFindings } from '../../src/apply/result.ts';
import type { Step } from '../../src/ports.ts';
import { type Files, migrationsOf, openApplied, planOn, rowOf, testOutside } from '../plan/plan-on.ts';
import { openProductionFile, type TestProduction } from './production.ts';
import {
  breaks,
  comesAfter,
  isRefused,
  losesAnswer,
  makeUnreliable,
  neverArrives,
  passes,
  throws,
  turnedAway,
} from './unreliable.ts';

const init = { '1_init': 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);\n' };
const next = { '2_next': 'CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY);\n' };
const last = { '3_last': 'CREATE TABLE "Last" ("id" INTEGER NOT NULL PRIMARY KEY);\n' };
const all = { ...init, ...next, ...last };
const rows = [`INSERT INTO "Customer" VALUES (1, 'A@x'), (2, 'a@x')`];
const dropping = { ...init, '2_drop': 'DROP TABLE "Customer";\n' };

const yes: Answer = { type: 'yes', consents: [] };

interface Told {
  readonly result: ApplyResult;
  readonly events: readonly ApplyEvent[];
  readonly asked: number;
}

async function apply(
  production: TestProduction,
  files: Files,
  more: Partial<ApplyInput> & { readonly answer?: Answer; readonly fates?: Parameters<typeof makeUnreliable>[1] } = {},
): Promise<Told> {
  const { answer = yes, fates = {}, ...input } = more;
  const events: ApplyEvent[] = [];
  let asked = 0;
  const result = await applyMigrations({
    database: makeUnreliable(production.database, fates).database,
    migrations: migrationsOf(files),
    outside: testOutside(),
    consents: [],
    timeoutSeconds: 60,
    onEvent: (event) => events.push(event),
    confirm: async () => {
      asked += 1;
      return answer;
    },
    ...input,
  });
  return { result, events, asked };
}

const types = ({ events }: Told) => events.map(({ type }) => type);
const trackerRows = (production: TestProduction) => production.value('SELECT count(*) FROM "_prisma_migrations"');

describe('apply', () => {
  it('asks, applies all, and says how to get back', async () => {
    const production = await openApplied(init);
    const told = await apply(production, all);
    expect(told.result).toMatchObject({
      outcome: 'applied',
      applied: ['2_next', '3_last'],
      failed: null,
      notStarted: [],
      stillPending: 0,
      leftOpen: [],
      byAnotherRun: false,
      unrecorded: null,
      backup: null,
      error: null,
      explained: false,
    });
    expect(told.result.restorePoint).toMatchObject({ clock: 'server', backup: null });
    expect(Math.abs(Date.parse(told.result.restorePoint?.at ?? '') - Date.now())).toBeLessThan(60_000);
    expect([told.asked, types(told)]).toEqual([1, ['sending', 'answered', 'restore-point']]);
  });

  it('tells of no restore point where there was nothing', async () => {
    const production = await openProductionFile();
    const told = await apply(production, init);
    expect([told.result.outcome, types(told)]).toEqual(['applied', ['sending', 'answered']]);
    expect(hasTables(await planOn(await openProductionFile(), init))).toBe(false);
    expect(hasTables(await planOn(await openApplied(init), init))).toBe(true);
  });

  it('goes by the clock of this machine where that of the server is not valid', async () => {
    const production = await openApplied(init);
    const timeless = comesAfter<never>(async () => {}, (async (run: () => Promise<readonly unknown[]>) => {
      const replies = await run();
      return [...replies.slice(0, -1), { type: 'rows', rows: [['no time']] }];
    }) as never);
    const { result } = await apply(production, all, { fates: { read: [timeless as never] } });
    expect(result.restorePoint).toMatchObject({ at: '2026-01-02T00:00:00Z', clock: 'machine' });
  });

  it('says what is left where it goes no further than it is asked to', async () => {
    const { result } = await apply(await openApplied(init), all, { to: '2_next' });
    expect([result.applied, result.stillPending]).toEqual([['2_next'], 1]);
  });

  it('does nothing where there is nothing to do, and says what is left open', async () => {
    const production = await openApplied(init);
    await production.run(rowOf({ name: '0_open', checksum: 'c' }, 'open'));
    await production.run(rowOf({ name: '0_gone', checksum: 'c' }, 'applied'));
    const told = await apply(production, init);
    expect(told.result).toMatchObject({
      outcome: 'nothing-to-do',
      error: null,
      leftOpen: ['0_open'],
      restorePoint: null,
    });
    expect([told.asked, told.events]).toEqual([0, []]);
    const settled = await apply(
      production,
      { ...init, ...next },
      { consents: [{ code: 'unfinished', migration: null }] },
    );
    expect(settled.result.leftOpen).toEqual([]);
  });
});

describe('before anything is written, apply', () => {
  const refused = async (production: TestProduction, told: Told, outcome: string, code: string) => {
    expect([told.result.outcome, told.result.error?.code, told.result.applied, told.result.restorePoint]).toEqual([
      outcome,
      code,
      [],
      null,
    ]);
    expect(told.result.notStarted).toEqual(told.result.plan.migrations.map(({ name }) => name));
    expect(await trackerRows(production)).toBe(1);
  };

  it('refuses a plan that is not the one that was named, without asking', async () => {
    const production = await openApplied(init);
    const other = `${'0'.repeat(8)}-${'0'.repeat(24)}-${'0'.repeat(20)}-00`;
    const told = await apply(production, all, { expectedPlan: other });
    await refused(production, told, 'blocked', 'PLAN_STALE');
    expect(told.asked).toBe(0);
    await expect(apply(production, all, { expectedPlan: 'no id' })).rejects.toMatchObject({ code: 'USAGE' });
    const { plan } = await planOn(production, all);
    expect((await apply(production, all, { expectedPlan: plan.id })).result.outcome).toBe('applied');
  });

  it('refuses what is blocked, without asking, and names the first of it', async () => {
    const production = await openApplied(init);
    const one = await apply(production, { ...init, '2_bad': 'SELECT 1;\nVACUUM;\n' });
    await refused(production, one, 'blocked', 'PLAN_BLOCKED');
    expect([one.asked, one.result.error?.message.startsWith('2_bad: ')]).toEqual([0, true]);
    expect(one.result.error?.next).toContain('2_bad:2');
    expect(one.result.error?.message).toMatch(/^2_bad: .*VACUUM.* Nothing was written\.$/);
    expect(one.result.error?.message).not.toMatch(/more blocker|Stryker/);
    const two = await apply(production, { ...init, '2_bad': 'VACUUM;\nVACUUM;\n' });
    expect(two.result.error?.message).toContain('1 more blocker is in the plan.');
    const three = await apply(production, { ...init, '2_bad': 'VACUUM;\nVACUUM;\nVACUUM;\n' });
    expect(three.result.error?.message).toContain('2 more blockers are in the plan.');
  });

  it('refuses what lacks a consent, whoever answers', async () => {
    const production = await openApplied(init, rows);
    const answered = await apply(production, dropping);
    await refused(production, answered, 'blocked', 'CONSENT_MISSING');
    expect(answered.result.error?.next).toContain('--allow data-loss:2_drop');
    expect(answered.asked).toBe(1);
    const silent = await apply(production, dropping, { answer: { type: 'cannot-ask' } });
    await refused(production, silent, 'blocked', 'CONSENT_MISSING');
    const given = await apply(production, dropping, {
      answer: { type: 'yes', consents: [{ code: 'data-loss', migration: '2_drop' }] },
    });
    expect(given.result.outcome).toBe('applied');
  });

  it('takes a consent that was given beforehand', async () => {
    const production = await openApplied(init, rows);
    const { result } = await apply(production, dropping, { consents: [{ code: 'data-loss', migration: null }] });
    expect([result.outcome, result.gate.unused]).toEqual(['applied', []]);
    const unused = await apply(await openApplied(init), all, { consents: [{ code: 'data-loss', migration: null }] });
    expect(unused.result.gate.unused).toEqual([{ code: 'data-loss', migration: null }]);
  });

  it('declines where nobody says yes', async () => {
    const production = await openApplied(init);
    const no = await apply(production, all, { answer: { type: 'no', wanted: 'y' } });
    await refused(production, no, 'declined', 'DECLINED');
    expect(no.result.error?.message).toContain('only y counts');
    expect(no.result.error?.next).toBe('migrate-prod apply');
    const nobody = await apply(production, all, { answer: { type: 'cannot-ask' } });
    await refused(production, nobody, 'declined', 'CONFIRMATION_MISSING');
    // The plan that was just made is the one to apply.
    expect(nobody.result.error?.next).toBe(`migrate-prod apply --plan ${nobody.result.plan.id} --yes`);
  });

  it('stops where it was interrupted', async () => {
    const production = await openApplied(init);
    const told = await apply(production, all, { signal: AbortSignal.abort() });
    await refused(production, told, 'declined', 'INTERRUPTED');
    expect(told.result.error?.next).toBe('migrate-prod apply');
  });
});

describe('a backup', () => {
  const place = () => {
    const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-saved-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, 'saved.db');
  };

  it('is made before the first write, and told of', async () => {
    const production = await openApplied(init, rows);
    const path = place();
    const told = await apply(production, all, { backup: { path, shown: 'saved.db' } });
    expect(told.result.backup).toMatchObject({ file: 'saved.db' });
    expect(told.events[0]).toEqual({ type: 'backing-up', phase: 'copying', bytes: 0 });
    const done = told.events.find(({ type }) => type === 'backed-up');
    expect({ file: 'saved.db', ...(done?.type === 'backed-up' ? done.saved : null) }).toEqual(told.result.backup);
    expect(told.result.restorePoint?.backup).toBe('saved.db');
    expect(existsSync(path)).toBe(true);
    const made = types(told);
    expect([made[0], made.indexOf('backed-up') < made.indexOf('sending')]).toEqual(['backing-up', true]);
    expect(
      String(await production.value(`SELECT logs FROM "_prisma_migrations" WHERE migration_name = '2_next'`)),
    ).toContain('"backup":"saved.db"');
  });

  it('stops everything where it cannot be made', async () => {
    const production = await openApplied(init, rows);
    const path = join(place(), 'no', 'such', 'folder', 'saved.db');
    const told = await apply(production, all, { backup: { path, shown: 'saved.db' } });
    expect([told.result.outcome, told.result.error?.code, await trackerRows(production)]).toEqual([
      'blocked',
      'BACKUP_FAILED',
      1,
    ]);
    expect(told.result.backup).toBeNull();
  });
});

describe('an end', () => {
  const failLate =
    'CREATE TABLE "Late" ("id" INTEGER PRIMARY KEY);\nINSERT INTO "Late" SELECT 1 + last_insert_rowid() * 0 FROM "Customer";\n';

  async function failWithRows(sql: string, files: Files = {}) {
    const production = await openApplied(init);
    // They come after the plan was made.
    const meanwhile = comesAfter<never>(() => production.run(...rows));
    const told = await apply(
      production,
      { ...init, ...next, '3_bad': sql, ...files },
      { fates: { execute: [meanwhile as never] } },
    );
    return { production, ...told };
  }

  it('is a failure that no plan could see: its place, its words, and what was not begun', async () => {
    const { result, production } = await failWithRows(failLate, { '4_last': 'SELECT 1;\n' });
    expect(result).toMatchObject({
      outcome: 'failed',
      applied: ['2_next'],
      notStarted: ['4_last'],
      unrecorded: null,
      explained: false,
      failed: {
        name: '3_bad',
        line: 2,
        statement: 'INSERT INTO "Late" SELECT 1 + last_insert_rowid() * 0 FROM "Customer"',
        message: 'UNIQUE constraint failed: Late.id',
        query: null,
      },
    });
    expect(result.error).toMatchObject({
      code: 'STATEMENT_FAILED',
      message: expect.stringContaining('3_bad failed and was rolled back'),
    });
    expect(result.restorePoint).not.toBeNull();
    expect(await trackerRows(production)).toBe(3);
  });

  it('has a query for rows that an UPDATE made the same, where production can answer it', async () => {
    const unique = { '0_a': 'CREATE TABLE "U" ("id" INTEGER PRIMARY KEY, "mail" TEXT UNIQUE);\n' };
    const production = await openApplied({ ...unique });
    const meanwhile = comesAfter<never>(() => production.run(`INSERT INTO "U" VALUES (1, 'A'), (2, 'a')`));
    const update = { ...unique, '1_b': 'UPDATE "U" SET "mail" = lower("mail");\n' };
    const { result } = await apply(production, update, { fates: { execute: [meanwhile as never] } });
    expect(result.outcome).toBe('failed');
    expect((await production.rows(result.failed?.query ?? 'SELECT 0')).length).toBe(2);
  });

  it('is a long statement, cut', async () => {
    const long = `INSERT INTO "Late" SELECT 1 + last_insert_rowid() * 0 FROM "Customer" WHERE '${'x'.repeat(3_000)}' <> ''`;
    const { result } = await failWithRows(`CREATE TABLE "Late" ("id" INTEGER PRIMARY KEY);\n${long};\n`);
    expect(result.failed?.statement).toBe(`${long.slice(0, 2_000)} …`);
  });

  it('is a guard that found rows: what they are, and the way on', async () => {
    const { result, production } = await failWithRows('DROP TABLE "Customer";\n');
    expect(result).toMatchObject({ outcome: 'failed', applied: ['2_next'], explained: true });
    expect(result.error).toMatchObject({ code: 'PLAN_STALE', retryable: false });
    expect(result.error?.message).toContain('It was rolled back; nothing is lost');
    expect(result.failed).toMatchObject({ name: '3_bad', line: 1, statement: 'DROP TABLE "Customer"' });
    expect((await production.rows(result.failed?.query ?? 'SELECT 0')).length).toBe(2);
    // The consent that it names lifts this guard, and says so.
    const digest = /--allow (data-loss:[0-9a-f]{8})/.exec(result.error?.next ?? '')?.[1] ?? '';
    const consent = { code: 'data-loss', migration: digest.split(':')[1] ?? '' } as const;
    await production.run('DELETE FROM "Customer"');
    const files = { ...init, ...next, '3_bad': 'DROP TABLE "Customer";\n' };
    const meanwhile = comesAfter<never>(() => production.run(...rows));
    const again = await apply(production, files, { consents: [consent], fates: { execute: [meanwhile as never] } });
    expect(again.result.outcome).toBe('applied');
    expect(again.events[0]).toMatchObject({ type: 'lifting', guards: [{ consent, migration: '3_bad' }] });
    expect(again.result.gate.unused).toEqual([]);
  });

  it('is rows that point nowhere, with the consent that lets them', async () => {
    const keys = {
      '1_p': 'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY);\n',
      '2_c': 'CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P" ("id"));\n',
    };
    const files = {
      ...keys,
      '3_d':
        'PRAGMA foreign_keys=OFF;\nINSERT INTO "C" ("p") SELECT "id" + 1 + last_insert_rowid() * 0 FROM "P";\nPRAGMA foreign_keys=ON;\n',
    };
    const production = await openApplied(keys);
    const meanwhile = comesAfter<never>(() => production.run('INSERT INTO "P" VALUES (7)'));
    const { result } = await apply(production, files, { fates: { execute: [meanwhile as never] } });
    expect(result).toMatchObject({ outcome: 'failed', explained: true });
    expect(result.error?.message).toContain('leaves rows whose foreign keys point nowhere: 1 in C without P');
    expect(result.error?.next).toContain('--allow foreign-keys:3_d');
  });

  it('is a schema that came out different, with both', async () => {
    const files = { ...init, '2_t': 'CREATE TABLE "T" ("id" INTEGER);\n', '3_last': 'SELECT 1;\n' };
    const rewrite = (step: Step): Step =>
      /^CREATE TABLE (IF NOT EXISTS )?"T"/.test(step.sql) ? { ...step, sql: 'CREATE TABLE "T" ("id" TEXT)' } : step;
    const { result } = await apply(await openApplied(init), files, { fates: { rewrite } });
    expect(result).toMatchObject({ outcome: 'failed', explained: true, notStarted: ['3_last'] });
    expect(result.failed).toMatchObject({ name: '2_t', line: null, statement: null, query: null });
    expect(result.error?.message).toMatch(
      /\ntable T\n {2}rehearsal: {2}CREATE TABLE "T" \("id" INTEGER\)\n {2}production: CREATE TABLE "T" \("id" TEXT\)$/,
    );
    expect(result.error?.next).toContain('--allow unrehearsed:2_t');
    // Then every later one is rehearsed on another schema, too.
    const allowed = await apply(
      await openApplied(init),
      { ...init, '2_t': files['2_t'] },
      {
        fates: { rewrite },
        consents: [{ code: 'unrehearsed', migration: '2_t' }],
      },
    );
    expect(allowed.result.outcome).toBe('applied');
  });

  it('is what the server refuses, blocked where nothing was applied before', async () => {
    const { result } = await apply(await openApplied(init), all, { fates: { execute: [isRefused] } });
    expect([result.outcome, result.error?.code, result.notStarted]).toEqual([
      'blocked',
      'SERVER_ERROR',
      ['2_next', '3_last'],
    ]);
    expect(listFindings(result)).toEqual([]);
  });

  it('is what the server refuses, named by the statements that it refuses when it is asked for each', async () => {
    const refusedBy = async (parse: (statements: readonly string[]) => Promise<readonly (string | null)[]>) => {
      const production = await openApplied(init, ['CREATE TABLE "There" ("id")']);
      const { database } = makeUnreliable(production.database, { execute: [isRefused] });
      const files = {
        ...init,
        '2_a': 'CREATE TABLE "There" ("id");\nCREATE TABLE "New" ("id");\n',
        '3_b': 'CREATE VIEW "v" AS SELECT 1;\n',
      };
      const { result } = await apply(production, files, { database: { ...database, parse } });
      const named = result.gate.blockers.map(({ kind, code, place, args }) => {
        return { at: `${kind} ${code}`, ...place, ...args };
      });
      expect([result.outcome, result.error?.code]).toEqual([
        'blocked',
        named.length === 0 ? 'SERVER_ERROR' : 'PLAN_BLOCKED',
      ]);
      return named;
    };
    const asked: (readonly string[])[] = [];
    const told = await refusedBy(async (statements) => {
      asked.push(statements);
      return statements.map((sql) => (sql.includes('VIEW') ? 'no' : null));
    });
    expect(asked).toEqual([
      [expect.stringContaining('"New"'), expect.stringContaining('CREATE VIEW IF NOT EXISTS "v"')],
    ]);
    const view = { migration: '3_b', line: 1, sql: 'CREATE VIEW "v" AS SELECT 1' };
    expect(told).toEqual([{ at: 'blocker server-refuses', ...view, what: 'server', message: 'no' }]);
    expect(await refusedBy(async () => [])).toEqual([]);
    expect(await refusedBy(throws('UNREACHABLE'))).toEqual([]);
    await expect(refusedBy(breaks)).rejects.toThrow('a bug');
  });

  it('is an answer that was lost, of something that is known', async () => {
    const { result } = await apply(await openApplied(init), all, { fates: { execute: [neverArrives] } });
    expect([result.outcome, result.error?.code, result.notStarted]).toEqual([
      'failed',
      'CONNECTION_LOST',
      ['2_next', '3_last'],
    ]);
    expect(result.error?.message).toContain('the line is dead. Production: 0 applied, 2 not applied');
    const found = await apply(await openApplied(init), all, { fates: { execute: [losesAnswer] } });
    expect(found.result.outcome).toBe('applied');
  });

  it('is an interruption', async () => {
    const controller = new AbortController();
    const interrupt = comesAfter<never>(async () => controller.abort(), neverArrives as never);
    const { result } = await apply(await openApplied(init), all, {
      signal: controller.signal,
      fates: { execute: [interrupt as never] },
    });
    expect([result.outcome, result.error?.code]).toEqual(['failed', 'INTERRUPTED']);
    expect(result.error?.message).toContain('0 applied, 2 not applied');
  });

  it('is not known where nobody can be asked', async () => {
    const { result } = await apply(await openApplied(init), all, {
      fates: { read: [passes, throws('UNREACHABLE')], execute: [neverArrives], repeat: 'last' },
    });
    expect([result.outcome, result.error?.code, result.error?.exitCode]).toEqual(['unknown', 'OUTCOME_UNKNOWN', 4]);
    expect([result.applied, result.notStarted]).toEqual([[], []]);
    expect(result.error?.next).toBe('When the server can be reached again: migrate-prod status');
    const token = await apply(await openApplied(init), all, {
      fates: { read: [passes, throws('AUTH_FAILED')], execute: [neverArrives], repeat: 'last' },
    });
    expect(token.result.error?.next).toMatch(/Then: migrate-prod status$/);
  });

  it('is a request that was turned away, or never sent', async () => {
    const away = await apply(await openApplied(init), all, { fates: { execute: [turnedAway('SERVER_BUSY', 'own')] } });
    expect([away.result.outcome, away.result.error?.code, away.result.restorePoint]).toEqual([
      'failed',
      'SERVER_BUSY',
      null,
    ]);
    expect(away.result.error?.message).toBe('The server says SERVER_BUSY. Nothing of this request was applied.');
    const unsent = await apply(await openApplied(init), all, { fates: { execute: [throws('UNREACHABLE')] } });
    expect(unsent.result.error?.message).toBe('The server says UNREACHABLE. Nothing was written.');
  });

  it('is another run that was faster', async () => {
    const both = async (files: Files, more: Partial<ApplyInput> = {}) => {
      const production = await openApplied(init);
      const other = comesAfter<never>(async () => {
        for (const migration of migrationsOf(files).slice(1))
          await production.run(migration.sql, rowOf(migration, 'applied'));
      });
      return (await apply(production, all, { fates: { execute: [other as never] }, ...more })).result;
    };
    expect(await both(all)).toMatchObject({
      outcome: 'applied',
      byAnotherRun: true,
      applied: [],
      notStarted: [],
      error: null,
    });
    const part = await both({ ...init, ...next });
    expect(part).toMatchObject({ outcome: 'failed', byAnotherRun: true, notStarted: ['3_last'] });
    expect(part.error).toMatchObject({ code: 'PLAN_STALE', next: 'migrate-prod apply' });
    const { plan } = await planOn(await openApplied(init), all);
    expect(plan.migrations).toHaveLength(2);
    const moved = await both({ ...init, '9_x': 'CREATE TABLE "X" ("id");\n' });
    expect(moved).toMatchObject({
      outcome: 'failed',
      byAnotherRun: false,
      error: { code: 'PLAN_STALE', next: 'migrate-prod plan' },
    });
  });
});
