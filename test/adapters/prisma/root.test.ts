import { symlinkSync } from 'node:fs';
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

describe('half a project', () => {
  const stale = 'prisma/migrations/20240101_old/migration.sql';
  const whole = (folder: string) => ({
    [`${folder}package.json`]: '{}',
    [`${folder}prisma/schema.prisma`]: '',
    [`${folder}prisma/migrations/20250101_a/migration.sql`]: '',
  });
  const refused = async (cwd: string, options: Partial<ProjectOptions> = {}) => {
    const { code, message, next } = await catchError(() => find(cwd, options));
    expect(code).toBe('PROJECT_AMBIGUOUS');
    return { message, commands: next.split('\n  ').slice(1) };
  };

  test('migrations without a schema are not taken where a whole project is below', async () => {
    const root = createFolder({
      '.git/HEAD': '',
      'package.json': '{}',
      [stale]: '',
      'src/': '',
      ...whole('packages/db/'),
    });
    const { message, commands } = await refused(root);
    expect(message).toBe(
      "prisma/migrations has no schema beside it, and another Prisma project is in packages/db: it is unclear which is production's.",
    );
    expect(commands).toEqual([
      'migrate-prod status --migrations prisma/migrations',
      'migrate-prod status --schema packages/db/prisma/schema.prisma',
    ]);
    expect((await refused(join(root, 'src'))).commands[0]).toBe(
      'migrate-prod status --migrations ../prisma/migrations',
    );
    // From within, and by either command, nothing is asked.
    expect(find(join(root, 'packages/db')).root).toBe(join(root, 'packages/db'));
    expect(find(join(root, 'packages/db/prisma')).root).toBe(join(root, 'packages/db'));
    expect(find(root, { migrations: 'prisma/migrations' }).root).toBe(root);
    expect(find(root, { schema: 'packages/db/prisma/schema.prisma' }).root).toBe(join(root, 'packages/db'));
  });

  test.each([
    [
      'a schema alone',
      { 'packages/db/prisma/schema.prisma': '' },
      'migrate-prod status --schema packages/db/prisma/schema.prisma',
    ],
    ['a config file', { 'packages/db/prisma.config.ts': '' }, 'cd packages/db && migrate-prod status'],
    [
      'migrations alone',
      { 'packages/db/migrations/1_a/migration.sql': '' },
      'migrate-prod status --migrations packages/db/migrations',
    ],
  ])('and not where what is below is %s', async (_, files, command) => {
    const root = createFolder({ '.git/HEAD': '', [stale]: '', ...files });
    expect((await refused(root)).commands).toEqual(['migrate-prod status --migrations prisma/migrations', command]);
  });

  test('nor where it is above, up to the git root', async () => {
    const root = createFolder({
      '.git/HEAD': '',
      ...whole(''),
      'tools/old/package.json': '{}',
      [`tools/old/${stale}`]: '',
    });
    expect((await refused(join(root, 'tools/old'))).commands).toEqual([
      'migrate-prod status --migrations prisma/migrations',
      'migrate-prod status --schema ../../prisma/schema.prisma',
    ]);
    const beyond = createFolder({ ...whole(''), 'repo/.git/HEAD': '', [`repo/${stale}`]: '' });
    expect(find(join(beyond, 'repo')).root).toBe(join(beyond, 'repo'));
  });

  test('names all of several below', async () => {
    const root = createFolder({ '.git/HEAD': '', [stale]: '', ...whole('a/'), ...whole('b/') });
    const { message, commands } = await refused(root);
    expect(message).toContain('another Prisma project is in a, b');
    expect(commands).toHaveLength(3);
  });

  test('a schema without migrations is not taken where a whole project is below, and is where there is but a schema', async () => {
    const root = createFolder({ '.git/HEAD': '', 'prisma/schema.prisma': '', ...whole('packages/db/') });
    const { message, commands } = await refused(root);
    expect(message).toContain('prisma/schema.prisma has no migrations beside it');
    expect(commands).toEqual([
      'migrate-prod status --schema prisma/schema.prisma',
      'migrate-prod status --schema packages/db/prisma/schema.prisma',
    ]);
    const other = createFolder({ '.git/HEAD': '', 'prisma/schema.prisma': '', 'examples/a/prisma/schema.prisma': '' });
    expect(find(other).root).toBe(other);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['is alone', { [stale]: '', 'src/': '' }],
    ['is alone, in a folder of migrations', { 'migrations/1_a/migration.sql': '' }],
    [
      'has others only where nobody looks',
      { [stale]: '', ...whole('node_modules/db/'), ...whole('.cache/db/'), ...whole('dist/') },
    ],
    ['has the others deeper than is looked', { [stale]: '', ...whole('a/b/c/d/e/') }],
    [
      'has its migrations inside of its schema folder',
      { 'prisma/schema/a.prisma': '', 'prisma/schema/migrations/1_a/migration.sql': '', ...whole('packages/db/') },
    ],
    [
      'has its schema and migrations where package.json says',
      {
        'package.json': '{ "prisma": { "schema": "db/main.prisma" } }',
        'db/main.prisma': '',
        'db/migrations/1_a/migration.sql': '',
        ...whole('packages/db/'),
      },
    ],
    ['is whole, with others below', { ...whole(''), ...whole('packages/db/') }],
    ['has a config file, which says what is meant', { 'prisma.config.ts': '', [stale]: '', ...whole('packages/db/') }],
    [
      'has its schema named by package.json',
      {
        'package.json': '{ "prisma": { "schema": "db/main.prisma" } }',
        'db/main.prisma': '',
        'db/migrations/1_a/migration.sql': '',
        [stale]: '',
      },
    ],
  ])('is the project where it %s', (_, files) => {
    const root = createFolder({ '.git/HEAD': '', ...files });
    expect(find(root).root).toBe(root);
  });

  test('with a config file that is not to be loaded it is asked for', async () => {
    const root = createFolder({ '.git/HEAD': '', 'prisma.config.ts': '', [stale]: '', ...whole('packages/db/') });
    expect((await refused(root, { config: 'ignored' })).commands).toHaveLength(2);
  });

  test('links: migrations that are those of the project below are no others, and a link is not followed on the search', () => {
    const linked = createFolder({ '.git/HEAD': '', 'prisma/': '', ...whole('packages/db/') });
    symlinkSync('../packages/db/prisma/migrations', join(linked, 'prisma/migrations'));
    expect(find(linked).root).toBe(linked);
    const elsewhere = createFolder(whole('db/'));
    const circle = createFolder({ '.git/HEAD': '', [stale]: '' });
    symlinkSync('.', join(circle, 'again'));
    symlinkSync(join(elsewhere, 'db'), join(circle, 'db'));
    expect(find(circle).root).toBe(circle);
  });

  test('in a home folder it is taken by who stands in it, whatever lies below', () => {
    const home = createFolder({ [stale]: '', ...whole('code/shop/') });
    expect(find(home, { env: { HOME: home } }).root).toBe(home);
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
