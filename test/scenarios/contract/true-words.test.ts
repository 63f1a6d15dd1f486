/** What a tired person reads at the end of a run is true, and the next command is the one that is meant. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject } from '../../support/folder.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets } from '../../support/targets.ts';

const sql = (name: string) => `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY);`;
const env = { NO_COLOR: '1' };

/** Each with the project of the given files as its folder. */
async function withFolder<Result>(
  files: Readonly<Record<string, string>>,
  use: (cwd: string, migrations: string) => Promise<Result>,
): Promise<Result> {
  const project = await makeProject(files);
  try {
    return await use(project.root, project.migrationsFolder);
  } finally {
    await project.remove();
  }
}

/** What stands at the end of the answer. */
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)?.trim();

describeTargets('the words at the end', (fresh) => {
  it('do not call production up to date when four of its migrations have no folder here', async () => {
    const target = await fresh();
    const names = ['1_a', '2_b', '3_c', '4_d', '5_e'];
    const all = Object.fromEntries(names.map((name) => [name, sql(name)]));
    await withFolder(all, (_, migrations) => apply({ url: target.url, migrations }));
    await withFolder({ '3_c': sql('3_c') }, async (cwd) => {
      const run = (...args: readonly string[]) => runInProcess([...args, '--url', target.url], { cwd, env });
      const words = 'Nothing to apply, but 4 migrations recorded in production have no folder here.';
      for (const command of ['status', 'plan', 'apply'] as const) {
        const { code, stdout } = await run(command);
        expect([command, code, lastLine(stdout)]).toEqual([command, 0, words]);
        expect(stdout).not.toMatch(/up to date/i);
      }
      expect(lastLine((await run('backfill', '--yes')).stdout)).toBe(words.replace('apply', 'record'));
      expect((await run('plan', '--format', 'markdown')).stdout).toContain(words);
      expect((await run('status', '--json')).json()).toMatchObject({
        upToDate: false,
        toApply: 0,
        missing: 4,
        next: null,
      });
      expect((await run('plan', '--json')).json()).toMatchObject({ missing: 4, next: null });
      expect((await run('apply', '--json')).json()).toMatchObject({ outcome: 'nothing-to-do', missing: 4 });
      expect((await run('status', '--exit-code')).code).toBe(3);
    });
    await withFolder({ ...all, '6_f': sql('6_f') }, async (cwd, migrations) => {
      rmSync(join(migrations, '1_a'), { recursive: true });
      const { stdout } = await runInProcess(['apply', '--yes', '--url', target.url], { cwd, env });
      expect(lastLine(stdout)).toBe(
        '1 migration applied. Nothing more to apply, but 1 migration recorded in production has no folder here.',
      );
    });
    await withFolder({ ...all, '6_f': sql('6_f') }, async (cwd) => {
      const { code, stdout } = await runInProcess(['status', '--exit-code', '--url', target.url], { cwd, env });
      expect([code, lastLine(stdout)]).toEqual([0, 'Up to date.']);
    });
  });

  it('say that a file is not what ran, and do not call that up to date', async () => {
    const target = await fresh();
    await withFolder({ '1_a': sql('A') }, (_, migrations) => apply({ url: target.url, migrations }));
    await withFolder({ '1_a': `${sql('A')} -- edited` }, async (cwd) => {
      const run = (...args: readonly string[]) => runInProcess([...args, '--url', target.url], { cwd, env });
      const words = 'Nothing to apply, but the file of 1 migration is not what ran.';
      for (const command of ['status', 'plan', 'apply'] as const) {
        expect([command, lastLine((await run(command)).stdout)]).toEqual([command, words]);
      }
      await run('backfill', '1_a', '--yes');
      expect(lastLine((await run('status')).stdout)).toBe('Up to date.');
    });
  });

  it('name the migration that makes what another one meets, where production has nothing', async () => {
    const target = await fresh();
    const files = { '1_a': sql('A'), '2_b': 'CREATE TABLE "A" ("id" TEXT);' };
    await withFolder(files, async (cwd) => {
      const { code, stdout } = await runInProcess(['plan', '--url', target.url], { cwd, env });
      expect(code).toBe(1);
      expect(stdout).toContain('made by 1_a before it: CREATE TABLE "A" ("id" INTEGER PRIMARY KEY)');
      expect(stdout).toContain('It is made by 1_a before it.');
      expect(stdout).not.toMatch(/in production: |backfill/);
    });
  });

  it('say of a column which migration added it, and of production’s own that it is production’s', async () => {
    const target = await fresh();
    await withFolder({ '1_a': sql('A') }, (_, migrations) => apply({ url: target.url, migrations }));
    await target.sql('ALTER TABLE "A" ADD COLUMN "own" TEXT');
    const files = {
      '1_a': sql('A'),
      '2_b': 'ALTER TABLE "A" ADD COLUMN "b" TEXT;',
      '3_c': 'ALTER TABLE "A" ADD COLUMN "b" INTEGER;',
    };
    await withFolder(files, async (cwd) => {
      const { stdout } = await runInProcess(['plan', '--url', target.url], { cwd, env });
      expect(stdout).toContain('made by 2_b before it: ');
    });
    await withFolder({ '1_a': sql('A'), '2_b': 'ALTER TABLE "A" ADD COLUMN "own" INTEGER;' }, async (cwd) => {
      const { stdout } = await runInProcess(['plan', '--url', target.url], { cwd, env });
      expect(stdout).toContain('in production: ');
    });
  });

  it('do not say that a rehearsal was ok above a plan that cannot be applied', async () => {
    const target = await fresh();
    const first = { '1_a': 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "n" INTEGER);' };
    await withFolder(first, (_, migrations) => apply({ url: target.url, migrations }));
    await target.sql('INSERT INTO "A" VALUES (1, 1), (2, 1)');
    await withFolder({ ...first, '2_b': 'CREATE UNIQUE INDEX "A_n" ON "A" ("n");' }, async (cwd) => {
      for (const format of ['text', 'markdown']) {
        const { code, stdout } = await runInProcess(['plan', '--format', format, '--url', target.url], { cwd, env });
        expect([code, stdout.includes('cannot be applied')]).toEqual([1, true]);
        expect(stdout.replaceAll('\\', '')).toContain('Rehearsed on a copy of 2 rows of "A", as far as it runs there.');
        expect(stdout).not.toMatch(/: ok\./);
      }
    });
  });
});

