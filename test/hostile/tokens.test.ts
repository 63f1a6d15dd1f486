/** A token is in nothing that leaves the program, whoever repeats it and in whatever form. */

import { inspect as show } from 'node:util';
import { describe, expect, test } from 'vitest';
import { apply, backfill, MigrateError, plan, status } from '../../src/index.ts';
import { hideSecrets } from '../../src/target/secret.ts';
import { runInProcess } from '../cli/in-process.ts';
import { runCommand } from '../support/command.ts';
import { makeProject } from '../support/folder.ts';
import { startProxy } from '../support/proxy.ts';
import { describeWithServer, startServer } from '../support/server.ts';

const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2ln_bmF0dXJl-x';
const opaque = 'opaque/secret+value=1_2';
const asEscapes = (text: string) =>
  [...text].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe.each([
  ['a JWT', jwt],
  ['a token of another form', opaque],
])('%s that is known', (_, token) => {
  test.each<[string, string]>([
    ['as it is', token],
    ['in a header', `Bearer ${token}`],
    ['in a URL', `libsql://x?authToken=${encodeURIComponent(token)}&tls=1`],
    ['in a URL, wholly encoded', asEscapes(token).replaceAll('\\u00', '%').toUpperCase()],
    ['in base64', btoa(token)],
    ['in base64 with a name before it', btoa(`user:${token}`)],
    ['in base64 with something around it', btoa(`ab:${token}:cd`)],
    ['in base64url', Buffer.from(`>>${token}`).toString('base64url')],
    ['in JSON', JSON.stringify({ said: `"${token}"` })],
    ['in JSON as escapes', `"${asEscapes(token)}"`],
    ['in JSON with a slash that is escaped', JSON.stringify(token).replaceAll('/', '\\/')],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(token))],
    ['in Markdown', token.replace(/[_+=-]/g, '\\$&')],
    ['cut off', `${token.slice(0, 20)}…`],
  ])('is hidden %s', (_, text) => {
    const hidden = hideSecrets(text, [token]);
    expect(hidden).toContain('[secret]');
    for (const form of [token.slice(-8), encodeURIComponent(token).slice(-8), btoa(token).slice(10, 20)]) {
      expect(hidden).not.toContain(form);
    }
    if (text.startsWith('"') || text.startsWith('{')) expect(() => JSON.parse(hidden)).not.toThrow();
  });
});

test.each([`Authorization: Bearer ${opaque}`, `libsql://x.turso.io?tls=0&authToken=${opaque}`, btoa(jwt), jwt])(
  'one that nobody told is hidden by its form or its place: %s',
  (text) => {
    expect(hideSecrets(text, [])).not.toMatch(/opaque|c2ln|bGNpT2lK/);
  },
);

test.each(['a bearer of news', 'bearer bonds', 'Leave ?authToken= out', 'TURSO_AUTH_TOKEN=the-token-of-that-database'])(
  'words about tokens stay: %s',
  (text) => {
    expect(hideSecrets(text, [opaque])).toBe(text);
  },
);

test('a text four times as long takes about four times as long to search', () => {
  const parts = ['eyJ', 'eyJ-', 'eyJaaaaaaaa.', '\\', '%65', 'Bearer ', 'authToken=', 'ZXlK/', opaque.slice(0, 15)];
  /** Its own time, not that of whoever else wants the machine. */
  const measure = (times: number) => {
    const begun = process.cpuUsage();
    hideSecrets(parts.map((part) => part.repeat(times)).join(' '), [jwt, opaque]);
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  };
  measure(1_000);
  const [small, large] = [measure(50_000), measure(200_000)];
  expect(large).toBeLessThan(8 * small + 100);
});

const migrations = [{ name: '1_one', sql: 'CREATE TABLE "One" ("id" INTEGER PRIMARY KEY);\n' }];

