/** Every command that reads a file with a token looks after it. */

import { chmodSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeWithGit } from '../support/git.ts';
import { describeWithServer } from '../support/server.ts';
import { file, useTokenFile } from './token-file-project.ts';

describeWithGit('git', () => {
  describeWithServer('and a file with a token', () => {
    const shop = useTokenFile();

    test.each([['status'], ['plan'], ['history'], ['tables'], ['drift'], ['apply'], ['backfill']])(
      '%s says once which line keeps the file out of git',
      async (command) => {
        const { stderr } = await shop.run(command);
        expect(stderr.split(`git does not ignore ${file}`)).toHaveLength(2);
        expect(stderr).toContain('Add this line to .gitignore: .env.turso-*');
        expect(stderr).not.toContain('chmod');
        shop.writeFile('.gitignore', '.env.turso-*\n');
        expect((await shop.run(command)).stderr).not.toMatch(/git (does not ignore|tracks)/);
      },
    );

    test('the mode is told with the command that changes it', async () => {
      shop.writeFile('.gitignore', '.env.turso-*\n');
      chmodSync(shop.at(file), 0o644);
      const { stderr } = await shop.run('status');
      expect(stderr.trim()).toBe(
        `▲ Other users of this machine can open ${file} (mode 0644), which has a token in it: chmod 600 ${file}`,
      );
    });

    test('a file of --env-file counts too, by its own name', async () => {
      rmSync(shop.at(file));
      shop.write('two words.env');
      const { stderr } = await shop.run('status', '--env-file', 'two words.env');
      expect(stderr.trim()).toBe(
        '▲ git does not ignore two words.env, which has a token in it. Add this line to .gitignore: two words.env',
      );
    });

    test('a file without a token, and one that is not read, are nobody’s matter', async () => {
      shop.writeFile(file, `TURSO_DATABASE_URL=${shop.url()}\n`);
      expect((await shop.run('status')).stderr).toBe('');
      shop.write(file);
      const env = { TURSO_DATABASE_URL: shop.url() };
      expect((await shop.runWith(env, 'status', '--no-env-file')).stderr).toBe('');
    });

    test.each([
      ['apply', '--yes'],
      ['backfill', '--yes', '--allow', 'unproven'],
      ['drift', '--fix', '--yes', '--name', 'x'],
    ])('%s writes nothing once git has the file, without a consent of its own', async (...args) => {
      if (args[0] === 'drift') await shop.sql('CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY)');
      if (args[0] === 'backfill') await shop.sql('CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY)');
      if (args[0] === 'drift') expect((await shop.run('apply', '--yes')).code).toBe(0);
      shop.git('add', file);
      const before = await shop.tables();
      const { code, stderr } = await shop.run(...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining('(CREDENTIALS_TRACKED)')]);
      expect(stderr).toContain(`git rm --cached ${file}`);
      expect(stderr).toContain('let .gitignore have this line: .env.turso-*');
      expect(stderr).not.toContain('a-token-of-the-shop');
      expect(stderr).toContain('by adding --allow tracked-credentials');
      expect(await shop.tables()).toEqual(before);
      const again = await shop.run(...args, '--allow', 'tracked-credentials');
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining(`git tracks ${file}`)]);
    });

    test('reading goes on once git has the file, with a warning', async () => {
      shop.git('add', file);
      const { code, stderr } = await shop.run('plan');
      expect(code).toBe(0);
      expect(stderr).toContain(`git tracks ${file}: whoever has this repository has the token`);
    });

    test('a git that hangs holds up who writes for its five seconds, and that is said', async () => {
      shop.writeFile('bin/git', '#!/bin/sh\nexec sleep 60\n');
      chmodSync(shop.at('bin/git'), 0o755);
      const start = Date.now();
      const { code, stderr } = await shop.runWith({ PATH: `${shop.at('bin')}:${process.env.PATH}` }, 'apply', '--yes');
      expect([code, stderr]).toEqual([0, expect.stringContaining('▲ git does not answer')]);
      expect(Date.now() - start).toBeLessThan(15_000);
    });
  });
});
