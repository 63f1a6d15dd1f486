/** Consents on the command line: what a file beside the migration gives, and what has to be typed. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';
import { describeWithTerminal, runOnTerminal } from './terminal.ts';

const url = ['--url', 'file:shop.db'];
const table = 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "fax" TEXT);\nCREATE TABLE "Order" ("id" INTEGER);';
const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel Customer {\n  id Int @id\n}\n';
const drops = { '2_fax': 'ALTER TABLE "Customer" DROP COLUMN "fax";', '3_order': 'DROP TABLE "Order";' };

let project: Project;
beforeEach(async () => {
  project = await makeProject({ '1_table': table }, { schema });
  expect(await run(['apply', '--yes'])).toMatchObject({ code: 0 });
  onDatabase(`INSERT INTO "Customer" VALUES (1, '0123'); INSERT INTO "Order" VALUES (1)`);
  for (const [name, sql] of Object.entries(drops)) await project.write(name, sql);
});
afterEach(() => project.remove());

function run(args: readonly string[]) {
  return runInProcess([...args, ...url], { cwd: project.root });
}

function runTyped(args: readonly string[], ...typed: readonly string[]) {
  return runInProcess([...args, ...url, '--no-color'], { cwd: project.root, columns: 100, typed });
}

function allow(name: string, text: string): Promise<void> {
  return project.writeFile(join('prisma', 'migrations', name, 'migrate-prod.allow'), text);
}

function onDatabase(sql: string): void {
  const database = openEmbedded(join(project.root, 'shop.db'));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

function readColumn(sql: string): readonly unknown[] {
  const database = openEmbedded(join(project.root, 'shop.db'));
  try {
    return database.prepare(sql).pluck(true).all();
  } finally {
    database.close();
  }
}

const countTables = () => readColumn(`SELECT count(*) FROM sqlite_schema WHERE name IN ('Customer', 'Order')`)[0];
const readAllowed = () => readColumn(`SELECT logs ->> 'allowed' FROM _prisma_migrations ORDER BY migration_name`);

describe('plan', () => {
  test('shows what is allowed beside the migration, with the reason, and asks for the rest only', async () => {
    await allow('2_fax', '# agreed\ndata-loss: the fax numbers were exported\n');
    const { code, stdout } = await run(['plan']);
    expect(code).toBe(1);
    expect(stdout.match(/▲ hazard {2}data-loss/g)).toHaveLength(2);
    expect(stdout.match(/allowed by .*/g)).toEqual(['allowed by migrate-prod.allow:2: the fax numbers were exported']);
    expect(stdout).toContain('--allow data-loss:3_order');
    expect(stdout).not.toContain('--allow data-loss:2_fax');
    await allow('3_order', 'data-loss: moved to the archive\n');
    const whole = await run(['plan']);
    expect(whole.code).toBe(0);
    expect(whole.stdout).not.toContain('--allow');
    expect(whole.stdout).not.toContain('needs consent');
  });

  test('lists the lines as JSON, and whether they are needed', async () => {
    await allow('2_fax', 'data-loss: exported\nforeign-keys: of the archive\n');
    await allow('3_order', 'drops-index: by hand\n');
    const plan = (await run(['plan', '--json'])).json<{ migrations: { consents: unknown[] }[]; notices: string[] }>();
    const path = (name: string) => `prisma/migrations/${name}/migrate-prod.allow`;
    expect(plan.migrations.map(({ consents }) => consents)).toEqual([
      [
        { code: 'data-loss', reason: 'exported', path: path('2_fax'), line: 1, used: true },
        { code: 'foreign-keys', reason: 'of the archive', path: path('2_fax'), line: 2, used: false },
      ],
      [{ code: 'drops-index', reason: 'by hand', path: path('3_order'), line: 1, used: false }],
    ]);
    const unused = `${path('3_order')}:1 allows drops-index, but its migration does not need that now.`;
    expect(plan.notices).toContain(unused);
    expect((await run(['plan'])).stderr).toContain(unused);
  });

  test('shows the lines that lift a guard of their migration, which no finding speaks of', async () => {
    await project.write('3_order', 'PRAGMA foreign_keys=off;\nDROP TABLE "Order";\nPRAGMA foreign_keys=on;');
    await allow('2_fax', 'data-loss: exported\nforeign-keys: lifts nothing here\nunrehearsed: by hand\n');
    await allow('3_order', 'data-loss: archived\nforeign-keys: of *deleted* shops\n');
    const lines = [
      'migrate-prod.allow:3 lifts the guard against a schema that differs from the rehearsed one, unrehearsed: by hand',
      'migrate-prod.allow:2 lifts the guard against rows that are left without a parent, foreign-keys: of *deleted* shops',
    ];
    const plain = await run(['plan']);
    expect(plain.stdout.match(/migrate-prod\.allow:\d lifts .*/g)).toEqual(lines);
    expect(plain.stdout.indexOf(lines[0] ?? '')).toBeLessThan(plain.stdout.indexOf('  3_order'));
    expect(plain.stderr).toContain(
      '2_fax/migrate-prod.allow:2 allows foreign-keys, but its migration does not need that now.',
    );
    expect((await runTyped(['apply'], 'n\n')).stderr.match(/migrate-prod\.allow:\d lifts/g)).toHaveLength(2);
    expect((await run(['plan', '--format', 'markdown'])).stdout.match(/^- .* lifts .*$/gm)).toEqual([
      '- `prisma/migrations/2_fax/migrate-prod.allow:3` lifts the guard against a schema that differs from the rehearsed one, `unrehearsed`: by hand',
      '- `prisma/migrations/3_order/migrate-prod.allow:2` lifts the guard against rows that are left without a parent, `foreign-keys`: of \\*deleted\\* shops',
    ]);
    const { json } = await run(['plan', '--json']);
    const { migrations } = json<{ migrations: { consents: { used: unknown }[] }[] }>();
    expect(migrations.map(({ consents }) => consents.map(({ used }) => used))).toEqual([
      [true, false, null],
      [true, null],
    ]);
  });

  test('says in the document which lines nothing asks for', async () => {
    await allow('2_fax', 'data-loss: exported\n');
    await allow('3_order', 'data-loss: archived\n\ndrops-index: by hand\n');
    const { code, stdout } = await run(['plan', '--format', 'markdown']);
    expect(code).toBe(0);
    expect(stdout.match(/^- .* does not need that now\.$/gm)).toEqual([
      '- `prisma/migrations/3_order/migrate-prod.allow:3` allows `drops-index`, but its migration does not need that now.',
    ]);
  });

  test.each([
    ['nulls: filled', 'which is a blocker: no consent lifts it'],
    ['kept: yes', 'which is a note: it needs no consent'],
    ['unproven: yes', 'which is a consent of backfill'],
  ])('says of %j what it is instead', async (line, words) => {
    await allow('2_fax', `${line}\n`);
    expect((await run(['plan'])).stderr).toContain(words);
    const typed = await run(['apply', '--allow', line.replace(/:.*/, '')]);
    expect(typed).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
  });

  test('is refused for a line that means nothing, and so is check, which tells them all', async () => {
    await allow('2_fax', 'data-los: exported\n');
    await allow('3_order', '\ndata-loss:\n');
    const { code, stderr } = await run(['plan']);
    expect(code).toBe(2);
    expect(stderr).toContain('prisma/migrations/2_fax/migrate-prod.allow:1 allows "data-los", which is not a code.');
    expect(stderr).toContain('Did you mean data-loss?');
    const check = await runInProcess(['check', '--json'], { cwd: project.root });
    const { problems, error } = check.json<{ problems: { code: string }[]; error: { next: string } }>();
    expect(problems.filter((problem) => problem.code === 'consent-file')).toMatchObject([
      { kind: 'problem', migration: '2_fax', line: 1, sql: 'data-los: exported' },
      { kind: 'problem', migration: '3_order', line: 2, sql: 'data-loss:' },
    ]);
    expect(error.next).toContain('Fix prisma/migrations/2_fax/migrate-prod.allow:1');
  });
});

