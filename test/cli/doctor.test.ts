/** `doctor` on real servers and files: the page is always whole, and reads only. */

import { chmod, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { neededNode } from '../../src/cli/commands/doctor-facts.ts';
import { checkIds } from '../../src/doctor/check.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { git, gitEnvironment } from '../support/git.ts';
import { describeWithServer, type Server, startServer } from '../support/server.ts';
import { runInProcess } from './in-process.ts';

interface Page {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly target: string | null;
  readonly checks: readonly {
    readonly id: string;
    readonly state: string;
    readonly text: string;
    readonly fix: string | null;
  }[];
  readonly error?: { readonly code: string; readonly message: string };
}

const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';
const migrations = { '20260101000000_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' };

let project: Project;
beforeEach(async () => {
  project = await makeProject(migrations, { schema });
});
afterEach(() => project.remove());

const environment = { PATH: process.env.PATH ?? '', ...gitEnvironment };

async function examine(args: readonly string[] = [], cwd = project.root): Promise<Page> {
  const result = await runInProcess(['doctor', '--json', ...args], { cwd, env: environment });
  const page = result.json<Page>();
  expect(page.checks.map(({ id }) => id)).toEqual(checkIds);
  expect(result.code).toBe(page.checks.some(({ state }) => state === 'failed') ? 1 : 0);
  expect(page.ok).toBe(result.code === 0);
  expect(page.error?.code).toBe(result.code === 0 ? undefined : 'NOT_READY');
  return page;
}

function states({ checks }: Page): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
}

function find({ checks }: Page, wanted: string) {
  const check = checks.find(({ id }) => id === wanted);
  if (check === undefined) throw new Error(`no line of ${wanted}`);
  return check;
}

async function writeCredentials(url: string, token: string): Promise<void> {
  const file = join(project.root, '.env.turso-prod');
  await writeFile(file, `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${token}\n`);
  await chmod(file, 0o600);
}

describeWithServer('with a token', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ auth: true, namespaces: false });
  });
  afterAll(() => server?.stop());

  test('that may write, all is well, and nothing is written', async () => {
    git(project.root, 'init', '-q');
    await project.writeFile('.gitignore', '.env*\n');
    await project.writeFile('node_modules/prisma/package.json', '{"version":"7.10.0"}');
    await writeCredentials(server.url, server.token('rw', 30 * 24 * 3_600));
    const before = await server.dump();
    const page = await examine();
    expect(new Set(Object.values(states(page)))).toEqual(new Set(['ok']));
    expect(find(page, 'server').text).toMatch(/^answers, [\d.]+ ms a round trip$/);
    expect(find(page, 'credentials').text).toBe(`${server.url}, from .env.turso-prod`);
    expect(find(page, 'credentials-file').text).toBe('.env.turso-prod: ignored by git, mode 0600');
    expect(find(page, 'pending').text).toBe('1 migration to apply');
    expect(await server.dump()).toBe(before);
  });

  test('that may only read, whatever needs no writing is looked at', async () => {
    await writeCredentials(server.url, server.token('ro', 30 * 24 * 3_600));
    const page = await examine();
    expect(states(page)).toMatchObject({
      token: 'warning',
      engine: 'ok',
      transactions: 'ok',
      'foreign-keys': 'warning',
    });
    expect(find(page, 'token').text).toMatch(
      /^read-only: apply and backfill need one that may write; expires in 29 days/,
    );
    expect(find(page, 'foreign-keys').text).toContain('because the token may only read');
  });

  test.each([
    ['has expired', () => server.token('rw', -3 * 24 * 3_600), /^expired 3 days ago/],
    ['is garbage', () => 'not-a-token-at-all', /no JWT/],
    ['is of another server', () => `${server.token('rw').slice(0, -10)}AAAAAAAAAA`, /^the server does not accept it/],
  ])('that %s, only the token is at fault, and it is not shown', async (_, token, text) => {
    const secret = token();
    await writeCredentials(server.url, secret);
    const page = await examine();
    expect(page.checks.filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual(['token']);
    expect(find(page, 'token').text).toMatch(text);
    expect(find(page, 'engine')).toMatchObject({
      state: 'skipped',
      text: 'not looked at, because the server refuses the token',
    });
    const shown = await runInProcess(['doctor'], { cwd: project.root, env: environment, columns: 100 });
    expect(shown.code).toBe(1);
    for (const output of [JSON.stringify(page), shown.stdout, shown.stderr]) {
      for (const part of secret.split('.').filter(({ length }) => length > 8)) expect(output).not.toContain(part);
    }
  });

  test('that git publishes, apply is stopped', async () => {
    git(project.root, 'init', '-q');
    await writeCredentials(server.url, server.token('rw'));
    git(project.root, 'add', '.env.turso-prod');
    const check = find(await examine(), 'credentials-file');
    expect(check).toMatchObject({ state: 'failed', fix: expect.stringContaining('git rm --cached .env.turso-prod') });
  });

  test('that is missing, the server says so', async () => {
    const page = await examine(['--no-env-file', '--url', server.url]);
    expect(find(page, 'token')).toMatchObject({ state: 'failed', text: 'the server asks for one, and there is none' });
  });
});

