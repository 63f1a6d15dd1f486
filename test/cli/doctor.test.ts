/** `doctor` on real servers and files: the page is always whole, and reads only. The rest is in `doctor.slow.test.ts`. */

import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { neededNode } from '../../src/cli/commands/doctor-facts.ts';
import type { Project } from '../support/folder.ts';
import { git } from '../support/git.ts';
import { describeWithServer, type Server, startServer } from '../support/server.ts';
import { environment, examine, find, makeSmallProject, states, writeCredentials } from './doctor-page.ts';
import { runInProcess } from './in-process.ts';

let project: Project;
beforeEach(async () => {
  project = await makeSmallProject();
});
afterEach(() => project.remove());

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
    await writeCredentials(project.root, server.url, server.token('rw', 30 * 24 * 3_600));
    const before = await server.dump();
    const page = await examine(project.root);
    expect(new Set(Object.values(states(page)))).toEqual(new Set(['ok']));
    expect(find(page, 'server').text).toMatch(/^answers, [\d.]+ ms a round trip$/);
    expect(find(page, 'credentials').text).toBe(`${server.url}, from .env.turso-prod`);
    expect(find(page, 'credentials-file').text).toBe('.env.turso-prod: git ignores it');
    expect(find(page, 'pending').text).toBe('1 migration to apply');
    expect(await server.dump()).toBe(before);
    await runInProcess(['apply', '--yes'], { cwd: project.root, env: environment });
    const after = await runInProcess(['doctor'], { cwd: project.root, env: environment });
    expect(after.stdout).toMatch(/Nothing stops apply\.\n$/);
  });

  test('that may only read, whatever needs no writing is looked at', async () => {
    await writeCredentials(project.root, server.url, server.token('ro', 30 * 24 * 3_600));
    const page = await examine(project.root);
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
    const { stdout } = await runInProcess(['doctor'], { cwd: project.root, env: environment });
    expect(stdout).toContain('Nothing stops plan; apply needs a token that may write.');
  });

  test.each([
    ['has expired', () => server.token('rw', -3 * 24 * 3_600), /^expired 3 days ago/],
    ['is garbage', () => 'not-a-token-at-all', /no JWT/],
    ['is of another server', () => `${server.token('rw').slice(0, -10)}AAAAAAAAAA`, /^the server does not accept it/],
  ])('that %s, only the token is at fault, and it is not shown', async (_, token, text) => {
    const secret = token();
    await writeCredentials(project.root, server.url, secret);
    const page = await examine(project.root);
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
});

describe('a file', () => {
  test('is looked at like a server, and none is made', async () => {
    const url = ['--url', 'file:shop.db'];
    const before = await examine(project.root, url);
    expect(find(before, 'engine').text).toContain('not there yet');
    expect(states(before)).not.toContain('failed');
    expect((await runInProcess(['apply', '--yes', ...url], { cwd: project.root })).code).toBe(0);
    const bytes = await readFile(join(project.root, 'shop.db'));
    const page = await examine(project.root, url);
    expect(states(page)).toMatchObject({ server: 'ok', transactions: 'ok', 'foreign-keys': 'ok', pending: 'ok' });
    expect(find(page, 'pending').text).toBe('nothing to apply');
    expect(await readFile(join(project.root, 'shop.db'))).toEqual(bytes);
  });
});

describe('the page is whole', () => {
  test('without a project and without credentials', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-none-')));
    try {
      const page = await examine(folder);
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
    const page = await examine(project.root, ['--url', 'http://127.0.0.1:1']);
    expect(find(page, 'server')).toMatchObject({
      state: 'failed',
      text: expect.stringContaining('connection refused'),
    });
    expect(find(page, 'migrations').state).toBe('ok');
  });
});

test('the Node that is needed is what the package says', async () => {
  const content: { engines: { node: string } } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  expect(content.engines.node).toBe(`>=${neededNode}`);
});
