/** How a file with a token is kept, in real repositories. */

import { chmod, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKept } from '../../../src/adapters/files/credentials-kept.ts';
import { git, gitEnvironment } from '../../support/git.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-kept-')));
  file = join(folder, '.env.turso-prod');
  await writeFile(file, 'A=1\n', { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (path = file) => readKept(path, gitEnvironment);

test('outside of a repository there is only its mode', async () => {
  expect(await read()).toEqual({ mode: 0o600, ignored: 'no-git' });
  await chmod(file, 0o644);
  expect(await read()).toEqual({ mode: 0o644, ignored: 'no-git' });
});

test('a repository ignores it, or does not, or has it', async () => {
  git(folder, 'init', '-q');
  expect((await read()).ignored).toBe('not-ignored');
  await writeFile(join(folder, '.gitignore'), '.env*\n');
  expect((await read()).ignored).toBe('ignored');
  // What is tracked stays so, whatever is ignored.
  git(folder, 'add', '--force', '.env.turso-prod');
  expect((await read()).ignored).toBe('tracked');
});

test('a name with a pattern in it is that name, and not what it matches', async () => {
  git(folder, 'init', '-q');
  await writeFile(join(folder, 'a1'), '');
  await writeFile(join(folder, 'a[1]'), '');
  git(folder, 'add', 'a1');
  expect((await read(join(folder, 'a[1]'))).ignored).toBe('not-ignored');
});

test('without git, and of what is not there, nothing is known', async () => {
  expect(await readKept(file, { PATH: folder })).toEqual({ mode: 0o600, ignored: 'unknown' });
  expect((await read(join(folder, 'none'))).mode).toBeNull();
  await symlink(file, join(folder, 'link'));
  expect((await read(join(folder, 'link'))).mode).toBe(0o600);
});
