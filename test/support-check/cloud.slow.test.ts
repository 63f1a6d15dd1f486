/** `npm run test:cloud`, on a server with a token in place of Turso's: what it runs, what it refuses, and that it leaves nothing. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeWithServer, type Server, startServer } from '../support/server.ts';

const script = fileURLToPath(new URL('../../scripts/cloud.mjs', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** @param onOutput sees all that was written so far, and can end it. */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onOutput?: (text: string, end: () => void) => void,
) {
  return new Promise<Ended>((resolve, reject) => {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [script, ...args], { env: { PATH, HOME, ...env } });
    let output = '';
    const take = (text: Buffer) => {
      output += text;
      onOutput?.(output, () => void child.kill('SIGTERM'));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('without a database it says how to run it', async () => {
  const { code, output } = await run([], {});
  expect(code).toBe(2);
  expect(output).toContain('MIGRATE_PROD_CLOUD_URL="$(turso db show');
});

describeWithServer('with a database', () => {
  let server: Server;
  let env: Record<string, string>;
  // SQLite keeps its own table of counters for ever.
  const listNames = async () =>
    (await server.sql("SELECT name FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY name"))[0]?.flat();
  beforeAll(async () => {
    server = await startServer({ auth: true, namespaces: false });
    env = { MIGRATE_PROD_CLOUD_URL: server.url, MIGRATE_PROD_CLOUD_TOKEN: server.token('rw') };
  });
  afterAll(() => server?.stop());
  beforeEach(() => server.sql('DROP TABLE IF EXISTS customer'));

  test('the whole contract holds, and nothing is left', async () => {
    const { code, output } = await run([], env);
    expect([code, output]).toEqual([0, expect.stringContaining('1 passed')]);
    expect(output).not.toContain(env.MIGRATE_PROD_CLOUD_TOKEN);
    expect(await listNames()).toEqual([]);
  });

  test('one with other tables is refused, and those are kept when it is allowed', async () => {
    await server.sql('CREATE TABLE customer (id)');
    const refused = await run([], env);
    expect([refused.code, refused.output]).toEqual([2, expect.stringContaining('has tables of its own: customer')]);
    const allowed = await run(['-t', 'applies what is pending'], { ...env, MIGRATE_PROD_CLOUD_SHARED: 'yes' });
    expect([allowed.code, allowed.output]).toEqual([0, expect.stringContaining('1 passed')]);
    expect(await listNames()).toEqual(['customer']);
  });

  test('a run that is ended leaves nothing, and what a killed one has left can be removed', async () => {
    let ended = false;
    const { code } = await run([], env, (text, end) => {
      if (!ended && text.includes('as doctor sees it')) end();
      ended ||= text.includes('as doctor sees it');
    });
    expect(code).not.toBe(0);
    expect(await listNames()).toEqual([]);
    await server.sql([
      'CREATE TABLE customer (id)',
      'CREATE TABLE mp_cloud_00000000_1_Parent (id INTEGER PRIMARY KEY)',
      'CREATE VIEW mp_cloud_00000000_1_v AS SELECT * FROM mp_cloud_00000000_1_Parent',
    ]);
    expect(await run(['--clean'], env)).toMatchObject({ code: 0, output: expect.stringContaining('Removed: 2') });
    expect(await listNames()).toEqual(['customer']);
  });

  test('a token that is refused, or may only read, is said and not shown', async () => {
    const token = server.token('rw', -1_000);
    const { code, output } = await run([], { ...env, MIGRATE_PROD_CLOUD_TOKEN: token });
    expect([code, output]).toEqual([2, expect.stringContaining('answered 401')]);
    expect(output).not.toContain(token);
  });
});
