/** The page as a value: every part has its line, whatever could not be had. */

import { describe, expect, test } from 'vitest';
import { type CheckId, checkIds } from '../../src/doctor/check.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Facts } from '../../src/doctor/facts.ts';
import { probeSteps, settingSteps } from '../../src/doctor/probe.ts';
import { MigrateError } from '../../src/errors.ts';
import { readProduction } from '../../src/production/gather.ts';
import type { Reply } from '../../src/target/request.ts';
import { withDatabase } from '../support/database.ts';
import { describeTargets } from '../support/targets.ts';

const found = <Value>(value: Value) => ({ type: 'found', value }) as const;
const fault = (code: 'UNREACHABLE' | 'PRISMA_CONFIG_INVALID' | 'ENGINE_MISSING' | 'SCHEMA_INVALID' | 'READ_FAILED') =>
  ({ type: 'failed', error: new MigrateError(code, `${code} happened.`, 'Do this.') }) as const;
const none = { type: 'skipped', because: 'nobody looked' } as const;
const target = { type: 'server', name: 'libsql://shop.example', url: 'https://shop.example' } as const;

const blank: Facts = {
  now: 0,
  node: { version: 'v20.19.0', needed: '20.19' },
  embedded: found('3.45.1'),
  prismaEngine: found(null),
  project: none,
  prisma: none,
  installPrisma: 'npm install --save-dev prisma@7',
  schema: none,
  migrations: none,
  credentials: none,
  kept: none,
  token: none,
  access: none,
  server: none,
  production: none,
  probe: none,
  setting: none,
  pending: none,
};

const judge = (id: CheckId, facts: Partial<Facts>) => {
  const check = examine({ ...blank, ...facts }, 7).find((one) => one.id === id);
  if (check === undefined) throw new Error(`no line of ${id}`);
  return check;
};

test('there is one line for each part, in their order, and what nobody looked at says so', () => {
  const checks = examine(blank, 7);
  expect(checks.map(({ id }) => id)).toEqual(checkIds);
  const skipped = checks.filter(({ state }) => state === 'skipped');
  expect(skipped).toHaveLength(13);
  for (const { text, fix } of skipped)
    expect([text, fix]).toEqual([expect.stringMatching(/^not looked at, because /), null]);
});

test.each<[string, 'ok' | 'failed']>([
  ['v20.19.0', 'ok'],
  ['v20.20.2', 'ok'],
  ['v24.1.0', 'ok'],
  ['v100.0.0', 'ok'],
  ['v20.18.9', 'failed'],
  ['v18.99.0', 'failed'],
])('Node %s: %s', (version, state) => {
  expect(judge('node', { node: { version, needed: '20.19' } }).state).toBe(state);
});

const file = {
  file: 'api/.env.turso-prod',
  remove: 'git rm --cached api/.env.turso-prod',
  ignore: { file: 'api/.gitignore', line: '/.env.turso-prod' },
} as const;

describe('only what stops apply is a failure', () => {
  const credentials = found({ target, source: '.env.turso-prod' });
  test.each<[CheckId, string, Partial<Facts>, string]>([
    ['embedded-engine', 'is not installed', { embedded: fault('ENGINE_MISSING') }, 'failed'],
    ['prisma-engine', 'is not installed', { prismaEngine: fault('ENGINE_MISSING') }, 'warning'],
    ['prisma-engine', 'refuses the schema', { prismaEngine: fault('SCHEMA_INVALID') }, 'ok'],
    ['schema', 'is refused', { schema: found({ path: 'a' }), prismaEngine: fault('SCHEMA_INVALID') }, 'warning'],
    ['schema', 'is not there', { schema: found({ path: null }) }, 'warning'],
    ['project', 'cannot be read', { project: fault('PRISMA_CONFIG_INVALID') }, 'failed'],
    ['prisma', 'is not installed', { prisma: found(null) }, 'warning'],
    ['prisma', 'is only asked for', { prisma: found({ version: '^7', major: 7, isInstalled: false }) }, 'warning'],
    ['prisma', 'is installed', { prisma: found({ version: '7.10.0', major: 7, isInstalled: true }) }, 'ok'],
    ['prisma', 'is too new', { prisma: found({ version: '8.0.0', major: 8, isInstalled: true }) }, 'warning'],
    ['migrations', 'are none', { migrations: found({ folder: 'm', count: 0, last: null }) }, 'warning'],
    ['migrations', 'are some', { migrations: found({ folder: 'm', count: 2, last: '2_b' }) }, 'ok'],
    ['credentials', 'are there', { credentials }, 'ok'],
    ['token', 'cannot be told', { credentials: fault('UNREACHABLE'), token: fault('UNREACHABLE') }, 'skipped'],
    ['credentials-file', 'is kept', { credentials, kept: found({ ...file, openMode: null, git: 'ignored' }) }, 'ok'],
    [
      'credentials-file',
      'is open',
      { credentials, kept: found({ ...file, openMode: '0640', git: 'ignored' }) },
      'warning',
    ],
    [
      'credentials-file',
      'is not ignored',
      { credentials, kept: found({ ...file, openMode: null, git: 'open' }) },
      'warning',
    ],
    [
      'credentials-file',
      'is tracked',
      { credentials, kept: found({ ...file, openMode: null, git: 'tracked' }) },
      'failed',
    ],
    [
      'credentials-file',
      'is in no repository',
      { credentials, kept: found({ ...file, openMode: null, git: 'unknown' }) },
      'ok',
    ],
    [
      'credentials-file',
      'is in a repository that git does not read',
      { credentials, kept: found({ ...file, openMode: null, git: 'refused' }) },
      'warning',
    ],
    ['server', 'is down', { server: fault('UNREACHABLE') }, 'failed'],
    ['server', 'refuses the token', { server: fault('UNREACHABLE'), access: found('refused') }, 'ok'],
    ['engine', 'cannot be read', { production: fault('READ_FAILED') }, 'failed'],
    ['tracker', 'cannot be read', { production: fault('READ_FAILED') }, 'skipped'],
    ['transactions', 'are not taken', { probe: fault('UNREACHABLE') }, 'failed'],
  ])('%s %s', (id, _, facts, state) => {
    const check = judge(id, facts);
    expect(check.state).toBe(state);
    if (state === 'failed') expect(check.fix).not.toBeNull();
  });
});

