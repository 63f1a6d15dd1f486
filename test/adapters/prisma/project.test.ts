import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openProject, type ProjectOptions } from '../../../src/adapters/prisma/project.ts';
import { catchError, createFolder } from '../files/folder.ts';

const open = (root: string, options: Partial<ProjectOptions> = {}) =>
  openProject(root, { cwd: root, env: {}, ...options });

/** The migrations folder, relative to the root. */
async function place(root: string, options: Partial<ProjectOptions> = {}): Promise<string> {
  const { migrationsFolder } = await open(root, options);
  return relative(root, migrationsFolder);
}

const migration = '20250101_a/migration.sql';
const config = (body: string) =>
  `import { defineConfig, env } from 'prisma/config';\nexport default defineConfig(${body});\n`;

describe('the usual places', () => {
  test.each([
    [
      'prisma/schema.prisma, with migrations beside it',
      ['prisma/schema.prisma', `prisma/migrations/${migration}`],
      'prisma/migrations',
    ],
    ['schema.prisma first', ['schema.prisma', 'prisma/schema.prisma', `migrations/${migration}`], 'migrations'],
    ['a schema without migrations yet', ['prisma/schema.prisma'], 'prisma/migrations'],
    ['migrations without a schema', [`prisma/migrations/${migration}`], 'prisma/migrations'],
    ['bare migrations without a schema', [`migrations/${migration}`], 'migrations'],
    [
      'a folder of schemas, migrations beside it',
      ['prisma/schema/a.prisma', `prisma/migrations/${migration}`],
      'prisma/migrations',
    ],
    [
      'a folder of schemas, migrations inside',
      ['prisma/schema/a.prisma', `prisma/schema/migrations/${migration}`],
      'prisma/schema/migrations',
    ],
    ["another tool's migrations folder", ['prisma/schema.prisma', 'migrations/0001.py'], 'prisma/migrations'],
  ])('are %s', async (_what, files, expected) => {
    const root = createFolder(Object.fromEntries(files.map((name) => [name, ''])));
    expect(await place(root)).toBe(expected);
    expect((await open(root)).notice).toBeNull();
  });

  test('are left for the only migrations there are, and that is said', async () => {
    const root = createFolder({ 'prisma/schema.prisma': '', [`migrations/${migration}`]: '' });
    expect(await place(root)).toBe('migrations');
    expect((await open(root)).notice).toBe('Using the migrations in migrations.');
  });

  test('are what package.json says, unless a config file is there', async () => {
    const files = {
      'package.json': '{"prisma":{"schema":"db/main.prisma"}}',
      'db/main.prisma': '',
      'prisma/schema.prisma': '',
    };
    expect(await place(createFolder(files))).toBe('db/migrations');
    const configured = createFolder({ ...files, 'prisma.config.ts': 'export default {}' });
    expect(await place(configured)).toBe('prisma/migrations');
  });

  test('must not both have migrations: the commands to choose are there to copy', async () => {
    const root = createFolder({
      'prisma/schema.prisma': '',
      [`prisma/migrations/${migration}`]: '',
      'migrations/migration_lock.toml': '',
    });
    const error = await catchError(() => open(root));
    expect(error.code).toBe('MIGRATIONS_AMBIGUOUS');
    expect(error.next.split('\n').slice(1)).toEqual([
      '  migrate-prod status --migrations prisma/migrations',
      '  migrate-prod status --migrations migrations',
    ]);
    expect(await place(root, { migrations: 'migrations' })).toBe('migrations');
    expect(await place(root, { schema: 'prisma/schema.prisma' })).toBe('prisma/migrations');
  });
});

