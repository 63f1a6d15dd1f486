/** What git says of another branch's migrations, asked of real repositories. */

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { readBaseMigrations } from '../../../src/adapters/files/git.ts';
import { readMigrations } from '../../../src/adapters/files/migrations.ts';
import { commit, describeWithGit, git, gitEnvironment, startRepository, writeFiles } from '../../support/git.ts';
import { catchError, createFolder } from './folder.ts';

const folderName = 'prisma/migrations';
const file = (name: string) => `${folderName}/${name}/migration.sql`;
const one = { [file('1_one')]: 'SELECT 1;\nSELECT 2;\n' };
const two = { [file('2_two')]: 'SELECT 2;\n' };

async function read(root: string, ref = 'main', env: Readonly<Record<string, string>> = {}) {
  const folder = join(root, folderName);
  const migrations = await readMigrations(folder, root);
  return readBaseMigrations({ ref, folder, migrations, env: { ...gitEnvironment, ...env } });
}

function createRepository(files: Readonly<Record<string, string>>): string {
  const root = createFolder();
  startRepository(root, files);
  return root;
}

describeWithGit('the base of a branch', () => {
  test('has its last commit, and the migrations there, whatever else is here', async () => {
    const root = createRepository(one);
    git(root, 'switch', '--quiet', '--create', 'work');
    commit(root, two);
    writeFiles(root, { [file('3_untracked')]: 'SELECT 3;' });
    expect(await read(root)).toEqual({
      ref: 'main',
      commit: git(root, 'rev-parse', 'main').trim(),
      names: ['1_one'],
      before: ['1_one'],
      edited: [],
      renamed: [],
      goneFiles: [],
    });
  });

  test('that went on has its new migrations, and they are not missed here', async () => {
    const root = createRepository(one);
    git(root, 'switch', '--quiet', '--create', 'work');
    commit(root);
    git(root, 'switch', '--quiet', 'main');
    commit(root, two);
    git(root, 'switch', '--quiet', 'work');
    expect(await read(root)).toMatchObject({ names: ['1_one', '2_two'], before: ['1_one'], edited: [] });
  });

  test.each(['main', 'main~0', 'refs/heads/main', 'a-tag', 'HEAD'])('can be named %s', async (ref) => {
    const root = createRepository(one);
    git(root, 'tag', 'a-tag');
    expect(await read(root, ref)).toMatchObject({ ref, names: ['1_one'] });
  });

  test('can have a folder of migrations that is not at the root, in a path that git quotes', async () => {
    const root = createFolder();
    const name = 'the shop/ünï "x"/prisma/migrations/20260101_größe und mehr/migration.sql';
    startRepository(root, { [name]: 'SELECT 1;', 'prisma/migrations/0_other/migration.sql': '' });
    git(root, 'config', 'core.quotePath', 'true');
    const project = join(root, 'the shop/ünï "x"');
    expect(await read(project)).toMatchObject({ names: ['20260101_größe und mehr'], edited: [] });
    writeFiles(root, { [name]: 'SELECT 2;' });
    expect(await read(project)).toMatchObject({ edited: ['20260101_größe und mehr'] });
  });

  test('has no migrations where it has no such folder', async () => {
    const root = createRepository({ 'README.md': '' });
    writeFiles(root, one);
    expect(await read(root)).toMatchObject({ names: [], before: [], edited: [] });
  });

  test('is found from a second working tree, and from inside of a hook', async () => {
    const root = createRepository(one);
    const tree = join(createFolder(), 'tree');
    git(root, 'worktree', 'add', '--quiet', '-b', 'work', tree);
    writeFiles(tree, { [file('1_one')]: 'SELECT 3;' });
    expect(await read(tree)).toMatchObject({ names: ['1_one'], edited: ['1_one'] });
    const hook = { GIT_DIR: '.git', GIT_INDEX_FILE: '.git/index', GIT_PREFIX: 'prisma/' };
    expect(await read(root, 'main', hook)).toMatchObject({ names: ['1_one'], edited: [] });
  });
});