test('a file that is open and not ignored gets both commands', () => {
  const credentials = found({ target, source: 'api/.env.turso-prod' });
  const { fix } = judge('credentials-file', { credentials, kept: found({ ...file, openMode: '0644', git: 'open' }) });
  expect(JSON.stringify(fix)).toContain('Add this line to api/.gitignore: /.env.turso-prod');
  expect(JSON.stringify(fix)).toContain('chmod 600 api/.env.turso-prod');
});

describeTargets('the probe', (fresh) => {
  const probe = async () => {
    const { url } = await fresh(['CREATE TABLE a (id)']);
    return withDatabase(url, async (database) => {
      const before = await readProduction(database);
      const outcomes = [await database.execute(probeSteps), await database.execute(settingSteps)];
      const after = await readProduction(database);
      const [replies, setting] = outcomes.map((outcome) => {
        if (outcome.type !== 'ran') throw new Error(outcome.message);
        return outcome.replies;
      });
      return { before, after, replies: replies ?? [], setting: setting ?? [] };
    });
  };

  test('finds what apply relies on, and leaves everything as it was', async () => {
    const { before, after, replies, setting } = await probe();
    const facts = { production: found(after), probe: found(replies), setting: found(setting) };
    expect(judge('transactions', facts).state).toBe('ok');
    expect(judge('foreign-keys', facts)).toMatchObject({ state: 'ok' });
    expect(judge('engine', facts)).toMatchObject({ state: 'ok', text: expect.stringContaining('3.45') });
    expect(judge('tracker', facts)).toMatchObject({ state: 'warning', text: expect.stringContaining('1 table is') });
    expect({ ...after, serverTime: 0 }).toEqual({ ...before, serverTime: 0 });
  });

  test('takes no other answer for the right one, at any step', async () => {
    const { replies, setting, after } = await probe();
    const others: readonly Reply[] = [
      { type: 'rows', rows: [[1]] },
      { type: 'skipped' },
      { type: 'error', message: 'out of order', code: 'SQLITE_ERROR' },
    ];
    for (const [index, reply] of replies.entries()) {
      for (const other of others.filter(({ type }) => type !== reply.type || type === 'error')) {
        expect(judge('transactions', { probe: found(replies.with(index, other)) }).state, `${index}`).toBe('failed');
      }
    }
    expect(judge('transactions', { probe: found([]) }).state).toBe('failed');
    for (const index of [1, 4, 7]) {
      const wrong = found(setting.with(index, { type: 'rows', rows: [[index === 7 ? 0 : 1]] }));
      expect(judge('foreign-keys', { production: found(after), setting: wrong }).state).toBe('failed');
    }
  });

  test('tells another engine', async () => {
    const { after } = await probe();
    const other = { ...after, engineVersion: '3.50.4', foreignKeys: false, schemaFingerprint: '' };
    expect(judge('engine', { production: found(other) })).toMatchObject({
      state: 'failed',
      text: expect.stringContaining("Turso's own engine"),
    });
    expect(judge('foreign-keys', { production: found(other) }).state).toBe('failed');
    expect(judge('engine', { production: found({ ...after, foreignKeys: false }) }).state).toBe('ok');
  });
});
