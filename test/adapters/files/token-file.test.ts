import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askGit, findOpenMode, findWayOut } from '../../../src/adapters/files/token-file.ts';
import { describeWithGit, git, gitEnvironment, startRepository } from '../../support/git.ts';
import { createFolder } from './folder.ts';

const file = '.env.turso-prod';
const ask = (path: string, env: Readonly<Record<string, string>> = {}) =>
  askGit(path, { ...gitEnvironment, ...env }, {});

test.skipIf(process.platform === 'win32').each([
  [0o600, null],
  [0o400, null],
  [0o700, null],
  [0o711, null],
  [0o644, '0644'],
  [0o640, '0640'],
  [0o620, '0620'],
  [0o604, '0604'],
  [0o1644, '0644'],
])('a file with the mode %o is open to others: %s', (mode, expected) => {
  const path = join(createFolder({ [file]: 'x' }), file);
  chmodSync(path, mode);
  expect(findOpenMode(path)).toBe(expected);
});

test('a file that has gone meanwhile has no mode', () => {
  expect(findOpenMode(join(createFolder(), file))).toBe(null);
});

describeWithGit('git', () => {
  test('has a file that was added, although it ignores it now, and although nothing is committed', async () => {
    const root = createFolder({ [file]: 'x', '.gitignore': `${file}\n` });
    git(root, 'init', '--quiet');
    expect(await ask(join(root, file))).toBe('ignored');
    git(root, 'add', '--force', file);
    expect(await ask(join(root, file))).toBe('tracked');
  });

  test('is asked about the file behind a link', async () => {
    const root = createFolder({ 'secrets/prod': 'x', '.gitignore': `${file}\n` });
    startRepository(root);
    symlinkSync('secrets/prod', join(root, file));
    expect(await ask(join(root, file))).toBe('tracked');
    expect(findWayOut(join(root, file), root).remove).toBe('git rm --cached secrets/prod');
    const outside = createFolder({ prod: 'x' });
    symlinkSync(join(outside, 'prod'), join(root, 'link'));
    git(root, 'add', '--all');
    expect(await ask(join(root, 'link'))).toBe('unknown');
  });

  test('is asked in the submodule that has the file', async () => {
    const inner = createFolder({ 'README.md': 'x' });
    startRepository(inner);
    const root = createFolder({ 'README.md': 'x', '.gitignore': '.env*\n' });
    startRepository(root);
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'part');
    writeFileSync(join(root, 'part', file), 'x');
    expect(await ask(join(root, 'part', file))).toBe('open');
    expect(findWayOut(join(root, 'part', file), root)).toMatchObject({
      remove: `git -C ${join(root, 'part')} rm --cached ${file}`,
      ignoreFile: 'part/.gitignore',
    });
    git(join(root, 'part'), 'add', file);
    expect(await ask(join(root, 'part', file))).toBe('tracked');
  });

  test('is not misled by what it sets for its hooks, nor by how it is told to read paths', async () => {
    const other = createFolder({ '.gitignore': `${file}\n` });
    startRepository(other);
    const root = createFolder({ [file]: 'x' });
    startRepository(root);
    const env = { GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other, GIT_INDEX_FILE: join(other, '.git', 'index') };
    expect(await ask(join(root, file), env)).toBe('tracked');
    for (const name of ['GIT_GLOB_PATHSPECS', 'GIT_NOGLOB_PATHSPECS', 'GIT_ICASE_PATHSPECS', 'GIT_LITERAL_PATHSPECS']) {
      expect([name, await ask(join(root, file), { [name]: '1' })]).toEqual([name, 'tracked']);
    }
  });

  test('says nothing without a work tree: outside, in a bare repository, in the folder of git itself', async () => {
    const bare = createFolder();
    git(bare, 'init', '--quiet', '--bare');
    const root = createFolder({ [file]: 'x' });
    startRepository(root);
    const said = { [createFolder()]: 'unknown', [bare]: 'unknown', [join(root, '.git')]: 'refused' };
    for (const [folder, state] of Object.entries(said)) {
      writeFileSync(join(folder, file), 'x');
      expect([folder, await ask(join(folder, file))]).toEqual([folder, state]);
    }
  });

  test('says nothing where it is not installed, refuses the repository, or does not answer', async () => {
    const root = createFolder({
      [file]: 'x',
      'bin/git': '#!/bin/sh\nexec sleep 60\n',
      'not/git': '#!/bin/sh\nexit 128\n',
    });
    startRepository(root);
    chmodSync(join(root, 'bin', 'git'), 0o755);
    chmodSync(join(root, 'not', 'git'), 0o755);
    const path = join(root, file);
    expect(await askGit(path, { PATH: join(root, 'nowhere') }, {})).toBe('unknown');
    // As if the folder were another user's: safe.directory.
    expect(await ask(path, { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })).toBe('refused');
    expect(await askGit(path, { PATH: `${join(root, 'not')}:${process.env.PATH}` }, {})).toBe('refused');
    const hanging = { PATH: `${join(root, 'bin')}:${process.env.PATH}` };
    const start = Date.now();
    expect(await askGit(path, hanging, { signal: AbortSignal.timeout(100) })).toBe('unknown');
    expect(Date.now() - start).toBeLessThan(3_000);
  });
});