describe('the schema', () => {
  test.each([
    ['schema.prisma', ['schema.prisma', 'prisma/schema.prisma'], 'schema.prisma'],
    ['prisma/schema.prisma', ['prisma/schema.prisma', 'prisma/schema/a.prisma'], 'prisma/schema.prisma'],
    ['the folder prisma/schema', ['prisma/schema/a.prisma'], 'prisma/schema'],
    ['nowhere, where there are only migrations', [`prisma/migrations/${migration}`], null],
  ])('is %s', async (_what, files, expected) => {
    const root = createFolder(Object.fromEntries(files.map((name) => [name, ''])));
    expect((await open(root)).schema).toBe(expected === null ? null : join(root, expected));
  });

  test('is what package.json says (Prisma 6), then the config file, then the flag', async () => {
    const files = {
      'package.json': '{"prisma":{"schema":"db/six.prisma"}}',
      'db/six.prisma': '',
      'db/seven.prisma': '',
      'db/flag.prisma': '',
    };
    const six = createFolder(files);
    expect((await open(six)).schema).toBe(join(six, 'db/six.prisma'));
    const seven = createFolder({ ...files, 'prisma.config.ts': config("{ schema: 'db/seven.prisma' }") });
    expect((await open(seven)).schema).toBe(join(seven, 'db/seven.prisma'));
    expect((await open(seven, { schema: 'db/flag.prisma' })).schema).toBe(join(seven, 'db/flag.prisma'));
  });

  test('is found whatever decides where the migrations are', async () => {
    const root = createFolder({
      'prisma.config.ts': config("{ migrations: { path: 'sql' } }"),
      'prisma/schema.prisma': '',
      'sql/': '',
      'other/': '',
    });
    expect((await open(root)).schema).toBe(join(root, 'prisma/schema.prisma'));
    expect((await open(root, { migrations: 'other' })).schema).toBe(join(root, 'prisma/schema.prisma'));
    const { schema } = await open(root, { schema: 'prisma', migrations: 'other' });
    expect(schema).toBe(join(root, 'prisma'));
  });
});

describe('external tables', () => {
  test('are those that the config file names', async () => {
    const files = { 'prisma/schema.prisma': '', 'm/': '' };
    const root = createFolder({ ...files, 'prisma.config.ts': config("{ tables: { external: ['Legacy', 'Log'] } }") });
    expect((await open(root)).externalTables).toEqual(['Legacy', 'Log']);
    expect((await open(root, { migrations: 'm' })).externalTables).toEqual(['Legacy', 'Log']);
    // Both flags: the config file is not loaded.
    expect((await open(root, { migrations: 'm', schema: 'prisma' })).externalTables).toEqual([]);
    expect((await open(createFolder(files))).externalTables).toEqual([]);
    const empty = createFolder({ ...files, 'prisma.config.ts': config('{ tables: {} }') });
    expect((await open(empty)).externalTables).toEqual([]);
  });
});

describe('the flags', () => {
  test('decide each for itself, and --schema moves the migrations too', async () => {
    const root = createFolder({ 'prisma/schema.prisma': '', 'db/main.prisma': '', [`sql/${migration}`]: '' });
    expect(await place(root, { schema: 'db/main.prisma' })).toBe('db/migrations');
    expect(await place(root, { schema: 'db' })).toBe('db/migrations');
    expect(await place(root, { migrations: 'sql' })).toBe('sql');
    expect(await place(root, { cwd: join(root, 'db'), schema: 'main.prisma', migrations: '../sql' })).toBe('sql');
  });

  test('are checked', async () => {
    const root = createFolder({ 'prisma/schema.prisma': '' });
    expect((await catchError(() => open(root, { schema: 'x' }))).code).toBe('USAGE');
    expect((await catchError(() => open(root, { migrations: 'x' }))).code).toBe('MIGRATIONS_NOT_FOUND');
  });

  test('together keep the config file from being loaded', async () => {
    const root = createFolder({ 'prisma.config.ts': 'throw new Error("loaded")', 'a.prisma': '', 'm/': '' });
    expect(await place(root, { schema: 'a.prisma', migrations: 'm' })).toBe('m');
    expect((await catchError(() => open(root, { schema: 'a.prisma' }))).code).toBe('PRISMA_CONFIG_INVALID');
  });
});

