/** A token that git could publish, or that others on the machine can open: who reads is warned, and who writes is refused. */

import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeWithGit, gitEnvironment } from '../support/git.ts';
import { describeWithServer } from '../support/server.ts';
import { file, useTokenFile } from './token-file-project.ts';

describeWithGit('git', () => {
  describeWithServer('and a file with a token', () => {
    const shop = useTokenFile();

    test('reading says once which line keeps the file out of git', async () => {
      const { stderr } = await shop.run('status');
      expect(stderr.trim()).toBe(
        `▲ git does not ignore ${file}, which has a token in it. Add this line to .gitignore: .env.turso-*`,
      );
      shop.writeFile('.gitignore', '.env.turso-*\n');
      expect((await shop.run('status')).stderr).toBe('');
    });

    test('in JSON both are notices, and stderr stays empty', async () => {
      chmodSync(shop.at(file), 0o644);
      const { stderr, json } = await shop.run('status', '--json');
      expect(stderr).toBe('');
      expect(json<{ notices: readonly string[] }>().notices).toEqual([
        expect.stringMatching(/chmod 600/),
        expect.stringMatching(/git does not ignore/),
      ]);
    });

    test('writing writes nothing once git has the file, without a consent of its own', async () => {
      shop.git('add', file);
      const { code, stderr } = await shop.run('apply', '--yes');
      expect([code, stderr]).toEqual([2, expect.stringContaining('(CREDENTIALS_TRACKED)')]);
      expect(await shop.tables()).toEqual([]);
      expect((await shop.run('apply', '--yes', '--allow', 'tracked-credentials')).code).toBe(0);
    });

    test('writing says so where git does not read the repository, as one of another user', async () => {
      shop.git('add', file);
      const { code, stderr } = await shop.runWith({ GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }, 'apply', '--yes');
      expect(code).toBe(0);
      expect(stderr).toContain(`▲ git does not say whether it tracks ${file}, which has a token in it`);
    });

    test('the consent stands beside others in one list, and is told where it was not needed', async () => {
      shop.writeFile('.gitignore', '.env.turso-*\n');
      const { code, stderr } = await shop.run('apply', '--yes', '--allow', 'data-loss, tracked-credentials');
      expect(code).toBe(0);
      expect(stderr).toContain('--allow data-loss was not needed');
      expect(stderr).toContain('--allow tracked-credentials was not needed');
    });

    test('a git that hangs does not hold up who reads', async () => {
      shop.writeFile('bin/git', '#!/bin/sh\nexec sleep 60\n');
      chmodSync(shop.at('bin/git'), 0o755);
      const env = { PATH: `${shop.at('bin')}:${gitEnvironment.PATH}` };
      const start = Date.now();
      const { code, stderr } = await shop.runWith(env, 'status');
      expect([code, stderr]).toEqual([0, '']);
      expect(Date.now() - start).toBeLessThan(4_000);
    });
  });
});
