/** `--quiet` and `--verbose`: what is left out, and what is told besides, on a real server with a token. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import { runInProcess } from './in-process.ts';

const secretValue = 'a-value-of-a-row';

describeWithServer('how much is said', () => {
  let server: Server;
  let project: Project;
  let url = '';
  beforeAll(async () => {
    server = await startServer({ auth: true });
    project = await makeProject({
      '1_a': 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "n" TEXT);',
      '2_b': `UPDATE "A" SET "n" = '${secretValue}-2' WHERE "n" = '${secretValue}';`,
      '3_c': 'CREATE UNIQUE INDEX "A_n" ON "A" ("n");',
    });
    url = await freshDatabase(server);
    await run(['apply', '--yes', '--to', '1_a']);
    await server.sql(`INSERT INTO "A" VALUES (1, '${secretValue}'), (2, 'b')`, url);
  });
  afterAll(async () => {
    await server.stop();
    await project.remove();
  });

  function run(args: readonly string[], kind: 'rw' | 'ro' = 'rw') {
    const env = { NO_COLOR: '1', TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.token(kind) };
    return runInProcess(args, { cwd: project.root, env });
  }

  it('with --verbose names each call, what it is for and what it cost, and nothing that is secret', async () => {
    const { code, stdout, stderr } = await run(['plan', '--verbose']);
    expect(code).toBe(0);
    expect(stdout).toBe((await run(['plan'])).stdout);
    const lines = stderr.trimEnd().split('\n');
    const time = String.raw`^ +\d+\.\d{3} s  `;
    const cost = String.raw`, 1 request, [\d.]+ k?(?:B|bytes) sent, [\d.]+ k?(?:B|bytes) received, \d+ ms$`;
    expect(lines[0]).toMatch(new RegExp(`${time}read 3 migrations of prisma/migrations$`));
    expect(lines[1]).toMatch(new RegExp(`${time}read schema and history: \\d+ statements, \\d+ rows came.*${cost}`));
    expect(stderr).toMatch(new RegExp(`${time}read rows that the plan meets: .*${cost}`, 'm'));
    expect(stderr).toMatch(new RegExp(`${time}ran \\d+ statements on a copy, \\d+ ms$`, 'm'));
    expect(stderr).not.toContain(secretValue);
    expect(stderr).not.toContain(server.token('rw'));
    expect(stderr).not.toMatch(/eyJ/);
  });

  it('with --verbose and --json there still is one object on stdout', async () => {
    const result = await run(['status', '--json', '--verbose']);
    expect(result.json()).toMatchObject({ command: 'status', toApply: 2 });
    expect(result.stdout.trimEnd()).not.toContain('\n');
    expect(result.stderr).toContain('read schema and history');
  });

  it('with --verbose a call that fails is told too, by its code', async () => {
    const bad = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.token('ro', -3_600) };
    const { code, stderr } = await runInProcess(['status', '--verbose'], { cwd: project.root, env: bad });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/read schema and history: \d+ statements, failed: AUTH_FAILED, 1 request/);
    expect(stderr).not.toContain(bad.TURSO_AUTH_TOKEN);
  });

  it('with --quiet there is the answer alone, and errors', async () => {
    const file = ['--url', 'file:shop.db'];
    const loud = await runInProcess(['apply', '--to', '1_a', '--yes', '--allow', 'data-loss', ...file], {
      cwd: project.root,
      env: { NO_COLOR: '1' },
    });
    expect(loud.stderr).toContain('was not needed');
    const quiet = await runInProcess(['plan', '--quiet', ...file], { cwd: project.root, env: { NO_COLOR: '1' } });
    expect(quiet.stderr).toBe('');
    expect(quiet.stdout).toContain('2_b');
    const wrong = await runInProcess(['inspect', 'Nothing', '--quiet', ...file], { cwd: project.root });
    expect(wrong.stderr).toContain('Nothing');
    expect(wrong.stderr).not.toContain('A local file');
  });

  it('with --quiet what is asked is still shown with its plan', async () => {
    const { stderr } = await runInProcess(['apply', '--quiet', '--url', 'file:other.db'], {
      cwd: project.root,
      env: { NO_COLOR: '1' },
      columns: 80,
      typed: ['n\n'],
    });
    expect(stderr).toContain('CREATE TABLE "A"');
    expect(stderr).toContain('[y/N]');
    expect(stderr).not.toContain('A local file, not a server');
  });

  it('cannot be both', async () => {
    const { code, stderr } = await run(['status', '--quiet', '--verbose']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--quiet and --verbose contradict each other')]);
  });

  it('gives no restore point where the server takes no writes', async () => {
    const name = url.split('/').at(-1) ?? '';
    await server.configure({ block_writes: true, block_reason: 'moving house' }, name);
    const { code, stderr } = await run(['apply', '--yes']);
    await server.configure({ block_writes: false }, name);
    expect(code).toBe(1);
    expect(stderr).toContain('moving house');
    expect(stderr).not.toContain('Restore point');
  });
});