describe('a file', () => {
  test('is looked at like a server, and none is made', async () => {
    const url = ['--url', 'file:shop.db'];
    const before = await examine(url);
    expect(find(before, 'engine').text).toContain('not there yet');
    expect(states(before)).not.toContain('failed');
    expect((await runInProcess(['apply', '--yes', ...url], { cwd: project.root })).code).toBe(0);
    const bytes = await readFile(join(project.root, 'shop.db'));
    const page = await examine(url);
    expect(states(page)).toMatchObject({ server: 'ok', transactions: 'ok', 'foreign-keys': 'ok', pending: 'ok' });
    expect(find(page, 'pending').text).toBe('nothing to apply');
    expect(await readFile(join(project.root, 'shop.db'))).toEqual(bytes);
  });

  test('of something else is no database, and the rest is told', async () => {
    await project.writeFile('shop.db', 'This is no database, and long enough to be read as one. '.repeat(20));
    const page = await examine(['--url', 'file:shop.db']);
    expect(states(page)).toMatchObject({ server: 'failed', migrations: 'ok', credentials: 'ok' });
  });
});

describe('the page is whole', () => {
  test('without a project and without credentials', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-none-')));
    try {
      const page = await examine([], folder);
      expect(page.checks.filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual([
        'project',
        'credentials',
      ]);
      expect(find(page, 'embedded-engine').state).toBe('ok');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('where nobody listens', async () => {
    const page = await examine(['--url', 'http://127.0.0.1:1']);
    expect(find(page, 'server')).toMatchObject({
      state: 'failed',
      text: expect.stringContaining('connection refused'),
    });
    expect(find(page, 'migrations').state).toBe('ok');
  });

  test('where somebody listens and never answers, within the time that is given', async () => {
    const silent = await new Promise<TcpServer>((resolve) => {
      const started = createServer(() => {}).listen(0, '127.0.0.1', () => resolve(started));
    });
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const start = Date.now();
    const page = await examine(['--url', `http://127.0.0.1:${port}`, '--timeout', '0.3']);
    expect(Date.now() - start).toBeLessThan(5_000);
    expect(find(page, 'server').state).toBe('failed');
    silent.close();
  });

  test('where the config file throws, and where the settings are wrong', async () => {
    await project.writeFile('prisma.config.mjs', 'throw new Error("no such variable")');
    const page = await examine(['--url', 'file:shop.db']);
    expect(find(page, 'project')).toMatchObject({ state: 'failed', text: expect.stringContaining('no such variable') });
    expect(find(page, 'migrations').state).toBe('skipped');
    expect(find(page, 'credentials').state).toBe('ok');
    await project.writeFile('package.json', '{"migrate-prod":{"row":1}}');
    expect(find(await examine(['--no-config', '--url', 'file:shop.db']), 'project').text).toContain(
      'did you mean "rows"',
    );
  });

  test.each([60, 80, 140])('at %i columns', async (columns) => {
    const { stdout } = await runInProcess(['doctor', '--url', 'http://127.0.0.1:1'], { cwd: project.root, columns });
    const lines = stripVTControlCharacters(stdout).split('\n');
    const wide = lines.filter((line) => line.length > columns);
    // A command to copy stays in one piece, and so does a path.
    expect(wide.filter((line) => !/Fix: |\/tmp\//.test(line))).toEqual([]);
    for (const label of ['Node', 'Project', 'Foreign keys']) expect(stdout).toContain(label);
  });
});

test('the Node that is needed is what the package says', async () => {
  const content: { engines: { node: string } } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  expect(content.engines.node).toBe(`>=${neededNode}`);
});
