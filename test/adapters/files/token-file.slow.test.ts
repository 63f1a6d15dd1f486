/** Files of any name, and repositories that name programs: git is started often for these. */

import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askGit, findWayOut } from '../../../src/adapters/files/token-file.ts';
import { describeWithGit, git, gitEnvironment, startRepository } from '../../support/git.ts';
import { createFolder } from './folder.ts';

const file = '.env.turso-prod';
const ask = (path: string) => askGit(path, gitEnvironment, {});

describeWithGit('git', () => {
  const names = [
    file,
    'two words',
    'two\nlines',
    '-rf',
    ':(top)x',
    '*',
    '?',
    '[a]',
    '#hash',
    '!not',
    'ends ',
    'back\\slash',
    'üñí',
  ];

  test('knows files of any name as open, tracked and ignored, and no other beside them', async () => {
    const root = createFolder({ 'shop/other.txt': 'x', '.gitignore': 'nothing\n' });
    startRepository(root);
    const shop = join(root, 'shop');
    const write = (list: readonly string[]) => list.map((name) => writeFileSync(join(shop, name), 'x'));
    const askAll = async (list: readonly string[]) => {
      const states = await Promise.all(list.map((name) => ask(join(shop, name))));
      return Object.fromEntries(list.map((name, index) => [name, states[index]]));
    };
    const all = (list: readonly string[], state: string) => Object.fromEntries(list.map((name) => [name, state]));
    write(names);
    expect(await askAll(names)).toEqual(all(names, 'open'));
    git(root, 'add', '--all');
    expect(await askAll(names)).toEqual(all(names, 'tracked'));
    git(shop, '--literal-pathspecs', 'rm', '--quiet', '--cached', '--', ...names);
    const ways = names.map((name) => findWayOut(join(shop, name), root));
    for (const { ignoreFile, remove } of ways) {
      expect([ignoreFile, remove]).toEqual([
        '.gitignore',
        expect.stringMatching(/^git (--literal-pathspecs )?rm --cached /),
      ]);
    }
    const lines = ways.map(({ ignoreLine }) => ignoreLine);
    expect(names.filter((_, index) => lines[index] === null)).toEqual(['two\nlines']);
    writeFileSync(join(root, '.gitignore'), lines.map((line) => `${line}\n`).join(''));
    const named = names.filter((name) => !name.includes('\n'));
    expect(await askAll(named)).toEqual(all(named, 'ignored'));
    const others = ['a', 'b', 'hash', 'not', 'ends', 'two', 'words', 'back', 'backslash', '.env', '.env.turso'];
    write(others);
    expect(await askAll(others)).toEqual(all(others, 'open'));
  });

  test('starts no program that a repository names', async () => {
    const root = createFolder({
      [file]: 'x',
      watch: '#!/bin/sh\ntouch "$(dirname "$0")/started"\n',
      'inner/README.md': 'x',
    });
    startRepository(root);
    chmodSync(join(root, 'watch'), 0o755);
    git(root, 'config', 'core.fsmonitor', join(root, 'watch'));
    expect(await ask(join(root, file))).toBe('tracked');
    // A repository without a work tree that somebody committed among the files, with settings of its own.
    const inner = join(root, 'inner');
    git(inner, 'init', '--quiet', '--bare');
    mkdirSync(join(inner, 'work'));
    git(inner, '--git-dir=.', 'config', 'core.bare', 'false');
    git(inner, '--git-dir=.', 'config', 'core.worktree', join(inner, 'work'));
    git(inner, '--git-dir=.', 'config', 'core.fsmonitor', join(root, 'watch'));
    writeFileSync(join(inner, file), 'x');
    expect(['refused', 'open']).toContain(await ask(join(inner, file)));
    expect(existsSync(join(root, 'started'))).toBe(false);
  });
});
