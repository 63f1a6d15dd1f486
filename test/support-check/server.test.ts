/** The server harness: it starts, answers, keeps databases apart, and asks for tokens when told to. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyToEmbedded } from '../support/copy.ts';
import { request } from '../support/request.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';

describeWithServer('a test server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  test('answers statements with their rows, each kind of value as itself', async () => {
    const [, , rows] = await server.sql([
      'CREATE TABLE one (a, b)',
      'INSERT INTO one VALUES (1, 1.5)',
      "SELECT a, b, NULL, 'text', x'0102', 9007199254740993 FROM one",
    ]);
    expect(rows).toEqual([[1, 1.5, null, 'text', new Uint8Array([1, 2]), 9007199254740993n]]);
  });

  test('stops at the first statement that fails and keeps what ran before it', async () => {
    const url = await freshDatabase(server);
    const statements = ['CREATE TABLE kept (a UNIQUE)', 'INSERT INTO nowhere VALUES (1)', 'CREATE TABLE late (a)'];
    await expect(server.sql(statements, url)).rejects.toThrow(/no such table: nowhere.*INSERT INTO nowhere/);
    const [rows] = await server.sql("SELECT name FROM sqlite_schema WHERE type = 'table'", url);
    expect(rows).toEqual([['kept']]);
  });

  test('gives every test a database of its own', async () => {
    const [first, second] = [await freshDatabase(server), await freshDatabase(server)];
    await server.sql('CREATE TABLE only_here (a)', first);
    await expect(server.sql('SELECT * FROM only_here', second)).rejects.toThrow('no such table');
    expect(await server.dump(first)).toContain('only_here');
    expect(await server.dump(second)).not.toContain('only_here');
    expect(await server.dump()).not.toContain('only_here');
  });

  test('changes one setting of one database and keeps the others', async () => {
    const url = await freshDatabase(server);
    const name = url.split('/').at(-1) ?? '';
    await server.configure({ txn_timeout_s: 2 }, name);
    await server.configure({ block_writes: true, block_reason: 'closed' }, name);
    await expect(server.sql('CREATE TABLE t (a)', url)).rejects.toThrow('closed');
    const config = await request({ url: `${server.adminUrl}/v1/namespaces/${name}/config` });
    expect(JSON.parse(config.body)).toMatchObject({ txn_timeout_s: 2, block_writes: true });
    await server.configure({ block_writes: false }, name);
    await server.sql('CREATE TABLE t (a)', url);
  });

  test('is copied into an embedded database with rows, foreign keys and triggers', async () => {
    const url = await freshDatabase(server);
    await server.sql(
      [
        'CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT)',
        'CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id))',
        'CREATE TRIGGER again AFTER INSERT ON parent BEGIN INSERT INTO child (parent) VALUES (new.id); END',
        'INSERT INTO parent VALUES (7)',
      ],
      url,
    );
    const copy = await copyToEmbedded(url);
    expect(copy.prepare('SELECT id, parent FROM child').raw(true).all()).toEqual([[1, 7]]);
    expect(() => copy.exec('INSERT INTO child (parent) VALUES (99)')).toThrow('FOREIGN KEY');
    copy.exec('INSERT INTO parent (id) VALUES (NULL)');
    expect(copy.prepare('SELECT count(*) FROM child').raw(true).all()).toEqual([[2]]);
    copy.close();
  });

  test('makes many databases and forgets none', async () => {
    const urls = await Promise.all(Array.from({ length: 150 }, () => freshDatabase(server)));
    const answers = await Promise.all(urls.map((url) => server.sql('SELECT 1', url)));
    expect(answers).toHaveLength(150);
  });
});

describeWithServer('a test server with tokens', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ auth: true });
  });
  afterAll(() => server.stop());

  async function ask(token: string | undefined, sql: string, url = server.url): Promise<string> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const body = JSON.stringify({ requests: [{ type: 'execute', stmt: { sql } }] });
    const reply = await request({ url: `${url}/v3/pipeline`, headers, body });
    return `${reply.status} ${/"type":"error"/.test(reply.body) ? 'error' : ''}`.trim();
  }

  test('turns away a request without a token and one with an expired token', async () => {
    expect(await ask(undefined, 'SELECT 1')).toBe('401');
    expect(await ask(server.token('rw', -120), 'SELECT 1')).toBe('401');
    expect(await ask(server.token('rw'), 'SELECT 1')).toBe('200');
  });

  test('lets a read-only token read and not write, in a namespace too', async () => {
    const url = await freshDatabase(server);
    await server.sql('CREATE TABLE t (a)', url);
    expect(await ask(server.token('ro'), 'SELECT * FROM t', url)).toBe('200');
    expect(await ask(server.token('ro'), 'INSERT INTO t VALUES (1)', url)).not.toBe('200');
    expect(await ask(server.token('rw'), 'INSERT INTO t VALUES (1)', url)).toBe('200');
    expect(await server.dump(url)).toContain('CREATE TABLE');
  });
});

describeWithServer('stopping a test server', () => {
  test('ends its process', async () => {
    const server = await startServer({ namespaces: false });
    await server.sql('CREATE TABLE t (a)');
    await server.stop();
    await expect(server.sql('SELECT 1')).rejects.toThrow();
    expect(() => process.kill(server.pid, 0)).toThrow();
  });
});
