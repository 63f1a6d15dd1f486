/** Several targets: each has its own credentials and its name on every screen, and one can be required before another. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { writeFiles } from '../support/git.ts';
import { useTargets } from './several-targets.ts';

const at = useTargets();
const { run, read, findHazards, setAfter } = at;

describe('a target', () => {
  beforeEach(async () => {
    await at.addFile('prod', '2_b');
    await at.addFile('staging', '2_b');
  });

  test.each([
    ['status'],
    ['plan'],
    ['apply'],
    ['history'],
    ['tables'],
    ['inspect', 'A'],
    ['drift'],
    ['backfill'],
    ['doctor'],
  ])('has its name on the screen of %s, and in its JSON', async (...args) => {
    const staging = await run(...args, '--target', 'staging');
    expect(`${staging.stdout}${staging.stderr}`).toContain(`file:${join(at.project.root, 'staging.db')} (staging)`);
    const { target, targetName } = await read(...args, '--target', 'staging');
    expect([target, targetName]).toEqual([`file:${join(at.project.root, 'staging.db')}`, 'staging']);
  });

  test('is what is said to be up to date, and production is not', async () => {
    await at.project.write('3_c', 'CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY);');
    for (const args of [['apply', '--yes'], ['plan']]) {
      const { stdout } = await run(...args, '--target', 'staging');
      expect(stdout).toMatch(/staging is up to date\.\n$/);
      expect(stdout).not.toMatch(/production is up to date/i);
    }
  });

  test('that is not named is prod, and says so beside another one', async () => {
    expect((await run('status')).stdout).toContain(`file:${join(at.project.root, 'prod.db')} (prod)`);
    expect((await read('status')).targetName).toBe('prod');
  });

  test('is not named on the screen where there is no other', async () => {
    rmSync(join(at.project.root, '.env.turso-staging'));
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
    await at.project.write('3_c', 'CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY);');
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
    for (const command of ['status', 'apply']) {
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
  beforeEach(async () => {
    await at.addFile('prod', '1_a');
    await at.addFile('staging', '1_a');
  });

  test.each([
    [{ prod: ['prod'] }, 'goes in a circle'],
    [{ prod: 'staging' }, 'is no list of targets'],
    [['staging'], 'is no object of targets'],
    [{ prod: ['a/b'] }, 'is no name of a target'],
    [{ prod: ['stagin'] }, 'names stagin, and there is no .env.turso-stagin; did you mean staging?'],
    [{ production: ['staging'] }, 'did you mean prod?'],
  ])('is refused where it cannot hold: %j', async (after, reason) => {
    setAfter(after);
    const { error } = await read('apply', '--yes');
    expect([error?.code, error?.message]).toEqual(['SETTINGS_INVALID', expect.stringContaining(reason)]);
  });

  test('is not lost in a package.json that is no JSON', async () => {
    writeFiles(at.project.root, { 'package.json': '{"migrate-prod": {"after": {"prod": ["staging"]}},}' });
    expect((await read('apply', '--yes')).error?.code).toBe('SETTINGS_INVALID');
  });

  test('holds for the name, wherever the credentials come from', async () => {
    setAfter({ prod: ['staging'] });
    expect(findHazards(await read('plan', '--url', 'file:prod.db'))).toHaveLength(1);
    expect(findHazards(await read('plan', '--url', 'file:other.db', '--target', 'local'))).toHaveLength(0);
    expect(findHazards(await read('plan', '--env-file', '.env.turso-staging', '--target', 'PROD'))).toHaveLength(1);
  });

  test.each([
    [['--url', 'file:prod.db', '--target', 'local']],
    [['--env-file', '.env.turso-prod', '--target', 'local']],
    [['--env-file', '.env.turso-prod', '--target', 'staging']],
    [['--target', 'copy']],
  ])('holds for the database of its file too, under whatever name: %j', async (args) => {
    setAfter({ prod: ['staging'] });
    writeFiles(at.project.root, { '.env.turso-copy': 'TURSO_DATABASE_URL=file:./prod.db\n' });
    expect(findHazards(await read('plan', ...args))).toHaveLength(1);
    expect((await read('apply', '--yes', ...args)).error?.code).toBe('CONSENT_MISSING');
  });

  test('is not in the way of a target whose neighbours cannot be read', async () => {
    setAfter({ prod: ['staging'] });
    writeFiles(at.project.root, { '.env.turso-prod': 'TURSO_DATABASE_URL=nothing\n' });
    expect((await run('apply', '--yes', '--target', 'staging')).code).toBe(0);
  });

  test('names what staging has not applied, in the question too, and takes the consent for it', async () => {
    setAfter({ prod: ['staging'] });
    const { stdout } = await run('plan');
    expect(stdout).toContain('▲ hazard  not-on-staging  2_b\n    staging has not applied it.');
    const refused = await read('apply', '--yes');
    expect([refused.error?.code, refused.error?.next]).toEqual([
      'CONSENT_MISSING',
      expect.stringContaining('not-on-staging:2_b'),
    ]);
    rmSync(join(at.project.root, 'staging.db'));
    expect(await at.describeHazards()).toEqual([
      ['2_b', expect.stringMatching(/^It is not known whether staging.*staging\.db does not exist/)],
    ]);
    expect((await run('apply', '--yes', '--allow', 'not-on-staging:2_b')).code).toBe(0);
  });
});
