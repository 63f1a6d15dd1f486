/** Several targets: each has its own credentials and its name on every screen, and one can be required before another. */

import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';
import { writeFiles } from '../support/git.ts';
import { startProxy } from '../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import { runInProcess } from './in-process.ts';

interface Answer {
  readonly target: string | null;
  readonly targetName: string | null;
  readonly plan?: string;
  readonly next?: string;
  readonly migrations?: readonly { readonly findings: readonly Finding[] }[];
  readonly findings?: readonly Finding[];
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

interface Finding {
  readonly code: string;
  readonly migration: string;
  readonly message: string;
}

const one = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);';
const two = 'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY);';
const model = (name: string) => `model ${name} {\n  id Int @id\n}\n`;
const schema = `datasource db {\n  provider = "sqlite"\n}\n${model('A')}${model('B')}`;

let project: Project;
beforeEach(async () => {
  project = await makeProject({ '1_a': one, '2_b': two }, { schema });
});
afterEach(() => project.remove());

const run = (...args: readonly string[]) => runInProcess(args, { cwd: project.root });
const read = async (...args: readonly string[]) => (await run(...args, '--json')).json<Answer>();
const addTarget = (name: string, url: string) =>
  writeFiles(project.root, { [`.env.turso-${name}`]: `TURSO_DATABASE_URL=${url}\n` });
const require = (after: unknown) =>
  writeFiles(project.root, { 'package.json': JSON.stringify({ 'migrate-prod': { after } }) });
const findHazards = ({ migrations = [] }: Answer) =>
  migrations.flatMap(({ findings }) => findings).filter(({ code }) => code === 'not-on-staging');

describe('a target', () => {
  beforeEach(async () => {
    addTarget('prod', 'file:prod.db');
    addTarget('staging', 'file:staging.db');
    await run('apply', '--yes');
    await run('apply', '--yes', '--target', 'staging');
  });

  test.each([['status'], ['plan'], ['apply'], ['history'], ['tables'], ['inspect', 'A'], ['drift'], ['backfill']])(
    'has its name on the screen of %s, and in its JSON',
    async (...args) => {
      const staging = await run(...args, '--target', 'staging');
      expect(`${staging.stdout}${staging.stderr}`).toContain(`file:${join(project.root, 'staging.db')} (staging)`);
      expect((await run(...args)).stdout).toContain(`file:${join(project.root, 'prod.db')} (prod)`);
      const { target, targetName } = await read(...args, '--target', 'staging');
      expect([target, targetName]).toEqual([`file:${join(project.root, 'staging.db')}`, 'staging']);
      expect((await read(...args)).targetName).toBe('prod');
    },
  );

  test('is not named on the screen where there is no other', async () => {
    rmSync(join(project.root, '.env.turso-staging'));
    const { stdout } = await run('status');
    expect(stdout).toContain('prod.db\n');
    expect((await run('status', '--target', 'prod')).stdout).toContain('prod.db (prod)\n');
    expect((await read('status')).targetName).toBe('prod');
  });

  test('is the one that the name of --env-file says, unless --target says another', async () => {
    expect((await read('status', '--env-file', '.env.turso-staging')).targetName).toBe('staging');
    const other = await read('status', '--env-file', '.env.turso-staging', '--target', 'qa');
    expect([other.target, other.targetName]).toEqual([expect.stringContaining('staging.db'), 'qa']);
  });

  test('stays in every command to copy', async () => {
    await project.write('3_c', 'CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY);');
    expect((await read('status', '--target', 'staging')).next).toBe('migrate-prod plan --target staging');
    expect((await read('plan', '--target=staging')).next).toMatch(/^migrate-prod apply --target staging --plan /);
    expect((await read('apply', '--target', 'staging')).error?.next).toMatch(/^migrate-prod apply --target staging/);
  });

  test.each([
    [['--target', '../prod'], 'USAGE'],
    [['--target', ''], 'USAGE'],
    [['--target=-x'], 'USAGE'],
    [['--target', 'staging', '--target', 'prod'], 'USAGE'],
    [['--target', 'stagin'], 'TARGET_UNKNOWN'],
  ])('that is none is refused: %j', async (args, code) => {
    for (const command of ['status', 'apply', 'backfill']) {
      const { error, target } = await read(command, '--yes', ...args);
      expect([command, error?.code, target]).toEqual([command, code, null]);
    }
  });

  test('is not what check works on', async () => {
    const { targetName } = await read('check');
    expect(targetName).toBe(null);
    expect((await run('check', '--help')).stdout).not.toContain('--target');
    expect((await run('status', '--help')).stdout).toContain('--target <name>');
  });
});

