/** From an empty folder to the second deploy, as somebody new does it, with each package manager and a real server. */

import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasTerminal, runOnTerminal, type TerminalStep } from '../cli/terminal.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import {
  environment,
  type Manager,
  makePrismaProject,
  meetNewcomer,
  migrateDev,
  models,
  type Newcomer,
  type Said,
} from './newcomer.ts';
import { renderScreen } from './screen.ts';

interface Way {
  readonly name: string;
  readonly manager: Manager;
  /** The folder of the project, below that of the repository. */
  readonly folder: string;
  /** The line that starts `init` first, with the packed file where it is meant. */
  readonly first: (file: string) => string;
  /** How commands are shown, and typed. */
  readonly start: string;
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Files beside, by their path in the repository. */
  readonly files?: Readonly<Record<string, string>>;
  /** What is typed before: a tool that cannot run a packed file once installs it. */
  readonly before?: (tarball: string) => string;
}

const rootPackage = '{\n  "name": "repository",\n  "private": true,\n  "workspaces": ["packages/*"]\n}\n';

const ways: readonly Way[] = [
  {
    name: 'npm',
    manager: 'npm',
    folder: '',
    first: (file) => `npx --yes --package ${file} migrate-prod init`,
    start: 'npx --no migrate-prod',
  },
  {
    name: 'an npm workspace',
    manager: 'npm',
    folder: 'packages/database',
    first: (file) => `npx --yes --package ${file} migrate-prod init`,
    start: 'npx --no migrate-prod',
    files: {
      'package.json': rootPackage,
      'package-lock.json': '{\n  "name": "repository",\n  "lockfileVersion": 3,\n  "packages": {}\n}\n',
    },
  },
  { name: 'pnpm', manager: 'pnpm', folder: '', first: (file) => `pnpm dlx ${file} init`, start: 'pnpm migrate-prod' },
  {
    name: 'a pnpm workspace',
    manager: 'pnpm',
    folder: 'packages/database',
    first: (file) => `pnpm dlx ${file} init`,
    start: 'pnpm migrate-prod',
    files: {
      'package.json': '{\n  "name": "repository",\n  "private": true\n}\n',
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    },
  },
  {
    name: 'yarn 1',
    manager: 'yarn',
    folder: '',
    before: (file) => `yarn add --dev file:${file}`,
    first: () => 'yarn --silent migrate-prod init',
    start: 'yarn migrate-prod',
  },
  {
    name: 'yarn 4 with a node_modules folder',
    manager: 'berry',
    folder: '',
    extra: { packageManager: 'yarn@4.18.1' },
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
    before: (file) => `yarn add --dev migrate-prod@file:${file}`,
    first: () => 'yarn migrate-prod init',
    start: 'yarn migrate-prod',
  },
  {
    name: 'yarn 4 with Plug and Play',
    manager: 'berry',
    folder: '',
    extra: { packageManager: 'yarn@4.18.1' },
    files: { 'yarn.lock': '' },
    before: (file) => `yarn add --dev migrate-prod@file:${file}`,
    first: () => 'yarn migrate-prod init',
    start: 'yarn migrate-prod',
  },
];

const page = new URL('../../docs/start.md', import.meta.url);

/** A screen as the page has it: times and addresses are the page's own. */
function settle(screen: string, { url, file }: { readonly url: string; readonly file: string }): string {
  return screen
    .replaceAll(url, 'libsql://shop-acme.turso.io')
    .replaceAll(file, '/path/to/migrate-prod-0.1.0.tgz')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, '2026-01-02 09:31')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-01-02T09:31:00Z')
    .replaceAll(
      /\b[0-9a-f]{8}-[0-9a-f]{24}-[0-9a-f]{20}(?=-\d\d)/g,
      `7f3a9c2e-${'0123456789abcdef'.repeat(3).slice(0, 24)}-5d6e7f8091a2b3c4d5e6`,
    )
    .replaceAll(/(?<=Plan )[0-9a-f]{8}(?=\.)/g, '7f3a9c2e')
    .replaceAll(/\b\d{14}_/g, (stamp) => (stamp.startsWith('20260101') ? stamp : '20260103101500_'))
    .trim();
}

