/** What people read, and what the process does besides: exit codes, streams, signals, bugs. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCommand, spawnCommand } from '../support/command.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import { runInProcess } from './in-process.ts';

const migrations = {
  '20260101000000_author': 'CREATE TABLE "Author" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL);',
  '20260102000000_book': 'CREATE TABLE "Book" ("id" INTEGER PRIMARY KEY);',
};
const url = ['--url', 'file:shop.db'];

let project: Project;
beforeEach(async () => {
  project = await makeProject(migrations);
});
afterEach(() => project.remove());

function run(args: readonly string[]) {
  return runInProcess([...args, ...url], { cwd: project.root });
}

function change(sql: string): void {
  const database = openEmbedded(join(project.root, 'shop.db'));
  database.exec(sql);
  database.close();
}

describe('text', () => {
  test('has the answer on stdout and the conversation on stderr', async () => {
    const applied = await run(['apply', '--yes']);
    expect(applied.code).toBe(0);
    expect(applied.stdout).toBe(`
  file:${project.root}/shop.db

  ✔ 20260101000000_author  1 statement
  ✔ 20260102000000_book    1 statement

  2 migrations applied. Production is up to date.
`);
    // The path is the title of the answer, once.
    expect(applied.stderr).toBe('A local file, not a server.\n');
    const status = await run(['status', '--exit-code']);
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(
      /✔ 20260102000000_book {4}applied {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC\n\n {2}Up to date\.\n$/,
    );
  });

  test('of a failure shows the statement, where it is, and what state production is in', async () => {
    await run(['apply', '--yes', '--to', '20260101000000_author']);
    change(`INSERT INTO "Author" ("name") VALUES ('one'), ('two')`);
    await project.write('20260103000000_number', '-- why\n\nUPDATE "Author"\n  SET "id" = "id" + 1;');
    await project.write('20260104000000_last', 'SELECT 1;');
    const { code, stdout, stderr } = await run(['apply', '--yes', '--rows', 'none']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`
  file:${project.root}/shop.db

  ✔ 20260102000000_book    1 statement
  ✖ 20260103000000_number     rolled back  (STATEMENT_FAILED)

  UNIQUE constraint failed: Author.id
  prisma/migrations/20260103000000_number/migration.sql:3
     3 │ UPDATE "Author"
     4 │   SET "id" = "id" + 1

  Production: 1 migration applied before it, this one left no trace, 1 not started.
  Next: Fix the file or the data, then migrate-prod apply --url file:shop.db --rows none --yes
`);
    const status = await run(['status']);
    expect(status.stdout).toContain('✖ 20260103000000_number  failed   UNIQUE constraint failed: Author.id');
  });

  test('of a plan collapses runs of like statements, and leaves the pragmas of a rebuild out', async () => {
    const inserts = Array.from({ length: 1821 }, (_, index) => `INSERT INTO "Author" VALUES (${index}, 'x');`);
    await project.write('20260103000000_rows', inserts.join('\n'));
    await project.write(
      '20260104000000_rebuild',
      'PRAGMA foreign_keys=OFF;\nCREATE TABLE "new_Book" ("id" INTEGER PRIMARY KEY, "title" TEXT);\nINSERT INTO "new_Book" ("id") SELECT "id" FROM "Book";\nDROP TABLE "Book";\nALTER TABLE "new_Book" RENAME TO "Book";\nPRAGMA foreign_keys=ON;',
    );
    change('SELECT 1');
    const { code, stdout } = await run(['plan']);
    expect(code).toBe(0);
    expect(stdout).toContain('1,821 INSERTs, lines 1–1821');
    expect(stdout).toContain('… 4 statements  rebuilds "Book" (atomic; must not run twice)');
    expect(stdout).not.toContain('PRAGMA');
    expect(stdout).toContain("Rehearsed on an empty copy of production's schema: ok.");
    expect(stdout).toMatch(/Plan (\w{8})\. Next: migrate-prod apply --url file:shop\.db --plan \1-\w{24}-\w{20}-00\n$/);
  });

  test('of a plan says what is skipped, and the findings last: blockers, hazards, notes', async () => {
    await run(['apply', '--yes', '--to', '20260101000000_author']);
    change('CREATE TABLE "Book" ("id" INTEGER PRIMARY KEY)');
    change(`INSERT INTO "Author" ("name") VALUES ('one')`);
    await project.write('20260101000000_author', 'CREATE TABLE "Author" ("id" INTEGER PRIMARY KEY);');
    await project.write('20260103000000_drop', 'ALTER TABLE "Author" DROP COLUMN "name";');
    const hazard = await run(['plan']);
    expect(hazard.code).toBe(1);
    expect(hazard.stderr).not.toContain('✖');
    expect(hazard.stdout).toMatch(/1 {2}CREATE TABLE "Book" +SKIP {2}already exists, identical/);
    expect(hazard.stdout.indexOf('▲ hazard  data-loss')).toBeGreaterThan(hazard.stdout.indexOf('DROP COLUMN'));
    expect(hazard.stdout.indexOf('● note')).toBeGreaterThan(hazard.stdout.indexOf('▲ hazard'));
    expect(hazard.stdout).toContain('--allow data-loss:20260103000000_drop');
    const refused = await run(['apply', '--yes']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('CONSENT_MISSING');

    await project.write('20260104000000_wrong', 'CREATE TABLE "Third" (');
    const blocker = await run(['plan']);
    expect(blocker.code).toBe(1);
    expect(blocker.stdout).toMatch(/cannot be applied\. Next: Fix prisma\/migrations\/20260104000000_wrong/);
  });

  test('of a plan that --to bounds keeps --to in what to run next, and says what comes after it', async () => {
    const applied = await run(['apply', '--yes', '--to', '20260101000000_author']);
    expect(applied.stdout).toContain('  1 migration applied. 1 still pending.\n');
    const nothing = await run(['apply', '--yes', '--to', '20260101000000_author']);
    expect(nothing.stdout).toContain('  Nothing to do up to 20260101000000_author; 1 pending after it.\n');
    const done = await run(['plan', '--to', '20260101000000_author']);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(
      '  Nothing to apply up to 20260101000000_author; 1 pending after it. Next: migrate-prod plan --url file:shop.db\n',
    );
    expect(done.stdout).not.toContain('up to date');
    await project.write('20260102000000_book', 'CREATE TABLE "Book" (');
    await project.write('20260103000000_last', 'SELECT 1;');
    const blocked = await run(['plan', '--to', '20260102000000_book']);
    expect(blocked.code).toBe(1);
    expect(blocked.stdout).toContain('then migrate-prod plan --url file:shop.db --to 20260102000000_book\n');
    const json = (await run(['plan', '--to', '20260102000000_book', '--json'])).json();
    expect(json).toMatchObject({
      stillPending: 1,
      error: { next: expect.stringMatching(/--to 20260102000000_book$/) },
    });
  });

  test('of status and plan calls production up to date only when nothing was begun and left unfinished', async () => {
    await run(['apply', '--yes']);
    expect((await run(['plan'])).stdout).toContain('Nothing to apply: production is up to date.');
    change(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ('1', 'x', '20260101120000_elsewhere')`,
    );
    const status = await run(['status', '--exit-code']);
    expect(status.code).toBe(3);
    expect(status.stdout).toContain('✖ 20260101120000_elsewhere  unfinished');
    expect(status.stdout).toMatch(
      /Not up to date\. Next: migrate-prod backfill --url file:shop\.db 20260101120000_elsewhere\n$/,
    );
    expect((await run(['status', '--json'])).json()).toMatchObject({
      upToDate: false,
      toApply: 0,
      next: 'migrate-prod backfill --url file:shop.db 20260101120000_elsewhere',
    });
    const plan = await run(['plan']);
    expect(plan.stdout).toContain('not up to date: 20260101120000_elsewhere was started elsewhere and never finished');
    expect(plan.stdout).toContain('Next: migrate-prod backfill --url file:shop.db 20260101120000_elsewhere');
    const applied = await run(['apply', '--yes']);
    expect(applied.stdout).toContain('but production is not up to date: 2026');
    expect(applied.stdout).toMatch(/Next: migrate-prod backfill --url file:shop\.db 20260101120000_elsewhere\n$/);
    expect((await run(['apply', '--yes', '--json'])).json()).toMatchObject({ leftOpen: ['20260101120000_elsewhere'] });
    // The command that is offered does it.
    expect((await run(['backfill', '20260101120000_elsewhere', '--yes'])).code).toBe(0);
    expect((await run(['status'])).stdout).toMatch(/ {2}Up to date\.\n$/);
  });

  test('of status sends a renamed migration to backfill', async () => {
    await run(['apply', '--yes']);
    change(`UPDATE "_prisma_migrations" SET migration_name = '2_old' WHERE migration_name = '20260102000000_book'`);
    const status = await run(['status', '--exit-code']);
    expect(status.code).toBe(3);
    expect(status.stdout).toMatch(
      /Not up to date\. Next: migrate-prod backfill --url file:shop\.db 20260102000000_book\n$/,
    );
  });

  test('of a long history shows its end, and JSON shows all of it', async () => {
    for (let index = 100; index < 140; index += 1) await project.write(`${index}_x`, '');
    await run(['apply', '--yes']);
    const { stdout } = await run(['status']);
    expect(stdout).toContain('… 27 more applied before these (--json lists all)');
    expect(stdout).not.toContain('100_x');
    expect(stdout).toContain('20260102000000_book');
    expect((await run(['status', '--json'])).json<{ migrations: unknown[] }>().migrations).toHaveLength(42);
  });

  test('of very many pending migrations is one line for each that needs no look', async () => {
    for (let index = 100; index < 140; index += 1) await project.write(`${index}_x`, 'SELECT 1;');
    change('SELECT 1');
    const { stdout } = await run(['plan']);
    expect(stdout).toMatch(/\n {2}100_x +1 statement\n {2}101_x/);
    expect(stdout).toContain('--json lists every statement.');
  });

  test('never lets a name or a message act on the terminal', async () => {
    const name = 'x\u001b[2J\u202ey';
    await project.write(`3_${name}`, `CREATE TABLE "${name}\nz" ("a\u001b]0;b\u0007" TEXT DEFAULT '\u009b1m');`);
    const outputs = [
      await run(['apply', '--yes']),
      await run(['status']),
      await run(['tables']),
      await run(['inspect', `${name}\nz`]),
      await run(['inspect', `${name}\nq`]),
      await run(['backfill', '--undo', `3_${name}`, '--yes']),
    ];
    for (const { stdout, stderr } of outputs) {
      expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
      expect(stdout + stderr).toContain('x\\x1b[2J\\u{202e}y');
    }
  });

  test('is whole in a pipe, however long, and fits a terminal', async () => {
    const long = `20260103000000_${'very_'.repeat(30)}long`;
    await project.write(long, '');
    change('SELECT 1');
    expect((await run(['status'])).stdout).toContain(`${long}  pending`);
    const narrow = await runInProcess(['status', ...url, '--no-color'], { cwd: project.root, columns: 80 });
    expect(Math.max(...narrow.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(narrow.stdout).toMatch(/very_\S*… {2}pending/);
  });
});

describe('a project', () => {
  test('below the current directory is used, and said so', async () => {
    const inner = join(project.root, 'apps', 'web');
    await project.writeFile('apps/web/prisma/migrations/1_inner/migration.sql', 'SELECT 1;');
    await project.writeFile('apps/web/prisma/schema.prisma', 'datasource db {\n  provider = "sqlite"\n}\n');
    change('SELECT 1');
    const status = ['status', '--url', `file:${project.root}/shop.db`];
    const inside = await runInProcess(status, { cwd: inner });
    expect(inside.stdout).toContain('1_inner');
    expect(inside.stderr).not.toContain('Using the project');
    const between = await runInProcess([...status, '--json'], { cwd: join(project.root, 'apps') });
    expect(between.json<{ migrations: unknown[] }>().migrations).toHaveLength(2);

    await project.writeFile('apps/.git/HEAD', '');
    const above = await runInProcess(status, { cwd: join(project.root, 'apps') });
    expect(above.stdout).toContain('1_inner');
    expect(above.stderr).toContain('Using the project in web.\n');
    const json = await runInProcess([...status, '--json'], { cwd: join(project.root, 'apps') });
    expect(json.json()).toMatchObject({
      migrations: [{ name: '1_inner' }],
      notices: ['Using the project in web.', `A local file, not a server: ${join(project.root, 'shop.db')}`],
    });
  });

  test('of which migrations are left, beside the whole one, is not applied before somebody says so', async () => {
    change('CREATE TABLE alone (id)');
    const root = join(project.root, 'moved');
    await project.writeFile('moved/.git/HEAD', '');
    await project.writeFile('moved/prisma/migrations/1_stale/migration.sql', 'CREATE TABLE stale (id);');
    await project.writeFile('moved/packages/db/prisma/schema.prisma', 'datasource db {\n  provider = "sqlite"\n}\n');
    await project.writeFile('moved/packages/db/prisma/migrations/1_new/migration.sql', 'CREATE TABLE new (id);');
    const url = ['--url', `file:${project.root}/shop.db`];
    const refused = await runInProcess(['apply', '--yes', ...url], { cwd: root });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('prisma/migrations has no schema beside it');
    const commands = refused.stderr.split('\n').filter((line) => line.includes('migrate-prod apply'));
    expect(commands).toHaveLength(2);
    for (const [index, name] of ['1_stale', '1_new'].entries()) {
      const words = commands[index]?.trim().split(/\s+/).slice(1) ?? [];
      const chosen = await runInProcess(['plan', ...words.slice(1).filter((word) => word !== '--yes'), '--json'], {
        cwd: root,
      });
      expect(chosen.stdout).toContain(name);
    }
    expect((await runInProcess(['tables', ...url], { cwd: root })).stdout).not.toContain('stale');
  });

  test('is not needed for tables and inspect', async () => {
    change('CREATE TABLE alone (id)');
    const options = { cwd: '/', env: { TURSO_DATABASE_URL: `file:${project.root}/shop.db` } };
    expect((await runInProcess(['tables'], options)).stdout).toContain('alone');
    expect((await runInProcess(['inspect', 'alone'], options)).code).toBe(0);
  });

  test('whose config file throws later is a bug to report, with its stack, once', async () => {
    await project.writeFile(
      'prisma.config.ts',
      'setTimeout(() => { throw new Error("thrown later") }, 0);\nawait new Promise((resolve) => setTimeout(resolve, 50));\nexport default {};',
    );
    change('SELECT 1');
    const text = await runCommand(['status', ...url], { cwd: project.root });
    expect(text.code).toBe(1);
    expect(text.stderr).toContain('This is a bug in migrate-prod: thrown later. Nothing was written to production.');
    expect(text.stderr).toContain('prisma.config.ts');
    const json = await runCommand(['status', '--json', ...url], { cwd: project.root });
    expect(json.json()).toMatchObject({
      ok: false,
      exitCode: 1,
      error: { code: 'INTERNAL', stack: expect.any(String) },
    });
  });

  test('whose config file leaves something open does not keep the command from ending', async () => {
    await project.writeFile('prisma.config.ts', 'setInterval(() => {}, 1000);\nexport default {};');
    change('SELECT 1');
    expect((await runCommand(['status', ...url], { cwd: project.root, timeoutMs: 5_000 })).code).toBe(0);
  });
});

describe('a reader that goes away', () => {
  test.skipIf(process.platform === 'win32')('is no error', async () => {
    const bin = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));
    const line = `"${process.execPath}" "${bin}" --help | head -1; echo "code \${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', line], { cwd: project.root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
      });
    }
    await new Promise((resolve) => child.once('close', resolve));
    expect(output).toBe('Usage: migrate-prod <command> [options]\ncode 0\n');
  });
});

describeWithServer('on a server', () => {
  let server: Server;
  let proxy: TestProxy;
  let target: string;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    target = await freshDatabase(server);
    proxy = await startProxy(server.port);
  });
  afterEach(() => proxy.stop());

  function onServer(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return runCommand(args, { cwd: project.root, env: { TURSO_DATABASE_URL: proxy.through(target), ...env } });
  }

  test('each command costs the requests that it says', async () => {
    const requests = async (...args: readonly string[]) => {
      const before = proxy.requests.length;
      const said = (await onServer([...args, '--json'])).json<{ requests: number }>().requests;
      expect(said).toBe(proxy.requests.length - before);
      return said;
    };
    expect(await requests('status')).toBe(1);
    expect(await requests('plan')).toBe(1);
    expect(await requests('apply', '--yes')).toBe(2);
    expect(await requests('apply', '--yes')).toBe(1);
    expect(await requests('history')).toBe(1);
    expect(await requests('tables')).toBe(1);
    expect(await requests('tables', '--count')).toBe(2);
    expect(await requests('inspect', 'Book')).toBe(1);
  });

  /** Sends one Ctrl-C while the second request, the one that applies, is under way. */
  async function interruptApply(): Promise<{ readonly code: unknown; readonly stdout: string }> {
    const child = spawnCommand(['apply', '--yes', '--json'], {
      cwd: project.root,
      env: { TURSO_DATABASE_URL: proxy.through(target) },
    });
    let stdout = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    proxy.onRequest(2, () => {
      setTimeout(() => child.kill('SIGINT'), 200);
      // npx passes the terminal's own signal on: the same Ctrl-C, twice.
      setTimeout(() => child.kill('SIGINT'), 250);
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    return { code, stdout };
  }

  test('a Ctrl-C while applying is settled: what never arrived never runs, and the exit code is 130', async () => {
    proxy.breakRequest(2, { status: 200, body: '', headers: { 'transfer-encoding': 'chunked' } });
    proxy.latency(600);
    // From the first look on it answers at once.
    proxy.onRequest(3, () => proxy.latency(0));
    const { code, stdout } = await interruptApply();
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 130,
      applied: [],
      notStarted: Object.keys(migrations),
      error: { code: 'INTERRUPTED' },
    });
    expect((await onServer(['apply', '--yes', '--json'])).json()).toMatchObject({ applied: Object.keys(migrations) });
  });

  test('a Ctrl-C that comes when all has been applied is told so', async () => {
    proxy.breakRequest(2, 'hang');
    const { code, stdout } = await interruptApply();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'applied', applied: Object.keys(migrations), notStarted: [] });
  });

  test('a second Ctrl-C ends it at once: what was sent may still run, so the exit code is 4', async () => {
    proxy.breakFrom(2, 'hang');
    const child = spawnCommand(['apply', '--yes'], {
      cwd: project.root,
      env: { TURSO_DATABASE_URL: proxy.through(target) },
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    proxy.onRequest(2, () => {
      setTimeout(() => child.kill('SIGINT'), 100);
      setTimeout(() => child.kill('SIGINT'), 1_000);
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(4);
    expect(stderr).toContain('the outcome is unknown.  (OUTCOME_UNKNOWN)\n  Next: migrate-prod status');
  });

  test('a server that goes away for good leaves the outcome unknown: exit code 4', async () => {
    proxy.breakFrom(2, 'before');
    const result = await onServer(['apply', '--yes', '--timeout', '1']);
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('OUTCOME_UNKNOWN');
    expect(result.stderr).toContain('migrate-prod status');
    proxy.mend();
    const json = await onServer(['status', '--json']);
    expect(json.json()).toMatchObject({ ok: true });
  });

  test('a token that the server repeats is not in the output', async () => {
    const token = 'a-token-that-is-no-jwt';
    proxy.breakFrom(1, { status: 401, body: JSON.stringify({ error: `bad token ${token}` }) });
    for (const args of [['status'], ['status', '--json']]) {
      const { code, stdout, stderr } = await onServer(args, { TURSO_AUTH_TOKEN: token });
      expect(code).toBe(1);
      expect(stdout + stderr).toContain('AUTH_FAILED');
      expect(stdout + stderr).toContain('[secret]');
      expect(stdout + stderr).not.toContain(token);
    }
  });

  test('a run at the same moment is told from one of our own', async () => {
    const [left, right] = await Promise.all([
      onServer(['apply', '--yes', '--json']),
      onServer(['apply', '--yes', '--json']),
    ]);
    const results = [left.json<{ applied: string[] }>(), right.json<{ applied: string[] }>()];
    expect([left.code, right.code]).toEqual([0, 0]);
    expect(results.flatMap((result) => result.applied).sort()).toEqual(Object.keys(migrations));
  });
});

test('a file target that was not confirmed is not made', async () => {
  expect((await run(['apply'])).code).toBe(1);
  expect(existsSync(join(project.root, 'shop.db'))).toBe(false);
});