describe('a setting of what comes before what', () => {
  beforeEach(() => {
    addTarget('prod', 'file:prod.db');
    addTarget('staging', 'file:staging.db');
  });

  test.each([
    [{ prod: ['prod'] }, 'goes in a circle'],
    [{ prod: 'staging' }, 'is no list of targets'],
    [['staging'], 'is no object of targets'],
    [{ prod: ['a/b'] }, 'is no name of a target'],
    [{ prod: ['stagin'] }, 'names stagin, and there is no .env.turso-stagin; did you mean staging?'],
    [{ production: ['staging'] }, 'did you mean prod?'],
  ])('is refused where it cannot hold: %j', async (after, reason) => {
    require(after);
    const { error } = await read('apply', '--yes');
    expect([error?.code, error?.message]).toEqual(['SETTINGS_INVALID', expect.stringContaining(reason)]);
  });

  test('is not lost in a package.json that is no JSON', async () => {
    writeFiles(project.root, { 'package.json': '{"migrate-prod": {"after": {"prod": ["staging"]}},}' });
    expect((await read('apply', '--yes')).error?.code).toBe('SETTINGS_INVALID');
  });

  test('holds for the name, wherever the credentials come from', async () => {
    require({ prod: ['staging'] });
    await run('apply', '--yes', '--target', 'staging', '--to', '1_a');
    await run('apply', '--yes', '--target', 'local', '--url', 'file:prod.db', '--to', '1_a');
    expect(findHazards(await read('plan', '--url', 'file:prod.db'))).toHaveLength(1);
    expect(findHazards(await read('plan', '--url', 'file:prod.db', '--target', 'local'))).toHaveLength(0);
    expect(findHazards(await read('plan', '--env-file', '.env.turso-staging', '--target', 'PROD'))).toHaveLength(1);
  });
});

