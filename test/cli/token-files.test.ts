/** A token that git could publish, or that others on the machine can open: every command that reads it says so, and none writes. */

import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';
import { describeWithGit, git, gitEnvironment, startRepository, writeFiles } from '../support/git.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import { runInProcess } from './in-process.ts';

const file = '.env.turso-prod';
const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';

describeWithGit('git', () => {
  describeWithServer('and a file with a token', () => {
    let server: Server;
    let proxy: TestProxy;
    let project: Project;
    let url: string;
    beforeAll(async () => {
      server = await startServer();
      proxy = await startProxy(server.port);
    });
    afterAll(async () => {
      await proxy.stop();
      await server.stop();
    });
    beforeEach(async () => {
      url = await freshDatabase(server);
      project = await makeProject({ '1_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' }, { schema });
      write(file);
      startRepository(project.root, { '.gitignore': '.env\n' });
      git(project.root, 'rm', '--cached', '--quiet', file);
    });
    afterEach(() => project.remove());

    /** Nothing but what is written there says which database and token. */
    function write(name: string, token = 'a-token-of-the-shop'): void {
      writeFiles(project.root, { [name]: `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${token}\n` });
      chmodSync(join(project.root, name), 0o600);
    }
    const run = (...args: readonly string[]) => runInProcess(args, { cwd: project.root, env: gitEnvironment });
    const tables = async () =>
      (await server.sql("SELECT name FROM sqlite_schema WHERE type = 'table'", url))[0]?.flat();

    test.each([['status'], ['plan'], ['history'], ['tables'], ['drift'], ['apply'], ['backfill']])(
      '%s says once which line keeps the file out of git',
      async (command) => {
        const { stderr } = await run(command);
        expect(stderr.split(`git does not ignore ${file}`)).toHaveLength(2);
        expect(stderr).toContain('Add this line to .gitignore: .env.turso-*');
        expect(stderr).not.toContain('chmod');
        writeFiles(project.root, { '.gitignore': '.env.turso-*\n' });
        expect((await run(command)).stderr).not.toMatch(/git (does not ignore|tracks)/);
      },
    );

    test('the mode is told with the command that changes it', async () => {
      writeFiles(project.root, { '.gitignore': '.env.turso-*\n' });
      chmodSync(join(project.root, file), 0o644);
      const { stderr } = await run('status');
      expect(stderr.trim()).toBe(
        `▲ Other users of this machine can open ${file} (mode 0644), which has a token in it: chmod 600 ${file}`,
      );
    });

    test('in JSON both are notices, and stderr stays empty', async () => {
      chmodSync(join(project.root, file), 0o644);
      const { stderr, json } = await run('status', '--json');
      expect(stderr).toBe('');
      expect(json<{ notices: readonly string[] }>().notices).toEqual([
        expect.stringMatching(/chmod 600/),
        expect.stringMatching(/git does not ignore/),
      ]);
    });

    test('a file of --env-file counts too, by its own name', async () => {
      rmSync(join(project.root, file));
      write('two words.env');
      const { stderr } = await run('status', '--env-file', 'two words.env');
      expect(stderr.trim()).toBe(
        '▲ git does not ignore two words.env, which has a token in it. Add this line to .gitignore: two words.env',
      );
    });

    test('a file without a token, and one that is not read, are nobody’s matter', async () => {
      writeFiles(project.root, { [file]: `TURSO_DATABASE_URL=${url}\n` });
      expect((await run('status')).stderr).toBe('');
      write(file);
      const env = { ...gitEnvironment, TURSO_DATABASE_URL: url };
      expect((await runInProcess(['status', '--no-env-file'], { cwd: project.root, env })).stderr).toBe('');
    });

    test.each([
      ['apply', '--yes'],
      ['backfill', '--yes', '--allow', 'unproven'],
      ['drift', '--fix', '--yes', '--name', 'x'],
    ])('%s writes nothing once git has the file, without a consent of its own', async (...args) => {
      if (args[0] === 'drift') await server.sql('CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY)', url);
      if (args[0] === 'backfill') await server.sql('CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY)', url);
      if (args[0] === 'drift') expect((await run('apply', '--yes')).code).toBe(0);
      git(project.root, 'add', file);
      const before = await tables();
      const { code, stderr } = await run(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining('(CREDENTIALS_TRACKED)')]);
      expect(stderr).toContain(`git rm --cached ${file}`);
      expect(stderr).toContain('add this line to .gitignore: .env.turso-*');
      expect(stderr).not.toContain('a-token-of-the-shop');
      expect(stderr).toContain('by adding --allow tracked-credentials');
      expect(await tables()).toEqual(before);
      const again = await run(...args, '--allow', 'tracked-credentials');
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining(`git tracks ${file}`)]);
    });

    test('the consent stands beside others in one list, and is told where it was not needed', async () => {
      writeFiles(project.root, { '.gitignore': '.env.turso-*\n' });
      const { code, stderr } = await run('apply', '--yes', '--allow', 'data-loss, tracked-credentials');
      expect(code).toBe(0);
      expect(stderr).toContain('--allow data-loss was not needed');
      expect(stderr).toContain('--allow tracked-credentials was not needed');
    });

    test('reading goes on once git has the file, with a warning', async () => {
      git(project.root, 'add', file);
      const { code, stderr } = await run('plan');
      expect(code).toBe(0);
      expect(stderr).toContain(`git tracks ${file}: whoever has this repository has the token`);
    });

    test('a git that hangs does not hold up who reads', async () => {
      writeFiles(project.root, { 'bin/git': '#!/bin/sh\nexec sleep 60\n' });
      chmodSync(join(project.root, 'bin', 'git'), 0o755);
      const env = { ...gitEnvironment, PATH: `${join(project.root, 'bin')}:${gitEnvironment.PATH}` };
      const start = Date.now();
      const { code, stderr } = await runInProcess(['status'], { cwd: project.root, env });
      expect([code, stderr]).toEqual([0, '']);
      expect(Date.now() - start).toBeLessThan(3_000);
    });

    test('git is asked while the server works', async () => {
      const proxied = proxy.through(url);
      writeFiles(project.root, { [file]: `TURSO_DATABASE_URL=${proxied}\nTURSO_AUTH_TOKEN=a-token-of-the-shop\n` });
      proxy.breakFrom(proxy.requests.length + 1, { delayMs: 500 });
      expect((await run('status')).stderr).toContain('git does not ignore');
    });
  });
});
