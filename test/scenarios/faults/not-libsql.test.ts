/** Whatever else can answer at a URL, or not answer: each gets its own code, for reading and in the middle of `apply`. */

import { expect, test } from 'vitest';
import { apply, type ErrorCode, MigrateError, status } from '../../../src/index.ts';
import { applyByClock } from '../../support/clock.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase } from '../../support/server.ts';
import { reads } from './requests.ts';
import { shop } from './shop.ts';
import { useShopServer } from './shop-server.ts';
import { expectFinishes, expectTrue, expectWhole, timeoutSeconds } from './truth.ts';

const page = '<!doctype html><title>Welcome</title><p>It works!';
const html = { 'content-type': 'text/html' };

interface Answer {
  readonly name: string;
  readonly fault: Fault;
  readonly reading: ErrorCode;
  /** What a batch gets when it is answered so; the server never saw it. */
  readonly applying: ErrorCode;
}

const answers: readonly Answer[] = [
  {
    name: 'a web page',
    fault: { status: 200, body: page, headers: html },
    reading: 'NOT_LIBSQL',
    applying: 'CONNECTION_LOST',
  },
  {
    name: 'other JSON',
    fault: { status: 200, body: '{"ok":true}' },
    reading: 'NOT_LIBSQL',
    applying: 'CONNECTION_LOST',
  },
  { name: 'nothing', fault: { status: 204 }, reading: 'NOT_LIBSQL', applying: 'CONNECTION_LOST' },
  {
    name: 'a redirect',
    fault: { status: 302, headers: { location: 'https://example.com/' } },
    reading: 'NOT_LIBSQL',
    applying: 'NOT_LIBSQL',
  },
  {
    name: 'a permanent redirect',
    fault: { status: 308, headers: { location: '/v3/pipeline' } },
    reading: 'NOT_LIBSQL',
    applying: 'NOT_LIBSQL',
  },
  { name: '401', fault: { status: 401, body: '{"error":"no"}' }, reading: 'AUTH_FAILED', applying: 'AUTH_FAILED' },
  {
    name: '404',
    fault: { status: 404, body: page, headers: html },
    reading: 'TARGET_NOT_FOUND',
    applying: 'TARGET_NOT_FOUND',
  },
  {
    name: '429',
    fault: { status: 429, body: '{"error":"slow down"}' },
    reading: 'SERVER_BUSY',
    applying: 'SERVER_BUSY',
  },
  {
    name: '500',
    fault: { status: 500, body: page, headers: html },
    reading: 'SERVER_ERROR',
    applying: 'CONNECTION_LOST',
  },
  { name: '503', fault: { status: 503 }, reading: 'SERVER_ERROR', applying: 'CONNECTION_LOST' },
];

describeWithServer('what answers in place of a libSQL server', () => {
  const at = useShopServer();

  test.concurrent.each(answers)('is not believed: $name', async ({ fault, reading }) => {
    const url = await freshDatabase(at.server);
    const proxy = await startProxy(at.server.port);
    proxy.breakFrom(1, fault);
    for (const run of [status, apply]) {
      const options = { url: proxy.through(url), migrations: shop, timeoutSeconds };
      await expect(run(options)).rejects.toMatchObject({ code: reading, exitCode: 1 });
    }
    await proxy.stop();
    expect(await expectWhole(at.subject(url))).toBe(0);
  });

  test.concurrent.each(answers)('is not believed in answer to the questions: $name', async ({ fault, reading }) => {
    const subject = await at.begin();
    const proxy = await startProxy(at.server.port);
    proxy.breakFrom(reads[1], fault);
    const run = applyByClock({ url: proxy.through(subject.url), migrations: shop, timeoutSeconds });
    await expect(run.finally(() => proxy.stop())).rejects.toMatchObject({ code: reading, exitCode: 1 });
    expect(await expectWhole(subject)).toBe(2);
    await expectFinishes(subject);
  });

  test.concurrent.each(answers)('in the middle of apply is told truly: $name', async ({ fault, applying }) => {
    const url = await freshDatabase(at.server);
    const subject = at.subject(url);
    const proxy = await startProxy(at.server.port);
    // What the server turns away at the door is sent three times.
    for (const number of [3, 4, 5]) {
      if (number === 3 || applying === 'TARGET_NOT_FOUND' || applying === 'SERVER_BUSY')
        proxy.breakRequest(number, fault);
    }
    const result = await applyByClock({ url: proxy.through(url), migrations: shop, timeoutSeconds });
    await proxy.stop();
    expect(result.error).toMatchObject({ code: applying, exitCode: 1 });
    const now = await expectWhole(subject);
    expect(now).toBe(4);
    expectTrue(result, 0, now, shop);
    expect(result.error?.message).toMatch(/4 applied\D+3 not applied/);
    await expectFinishes(subject);
  });

  test.concurrent('a 404 or 429 that passes is sent again', async () => {
    const url = await freshDatabase(at.server);
    const proxy = await startProxy(at.server.port);
    proxy.breakRequest(1, { status: 404, body: '{"error":"Namespace does not exist"}' });
    proxy.breakRequest(3, { status: 429, body: '{"error":"slow down"}' });
    const result = await apply({ url: proxy.through(url), migrations: shop });
    await proxy.stop();
    expect([result.outcome, result.requests]).toEqual(['applied', 6]);
    expect(await expectWhole(at.subject(url))).toBe(shop.length);
  });

  test.concurrent('a port where nobody listens cannot be reached', async () => {
    const proxy = await startProxy(at.server.port);
    const url = proxy.url;
    await proxy.stop();
    for (const run of [status, apply]) {
      const error = await run({ url, migrations: shop, timeoutSeconds }).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(MigrateError);
      expect(error).toMatchObject({ code: 'UNREACHABLE', exitCode: 1, retryable: true });
      expect(String(error)).toContain('refused');
    }
  });

  test.concurrent('a host name that does not exist cannot be reached', async () => {
    const options = { url: 'http://no-such-host.invalid:8080', migrations: shop, timeoutSeconds: 5 };
    await expect(status(options)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test.concurrent('a server that goes away between two batches leaves a report of what was applied', async () => {
    const url = await freshDatabase(at.server);
    const subject = at.subject(url);
    const proxy = await startProxy(at.server.port);
    let stopped: Promise<void> = Promise.resolve();
    const result = await applyByClock({
      url: proxy.through(url),
      migrations: shop,
      timeoutSeconds,
      onEvent: ({ type }) => {
        if (type === 'answered') stopped = proxy.stop();
      },
    });
    await stopped;
    const now = await expectWhole(subject);
    expect(now).toBe(4);
    // Whether the connection was still there when the next batch was written decides between the two.
    expect(['UNREACHABLE', 'OUTCOME_UNKNOWN']).toContain(result.error?.code);
    expect(result.applied).toEqual(shop.slice(0, 4).map(({ name }) => name));
    await expectFinishes(subject);
  });
});