describe('the config file', () => {
  const body = `{ schema: 'db/main.prisma', migrations: { path: './sql' }, datasource: { url: env('NO_SUCH_VARIABLE') } }`;

  test.each(['ts', 'mts', 'js', 'mjs'])('says where things are, as prisma.config.%s', async (extension) => {
    const root = createFolder({ [`prisma.config.${extension}`]: config(body), 'db/main.prisma': '' });
    expect(await place(root)).toBe('sql');
  });

  test.each(['cjs', 'cts', 'js'])('says where things are, as a CommonJS prisma.config.%s', async (extension) => {
    const text = `const { defineConfig, env } = require('prisma/config');\nmodule.exports = defineConfig(${body});\n`;
    const root = createFolder({ [`prisma.config.${extension}`]: text, 'db/main.prisma': '' });
    expect(await place(root)).toBe('sql');
  });

  test('may be below .config, with paths relative to itself', async () => {
    const root = createFolder({ '.config/prisma.ts': config("{ schema: '../db' }"), 'db/a.prisma': '' });
    expect(await place(root)).toBe('db/migrations');
  });

  test('may say one thing, or nothing', async () => {
    const files = { 'prisma/schema.prisma': '', [`sql/${migration}`]: '' };
    const path = createFolder({ ...files, 'prisma.config.ts': config("{ migrations: { path: 'sql' } }") });
    expect(await place(path)).toBe('sql');
    expect(await place(createFolder({ ...files, 'prisma.config.ts': config('{}') }))).toBe('prisma/migrations');
  });

  test('decides between two places with migrations', async () => {
    const root = createFolder({
      'prisma.config.ts': config("{ schema: 'prisma/schema.prisma' }"),
      'prisma/schema.prisma': '',
      [`prisma/migrations/${migration}`]: '',
      [`migrations/${migration}`]: '',
    });
    expect(await place(root)).toBe('prisma/migrations');
  });

  test('gives way to --schema, and keeps its own migrations', async () => {
    const root = createFolder({ 'prisma.config.ts': config(body), 'other.prisma': '' });
    expect(await place(root, { schema: 'other.prisma' })).toBe('sql');
  });

  test('imports what it wants from the project, TypeScript included, and asks env() of ours', async () => {
    const root = createFolder({
      'prisma.config.ts': `import 'loud';\nimport path from 'node:path';\nimport { folder } from './places';\nimport type { PrismaConfig } from 'prisma';
import { defineConfig, env } from 'prisma/config';
export default defineConfig({ schema: path.join(folder, env('SCHEMA')) }) satisfies PrismaConfig;`,
      'places.ts': "export const folder: string = 'db';",
      'node_modules/loud/package.json': '{"name":"loud","main":"index.js"}',
      'node_modules/loud/index.js': "console.log('loud'); console.info('loud');",
      'node_modules/prisma/package.json': '{"name":"prisma","exports":{"./config":"./config.js"}}',
      'node_modules/prisma/config.js': "throw new Error('the real prisma was loaded')",
      'db/main.prisma': '',
    });
    const { log } = console;
    const printed: unknown[] = [];
    console.log = (...line: unknown[]) => void printed.push(line);
    try {
      expect(await place(root, { env: { SCHEMA: 'main.prisma' } })).toBe('db/migrations');
      console.log('after');
    } finally {
      console.log = log;
    }
    expect(printed).toEqual([['after']]);
  });

  test('is compiled once, into node_modules of its project and nowhere else', async () => {
    const root = createFolder({
      '.config/prisma.ts': config("{ migrations: { path: '../sql' } }"),
      'node_modules/x/package.json': '{}',
    });
    expect(await place(root)).toBe('sql');
    expect(readdirSync(join(root, 'node_modules/.cache/migrate-prod'))).toHaveLength(1);
    expect(await place(root)).toBe('sql');
    const bare = createFolder({ 'prisma.config.ts': config("{ migrations: { path: 'sql' } }") });
    expect(await place(bare)).toBe('sql');
    expect(readdirSync(bare)).toEqual(['prisma.config.ts']);
    const left = existsSync(join(tmpdir(), 'jiti')) ? readdirSync(join(tmpdir(), 'jiti')) : [];
    expect(left.filter((name) => name.includes(basename(bare)))).toEqual([]);
  });

  test('is loaded anew each time', async () => {
    const first = createFolder({ 'node_modules/': '', 'prisma.config.ts': config("{ migrations: { path: 'one' } }") });
    expect(await place(first)).toBe('one');
    writeFileSync(join(first, 'prisma.config.ts'), config("{ migrations: { path: 'two' } }"));
    expect(await place(first)).toBe('two');
  });

  test.each([
    ['an error that it throws', 'throw new Error("no luck\\nsecond line");', 'no luck'],
    ['a syntax error', 'export default {{{', ''],
    [
      'a module that is not installed',
      "import 'not-installed-anywhere';\nexport default {};",
      'not-installed-anywhere',
    ],
    ['no default export', 'export const config = {};', 'no default export'],
    ['a default export of another kind', 'export default "prisma";', 'no default export'],
    ['a schema of another kind', 'export default { schema: 5 };', 'schema is not a string'],
    ['a path of another kind', 'export default { migrations: { path: [] } };', 'migrations.path is not a string'],
    [
      'external tables of another kind',
      'export default { tables: { external: "a" } };',
      'tables.external is not a list',
    ],
    [
      'an external table of another kind',
      'export default { tables: { external: ["a", 5] } };',
      'tables.external is not a list',
    ],
    ['a schema that is not there', "export default { schema: 'db/none.prisma' };", 'db/none.prisma'],
  ])('is refused for %s, with its name and the way around', async (_what, text, reason) => {
    const root = createFolder({ 'prisma.config.ts': text });
    const error = await catchError(() => open(root));
    expect(error.code).toBe('PRISMA_CONFIG_INVALID');
    expect(error.message).toContain('prisma.config.ts');
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('\n');
    expect(error.next).toMatch(/--schema and --migrations/);
  });
});

