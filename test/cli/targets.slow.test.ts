/** One target before another, on two servers. */

import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { writeFiles } from '../support/git.ts';
import { startProxy } from '../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';
import { useTargets } from './several-targets.ts';

const at = useTargets();
const { run, read, findHazards, describeHazards, addTarget, setAfter } = at;

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
    setAfter({ prod: ['staging'] });
  });
  const addStaging = (url: string, token: string) => {
    writeFiles(at.project.root, { '.env.turso-staging': `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${token}\n` });
    chmodSync(join(at.project.root, '.env.turso-staging'), 0o600);
  };
  const change = async (sql: string) => {
    await staging?.sql(sql, stagingUrl);
  };

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
    // Nothing is pending, so nobody waits for staging.
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
    ['it has no credentials', () => rmSync(join(at.project.root, '.env.turso-staging')), 'There is no target staging'],
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
    await at.project.writeFile(
      'prisma/migrations/2_b/migrate-prod.allow',
      'not-on-staging: staging is being rebuilt\n',
    );
    expect((await run('apply', '--yes')).code).toBe(0);
  });

  test('has the same id whatever the server says when it cannot be asked, and another one when it can', async () => {
    addStaging('http://127.0.0.1:1', 'x');
    const { plan = '' } = await read('plan');
    addStaging(stagingUrl, 'x.y.z');
    expect((await read('plan')).plan).toBe(plan);
    rmSync(join(at.project.root, '.env.turso-staging'));
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
    rmSync(join(at.project.root, '.env.turso-staging'));
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
