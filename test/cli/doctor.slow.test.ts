/** `doctor` where less usual things are wrong. */

import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server as TcpServer } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Project } from '../support/folder.ts';
import { git } from '../support/git.ts';
import { describeWithServer, type Server, startServer } from '../support/server.ts';
import { examine, find, makeSmallProject, states, writeCredentials } from './doctor-page.ts';
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

  test('that may write, and a server that takes no writes: its reason is told', async () => {
    await writeCredentials(project.root, server.url, server.token('rw', 30 * 24 * 3_600));
    try {
      await server.configure({ block_writes: true, block_reason: 'the plan is used up' });
      const blocked = await examine(project.root);
      expect(states(blocked)).toMatchObject({ token: 'ok', transactions: 'ok', 'foreign-keys': 'failed' });
      expect(find(blocked, 'foreign-keys').text).toContain('the plan is used up');
      await server.configure({ block_writes: false, block_reads: true });
      expect(find(await examine(project.root), 'engine')).toMatchObject({
        state: 'failed',
        text: expect.stringContaining('the plan is used up'),
      });
    } finally {
      await server.configure({ block_writes: false, block_reads: false });
    }
  });

  test('that git publishes, apply is stopped', async () => {
    git(project.root, 'init', '-q');
    await writeCredentials(project.root, server.url, server.token('rw'));
    git(project.root, 'add', '.env.turso-prod');
    const check = find(await examine(project.root), 'credentials-file');
    expect(check).toMatchObject({ state: 'failed', fix: expect.stringContaining('git rm --cached .env.turso-prod') });
  });

  test('that is missing, the server says so', async () => {
    const page = await examine(project.root, ['--no-env-file', '--url', server.url]);
    expect(find(page, 'token')).toMatchObject({ state: 'failed', text: 'the server asks for one, and there is none' });
  });
});

describe('the page is whole', () => {
  test('where a file is no database, and the rest is told', async () => {
    await project.writeFile('shop.db', 'This is no database, and long enough to be read as one. '.repeat(20));
    const page = await examine(project.root, ['--url', 'file:shop.db']);
    expect(states(page)).toMatchObject({ server: 'failed', migrations: 'ok', credentials: 'ok' });
  });

  test('where somebody listens and never answers, within the time that is given', async () => {
    const silent = await new Promise<TcpServer>((resolve) => {
      const started = createServer(() => {}).listen(0, '127.0.0.1', () => resolve(started));
    });
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const start = Date.now();
    const page = await examine(project.root, ['--url', `http://127.0.0.1:${port}`, '--timeout', '0.3']);
    expect(Date.now() - start).toBeLessThan(5_000);
    expect(find(page, 'server').state).toBe('failed');
    silent.close();
  });

  test("where another engine answers an older protocol, as Turso's own does", async () => {
    const value = { type: 'text', value: '3.50.4' };
    const result = { cols: [{ name: 'sqlite_version()', decltype: null }], rows: [[value]] };
    const answer = { baton: null, results: [{ type: 'ok', response: { type: 'execute', result } }] };
    const other = createHttpServer((request, response) => {
      response.statusCode = request.url === '/v2/pipeline' ? 200 : 404;
      request
        .resume()
        .on('end', () => response.end(response.statusCode === 200 ? JSON.stringify(answer) : 'Not Found'));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const page = await examine(project.root, ['--url', `http://127.0.0.1:${port}`]);
    expect(find(page, 'server')).toMatchObject({ state: 'failed', text: expect.stringContaining('SQLite 3.50.4') });
    other.close();
  });

  test('where the config file throws, and where the settings are wrong', async () => {
    await project.writeFile('prisma.config.mjs', 'throw new Error("no such variable")');
    const page = await examine(project.root, ['--url', 'file:shop.db']);
    expect(find(page, 'project')).toMatchObject({ state: 'failed', text: expect.stringContaining('no such variable') });
    expect(find(page, 'migrations').state).toBe('skipped');
    expect(find(page, 'credentials').state).toBe('ok');
    await project.writeFile('package.json', '{"migrate-prod":{"row":1}}');
    expect(find(await examine(project.root, ['--no-config', '--url', 'file:shop.db']), 'project').text).toContain(
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