describeWithGit('a file that the base has', () => {
  test.each([
    ['committed here', true],
    ['only written', false],
  ])('is edited when its change is %s', async (_, committed) => {
    const root = createRepository({ ...one, ...two });
    git(root, 'switch', '--quiet', '--create', 'work');
    const change = { [file('2_two')]: 'SELECT 3;\n' };
    if (committed) commit(root, change);
    else writeFiles(root, change);
    expect(await read(root)).toMatchObject({ edited: ['2_two'] });
  });

  test('is not edited when it only is not in the index', async () => {
    const root = createRepository(one);
    git(root, 'rm', '--quiet', '--cached', file('1_one'));
    expect(await read(root)).toMatchObject({ names: ['1_one'], edited: [] });
  });

  test.each([
    ['autocrlf', { 'core.autocrlf': 'true' }, {}],
    ['nothing that git knows of', { 'core.autocrlf': 'false' }, {}],
    ['an attribute', {}, { '.gitattributes': '*.sql text eol=crlf\n' }],
  ])('is not edited by line ends that were changed by %s', async (_, config, files) => {
    const root = createRepository({ ...one, ...files });
    for (const [name, value] of Object.entries(config)) git(root, 'config', name, value);
    writeFiles(root, { [file('1_one')]: 'SELECT 1;\r\nSELECT 2;\r\n' });
    expect(await read(root)).toMatchObject({ edited: [] });
    writeFiles(root, { [file('1_one')]: 'SELECT 1;\r\n\r\nSELECT 2;\r\n' });
    expect(await read(root)).toMatchObject({ edited: ['1_one'] });
  });

  test('is not edited where it was committed with CRLF and is read with LF', async () => {
    const root = createRepository({ [file('1_one')]: 'SELECT 1;\r\nSELECT 2;\n' });
    writeFiles(root, one);
    expect(await read(root)).toMatchObject({ edited: [] });
  });

  test('is what a filter of git makes of it', async () => {
    const root = createRepository({ '.gitattributes': '*.sql filter=shout\n' });
    git(root, 'config', 'filter.shout.clean', 'tr a-z A-Z');
    commit(root, { [file('1_one')]: 'select 1;' });
    expect(git(root, 'show', `HEAD:${file('1_one')}`)).toBe('SELECT 1;');
    expect(await read(root)).toMatchObject({ edited: [] });
  });

  test.each<[string, (path: string) => void]>([
    ['gone', (path) => rmSync(path)],
    ['broken', (path) => writeFileSync(path, 'no object')],
  ])('and whose contents are %s is not called edited: the base cannot be read', async (_, harm) => {
    const root = createRepository(one);
    git(root, 'switch', '--quiet', '--create', 'work');
    commit(root, { [file('1_one')]: 'SELECT 9;' });
    const hash = git(root, 'rev-parse', `main:${file('1_one')}`).trim();
    const path = join(root, '.git', 'objects', hash.slice(0, 2), hash.slice(2));
    chmodSync(path, 0o600);
    harm(path);
    expect(await catchError(() => read(root))).toMatchObject({
      code: 'BASE_UNKNOWN',
      message: expect.stringContaining(hash),
      next: 'Fix the repository: git fsck',
    });
  });

  test('is edited by what happened here, not by what happened there', async () => {
    const root = createRepository(one);
    git(root, 'switch', '--quiet', '--create', 'work');
    commit(root);
    git(root, 'switch', '--quiet', 'main');
    commit(root, { [file('1_one')]: 'SELECT 9;' });
    git(root, 'switch', '--quiet', 'work');
    expect(await read(root)).toMatchObject({ edited: [] });
    writeFiles(root, { [file('1_one')]: 'SELECT 9;' });
    expect(await read(root)).toMatchObject({ edited: [] });
    writeFiles(root, { [file('1_one')]: 'SELECT 8;' });
    expect(await read(root)).toMatchObject({ edited: ['1_one'] });
  });
});

describeWithGit('a file that the base has under another name', () => {
  const renaming = { from: '1_one', to: '3_one' };
  const rename = { [file('1_one')]: null, [file('3_one')]: one[file('1_one')] ?? '' };

  test.each([
    ['committed here', true],
    ['only written', false],
  ])('is renamed when that is %s', async (_, committed) => {
    const root = createRepository({ ...one, ...two });
    git(root, 'switch', '--quiet', '--create', 'work');
    if (committed) commit(root, rename);
    else writeFiles(root, rename);
    // git keeps no folders, and one without a migration.sql is refused.
    rmSync(join(root, folderName, '1_one'), { recursive: true });
    expect(await read(root)).toMatchObject({ names: ['1_one', '2_two'], edited: [], renamed: [renaming] });
  });

  test('is renamed although its line ends are others', async () => {
    const root = createRepository({ ...one, ...two });
    git(root, 'mv', `${folderName}/1_one`, `${folderName}/3_one`);
    writeFiles(root, { [file('3_one')]: 'SELECT 1;\r\nSELECT 2;\r\n' });
    expect(await read(root)).toMatchObject({ renamed: [renaming] });
    writeFiles(root, { [file('3_one')]: 'SELECT 1;\r\nSELECT 3;\r\n' });
    expect(await read(root)).toMatchObject({ renamed: [] });
  });

  test('is a copy where the old name is still here', async () => {
    const root = createRepository({ ...one, ...two });
    writeFiles(root, { [file('3_one')]: one[file('1_one')] ?? '' });
    expect(await read(root)).toMatchObject({ edited: [], renamed: [] });
  });

  test('is new where the base got it since', async () => {
    const root = createRepository(two);
    git(root, 'switch', '--quiet', '--create', 'work');
    commit(root, { [file('3_one')]: one[file('1_one')] ?? '' });
    git(root, 'switch', '--quiet', 'main');
    commit(root, one);
    git(root, 'switch', '--quiet', 'work');
    expect(await read(root)).toMatchObject({ names: ['1_one', '2_two'], renamed: [] });
  });

  test('is taken for one new name only', async () => {
    const root = createRepository({ [file('1_a')]: 'SELECT 1;', [file('2_b')]: 'SELECT 1;' });
    git(root, 'mv', `${folderName}/1_a`, `${folderName}/3_a`);
    git(root, 'mv', `${folderName}/2_b`, `${folderName}/4_b`);
    writeFiles(root, { [file('5_c')]: 'SELECT 1;' });
    expect((await read(root)).renamed).toEqual([
      { from: '1_a', to: '3_a' },
      { from: '2_b', to: '4_b' },
    ]);
  });
});