describeWithServer('a newcomer', () => {
  let server: Server;
  let newcomer: Newcomer | null = null;
  beforeAll(async () => {
    server = await startServer({ auth: true });
    newcomer = await meetNewcomer();
  }, 120_000);
  afterAll(async () => {
    await newcomer?.remove();
    await server.stop();
  });

  test.each(ways)('goes from init to the second deploy with $name', async (way) => {
    if (newcomer === null) return expect.soft(newcomer, 'no registry').toBeNull();
    const { manager, start } = way;
    const root = join(newcomer.home, way.name.replaceAll(' ', '-'));
    const cwd = join(root, way.folder);
    await makePrismaProject(cwd, way.extra);
    for (const [path, text] of Object.entries(way.files ?? {})) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const type = async (line: string, code = 0): Promise<Said> => {
      const said = await (newcomer as Newcomer).type(line, { cwd, manager });
      if (process.env.SHOW) console.log(`$ ${line}\n${said.stdout}${said.stderr}`);
      expect(said.code, `$ ${line}\n${said.stdout}${said.stderr}`).toBe(code);
      return said;
    };
    await type('git init -q .');
    await migrateDev(cwd, '20260101090000_init', models.first);
    if (way.before) await type(way.before(newcomer.tarball));

    const begin = way.first(newcomer.tarball);
    const shown = await type(`${begin} --dry-run`);
    expect(shown.stdout).toContain('scripts/migrate-prod.mjs');
    // What it says to type is what works here, before anything is installed.
    const asked = await type(begin, 1);
    expect(asked.stderr).toContain(`Next: ${begin.replace(/ --silent\b/, '')} --yes`);
    const first = await type(`${begin} --yes`);
    expect(first.stdout).toContain(`Next: Fill in .env.turso-prod, then ${start} status`);
    expect((await stat(join(cwd, '.env.turso-prod'))).mode & 0o777).toBe(0o600);
    await type('git check-ignore --quiet .env.turso-prod');
    expect(await readFile(join(cwd, '.gitignore'), 'utf8')).toMatch(/\n\/generated\n\.env\.turso-prod\n$/);
    expect(await readFile(join(cwd, '.claude/skills/migrate-prod/SKILL.md'), 'utf8')).toContain(
      `Bash(${start} status:*)`,
    );

    const url = await freshDatabase(server);
    await writeFile(
      join(cwd, '.env.turso-prod'),
      `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${server.token('rw')}\n`,
    );
    // The second command of ours is the first status.
    const status = await type(`${start} status`);
    expect(status.stdout).toContain('1 to apply.');

    // A second init changes nothing, and knows the next step for an empty database.
    const before = await type('git status --porcelain --untracked-files=all');
    const again = await type(`${start} init --yes`);
    expect(again.stdout).toContain('Everything is there already.');
    expect(again.stdout).toContain(`1 to apply. Next: ${start} apply`);
    expect((await type('git status --porcelain --untracked-files=all')).stdout).toBe(before.stdout);

    await type(`${start} apply --yes`);
    await migrateDev(cwd, '20260201090000_orders', models.second);
    const planned = await type(`${start} plan`);
    const next = /Next: (.* apply --plan \S+)/.exec(planned.stdout)?.[1] ?? '';
    expect(next).toContain(`${start} apply --plan`);
    await type(`${next} --yes`);
    expect((await type('node scripts/migrate-prod.mjs status')).stdout).toContain('Up to date.');
    expect((await type('node scripts/migrate-prod.mjs drift')).stdout).toContain('In sync');
    const tables = await server.sql(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('Order', 'Customer')",
      url,
    );
    expect(tables[0]).toHaveLength(2);
  });

  test('whose install fails is told what is written, and goes on from there', async () => {
    if (newcomer === null) return;
    const cwd = join(newcomer.home, 'failing');
    await makePrismaProject(cwd, { dependencies: { lost: 'file:./lost.tgz' } });
    const line = `npx --yes --package ${newcomer.tarball} migrate-prod init --yes`;
    const failed = await newcomer.type(line, { cwd, manager: 'npm' });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('npm install failed. Written before it: .gitignore, .env.turso-prod,');
    expect(failed.stderr).toMatch(/ENOENT.*lost\.tgz[\s\S]*\(INSTALL_FAILED\)/);
    const text = await readFile(join(cwd, 'package.json'), 'utf8');
    await writeFile(join(cwd, 'package.json'), text.replace(/,\s*"dependencies": \{[^}]*\}/, ''));
    const done = await newcomer.type(line, { cwd, manager: 'npm' });
    expect([done.code, done.stdout.includes('npm install done.')]).toEqual([0, true]);
    // The library is in the package too, with the thread that Prisma's engine runs in.
    await migrateDev(cwd, '20260101090000_init', models.first);
    await server.sql('SELECT 1', await server.createNamespace('library'));
    const code = `import { drift } from 'migrate-prod';
      const { pending } = await drift({ url: process.env.URL, authToken: process.env.TOKEN, migrations: 'prisma/migrations', schema: 'prisma/schema.prisma' });
      console.log(pending.join());`;
    await writeFile(join(cwd, 'library.mjs'), code);
    const used = await newcomer.type(`URL=${server.url}/dev/library TOKEN=${server.token('rw')} node library.mjs`, {
      cwd,
      manager: 'npm',
    });
    expect([used.stdout, used.stderr]).toEqual(['20260101090000_init\n', '']);
    expect((await newcomer.type('node scripts/migrate-prod.mjs --version', { cwd, manager: 'npm' })).stdout).toMatch(
      /^\d/,
    );
  });

  test.skipIf(!hasTerminal)(
    'at a terminal needs one command before the first status, and the nine commands work verbatim',
    async () => {
      if (newcomer === null) return;
      const { home, tarball, path } = newcomer;
      const cwd = join(home, 'verbatim');
      await makePrismaProject(cwd);
      await migrateDev(cwd, '20260101090000_init', models.first);
      spawnSync('git', ['init', '-q', '.'], { cwd });
      // Of one length, so that lines break where the page has them.
      const url = await server.createNamespace('shop-acme');
      const token = server.token('rw');
      const env = { ...environment(home, path('npm')), TERM: 'xterm-256color' };
      const transcript: string[] = [];
      const type = async (line: string, steps: readonly TerminalStep[] = []): Promise<string> => {
        const { code, screen } = await runOnTerminal(line.split(' '), {
          cwd,
          env,
          steps,
          seconds: 120,
          columns: 100,
          program: ['/usr/bin/env'],
        });
        expect([code, line], screen).toEqual([0, line]);
        expect(screen).not.toContain(token);
        const shown = renderScreen(screen);
        transcript.push(`$ ${line}\n\n${shown}`);
        return shown;
      };
      const answer: TerminalStep = { wait: '[y/N]', type: 'y\n' };

      const set = await type(`npx --yes --package ${tarball} migrate-prod init`, [
        answer,
        { wait: 'address', type: `${url}\r` },
        { wait: 'token', type: `${token}\r` },
      ]);
      // It ends with the state of production, and the step for an empty database.
      expect(set).toContain('1 to apply. Next: npx --no migrate-prod apply');
      expect(await readFile(join(cwd, '.env.turso-prod'), 'utf8')).toContain(`TURSO_AUTH_TOKEN=${token}\n`);

      const script = 'node scripts/migrate-prod.mjs';
      expect(await type(`${script} status`)).toContain('1 to apply.');
      expect(await type(`${script} plan`)).toContain('CREATE TABLE "Customer"');
      expect(await type(`${script} apply`, [answer])).toContain('1 migration applied.');
      expect(await type(`${script} drift`)).toContain('In sync');
      await server.sql('CREATE INDEX "Customer_by_hand" ON "Customer" ("id", "email")', url);
      await type(`${script} drift --fix`, [{ wait: 'Name of the migration:', type: 'email_index\n' }, answer]);
      expect(await type(`${script} backfill`)).toContain('recorded');
      const [last = ''] = (await readdir(join(cwd, 'prisma/migrations')))
        .filter((name) => name > '20260101090000_init')
        .sort();
      await server.sql(`DELETE FROM _prisma_migrations WHERE migration_name = '${last}'`, url);
      await type(`${script} backfill ${last}`, [answer]);
      expect(await type(`${script} tables`)).toContain('Customer');
      expect(await type(`${script} inspect Customer`)).toContain('Customer_by_hand');
      expect(await type(`${script} status`)).toContain('Up to date.');
      const text = settle(transcript.join('\n\n'), { url, file: tarball });
      const before = await readFile(page, 'utf8');
      const after = before.replace(/(?<=```console\n)[\s\S]*?(?=```)/, () => `${text.replaceAll(/\n{3,}/g, '\n\n')}\n`);
      // UPDATE_DOCS=1 writes it anew.
      if (process.env.UPDATE_DOCS) await writeFile(page, after);
      else expect(before).toBe(after);
    },
  );
});
