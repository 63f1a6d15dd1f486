/** The proxy: each fault breaks what it says, and what the server did is as it says. */

import { Agent, request as send } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../support/server.ts';

describeWithServer('a proxy in front of a server', () => {
  let server: Server;
  let proxy: TestProxy;
  let direct: string;
  let proxied: string;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    agent.destroy();
    await server.stop();
  });
  beforeEach(async () => {
    proxy = await startProxy(server.port);
    direct = await freshDatabase(server);
    proxied = proxy.through(direct);
    await server.sql('CREATE TABLE t (a)', direct);
  });
  afterEach(() => proxy.stop());

  /** Inserts a row through the proxy; what came of it, seen by the client. */
  function insert(timeoutMs = 5_000): Promise<string> {
    const requests = [
      { type: 'execute', stmt: { sql: "INSERT INTO t VALUES ('row') RETURNING a" } },
      { type: 'close' },
    ];
    let text = '';
    return new Promise((resolve) => {
      const outgoing = send(`${proxied}/v3/pipeline`, { method: 'POST', agent }, (message) => {
        message.on('data', (chunk) => {
          text += chunk;
        });
        message.on('end', () => resolve(`${message.statusCode} ${text.includes('"type":"ok"') ? 'ok' : text}`));
      });
      outgoing.setTimeout(timeoutMs, () => {
        resolve('nothing');
        outgoing.destroy();
      });
      outgoing.on('error', (error) => resolve(`${text === '' ? '' : 'half, '}${'code' in error ? error.code : error}`));
      outgoing.end(JSON.stringify({ requests }));
    });
  }

  async function countRows(): Promise<number> {
    const [rows] = await server.sql('SELECT count(*) FROM t', direct);
    return Number(rows?.[0]?.[0]);
  }

  test('passes requests on unharmed and records them, over one kept connection', async () => {
    expect([await insert(), await insert()]).toEqual(['200 ok', '200 ok']);
    expect(proxy.requests.map(({ number, method }) => [number, method])).toEqual([
      [1, 'POST'],
      [2, 'POST'],
    ]);
    expect(proxy.requests[1]?.path).toBe(`${new URL(direct).pathname}/v3/pipeline`);
    expect(proxy.requests[1]?.body).toContain('INSERT INTO t');
    expect(await countRows()).toBe(2);
  });

  test('"before": the connection is reset and the server never ran it', async () => {
    proxy.breakRequest(2, 'before');
    expect([await insert(), await insert(), await insert()]).toEqual(['200 ok', 'ECONNRESET', '200 ok']);
    expect(await countRows()).toBe(2);
  });

  test('"after": the connection is reset and the server ran it', async () => {
    proxy.breakRequest(1, 'after');
    expect(await insert()).toBe('ECONNRESET');
    expect(await countRows()).toBe(1);
  });

  test('"mid-reply": half of the reply arrives and the server ran it', async () => {
    proxy.breakRequest(1, 'mid-reply');
    expect(await insert()).toBe('half, ECONNRESET');
    expect(await countRows()).toBe(1);
  });

  test('"hang": no reply arrives and the server ran it', async () => {
    proxy.breakRequest(1, 'hang');
    expect(await insert(300)).toBe('nothing');
    expect(await countRows()).toBe(1);
  });

  test('a delay brings the reply late', async () => {
    proxy.breakRequest(1, { delayMs: 200 });
    const begin = performance.now();
    expect(await insert()).toBe('200 ok');
    expect(performance.now() - begin).toBeGreaterThan(190);
  });

  test('a reset after a time leaves the server to finish what it was doing', async () => {
    proxy.breakRequest(1, { resetAfterMs: 50 });
    expect(await insert()).toBe('ECONNRESET');
    await expect.poll(countRows).toBe(1);
  });

  test('a made-up reply takes the place of the server', async () => {
    proxy.breakRequest(1, { status: 429, body: '{"error":"slow down"}' });
    expect(await insert()).toBe('429 {"error":"slow down"}');
    expect(await countRows()).toBe(0);
  });

  test('a made-up reply comes after the work was done, or while it goes on', async () => {
    proxy.breakRequest(1, { status: 403, body: 'no', effect: 'before' });
    expect(await insert()).toBe('403 no');
    expect(await countRows()).toBe(1);
    proxy.breakRequest(2, { status: 404, body: 'no', effect: 'meanwhile' });
    expect(await insert()).toBe('404 no');
    await expect.poll(countRows).toBe(2);
  });

  test('a reply is rewritten after the server ran it', async () => {
    proxy.breakRequest(1, { rewrite: (body) => `${body.length > 0 ? 'other' : ''}` });
    expect(await insert()).toBe('200 other');
    expect(await countRows()).toBe(1);
  });

  test('requests are broken by what is in them', async () => {
    proxy.breakWhere(({ body, number }) => (body.includes('INSERT') && number > 1 ? 'before' : undefined));
    expect([await insert(), await insert()]).toEqual(['200 ok', 'ECONNRESET']);
    proxy.mend();
    expect(await insert()).toBe('200 ok');
  });

  test('every request from one on is broken until mended', async () => {
    proxy.breakFrom(2, 'before');
    expect([await insert(), await insert(), await insert()]).toEqual(['200 ok', 'ECONNRESET', 'ECONNRESET']);
    proxy.mend();
    expect(await insert()).toBe('200 ok');
  });

  test('latency is added to every request', async () => {
    proxy.latency(100);
    const begin = performance.now();
    await insert();
    await insert();
    expect(performance.now() - begin).toBeGreaterThan(195);
  });

  test('a callback runs before the request goes on to the server', async () => {
    const seen: number[] = [];
    proxy.onRequest(2, async () => {
      seen.push(await countRows());
    });
    await insert();
    await insert();
    expect(seen).toEqual([1]);
    expect(await countRows()).toBe(2);
  });
});
