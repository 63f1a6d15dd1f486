import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findProjectRoot, type ProjectOptions } from '../../../src/adapters/prisma/project.ts';
import { catchError, createFolder } from '../files/folder.ts';

const find = (cwd: string, options: Partial<ProjectOptions> = {}) => findProjectRoot({ cwd, env: {}, ...options });

describe('the project here or above', () => {
  test.each([
    ['schema.prisma', ''],
    ['prisma/schema.prisma', ''],
    ['prisma/schema/user.prisma', ''],
    ['prisma/migrations/', ''],
    ['migrations/migration_lock.toml', ''],
    ['migrations/20250101_a/migration.sql', ''],
    ['prisma.config.ts', ''],
    ['prisma.config.mjs', ''],
    ['.config/prisma.ts', ''],
  ])('is known by %s', (name, content) => {
    const root = createFolder({ '.git/HEAD': '', [name]: content, 'src/deep/er/': '' });
    expect(find(root)).toEqual({ root, notice: null });
    expect(find(join(root, 'src/deep/er'))).toEqual({ root, notice: null });
  });

  test('is known by the schema that package.json names, where that exists', async () => {
    const packageJson = '{ "prisma": { "schema": "db/main.prisma" } }';
    const root = createFolder({ '.git/HEAD': '', 'package.json': packageJson, 'db/main.prisma': '', 'src/': '' });
    expect(find(join(root, 'src')).root).toBe(root);
    const without = createFolder({ '.git/HEAD': '', 'package.json': packageJson, 'src/': '' });
    expect((await catchError(() => find(without))).code).toBe('PROJECT_NOT_FOUND');
  });

  test.each([
    'migrations/0001_init.py',
    'migrations/20250101_a/up.sql',
    'migrations/',
    'node_modules/x/prisma/schema.prisma',
    '.cache/prisma/schema.prisma',
    'dist/prisma/schema.prisma',
    'package.json',
  ])('is not known by %s', async (name) => {
    const root = createFolder({ '.git/HEAD': '', [name]: '{ "prisma": true }' });
    expect((await catchError(() => find(root))).code).toBe('PROJECT_NOT_FOUND');
  });

  test('is the whole of it, seen from one of its own folders', () => {
    const root = createFolder({
      'package.json': '{}',
      'prisma/schema.prisma': '',
      'prisma/migrations/20250101_a/migration.sql': '',
    });
    for (const folder of ['prisma', 'prisma/migrations', 'prisma/migrations/20250101_a']) {
      expect(find(join(root, folder)).root).toBe(root);
    }
    const several = createFolder({ 'prisma/schema/schema.prisma': '', 'prisma/schema/user.prisma': '' });
    expect(find(join(several, 'prisma/schema')).root).toBe(several);
    const configured = createFolder({ 'prisma.config.ts': '', 'package.json': '{}', 'src/db/schema.prisma': '' });
    expect(find(join(configured, 'src/db')).root).toBe(configured);
  });

  test('is the nearest one, and not the package around its package', () => {
    const root = createFolder({
      'prisma.config.ts': '',
      'package.json': '{}',
      'prisma/schema.prisma': '',
      'packages/db/package.json': '{}',
      'packages/db/prisma/schema.prisma': '',
      'packages/bare/prisma/schema.prisma': '',
      'packages/own/package.json': '{}',
      'packages/own/src/schema.prisma': '',
      'packages/web/src/': '',
    });
    expect(find(join(root, 'packages/own/src')).root).toBe(join(root, 'packages/own/src'));
    expect(find(join(root, 'packages/db/prisma')).root).toBe(join(root, 'packages/db'));
    expect(find(join(root, 'packages/web/src')).root).toBe(root);
  });

  test('is not beyond the git root', async () => {
    const root = createFolder({ 'prisma/schema.prisma': '', 'repo/.git/HEAD': '', 'repo/src/': '' });
    expect((await catchError(() => find(join(root, 'repo/src')))).code).toBe('PROJECT_NOT_FOUND');
  });
});

describe('a home folder', () => {
  test('is no project by accident, from below or looking down', async () => {
    const home = createFolder({ 'prisma/schema.prisma': '', 'notes/text/': '' });
    const env = { HOME: home };
    expect((await catchError(() => find(join(home, 'notes/text'), { env }))).code).toBe('PROJECT_NOT_FOUND');
    const busy = createFolder({ 'code/shop/prisma/schema.prisma': '' });
    expect((await catchError(() => find(busy, { env: { HOME: busy } }))).code).toBe('PROJECT_NOT_FOUND');
    expect((await catchError(() => find(busy, { env: { USERPROFILE: join(busy, 'code') } }))).code).toBe(
      'PROJECT_NOT_FOUND',
    );
    expect(find(busy).root).toBe(join(busy, 'code/shop'));
  });

  test('is a project for somebody who stands in it', () => {
    const home = createFolder({ 'prisma/schema.prisma': '' });
    expect(find(home, { env: { HOME: home } }).root).toBe(home);
  });

  test('does not swallow a prisma folder of its own', () => {
    const home = createFolder({ 'prisma/schema.prisma': '' });
    expect(find(join(home, 'prisma'), { env: { HOME: home } }).root).toBe(join(home, 'prisma'));
  });
});