describe('apply', () => {
  test.each(['CLAUDECODE', 'AI_AGENT'])(
    'asks no consent of an agent that has a terminal (%s), whatever it answers',
    async (name) => {
      const ended = await runInProcess(['apply', ...url, '--no-color'], {
        ...{ cwd: project.root, columns: 100, typed: ['shop.db\n', 'y\n', 'y\n'], env: { [name]: '1' } },
      });
      expect([ended.code, ended.stderr]).toEqual([
        1,
        expect.stringContaining('Only the owner of the data can consent'),
      ]);
      expect(ended.stderr).not.toContain('Go on anyway');
      expect(countTables()).toBe(2);
    },
  );

  test('says beforehand what the consent to a guard gives up, and keeps other consents in the next command', async () => {
    onDatabase('DELETE FROM "Order"');
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const digest = sha256(`3_order\n${sha256(drops['3_order'])}\n{"kind":"rows","table":"Order"}`).slice(0, 8);
    const args = ['apply', '--yes', '--allow', `data-loss:${digest}`];
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `--allow data-loss:${digest}: 3_order may delete rows in "Order", also what the plan did not see.`,
    );
    expect(stderr).toMatch(
      new RegExp(`by adding --allow data-loss:2_fax to .* --allow data-loss:${digest} --plan \\S+ --yes`),
    );
    const done = await run([...args, '--allow', 'data-loss:2_fax']);
    expect(done).toMatchObject({ code: 0, stderr: expect.not.stringContaining('was not needed') });
    expect(readAllowed()).toEqual([null, '["data-loss:2_fax"]', `["data-loss:${digest}"]`]);
  });

  test('takes several consents in one, with commas between them, a guard among them', async () => {
    onDatabase('DELETE FROM "Order"');
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const digest = sha256(`3_order\n${sha256(drops['3_order'])}\n{"kind":"rows","table":"Order"}`).slice(0, 8);
    const wrong = await run(['apply', '--yes', '--allow', `data-loss:${digest},data-los:2_fax`]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing called "data-los" to allow') });
    expect(wrong.stderr).toContain('Did you mean --allow data-loss?');
    const done = await run(['apply', '--yes', '--allow', `data-loss:${digest},`, 'data-loss:2_fax']);
    expect(done).toMatchObject({ code: 0, stderr: expect.not.stringContaining('was not needed') });
    expect(readAllowed()).toEqual([null, '["data-loss:2_fax"]', `["data-loss:${digest}"]`]);
  });

  test('needs nothing more than the files, and records what of them was needed', async () => {
    await allow('2_fax', 'data-loss: exported\n');
    await allow('3_order', 'data-loss: archived\nbehind: pulled\n');
    const { code, stdout, json } = await run(['apply', '--yes', '--json']);
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(json<{ consents: unknown[] }>().consents).toMatchObject([
      { migration: '2_fax', code: 'data-loss', used: true },
      { migration: '3_order', code: 'data-loss', used: true },
      { migration: '3_order', code: 'behind', used: false },
    ]);
    expect(readAllowed()).toEqual([null, '["data-loss"]', '["data-loss"]']);
  });

  test('takes --accept-data-loss for --allow data-loss, and says so where it was not needed', async () => {
    expect(await run(['apply', '--yes'])).toMatchObject({ code: 1 });
    expect(countTables()).toBe(2);
    expect(await run(['apply', '--yes', '--accept-data-loss'])).toMatchObject({ code: 0 });
    expect(countTables()).toBe(1);
    expect(readAllowed()).toEqual([null, '["data-loss"]', '["data-loss"]']);
    await project.write('4_more', 'CREATE TABLE "More" ("id" INTEGER);');
    const { stderr } = await run(['apply', '--yes', '--accept-data-loss', '--allow', 'behind']);
    expect(stderr).toContain('--accept-data-loss was not needed');
    expect(stderr).toContain('--allow behind was not needed');
  });

  test('asks for what is lost by the name of the database, once for all of it', async () => {
    const { code, stderr } = await runTyped(['apply'], 'shop.db\n', 'y\n');
    const prompt = 'Type shop.db to go on anyway (data-loss):';
    expect(stderr.split(prompt)).toHaveLength(2);
    const before = stderr.slice(0, stderr.indexOf(prompt));
    expect(before).toContain('prisma/migrations/2_fax/migration.sql:1');
    expect(before).toContain('prisma/migrations/3_order/migration.sql:1');
    expect(stderr).not.toContain('Go on anyway (data-loss)? [y/N]');
    expect(stderr.indexOf('Apply 2 migrations')).toBeGreaterThan(before.length);
    expect(code).toBe(0);
    expect(countTables()).toBe(1);
  });

  test.each(['y\n', 'shop\n', 'SHOP.DB\n', '\n', 'no\nshop.db\n'])('takes %j for no name', async (typed) => {
    const { code, stderr } = await runTyped(['apply'], typed, 'shop.db\n');
    expect(stderr.split('Type shop.db to go on')).toHaveLength(2);
    expect(stderr).toContain('Not confirmed (only shop.db counts); nothing was written.');
    expect(code).toBe(1);
    expect(countTables()).toBe(2);
  });

  test('asks for the name in spite of --yes', async () => {
    const { code, stderr } = await runTyped(['apply', '--yes'], 'shop.db\n');
    expect(stderr).toContain('Type shop.db to go on');
    expect(stderr).not.toContain('Apply 2 migrations');
    expect(code).toBe(0);
  });

  test('shows what the files allow, and asks for the rest only', async () => {
    await allow('2_fax', 'data-loss: the fax numbers were exported\n');
    const { code, stderr } = await runTyped(['apply'], 'shop.db\n', 'y\n');
    expect(stderr).toContain('allowed by migrate-prod.allow:1: the fax numbers were exported');
    expect(stderr.indexOf('3_order/migration.sql:1')).toBeGreaterThan(stderr.indexOf('allowed by'));
    expect(code).toBe(0);
    await project.write('4_last', 'DROP TABLE "Customer";');
    await allow('4_last', 'data-loss: closed\n');
    const settled = await runTyped(['apply'], 'y\n');
    expect(settled.stderr).toContain('allowed by migrate-prod.allow:1: closed');
    expect(settled.stderr).not.toContain('Type shop.db to go on');
    expect(settled.code).toBe(0);
  });
});

