/** The contract of `history`: what was applied when, by whom and with which consents, whoever wrote the rows. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { history } from '../../../src/index.ts';
import { createTracker as buildTracker, prismaTracker } from '../../../src/tracker/tracker.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const createTracker = buildTracker(prismaTracker).sql;

const run = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '42' };
const page = 'https://github.com/acme/shop/actions/runs/42';
const init = '20260102093000_init';
const moved = '20260301083000_the_address_of_a_customer_in_a_table_of_its_own';

interface Answer {
  readonly tracker: string;
  readonly otherTrackers: readonly string[];
  readonly migrations: readonly {
    readonly name: string;
    readonly state: string;
    readonly at: string | null;
    readonly runs: readonly Readonly<Record<string, unknown>>[];
  }[];
  readonly next: string | null;
  readonly requests: number;
}

describeTargets('history', (fresh) => {
  let project: Project;
  let elsewhere: string;
  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'migrate-prod-elsewhere-'));
  });
  afterAll(() => rm(elsewhere, { recursive: true, force: true }));
  beforeEach(async () => {
    project = await makeProject({ [init]: 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "address" TEXT);' });
  });
  afterEach(() => project.remove());

  const apply = async (target: TestTarget, ...args: readonly string[]) =>
    (
      await runInProcess(['apply', '--yes', '--rows', 'none', ...args, '--url', target.url], {
        cwd: project.root,
        env: run,
      })
    ).code;

  /** In a folder that has no project. */
  const show = (target: TestTarget, args: readonly string[] = [], columns?: number) =>
    runInProcess(['history', '--url', target.url, ...args], { cwd: elsewhere, ...(columns ? { columns } : {}) });

  const read = async (target: TestTarget, ...args: readonly string[]) => {
    const result = await show(target, ['--json', ...args]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return result.json<Answer>();
  };

  /** One that was applied, and one that failed at first and then lost a column on consent. */
  async function live(target: TestTarget): Promise<void> {
    expect(await apply(target)).toBe(0);
    await target.sql(`INSERT INTO "Customer" VALUES (1, 'Elm Street 1'), (2, 'Elm Street 1')`);
    await project.write(moved, 'UPDATE "Customer" SET "id" = "id" + 1;');
    expect(await apply(target)).toBe(1);
    await project.write(moved, 'ALTER TABLE "Customer" DROP COLUMN "address";');
    await project.writeFile(
      `prisma/migrations/${moved}/migrate-prod.allow`,
      'data-loss: the old addresses are wrong\n',
    );
    expect(await apply(target, '--backup', 'shop.sql')).toBe(0);
  }

  it('has every run of this program with what it was given, in one request and without a project', async () => {
    const target = await fresh();
    await live(target);
    const answer = await read(target);
    const by = {
      by: page,
      tool: expect.stringMatching(/^migrate-prod \d/),
      plan: expect.stringMatching(/^[0-9a-f]{8}-/),
    };
    const point = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(answer).toMatchObject({
      tracker: 'prisma',
      otherTrackers: [],
      next: null,
      requests: target.kind === 'server' ? 1 : 0,
      migrations: [
        {
          name: init,
          state: 'applied',
          runs: [{ ...by, outcome: 'applied', consents: [], backup: null, message: null }],
        },
        {
          name: moved,
          state: 'applied',
          runs: [
            {
              ...by,
              outcome: 'rolled-back',
              message: expect.stringContaining('UNIQUE constraint failed: Customer.id'),
            },
            {
              ...by,
              outcome: 'applied',
              consents: [{ consent: 'data-loss', reason: 'the old addresses are wrong' }],
              restorePoint: target.kind === 'file' ? null : point,
              backup: 'shop.sql',
              message: null,
            },
          ],
        },
      ],
    });
    expect(Math.abs(Date.parse(answer.migrations[0]?.at ?? '') - Date.now())).toBeLessThan(600_000);
    expect((await history({ url: target.url })).migrations.map(({ name }) => name)).toEqual([init, moved]);
    expect((await read(target, moved)).migrations).toEqual(answer.migrations.slice(1));
  });

  it.each([80, 140])('is told on %d columns, in UTC and without a line that is too long', async (columns) => {
    const target = await fresh();
    await live(target);
    const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
    const all = (await show(target, [], columns)).stdout.replaceAll(colour, '');
    expect(all).toMatch(/✔ 20260102093000_init +applied +\d{4}-\d\d-\d\d \d\d:\d\d UTC\n {6}by https/);
    expect(all).toContain('allowed data-loss: the old addresses are wrong');
    expect(all).toContain('after 1 failure');
    expect(all).toContain('2 migrations: 2 applied.');
    const one = (await show(target, [moved], columns)).stdout.replaceAll(colour, '');
    expect(one).toMatch(/ {4}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}failed, rolled back\n {6}message {8}UNIQUE/);
    expect(one).toMatch(/\n {6}by {13}https:\/\/github\.com\/acme\/shop\/actions\/runs\/42\n/);
    expect(one).toMatch(/\n {6}backup {9}shop\.sql\n/);
    // A path or a checksum that is longer than a line stays in one piece.
    const long = `${all}\n${one}`.split('\n').filter((line) => line.length > columns && / /.test(line.trim()));
    expect(long).toEqual([]);
  });

  it('shows what the rows of other programs have, and no more', async () => {
    const target = await fresh();
    const insert = (values: string) => `INSERT INTO _prisma_migrations VALUES (${values})`;
    await target.sql(
      createTracker,
      insert(`'1', 'c', 1700000000000, '1_prisma', NULL, NULL, 1700000000000, 1`),
      insert(`'2', 'c', '2026-01-02 03:04:05', '2_resolved', '', NULL, 1700000000000, 0`),
      insert(`'3', 'c', NULL, '3_open', 'Error: it stopped', NULL, 1700000000000, 0`),
      insert(`'4', 'c', NULL, '4_failed', char(10) || 'one' || char(10) || 'two', 1700000000000, 1700000000000, 0`),
      insert(`'5', 'c', 'never', '5_time', '{"plan":', NULL, 1700000000000, 1`),
      insert(
        `'6', 'c', 1700000000000, '6_logs', '{"by":5,"allowed":["a",1],"reasons":["x"]}' || char(10) || 'later', NULL, 1, 1`,
      ),
    );
    const { migrations } = await read(target);
    const unknown = { by: null, tool: null, plan: null, restorePoint: null, backup: null };
    expect(migrations).toMatchObject([
      { name: '1_prisma', state: 'applied', at: '2023-11-14T22:13:20.000Z', runs: [{ ...unknown, notes: [] }] },
      { name: '2_resolved', state: 'backfilled', at: '2026-01-02T03:04:05.000Z', runs: [unknown] },
      {
        name: '3_open',
        state: 'unfinished',
        runs: [{ ...unknown, outcome: 'unfinished', message: 'Error: it stopped' }],
      },
      { name: '4_failed', state: 'failed', runs: [{ outcome: 'rolled-back', message: 'one\ntwo' }] },
      { name: '5_time', state: 'applied', at: null, runs: [{ ...unknown, notes: ['{"plan":'] }] },
      { name: '6_logs', runs: [{ ...unknown, consents: [{ consent: 'a', reason: null }], notes: ['later'] }] },
    ]);
    const { stdout } = await show(target);
    expect(stdout).toContain('✖ 3_open      unfinished  2023-11-14 22:13 UTC\n      Error: it stopped\n');
    expect(stdout).toContain('✔ 5_time      applied     at an unknown time\n');
    expect(stdout).toContain('6 migrations: 3 applied, 1 backfilled, 1 failed, 1 unfinished.');
  });

  it('prints names and messages that could be commands of a terminal, and no token', async () => {
    const target = await fresh();
    const token = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';
    await target.sql(
      createTracker,
      `INSERT INTO _prisma_migrations VALUES ('1', 'c', NULL, '1_' || char(27) || '[31m', 'Bearer ${token}' || char(27) || ']0;x', 1, 1, 0)`,
    );
    for (const args of [[], ['1_\u001b[31m'], ['--json'], ['1_\u001b[32m']]) {
      const { stdout, stderr } = await show(target, args);
      expect(`${stdout}${stderr}`).toContain('1_');
      expect(`${stdout}${stderr}`).not.toContain('\u001b');
      expect(`${stdout}${stderr}`).not.toContain(token);
    }
  });

  it('knows no other name, and suggests one', async () => {
    const target = await fresh();
    await target.sql(
      createTracker,
      `INSERT INTO _prisma_migrations VALUES ('1', 'c', 1, '1_prisma', NULL, NULL, 1, 1)`,
    );
    const near = await show(target, ['1_prism']);
    expect(near.code).toBe(2);
    expect(near.stderr).toContain('The tracker records no migration called 1_prism.  (MIGRATION_UNKNOWN)');
    expect(near.stderr).toContain(`Did you mean 1_prisma? migrate-prod history --url ${target.url} 1_prisma`);
    expect((await show(target, ['zzzzzzzz'])).stderr).toContain(
      `migrate-prod history --url ${target.url} lists what it`,
    );
  });

  it.each([
    ['nothing at all', [], 'absent', 'has no table "_prisma_migrations".', 'status'],
    ['an empty tracker', [createTracker], 'prisma', 'the table "_prisma_migrations" is empty.', 'status'],
    ['another tool', ['CREATE TABLE "knex_migrations" (id)'], 'absent', 'record in "knex_migrations".', 'backfill'],
    ['another shape', ['CREATE TABLE "_prisma_migrations" (id)'], 'other-shape', "is not Prisma's", 'backfill'],
  ])('says where to go on with %s', async (_, statements, tracker, says, next) => {
    const target = await fresh();
    await target.sql('CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY)', ...statements);
    expect(await read(target)).toMatchObject({
      tracker,
      migrations: [],
      next: `migrate-prod ${next} --url ${target.url}`,
    });
    const { stdout } = await show(target);
    expect(stdout).toContain(says);
    expect(stdout).toContain(`Next: migrate-prod ${next} --url ${target.url}\n`);
  });
});

describe("docs/json.md's example", () => {
  it('has the fields that an object has', async () => {
    const text = await readFile(new URL('../../../docs/json.md', import.meta.url), 'utf8');
    const example = /## `history`\n\n```json\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '';
    const said = JSON.parse(example) as Answer;
    const project = await makeProject({ [init]: 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY);' });
    try {
      const options = { cwd: project.root };
      await runInProcess(['apply', '--yes', '--url', 'file:shop.db'], options);
      const real = (await runInProcess(['history', '--json', '--url', 'file:shop.db'], options)).json<Answer>();
      const fields = (object: object | undefined) => Object.keys(object ?? {}).sort();
      expect(fields(said)).toEqual(fields(real).filter((name) => name !== 'notices'));
      expect(fields(said.migrations[0])).toEqual(fields(real.migrations[0]));
      for (const one of said.migrations[0]?.runs ?? [])
        expect(fields(one)).toEqual(fields(real.migrations[0]?.runs[0]));
    } finally {
      await project.remove();
    }
  });
});
