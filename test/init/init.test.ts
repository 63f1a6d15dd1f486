/** `init` in all kinds of projects, without a package manager being run. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFolder } from '../adapters/files/folder.ts';
import { runInProcess } from '../cli/in-process.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';

const migration = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY);\n';
const project = {
  'package.json': '{\n  "name": "shop"\n}\n',
  'prisma/schema.prisma': 'datasource db {\n  provider = "sqlite"\n}\n\nmodel Customer {\n  id Int @id\n}\n',
  'prisma/migrations/20260101090000_init/migration.sql': migration,
  'prisma/migrations/migration_lock.toml': 'provider = "sqlite"\n',
};

interface InitJson {
  readonly packageManager: string;
  readonly files: readonly { readonly path: string; readonly state: string }[];
  readonly written: readonly string[];
  readonly status: object | null;
  readonly next: string | null;
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

const init = (cwd: string, ...args: readonly string[]) => runInProcess(['init', '--no-install', ...args], { cwd });
const initJson = async (cwd: string, ...args: readonly string[]) =>
  (await init(cwd, '--json', '--yes', ...args)).json<InitJson>();

/** Every file below with its text. */
function readAll(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(root, name)).isFile())
      .map((name) => [name, readFileSync(join(root, name), 'utf8')]),
  );
}

const git = (cwd: string, ...args: readonly string[]) => spawnSync('git', [...args], { cwd, encoding: 'utf8' });

describe('init', () => {
  test('writes what a project needs, and nothing the second time', async () => {
    const root = createFolder(project);
    const first = await initJson(root, '--ci');
    expect(first.written).toEqual([
      '.gitignore',
      '.env.turso-prod',
      'scripts/migrate-prod.mjs',
      '.claude/skills/migrate-prod/SKILL.md',
      '.github/workflows/migrate-prod.yml',
      'package.json',
    ]);
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('.env.turso-prod\n');
    if (process.platform !== 'win32') expect(statSync(join(root, '.env.turso-prod')).mode & 0o777).toBe(0o600);
    const files = readAll(root);
    const again = await initJson(root, '--ci');
    expect(again.written).toEqual([]);
    expect(again.files.map(({ state }) => state)).toEqual(['there', 'there', 'there', 'there', 'there', 'there']);
    expect(readAll(root)).toEqual(files);
  });

  test('as a dry run names the same files, and writes none', async () => {
    const root = createFolder(project);
    const before = readAll(root);
    const dry = (await init(root, '--dry-run', '--json')).json<InitJson>();
    expect(readAll(root)).toEqual(before);
    const done = await initJson(root);
    expect(dry.files).toEqual(done.files);
    expect(done.files.filter(({ state }) => state === 'new').map(({ path }) => path)).toEqual(done.written);
  });

  test('leaves out what it is told to', async () => {
    const root = createFolder(project);
    const options = ['--no-env', '--no-gitignore', '--no-script', '--no-npm-scripts', '--no-skill'];
    expect((await initJson(root, ...options)).written).toEqual([]);
    expect(Object.keys(readAll(root))).toHaveLength(Object.keys(project).length);
  });

  test('without a terminal and without --yes shows the files and writes none', async () => {
    const root = createFolder(project);
    const said = await init(root);
    expect([said.code, said.stdout]).toEqual([1, '']);
    expect(said.stderr).toContain('+ scripts/migrate-prod.mjs');
    expect(said.stderr).toContain('Next: migrate-prod init --no-install --yes');
    expect(Object.keys(readAll(root))).toHaveLength(Object.keys(project).length);
  });

  test('keeps what is there, whatever it is, and says so', async () => {
    const own = {
      'scripts/migrate-prod.mjs': 'console.log("ours")\n',
      '.env.turso-prod': 'TURSO_DATABASE_URL=file:shop.db\n',
      'package.json': '{ "scripts": { "migrate:status": "ours" } }',
    };
    const root = createFolder({ ...project, ...own });
    const said = await init(root, '--yes');
    expect(said.stdout).toContain('scripts/migrate-prod.mjs is another one, and was kept.');
    const files = readAll(root);
    expect(files['scripts/migrate-prod.mjs']).toBe(own['scripts/migrate-prod.mjs']);
    expect(files['.env.turso-prod']).toBe(own['.env.turso-prod']);
    expect(JSON.parse(files['package.json'] ?? '').scripts).toEqual({
      'migrate:status': 'ours',
      'migrate:plan': 'migrate-prod plan',
      'migrate:apply': 'migrate-prod apply',
    });
  });

  test('at a terminal replaces a file that differs only after a y', async () => {
    const ours = 'console.log("ours")\n';
    const files = { ...project, 'scripts/migrate-prod.mjs': ours };
    for (const [answer, kept] of [
      ['n', true],
      ['y', false],
    ] as const) {
      const root = createFolder(files);
      const typed = ['y\n', `${answer}\n`];
      const args = ['init', '--no-install', '--no-env', '--no-skill'];
      const said = await runInProcess(args, { cwd: root, columns: 80, typed });
      expect(said.stderr).toContain('Replace scripts/migrate-prod.mjs, which is another one?');
      expect(readFileSync(join(root, 'scripts/migrate-prod.mjs'), 'utf8') === ours).toBe(kept);
    }
  });
});