describe('a way back', () => {
  const words = 'A local file has no point-in-time restore. To save a copy first: apply --backup <file>';

  test('is spoken of before the question, where nobody asked for one and there is something to lose', async () => {
    const { stderr } = await runTyped(['apply', '--to', '2_fax'], 'shop.db\n', 'n\n');
    expect(stderr.indexOf(words)).toBeGreaterThan(0);
    expect(stderr.indexOf(words)).toBeLessThan(stderr.indexOf('Type shop.db'));
    expect((await runTyped(['apply', '--backup', 'saved.db'], 'no\n')).stderr).not.toContain(words);
    const empty = await runInProcess(['apply', '--url', 'file:new.db', '--no-color', '--to', '1_table'], {
      cwd: project.root,
      columns: 100,
      typed: ['n\n'],
    });
    expect(empty.stderr).toContain('Apply 1 migration');
    expect(empty.stderr).not.toContain(words);
  });

  test('is not put among the migrations, and nothing is applied then', async () => {
    const backup = join('prisma', 'migrations', '3_order', 'saved.db');
    const { code, stderr } = await run(['apply', '--yes', '--accept-data-loss', '--backup', backup]);
    expect(code).toBe(2);
    expect(stderr).toContain('saved.db would be in the migrations folder');
    expect(stderr).toContain('Next: Name a file in another folder.');
    expect(countTables()).toBe(2);
  });
});

describeWithTerminal('the name of the database', () => {
  test('is typed behind the question, and Ctrl-C takes it back', async () => {
    const question = 'Type shop.db to go on anyway (data-loss):';
    const typed = (type: string) =>
      runOnTerminal(['apply', '--yes', '--no-color', ...url], {
        cwd: project.root,
        steps: [{ wait: question, type }],
      });
    const interrupted = await typed('\u0003');
    expect(interrupted.screen).toContain('Interrupted; nothing was written.');
    expect(interrupted.code).toBe(130);
    expect(countTables()).toBe(2);
    const { code, screen } = await typed('shop.db\n');
    expect(screen).toContain(`${question} shop.db\n`);
    expect(code).toBe(0);
    expect(countTables()).toBe(1);
  });
});