describeWithServer('a server that asks for a token', () => {
  test.each(['http', 'http,https,net,tls,stream', '*'])(
    'it is not in what Node prints of its requests with NODE_DEBUG=%s',
    async (names) => {
      const server = await startServer({ auth: true, namespaces: false });
      const project = await makeProject({ '1_one': migrations[0]?.sql ?? '' });
      try {
        const token = server.token('rw');
        const env = { TURSO_DATABASE_URL: server.url, TURSO_AUTH_TOKEN: token, NODE_DEBUG: names };
        for (const args of [['status'], ['plan'], ['apply', '--yes'], ['tables']]) {
          const { stdout, stderr } = await runCommand(args, { cwd: project.root, env });
          expect(stderr).toMatch(/HTTP \d+/);
          expect(stdout + stderr).not.toContain(token.slice(-20));
        }
      } finally {
        await project.remove();
        await server.stop();
      }
    },
  );

  /** A server whose every answer repeats the header. */
  async function withEcho(use: (url: string, sql: (text: string) => Promise<unknown>) => Promise<void>): Promise<void> {
    const server = await startServer({ namespaces: false });
    const proxy = await startProxy(server.port);
    try {
      await use(proxy.through(server.url), async (text) => (await server.sql(text)).at(-1));
    } finally {
      await proxy.stop();
      await server.stop();
    }
  }

  test('an error of the library that repeats a text of a file has no token in it', async () => {
    await withEcho(async (url) => {
      // The engine names the table that is not there, and here that is a token.
      const sql = `INSERT INTO "${jwt}" VALUES (1);`;
      const result = await apply({ url, authToken: opaque, migrations: [{ name: '1_one', sql }] });
      const thrown = await status({ url: `${url}/${jwt.slice(0, -1)}`, migrations }).catch((error: unknown) => error);
      for (const error of [result.error, thrown]) {
        expect(error).toBeInstanceOf(MigrateError);
        expect(show(error, { depth: 10, showHidden: true })).not.toContain(jwt.slice(0, -1));
      }
    });
  });

  test('a failure that repeats it is recorded without it', async () => {
    await withEcho(async (url, sql) => {
      const first = { name: '1_one', sql: 'CREATE TABLE "One" ("id" INTEGER PRIMARY KEY, "a" TEXT);' };
      await apply({ url, migrations: [first] });
      await sql(`CREATE TRIGGER "t" BEFORE UPDATE ON "One" BEGIN SELECT RAISE(ABORT, 'no ${opaque} and ${jwt}'); END`);
      await sql(`INSERT INTO "One" VALUES (1, 'x')`);
      const failing = [first, { name: '2_two', sql: `UPDATE "One" SET "a" = 'y' WHERE "id" = 1;` }];
      const told = await plan({ url, authToken: opaque, migrations: failing });
      const [finding] = told.plan.migrations.flatMap(({ findings }) => findings);
      expect(finding).toMatchObject({ code: 'fails-on-rows', message: expect.stringContaining('[secret]') });
      expect(finding?.message).not.toContain(jwt);
      // Without rows it is the server that fails.
      const result = await apply({ url, authToken: opaque, migrations: failing, allow: ['data-loss'], rows: 0 });
      expect(result.error?.code).toBe('STATEMENT_FAILED');
      const said = show(result.error, { depth: 10, showHidden: true });
      const recorded = JSON.stringify(await sql('SELECT logs FROM _prisma_migrations'));
      expect(recorded).toContain('[secret]');
      for (const text of [said, recorded, JSON.stringify(result.error)]) {
        expect(text).not.toContain(opaque);
        expect(text).not.toContain(jwt);
      }
      // Rows and schema are not ours to change.
      expect(JSON.stringify(await sql(`SELECT sql FROM sqlite_schema WHERE type = 'trigger'`))).toContain(opaque);
    });
  });

  test('an HTTP error that repeats it is shown without it by every command, as text and as JSON', async () => {
    const project = await makeProject({ '1_one': migrations[0]?.sql ?? '' });
    const check = async (status: number) => {
      const proxy = await startProxy(9);
      const env = { TURSO_DATABASE_URL: proxy.url, TURSO_AUTH_TOKEN: opaque };
      proxy.breakFrom(1, { status, body: JSON.stringify({ error: `bad Bearer ${opaque}, ${btoa(opaque)}` }) });
      const commands = [
        ['status'],
        ['plan', '--json'],
        ['apply', '--yes'],
        ['tables', '--json'],
        ['backfill', '--yes'],
      ];
      const runs = commands.map(async (args) => {
        const { code, stdout, stderr } = await runInProcess(args, { cwd: project.root, env });
        expect(code).not.toBe(0);
        expect(stdout + stderr).not.toContain(opaque);
        expect(stdout + stderr).not.toContain(btoa(opaque).slice(0, 16));
      });
      const calls = [status === 404 ? plan : apply, backfill].map(async (call) => {
        const error = await call({ url: proxy.url, authToken: opaque, migrations }).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(MigrateError);
        expect(show(error, { depth: 10, showHidden: true })).not.toContain(opaque);
      });
      await Promise.all([...runs, ...calls]).finally(() => proxy.stop());
    };
    // Side by side: a server that is busy is asked again after a while.
    try {
      await Promise.all([400, 401, 403, 404, 429, 500, 503].map(check));
    } finally {
      await project.remove();
    }
  });
});