describe('.gitignore', () => {
  const lines = async (text: string, ...args: readonly string[]) => {
    const root = createFolder({ ...project, '.gitignore': text });
    await initJson(root, ...args);
    return readFileSync(join(root, '.gitignore'), 'utf8');
  };

  test('keeps what is there, with its line ends', async () => {
    expect(await lines('node_modules\n.env')).toBe('node_modules\n.env\n.env.turso-prod\n');
    expect(await lines('node_modules\r\n.env\r\n')).toBe('node_modules\r\n.env\r\n.env.turso-prod\r\n');
    for (const text of ['.env*\n', '/.env.turso-prod\n', '# own\n.env.*\n']) expect(await lines(text)).toBe(text);
    expect(await lines('.env*\n!.env.turso-prod\n')).toBe('.env*\n!.env.turso-prod\n.env.turso-prod\n');
  });

  test('of a repository above is the one that is asked, and changed', async () => {
    const inside = Object.fromEntries(Object.entries(project).map(([name, text]) => [`apps/db/${name}`, text]));
    const root = createFolder({ ...inside, '.gitignore': 'node_modules\n' });
    git(root, 'init', '-q');
    const said = await initJson(join(root, 'apps/db'));
    expect(said.written).toContain('../../.gitignore');
    expect(git(join(root, 'apps/db'), 'check-ignore', '.env.turso-prod').status).toBe(0);
    expect((await initJson(join(root, 'apps/db'))).written).toEqual([]);
  });

  test('that is a folder stops everything before it begins', async () => {
    const root = createFolder({ ...project, '.gitignore/': '' });
    const said = await initJson(root);
    expect([said.error?.code, said.error?.message]).toEqual([
      'FILE_NOT_WRITTEN',
      '.gitignore cannot be written: it is a folder. Nothing was written.',
    ]);
    expect(Object.keys(readAll(root))).toHaveLength(Object.keys(project).length);
    expect((await initJson(root, '--no-gitignore')).error).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('a .gitignore', () => {
  test('that is a link is not written: git does not follow it', async () => {
    const outside = createFolder({ ignore: 'node_modules\n' });
    const root = createFolder(project);
    git(root, 'init');
    symlinkSync(join(outside, 'ignore'), join(root, '.gitignore'));
    const { error } = await initJson(root);
    expect(error?.message).toBe(
      '.gitignore cannot be written: it is a link, which git does not follow. Nothing was written.',
    );
    expect(readFileSync(join(outside, 'ignore'), 'utf8')).toBe('node_modules\n');
  });

  test('between the project and the repository has the last word', async () => {
    const inside = Object.fromEntries(Object.entries(project).map(([name, text]) => [`apps/db/${name}`, text]));
    const root = createFolder({ ...inside, '.gitignore': 'node_modules\n', 'apps/.gitignore': '!.env*\n' });
    git(root, 'init');
    expect((await initJson(join(root, 'apps/db'))).written).toContain('../.gitignore');
    expect(git(join(root, 'apps/db'), 'check-ignore', '.env.turso-prod').status).toBe(0);
    expect((await initJson(join(root, 'apps/db'))).written).toEqual([]);
  });
});

describe('text that is not UTF-8', () => {
  test.each(['.gitignore', 'package.json'])('is left as it is in %s', async (name) => {
    const root = createFolder(project);
    const bytes = Buffer.from(name === '.gitignore' ? '# f\u00fcr alle\n' : '{ "author": "Jos\u00e9" }\n', 'latin1');
    writeFileSync(join(root, name), bytes);
    const { error } = await initJson(root);
    expect(error?.message).toContain('is not UTF-8 text (a byte is not UTF-8, at byte');
    expect(readFileSync(join(root, name))).toEqual(bytes);
  });
});

describe('a place where init cannot work', () => {
  test('is outside of a Prisma project: it says how to make one', async () => {
    const root = createFolder({ 'package.json': '{}' });
    const { error } = await initJson(root);
    expect(error?.code).toBe('PROJECT_NOT_FOUND');
    expect(error?.next).toContain('npx prisma init --datasource-provider sqlite');
  });

  test.each([
    ['no JSON', '{ "name": }'],
    ['a list', '[]'],
    ['with scripts that are none', '{ "scripts": [] }'],
  ])('has a package.json that is %s', async (_, text) => {
    const root = createFolder({ ...project, 'package.json': text });
    const { error } = await initJson(root);
    expect(error).toMatchObject({ code: 'PACKAGE_INVALID', message: expect.stringContaining('Nothing was written.') });
    expect(existsSync(join(root, '.env.turso-prod'))).toBe(false);
  });

  test('has no package.json', async () => {
    const { 'package.json': _, ...others } = project;
    // One above it is somebody else's.
    const inside = Object.fromEntries(Object.entries(others).map(([name, text]) => [`shop/${name}`, text]));
    const root = createFolder({ ...inside, 'package.json': '{}' });
    const { error } = await initJson(join(root, 'shop'));
    expect(readdirSync(root).sort()).toEqual(['package.json', 'shop']);
    expect(error).toMatchObject({ code: 'PACKAGE_INVALID', next: expect.stringContaining('npm init -y') });
  });

  test('has lock files of two package managers: it names them, and what chooses', async () => {
    const root = createFolder({ ...project, 'package-lock.json': '{}', 'pnpm-lock.yaml': '' });
    const { error } = await initJson(root);
    expect(error?.code).toBe('PACKAGE_MANAGER_AMBIGUOUS');
    expect(error?.message).toMatch(/package-lock\.json and pnpm-lock\.yaml|pnpm-lock\.yaml and package-lock\.json/);
    expect(error?.next).toContain('--package-manager pnpm');
    expect((await initJson(root, '--package-manager', 'pnpm')).packageManager).toBe('pnpm');
    writeFileSync(join(root, 'package.json'), '{ "packageManager": "pnpm@10.0.0" }');
    expect((await initJson(root)).packageManager).toBe('pnpm');
  });

  test('has a folder that is none: nothing is written, or it says what was', async () => {
    const root = createFolder({ ...project, scripts: 'a file\n' });
    const { error } = await initJson(root);
    expect(error).toMatchObject({ code: 'FILE_NOT_WRITTEN', message: expect.stringContaining('Nothing was written.') });
    expect(existsSync(join(root, '.env.turso-prod'))).toBe(false);
  });

  test.skipIf(process.getuid?.() !== 0)('may not be written to by this user', () => {
    const root = createFolder(project);
    chmodSync(root, 0o755);
    const bin = new URL('../../dist/bin.cjs', import.meta.url).href;
    const code = `process.setgid(65534); process.setuid(65534); process.argv.splice(1, 0, 'x'); await import(${JSON.stringify(bin)})`;
    const args = ['--input-type=module', '-e', code, '--', 'init', '--no-install', '--yes'];
    const said = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(said.stderr).toContain('.gitignore could not be written: EACCES: permission denied. Nothing was written.');
    expect(Object.keys(readAll(root))).toHaveLength(Object.keys(project).length);
  });
});

describe('package.json', () => {
  test('keeps a byte order mark, CRLF line ends and tabs', async () => {
    const root = createFolder({ ...project, 'package.json': '\ufeff{\r\n\t"name": "shop"\r\n}\r\n' });
    await initJson(root);
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe(
      '\ufeff{\r\n\t"name": "shop",\r\n\t"scripts": {\r\n\t\t"migrate:status": "migrate-prod status",\r\n\t\t"migrate:plan": "migrate-prod plan",\r\n\t\t"migrate:apply": "migrate-prod apply"\r\n\t}\r\n}\r\n',
    );
  });

  test('of the workspace is changed, with the package manager of its root', async () => {
    const inside = Object.fromEntries(Object.entries(project).map(([name, text]) => [`packages/db/${name}`, text]));
    const root = createFolder({ ...inside, 'package.json': '{ "private": true }', 'pnpm-lock.yaml': '' });
    git(root, 'init', '-q');
    const said = await initJson(join(root, 'packages/db'));
    expect(said.packageManager).toBe('pnpm');
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe('{ "private": true }');
    expect(readFileSync(join(root, 'packages/db/.claude/skills/migrate-prod/SKILL.md'), 'utf8')).toContain(
      'pnpm migrate-prod status',
    );
  });

  test('of a project below is changed there, and the next step begins there', async () => {
    const inside = Object.fromEntries(Object.entries(project).map(([name, text]) => [`packages/my db/${name}`, text]));
    const root = createFolder({
      ...inside,
      'pnpm-lock.yaml': '',
      'packages/my db/node_modules/migrate-prod/package.json': '{}',
      'packages/my db/package.json': '{ "devDependencies": { "migrate-prod": "0.1.0" } }',
    });
    git(root, 'init', '-q');
    const said = (await runInProcess(['init', '--yes', '--json'], { cwd: root })).json<InitJson>();
    expect(said.next).toBe(
      "Fill in packages/my db/.env.turso-prod, then cd 'packages/my db' && pnpm migrate-prod status",
    );
    expect(readdirSync(root).sort()).toEqual(['.git', 'packages', 'pnpm-lock.yaml']);
  });

  test('keeps the dependency that it has', async () => {
    for (const spec of ['file:../migrate-prod', 'workspace:*', '^0.1.0']) {
      const root = createFolder({
        ...project,
        'package.json': JSON.stringify({ devDependencies: { 'migrate-prod': spec } }),
        'node_modules/migrate-prod/package.json': '{}',
      });
      const said = (await runInProcess(['init', '--yes', '--json'], { cwd: root })).json<
        InitJson & { dependency: string }
      >();
      expect(said.dependency).toBe(spec);
      expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies).toEqual({
        'migrate-prod': spec,
      });
    }
  });
});

describe('.env.turso-prod', () => {
  test('that is a link is left as it is', async () => {
    const root = createFolder({ ...project, 'elsewhere/env': 'TURSO_DATABASE_URL=file:shop.db\n' });
    symlinkSync(join(root, 'elsewhere/env'), join(root, '.env.turso-prod'));
    await initJson(root);
    expect(lstatSync(join(root, '.env.turso-prod')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, 'elsewhere/env'), 'utf8')).toBe('TURSO_DATABASE_URL=file:shop.db\n');
  });

  test('of the repository above is the one that counts: none is written below it, which would hide it', async () => {
    const inside = Object.fromEntries(Object.entries(project).map(([name, text]) => [`apps/db/${name}`, text]));
    const root = createFolder({ ...inside, '.env.turso-prod': 'TURSO_DATABASE_URL=file:shop.db\n' });
    git(root, 'init', '-q');
    const said = await initJson(join(root, 'apps/db'));
    expect(said.files).toContainEqual({ part: 'env', path: '../../.env.turso-prod', state: 'there' });
    expect(existsSync(join(root, 'apps/db/.env.turso-prod'))).toBe(false);
    expect(git(root, 'check-ignore', '.env.turso-prod').status).toBe(0);
  });

  test('is no credentials before it is filled in', async () => {
    const root = createFolder(project);
    expect((await initJson(root)).next).toBe('Fill in .env.turso-prod, then migrate-prod status');
    const said = await runInProcess(['status', '--json'], { cwd: root });
    expect(said.json<InitJson>().error?.code).toBe('CREDENTIALS_MISSING');
  });
});

describe('the next step at the end', () => {
  const end = async (prepare: (root: string) => void, files: Readonly<Record<string, string>> = project) => {
    const root = createFolder({ ...files, '.env.turso-prod': 'TURSO_DATABASE_URL=file:shop.db\n' });
    prepare(root);
    const said = await initJson(root);
    return said.next;
  };
  const open = (root: string, ...statements: readonly string[]) => {
    const database = openEmbedded(join(root, 'shop.db'));
    for (const sql of statements) database.exec(sql);
    database.close();
  };
  const {
    'prisma/migrations/20260101090000_init/migration.sql': _,
    'prisma/migrations/migration_lock.toml': __,
    ...bare
  } = project;

  test('is apply for an empty database', async () => {
    expect(await end((root) => open(root, 'PRAGMA user_version = 1'))).toBe('migrate-prod apply');
  });

  test('is backfill for tables without a history', async () => {
    expect(await end((root) => open(root, migration))).toBe('migrate-prod backfill');
  });

  test('is plan where a history is there, and nothing when production is up to date', async () => {
    let root = '';
    expect(
      await end((folder) => {
        root = folder;
        open(folder, 'PRAGMA user_version = 1');
      }),
    ).toBe('migrate-prod apply');
    expect((await runInProcess(['apply', '--yes'], { cwd: root })).code).toBe(0);
    expect((await initJson(root)).next).toBeNull();
    mkdirSync(join(root, 'prisma/migrations/20260201090000_more'));
    writeFileSync(
      join(root, 'prisma/migrations/20260201090000_more/migration.sql'),
      'ALTER TABLE "Customer" ADD COLUMN "name" TEXT;\n',
    );
    expect((await initJson(root)).next).toBe('migrate-prod plan');
  });

  test('is the first migration where there is none: by Prisma, or from what production has', async () => {
    expect(await end((root) => open(root, 'PRAGMA user_version = 1'), bare)).toBe('npx prisma migrate dev --name init');
    expect(await end((root) => open(root, migration), bare)).toBe('migrate-prod drift --fix --name init');
  });

  test('is that of the error where production cannot be read; the files are written', async () => {
    const root = createFolder({ ...project, '.env.turso-prod': 'TURSO_DATABASE_URL=http://127.0.0.1:1\n' });
    const said = await init(root, '--yes');
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('4 files written');
    expect(said.stderr).toContain('(UNREACHABLE)');
  });
});