describeWithServer('prod after staging', () => {
  let [prod, staging]: Server[] = [];
  let [prodUrl, stagingUrl] = ['', ''];
  beforeAll(async () => {
    [prod, staging] = await Promise.all([startServer(), startServer({ auth: true })]);
  });
  afterAll(async () => {
    await Promise.all([prod?.stop(), staging?.stop()]);
  });
  beforeEach(async () => {
    if (!prod || !staging) throw new Error('no servers');
    [prodUrl, stagingUrl] = [await freshDatabase(prod), await freshDatabase(staging)];
    addTarget('prod', prodUrl);
    addStaging(stagingUrl, staging.token('rw'));
    require({ prod: ['staging'] });
  });
  const addStaging = (url: string, token: string) => {
    writeFiles(project.root, { '.env.turso-staging': `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${token}\n` });
    chmodSync(join(project.root, '.env.turso-staging'), 0o600);
  };
  const change = async (sql: string) => {
    await staging?.sql(sql, stagingUrl);
  };
  const describeHazards = async () =>
    findHazards(await read('plan')).map(({ migration, message }) => [migration, message]);

  test('names what staging has not applied, and takes the consent for it', async () => {
    expect((await run('apply', '--yes', '--target', 'staging', '--to', '1_a')).code).toBe(0);
    expect(await describeHazards()).toEqual([
      ['2_b', 'staging has not applied it. To do so: migrate-prod plan --target staging'],
    ]);
    const refused = await read('apply', '--yes');
    expect(refused.error?.code).toBe('CONSENT_MISSING');
    expect(refused.error?.next).toContain('not-on-staging:2_b');
    expect((await run('apply', '--yes', '--to', '1_a')).code).toBe(0);
    const { plan = '' } = await read('plan');
    const allowed = await run('apply', '--yes', '--plan', plan, '--allow', 'not-on-staging:2_b');
    expect([allowed.code, allowed.stderr.trim().split('\n')]).toEqual([0, [expect.stringContaining('Restore point')]]);
    // Nothing is pending, so nobody asks.
    addStaging('http://127.0.0.1:1', 'x');
    expect((await run('plan')).code).toBe(0);
  });

  test('says nothing of what staging has, also under an old name', async () => {
    expect((await run('apply', '--yes', '--target', 'staging')).code).toBe(0);
    expect(await describeHazards()).toEqual([]);
    await change("UPDATE _prisma_migrations SET migration_name = '0_old' WHERE migration_name = '2_b'");
    expect(await describeHazards()).toEqual([]);
    expect((await run('apply', '--yes')).code).toBe(0);
  });

  test.each([
    ["UPDATE _prisma_migrations SET checksum = 'x'", 'What staging applied under this name is not this file.'],
    [
      "UPDATE _prisma_migrations SET checksum = replace(checksum, 'a', 'b')",
      'What staging applied under this name is not this file.',
    ],
    ['UPDATE _prisma_migrations SET finished_at = NULL', 'It was begun on staging, and not finished.'],
    ['UPDATE _prisma_migrations SET rolled_back_at = 1', 'It was begun on staging, and not finished.'],
    ['DELETE FROM _prisma_migrations', 'staging has not applied it.'],
  ])('counts only the same file, applied to its end: %s', async (sql, message) => {
    expect((await run('apply', '--yes', '--target', 'staging')).code).toBe(0);
    await change(`${sql} WHERE migration_name = '2_b'`);
    expect(await describeHazards()).toEqual([['2_b', expect.stringContaining(message)]]);
  });

  test.each([
    ['it has no credentials', () => rmSync(join(project.root, '.env.turso-staging')), 'There is no target staging'],
    ['nothing answers there', () => addStaging('http://127.0.0.1:1', 'x'), 'localhost|127.0.0.1'],
    ['its token is another', () => addStaging(stagingUrl, 'x.y.z'), 'token'],
    ['it is this database', () => addStaging(`${prodUrl}/`, 'x'), 'names this same database'],
    ['its address is none', () => addStaging('staging', 'x'), 'staging'],
    [
      'its tracker is no tracker',
      () => change('CREATE TABLE _prisma_migrations (id INTEGER PRIMARY KEY)'),
      "is not Prisma's",
    ],
  ])('is in doubt where %s: that needs the consent too, and says why', async (_what, prepare, reason) => {
    await prepare();
    const hazards = await describeHazards();
    expect(hazards).toEqual(['1_a', '2_b'].map((name) => [name, expect.stringMatching(new RegExp(reason))]));
    expect(hazards[0]?.[1]).toMatch(/^It is not known whether staging has applied it: [^\n]+[^.]\.$/);
    const refused = await read('apply', '--yes');
    expect(refused.error?.code).toBe('CONSENT_MISSING');
    const { code } = await run('apply', '--yes', '--allow', 'not-on-staging');
    expect(code).toBe(0);
  });

  test('is written down for one migration in the file beside it', async () => {
    await run('apply', '--yes', '--target', 'staging', '--to', '1_a');
    await project.writeFile('prisma/migrations/2_b/migrate-prod.allow', 'not-on-staging: staging is being rebuilt\n');
    expect((await run('apply', '--yes')).code).toBe(0);
  });

  test('has the same id whatever the server says when it cannot be asked, and another one when it can', async () => {
    addStaging('http://127.0.0.1:1', 'x');
    const { plan = '' } = await read('plan');
    addStaging(stagingUrl, 'x.y.z');
    expect((await read('plan')).plan).toBe(plan);
    rmSync(join(project.root, '.env.turso-staging'));
    expect((await read('plan')).plan).toBe(plan);
    addStaging(stagingUrl, staging?.token('rw') ?? '');
    expect((await read('plan')).plan).not.toBe(plan);
    const stale = await read('apply', '--yes', '--plan', plan, '--allow', 'not-on-staging');
    expect(stale.error?.code).toBe('PLAN_STALE');
  });

  test('is asked with a read-only token, once, by a request that writes nothing, at the same time', async () => {
    const [first, second] = [await startProxy(prod?.port ?? 0), await startProxy(staging?.port ?? 0)];
    try {
      addTarget('prod', first.through(prodUrl));
      addStaging(second.through(stagingUrl), staging?.token('ro') ?? '');
      first.breakRequest(1, { delayMs: 400 });
      second.breakRequest(1, { delayMs: 400 });
      const start = Date.now();
      expect(findHazards(await read('plan'))).toHaveLength(2);
      expect(Date.now() - start).toBeLessThan(760);
      expect(second.requests).toHaveLength(1);
      expect(await staging?.sql("SELECT name FROM sqlite_schema WHERE type = 'table'", stagingUrl)).toEqual([[]]);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });

  test('does not hold for another target, nor for commands that run nothing', async () => {
    await run('apply', '--yes', '--allow', 'not-on-staging', '--to', '1_a');
    rmSync(join(project.root, '.env.turso-staging'));
    expect((await read('status')).findings?.map(({ code }) => code)).toEqual([]);
    addTarget('qa', await freshDatabase(prod as Server));
    expect((await run('apply', '--yes', '--target', 'qa')).code).toBe(0);
  });

  test('never shows the token of staging', async () => {
    addStaging(stagingUrl, 'a-secret-of-staging');
    const { stdout, stderr } = await run('plan');
    expect(`${stdout}${stderr}`).not.toContain('a-secret-of-staging');
  });
});
