/** Somebody new: an empty folder, the packed program, a package manager, and a Prisma project that Prisma's own engine wrote. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPrismaEngine, type PrismaEngine } from '../support/prisma-engine.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Pinned, so that what is tested is known. npm is the one that is here. */
const managers = { pnpm: 'pnpm@10.34.9', yarn: 'yarn@1.22.22', berry: '@yarnpkg/cli-dist@4.18.1' } as const;
const scripts = {
  pnpm: 'pnpm/bin/pnpm.cjs',
  yarn: 'yarn/bin/yarn.js',
  berry: '@yarnpkg/cli-dist/bin/yarn.js',
} as const;

export type Manager = 'npm' | keyof typeof managers;

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Newcomer {
  /** A folder of their own, without symbolic links. */
  readonly home: string;
  /** The file that `npm pack` made, in that folder. */
  readonly tarball: string;
  /** PATH with this package manager first. */
  path(manager: Manager): string;
  /** Runs one line as it is typed. */
  type(line: string, options: { readonly cwd: string; readonly manager: Manager }): Promise<Said>;
  remove(): Promise<void>;
}

/** @returns null where the package managers cannot be fetched, which CI does not accept. */
export async function meetNewcomer(): Promise<Newcomer | null> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-newcomer-')));
  const pack = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', home], {
    cwd: checkout,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (pack.status !== 0) throw new Error(`npm pack: ${pack.stderr}`);
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no file');
  const tools = join(home, 'tools');
  await mkdir(tools);
  const fetched = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', tools, ...Object.values(managers)],
    {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  if (fetched.status !== 0) {
    await rm(home, { recursive: true, force: true });
    if (process.env.CI) throw new Error(`the package managers could not be fetched: ${fetched.stderr}`);
    return null;
  }
  for (const [manager, script] of Object.entries(scripts)) {
    const bin = join(tools, manager);
    await mkdir(bin);
    const name = manager === 'berry' ? 'yarn' : manager;
    await writeFile(join(bin, name), `#!/bin/sh\nexec node '${join(tools, 'node_modules', script)}' "$@"\n`);
    await chmod(join(bin, name), 0o755);
  }
  const path = (manager: Manager) => `${manager === 'npm' ? '' : `${join(tools, manager)}:`}${process.env.PATH}`;
  return {
    home,
    tarball: join(home, tarball),
    path,
    type: (line, { cwd, manager }) => run(line, cwd, environment(home, path(manager))),
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Nothing of the package manager that runs this test, and caches of their own. */
export function environment(home: string, path: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|INIT_CWD$|TURSO_|PNPM_|YARN_|CI$|GITHUB_|NODE_OPTIONS$|VITEST)/i.test(name),
  );
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ''])),
    PATH: path,
    HOME: home,
    npm_config_cache: join(home, 'cache', 'npm'),
    npm_config_update_notifier: 'false',
    npm_config_progress: 'false',
    YARN_CACHE_FOLDER: join(home, 'cache', 'yarn'),
    YARN_GLOBAL_FOLDER: join(home, 'cache', 'berry'),
    YARN_ENABLE_TELEMETRY: '0',
    NO_UPDATE_NOTIFIER: '1',
  };
}

function run(line: string, cwd: string, env: Record<string, string>): Promise<Said> {
  const child = spawn('sh', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const head = `generator client {
  provider = "prisma-client"
  output   = "../generated"
}

datasource db {
  provider = "sqlite"
}
`;

/** The models of a shop, as its developers go on. */
export const models = {
  first: `model Customer {\n  id    Int    @id @default(autoincrement())\n  email String @unique\n}\n`,
  second: `model Customer {\n  id    Int    @id @default(autoincrement())\n  email String @unique\n  name  String?\n  orders Order[]\n}\n\nmodel Order {\n  id         Int      @id @default(autoincrement())\n  customerId Int\n  customer   Customer @relation(fields: [customerId], references: [id])\n}\n`,
};

const config = `import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
`;

/** A Prisma 7 project in an empty folder, without any migration. */
export async function makePrismaProject(root: string, extra: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await mkdir(join(root, 'prisma'), { recursive: true });
  const content = { name: 'shop', version: '1.0.0', private: true, ...extra };
  await writeFile(join(root, 'package.json'), `${JSON.stringify(content, null, 2)}\n`);
  await writeFile(join(root, 'prisma.config.ts'), config);
  // As Prisma's own init writes it.
  await writeFile(
    join(root, '.gitignore'),
    'node_modules\n# Keep environment variables out of version control\n.env\n\n/generated\n',
  );
}

/** What `prisma migrate dev --name <name>` does to the folder: the schema's next state, and the migration that leads there. */
export async function migrateDev(root: string, name: string, schema: string): Promise<void> {
  const text = `${head}\n${schema}`;
  const folder = join(root, 'prisma', 'migrations');
  await mkdir(folder, { recursive: true });
  const engine: PrismaEngine = await openPrismaEngine(':memory:');
  try {
    const from = existsSync(join(folder, 'migration_lock.toml'))
      ? ({ type: 'migrations', folder } as const)
      : ({ type: 'empty' } as const);
    const { script } = await engine.diff(from, { type: 'schema', text });
    const file = join(folder, name, 'migration.sql');
    await mkdir(dirname(file));
    await writeFile(file, script);
    await writeFile(join(folder, 'migration_lock.toml'), 'provider = "sqlite"\n');
    await writeFile(join(root, 'prisma', 'schema.prisma'), text);
  } finally {
    engine.close();
  }
}