describeWithServer('the words at the end, of a server', () => {
  let server: Server;
  let folder = '';
  beforeAll(async () => {
    server = await startServer({ auth: true });
    folder = mkdtempSync(join(tmpdir(), 'migrate-prod-words-'));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('offer a command without the backup that cannot be made, and keep the plan that was agreed to', async () => {
    const url = await freshDatabase(server);
    const authToken = server.token('rw');
    await withFolder({ '1_a': sql('A'), '2_b': sql('B') }, async (cwd, migrations) => {
      await apply({ url, authToken, migrations, to: '1_a' });
      // True of each row when it came, and of no three rows at once: it cannot be loaded from SQL.
      await server.sql('CREATE TABLE "Fragile" ("id" INTEGER PRIMARY KEY CHECK (total_changes() < 3))', url);
      for (const id of [1, 2, 3, 4, 5]) await server.sql(`INSERT INTO "Fragile" VALUES (${id})`, url);
      const secret = { ...env, TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: authToken };
      const run = (...args: readonly string[]) => runInProcess(args, { cwd, env: secret });
      const { plan } = (await run('plan', '--json')).json<{ plan: string }>();
      const backup = join(folder, 'b.sql');
      const { code, stderr } = await run('apply', '--yes', '--to', '2_b', '--plan', plan, '--backup', backup);
      expect([code, stderr.includes('(BACKUP_FAILED)')]).toEqual([1, true]);
      const next = /Without --backup: migrate-prod (.*)/.exec(stderr.replaceAll(/\n\s+/g, ' '))?.[1];
      expect(next).toBe(`apply --to 2_b --plan ${plan} --yes`);
      expect(readdirSync(folder)).toEqual([]);
      // Pasted, it works.
      expect((await run(...(next ?? '').split(' '))).code).toBe(0);
    });
  });

  it('give no way back to people whose token may not write', async () => {
    const url = await freshDatabase(server);
    await withFolder({ '1_a': sql('A'), '2_b': sql('B') }, async (cwd, migrations) => {
      await apply({ url, authToken: server.token('rw'), migrations, to: '1_a' });
      const secret = { ...env, TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.token('ro') };
      const { code, stderr } = await runInProcess(['apply', '--yes'], { cwd, env: secret });
      expect([code, stderr.includes('(TOKEN_READ_ONLY)')]).toEqual([1, true]);
      expect(stderr).not.toContain('Restore point');
      expect(stderr).toContain('Nothing was written.');
      const { restorePoint } = (await runInProcess(['apply', '--yes', '--json'], { cwd, env: secret })).json<{
        restorePoint: unknown;
      }>();
      expect(restorePoint).toBeNull();
    });
  });

  it('still give the way back where the migration failed', async () => {
    const url = await freshDatabase(server);
    const files = { '1_a': sql('A'), '2_b': sql('B'), '3_c': 'INSERT INTO "A" SELECT abs(-9223372036854775807 - 1);' };
    await withFolder(files, async (cwd, migrations) => {
      const authToken = server.token('rw');
      await apply({ url, authToken, migrations, to: '1_a' });
      const secret = { ...env, TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: authToken };
      const { code, stderr } = await runInProcess(['apply', '--yes', '--rows', 'none'], { cwd, env: secret });
      expect([code, stderr.includes('(STATEMENT_FAILED)')]).toEqual([1, true]);
      expect(stderr).toContain('Restore point');
    });
  });
});