describe('a config file that needs what is not there', () => {
  const text = "import 'dotenv/config';\nexport default {};";

  test.each([
    [{}, 'npm install --save-dev dotenv'],
    [{ 'pnpm-lock.yaml': '' }, 'pnpm add --save-dev dotenv'],
    [{ 'yarn.lock': '' }, 'yarn add --dev dotenv'],
    [{ 'bun.lock': '' }, 'bun add --dev dotenv'],
    [{ 'package.json': '{"packageManager":"pnpm@10.0.0"}', 'package-lock.json': '' }, 'pnpm add --save-dev dotenv'],
    [{ 'package.json': '{"devDependencies":{"dotenv":"1.0.0"}}' }, 'npm install'],
  ])('is told with the command that installs it: %j', async (files, command) => {
    const root = createFolder({ 'prisma.config.ts': text, ...files });
    const { message, next } = await catchError(() => open(root));
    expect(message).toBe('prisma.config.ts cannot be used: it imports dotenv, which is not installed.');
    expect(next.split('\n')).toEqual([command, expect.stringMatching(/^Or pass both --schema and --migrations/)]);
  });

  test('is told with the folder of the project, where the command was typed elsewhere', async () => {
    const root = createFolder({ 'prisma.config.ts': text, 'src/': '' });
    const { next } = await catchError(() => open(root, { cwd: join(root, 'src') }));
    expect(next.split('\n')[0]).toBe('cd .. && npm install --save-dev dotenv');
  });

  test.each([
    ['@scope/pkg', "require('@scope/pkg/sub')"],
    ['dotenv', "await import('dotenv')"],
  ])('names the package %s and no part of it', async (name, line) => {
    const error = await catchError(() => open(createFolder({ 'prisma.config.ts': `${line};\nexport default {};` })));
    expect(error.next).toContain(`npm install --save-dev ${name}\n`);
  });

  test.each(['./missing', '@/lib/env', '#env', 'virtual:env', 'there/part'])(
    '%s is no package to install',
    async (name) => {
      const files = { 'node_modules/there/package.json': '{"name":"there"}' };
      const root = createFolder({ 'prisma.config.ts': `import '${name}';\nexport default {};`, ...files });
      const { message, next } = await catchError(() => open(root));
      expect([message, next]).toEqual([expect.stringContaining(name), expect.not.stringContaining('install')]);
    },
  );

  test('names the variables that env() was asked for and that are not set', async () => {
    const own = (line: string) => `import { env } from 'prisma/config';\n${line}\nexport default {};`;
    const one = createFolder({ 'prisma.config.ts': own("new URL(env('DATABASE_URL'));") });
    const { message, next } = await catchError(() => open(one, { env: { OTHER: 'x' } }));
    expect(message).toBe(
      'prisma.config.ts cannot be used: it asks env() for DATABASE_URL, which is not set (Invalid URL).',
    );
    expect(next).toContain('Set DATABASE_URL in the environment');
    const two = createFolder({ 'prisma.config.ts': own("env('SET'); env('ONE'); new URL(env('TWO WORDS'));") });
    const error = await catchError(() => open(two, { env: { SET: 'x' } }));
    expect(error.message).toContain("env() for ONE, 'TWO WORDS', which are not set");
    const other = createFolder({ 'prisma.config.ts': own("env('ONE'); throw new Error('no luck');") });
    expect((await catchError(() => open(other))).message).toContain(
      'cannot be used: no luck. It also asks env() for ONE, which is not set.',
    );
    expect(await place(createFolder({ 'prisma.config.ts': own("env('DATABASE_URL');") }))).toBe('prisma/migrations');
  });
});

test('migrations beside a config file that names no schema are not taken where a whole project is below', async () => {
  const files = {
    'prisma.config.ts': config('{}'),
    [`prisma/migrations/${migration}`]: '',
    'packages/db/prisma/schema.prisma': '',
    [`packages/db/prisma/migrations/${migration}`]: '',
  };
  const root = createFolder({ '.git/HEAD': '', ...files });
  const error = await catchError(() => open(root));
  expect([error.code, ...error.next.split('\n  ').slice(1)]).toEqual([
    'PROJECT_AMBIGUOUS',
    'migrate-prod status --migrations prisma/migrations',
    'migrate-prod status --schema packages/db/prisma/schema.prisma',
  ]);
  const named = config("{ schema: 'packages/db/prisma/schema.prisma' }");
  expect(await place(createFolder({ '.git/HEAD': '', ...files, 'prisma.config.ts': named }))).toBe(
    'packages/db/prisma/migrations',
  );
});