describeWithGit('a clone', () => {
  /** A remote repository with a branch `work`, that is one commit ahead of `main`. */
  function createRemote(): string {
    const root = createRepository(one);
    git(root, 'switch', '--quiet', '--create', 'work');
    commit(root, { ...two });
    return root;
  }

  function clone(remote: string, ...options: readonly string[]): string {
    const root = join(createFolder(), 'clone');
    git(remote, 'clone', '--quiet', '--branch', 'work', ...options, pathToFileURL(remote).href, root);
    return root;
  }

  test('without a branch of that name takes the one of the remote', async () => {
    const root = clone(createRemote());
    expect(await read(root)).toMatchObject({ ref: 'origin/main', names: ['1_one'], before: ['1_one'] });
  });

  test('without the branch names the command that brings it, and that command does', async () => {
    const root = clone(createRemote(), '--single-branch');
    const error = await catchError(() => read(root));
    expect(error).toMatchObject({ code: 'BASE_UNKNOWN', next: 'git fetch origin main:refs/remotes/origin/main' });
    expect(error.message).toBe('git does not know main or origin/main here.');
    git(root, ...error.next.split(' ').slice(1));
    expect(await read(root)).toMatchObject({ ref: 'origin/main', names: ['1_one'] });
    expect(git(root, 'rev-parse', '--is-shallow-repository')).toBe('false\n');
  });

  test('that is shallow is compared with the last commit of the base, once that is fetched', async () => {
    const remote = createRemote();
    git(remote, 'switch', '--quiet', 'main');
    commit(remote, { [file('1_one')]: 'SELECT 9;' });
    const root = clone(remote, '--depth=1');
    const error = await catchError(() => read(root));
    expect(error.next).toBe('git fetch --depth=1 origin main:refs/remotes/origin/main');
    expect(error.message).toContain('shallow clone');
    git(root, ...error.next.split(' ').slice(1));
    // The commit where the branches part is not here, so the base's own change looks like one of this branch.
    expect(await read(root)).toMatchObject({ names: ['1_one'], before: ['1_one'], edited: ['1_one'] });
    git(root, 'fetch', '--quiet', '--unshallow', 'origin', 'main:refs/remotes/origin/main', 'work');
    expect(await read(root)).toMatchObject({ names: ['1_one'], edited: [] });
  });

  test.each([
    ['origin/gone', 'git fetch origin gone:refs/remotes/origin/gone'],
    ['feature/x', 'git fetch origin feature/x:refs/remotes/origin/feature/x'],
    ['0123456789012345678901234567890123456789', 'git fetch origin 0123456789012345678901234567890123456789'],
    ['main~99', 'See which branches it knows: git branch --all'],
    ['$(touch x)', 'See which branches it knows: git branch --all'],
  ])('does not know %s', async (ref, next) => {
    expect(await catchError(() => read(clone(createRemote()), ref))).toMatchObject({ code: 'BASE_UNKNOWN', next });
  });
});

describeWithGit('what is no base', () => {
  test.each(['--output=x', '-', '', 'a\nb'])('%j is refused before git sees it', async (ref) => {
    const root = createFolder(one);
    expect(await catchError(() => read(root, ref))).toMatchObject({ code: 'USAGE' });
  });

  test.each(['^main', 'main..main', 'HEAD:prisma', '@{u}'])('%s is no commit', async (ref) => {
    const root = createRepository(one);
    expect(await catchError(() => read(root, ref))).toMatchObject({ code: 'BASE_UNKNOWN' });
  });

  test('a repository without a commit has none, and neither has a folder that is in no repository', async () => {
    const root = createFolder(one);
    const outside = await catchError(() => read(root, 'main', { GIT_CEILING_DIRECTORIES: root }));
    expect(outside).toMatchObject({
      code: 'BASE_UNKNOWN',
      message: expect.stringContaining('not in a git repository'),
    });
    git(root, 'init', '--quiet', '--initial-branch', 'main');
    expect(await catchError(() => read(root))).toMatchObject({
      code: 'BASE_UNKNOWN',
      message: 'git does not know main here.',
    });
  });

  test('without git it is said that git is missing', async () => {
    const root = createFolder(one);
    mkdirSync(join(root, 'empty'));
    const error = await catchError(() => read(root, 'main', { PATH: join(root, 'empty') }));
    expect(error).toMatchObject({ code: 'BASE_UNKNOWN', message: expect.stringContaining('git is not installed') });
  });
});