describe('the project below', () => {
  test('is used when it is the only one, and said', () => {
    const root = createFolder({ '.git/HEAD': '', 'packages/db/prisma/schema.prisma': '', 'apps/web/src/': '' });
    expect(find(root)).toEqual({ root: join(root, 'packages/db'), notice: 'Using the project in packages/db.' });
    expect(find(join(root, 'packages')).notice).toBe('Using the project in db.');
  });

  test('hides what lies within it', () => {
    const root = createFolder({ 'db/prisma/schema.prisma': '', 'db/examples/one/prisma/schema.prisma': '' });
    expect(find(root).root).toBe(join(root, 'db'));
  });

  test('must be one of several: every command to choose is there to copy', async () => {
    const root = createFolder({
      'packages/auth/prisma/schema.prisma': '',
      "packages/it's b/schema.prisma": '',
      'packages/conf/prisma.config.ts': '',
      'packages/old/prisma/migrations/20250101_a/migration.sql': '',
    });
    const error = await catchError(() => find(root));
    expect(error.code).toBe('PROJECT_AMBIGUOUS');
    expect(error.message).toContain(
      "4 Prisma projects are below this folder: packages/auth, packages/conf, packages/it's b",
    );
    expect(error.next.split('\n').slice(1)).toEqual([
      '  migrate-prod status --schema packages/auth/prisma/schema.prisma',
      '  cd packages/conf && migrate-prod status',
      "  migrate-prod status --schema 'packages/it'\\''s b/schema.prisma'",
      '  migrate-prod status --migrations packages/old/prisma/migrations',
    ]);
  });

  test('is looked for four levels down, no deeper', async () => {
    const root = createFolder({ '.git/HEAD': '', 'a/b/c/d/prisma/schema.prisma': '' });
    expect(find(root).root).toBe(join(root, 'a/b/c/d'));
    const deep = createFolder({ '.git/HEAD': '', 'a/b/c/d/e/prisma/schema.prisma': '' });
    expect((await catchError(() => find(deep))).code).toBe('PROJECT_NOT_FOUND');
  });
});

describe('with --schema or --migrations', () => {
  test('is the one that they belong to, whatever else is here', () => {
    const root = createFolder({
      'package.json': '{}',
      'prisma/schema.prisma': '',
      'packages/db/package.json': '{}',
      'packages/db/prisma/schema.prisma': '',
      'packages/db/prisma/migrations/20250101_a/migration.sql': '',
    });
    const db = join(root, 'packages/db');
    expect(find(root, { schema: 'packages/db/prisma/schema.prisma' })).toEqual({ root: db, notice: null });
    expect(find(root, { migrations: 'packages/db/prisma/migrations' })).toEqual({ root: db, notice: null });
    expect(find(db, { schema: '../../prisma/schema.prisma' }).root).toBe(root);
    expect(find(db, { migrations: join(root, 'packages/db/prisma/migrations') }).root).toBe(db);
  });

  test('is the current directory where they belong to no project', () => {
    const root = createFolder({ '.git/HEAD': '', 'db/main.prisma': '', 'sql/20250101_a/migration.sql': '', 'x/': '' });
    expect(find(root, { schema: 'db/main.prisma' }).root).toBe(root);
    expect(find(root, { migrations: 'sql' }).root).toBe(root);
    expect(find(join(root, 'x'), { migrations: '../sql' }).root).toBe(root);
  });

  test('must name something that is there, and what was probably meant is said', async () => {
    const root = createFolder({
      'prisma/schema.prisma': '',
      'prisma/migrations/20250101_a/migration.sql': '',
      'x/': '',
    });
    const schema = await catchError(() => find(root, { schema: 'schema.prisma' }));
    expect([schema.code, schema.next]).toEqual(['USAGE', 'Did you mean --schema prisma/schema.prisma?']);
    const folder = await catchError(() => find(root, { schema: 'x' }));
    expect([folder.code, folder.message]).toEqual(['USAGE', expect.stringContaining('no .prisma file')]);
    expect((await catchError(() => find(root, { schema: '' }))).code).toBe('USAGE');
    for (const migrations of ['migrations', 'prisma/schema.prisma', 'prisma/migrations/20250101_a', '']) {
      const error = await catchError(() => find(root, { migrations }));
      expect([error.code, error.next]).toEqual([
        'MIGRATIONS_NOT_FOUND',
        'Did you mean --migrations prisma/migrations?',
      ]);
    }
  });
});
