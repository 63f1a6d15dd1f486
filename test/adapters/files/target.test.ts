import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposesToken, parseTarget, sameServer, sameTarget } from '../../../src/adapters/files/target.ts';
import { MigrateError } from '../../../src/errors.ts';
import { catchError } from './folder.ts';

const cwd = '/home/dev/shop';
const target = (url: string) => parseTarget(url, cwd).target;
const token = `eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.${'e30'.repeat(20)}.c2lnbmF0dXJl`;

describe('an address of a server', () => {
  test.each([
    ['libsql://shop.turso.io', 'libsql://shop.turso.io', 'https://shop.turso.io'],
    ['LIBSQL://Shop.Turso.IO/', 'libsql://shop.turso.io', 'https://shop.turso.io'],
    ['  https://shop.turso.io:443/  ', 'libsql://shop.turso.io', 'https://shop.turso.io'],
    ['wss://shop.turso.io.', 'libsql://shop.turso.io', 'https://shop.turso.io'],
    ['libsql://shop.turso.io:8443', 'libsql://shop.turso.io:8443', 'https://shop.turso.io:8443'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['ws://localhost:80/', 'http://localhost', 'http://localhost'],
    ['libsql://localhost:8080?tls=0', 'http://localhost:8080', 'http://localhost:8080'],
    ['libsql://localhost:443?tls=0', 'http://localhost:443', 'http://localhost:443'],
    ['libsql://localhost:80?tls=0', 'http://localhost', 'http://localhost'],
    ['libsql://shop.turso.io?tls=1', 'libsql://shop.turso.io', 'https://shop.turso.io'],
    ['http://localhost:8080/dev/tenant/', 'http://localhost:8080/dev/tenant', 'http://localhost:8080/dev/tenant'],
    // Begins as a token does not quite.
    ['libsql://eyeglasses-shop.turso.io', 'libsql://eyeglasses-shop.turso.io', 'https://eyeglasses-shop.turso.io'],
    ['libsql://[::1]:8080/dev/t%20x', 'libsql://[::1]:8080/dev/t%20x', 'https://[::1]:8080/dev/t%20x'],
  ])('%s is understood', (url, name, endpoint) => {
    expect(target(url)).toEqual({ type: 'server', name, url: endpoint });
  });

  test('may carry a token, which is never shown', () => {
    const parsed = parseTarget(`libsql://shop.turso.io?authToken=${token}`, cwd);
    expect(parsed.token?.reveal()).toBe(token);
    expect(JSON.stringify(parsed)).not.toContain('eyJ');
    expect(parsed.target).toEqual(target('libsql://shop.turso.io'));
    expect(parseTarget('libsql://shop.turso.io?authToken=', cwd).token).toBeNull();
  });

  test('is the same database however it is written', () => {
    expect(sameTarget(target('libsql://Shop.turso.io/'), target('wss://shop.turso.io:443'))).toBe(true);
    expect(sameTarget(target('libsql://shop.turso.io'), target('libsql://blog.turso.io'))).toBe(false);
    expect(sameTarget(target('http://localhost:8080/dev/a'), target('http://localhost:8080/dev/b'))).toBe(false);
    expect(sameTarget(target('http://localhost:8080'), target('https://localhost:8080'))).toBe(false);
    expect(sameTarget(target('file:a.db'), target('file:/home/dev/shop/./a.db'))).toBe(true);
    expect(sameTarget(target('file:a.db'), target('libsql://a.db.io'))).toBe(false);
  });

  test('shares its server with its tenants, and not with another port or protocol', () => {
    expect(sameServer(target('http://localhost:8080/dev/a'), target('http://localhost:8080/dev/b'))).toBe(true);
    expect(sameServer(target('http://localhost:8080'), target('http://localhost:8081'))).toBe(false);
    expect(sameServer(target('http://localhost:8080'), target('https://localhost:8080'))).toBe(false);
    expect(sameServer(target('file:a.db'), target('file:a.db'))).toBe(false);
  });

  test('exposes a token over plain http, except on this machine', () => {
    const exposed = ['http://10.0.0.5:8080', 'ws://db.internal', 'libsql://db.internal?tls=0', 'http://127.evil.com'];
    const safe = [
      'libsql://db.internal',
      'http://localhost:1',
      'http://127.1',
      'http://[::1]:8080',
      'http://a.localhost',
    ];
    expect(exposed.filter((url) => !exposesToken(target(url)))).toEqual([]);
    expect(safe.filter((url) => exposesToken(target(url)))).toEqual([]);
  });
});

describe('an address of a file', () => {
  test.each([
    ['file:dev.db', '/home/dev/shop/dev.db'],
    ['file:./dev.db', '/home/dev/shop/dev.db'],
    ['file:../dev.db', '/home/dev/dev.db'],
    ['file:/data/dev.db', '/data/dev.db'],
    ['file:///data/dev.db', '/data/dev.db'],
    ['file://localhost/data/dev.db', '/data/dev.db'],
    ['FILE:a%20b%23c.db', '/home/dev/shop/a b#c.db'],
  ])('%s is relative to the current directory and shown absolute', (url, path) => {
    expect(parseTarget(url, cwd)).toEqual({ target: { type: 'file', name: `file:${path}`, path }, token: null });
  });

  test.each([
    ['file:', 'names no file'],
    ['file:./', 'names no file'],
    ['file::memory:', 'in memory'],
    ['file:x.db?mode=ro', 'no ?query'],
    ['file:x.db#a', 'no #'],
    ['file://dev.db', 'full path'],
    ['file://server/dev.db', 'full path'],
    ['file:%zz.db', 'hexadecimal'],
    ['file:a%00b.db', 'control characters'],
    ['file:a%1b[31m.db', 'control characters'],
  ])('%s is refused', async (url, reason) => {
    const error = await catchError(() => target(url));
    expect(error.code).toBe('URL_INVALID');
    expect(error.message).toContain(reason);
  });
});

describe('what is not an address', () => {
  test.each([
    ['shop-acme.turso.io', 'Did you mean libsql://shop-acme.turso.io?'],
    ['shop-acme.turso.io/', 'Did you mean libsql://shop-acme.turso.io?'],
    ['//shop-acme.turso.io', null],
    ['turso://shop-acme.turso.io', 'Did you mean libsql://shop-acme.turso.io?'],
    ['libsql:shop-acme.turso.io', 'Did you mean libsql://shop-acme.turso.io?'],
    ['localhost:8080', 'Did you mean http://localhost:8080?'],
    ['127.0.0.1:8080', 'Did you mean http://127.0.0.1:8080?'],
    ['./dev.db', 'Did you mean file:./dev.db?'],
    ['dev.db', 'Did you mean file:./dev.db?'],
    ['prisma/dev.db', 'Did you mean file:./prisma/dev.db?'],
    ['/data/dev.sqlite', 'Did you mean file:/data/dev.sqlite?'],
    ['sqlite://dev.db', 'Did you mean file:./dev.db?'],
    ['file://dev.db', 'Did you mean file:./dev.db?'],
    [':memory:', 'Did you mean file:./local.db?'],
    ['postgres://ada:s3cret@db.example.com/shop', null],
    ['prisma+postgres://accelerate.example.com/?api_key=s3cret', null],
    ['libsql://ada:s3cret@shop.turso.io', 'Did you mean libsql://shop.turso.io?'],
    ['libsql://', null],
    ['libsql://<database>-<org>.turso.io', null],
    ['libsql://shop.turso.io#s3cret', 'Did you mean libsql://shop.turso.io?'],
    ['libsql://shop.turso.io?s3cret', 'Did you mean libsql://shop.turso.io?'],
    ['libsql://shop.turso.io?tls=maybe', 'Did you mean libsql://shop.turso.io?'],
    ['https://shop.turso.io?tls=0', 'Did you mean libsql://shop.turso.io?'],
    ['http://localhost:8080?tls=1', 'Did you mean http://localhost:8080?'],
    ['libsql://shop.turso.io\u001b[31m', null],
    ['libsql://shop turso.io', null],
    ['C:\\data\\dev.db', 'Did you mean file:C:\\data\\dev.db?'],
    ['toString://x', null],
    ['', null],
  ])('%j is refused, with what was probably meant', async (url, next) => {
    const error = await catchError(() => target(url));
    expect(error.code).toBe('URL_INVALID');
    if (next === null) expect(error.next).toContain('libsql://your-database.turso.io');
    else expect(error.next).toBe(next);
    expect(`${error.message} ${error.next}`).not.toMatch(/s3cret|\p{Cc}/u);
  });

  test('says that the URL and the token may be swapped, without showing the token', async () => {
    const error = await catchError(() => target(token));
    expect(error.message).toContain('swapped');
    expect(`${error.message} ${error.next}`).not.toContain('eyJ');
  });

  test('never repeats a token, wherever in the address it is', async () => {
    const places = [
      (secret: string) => secret,
      (secret: string) => `libsql://${secret}`,
      (secret: string) => `libsql://shop.turso.io?token=${secret}`,
      (secret: string) => `libsql://shop.turso.io?${secret}`,
      (secret: string) => `libsql://shop.turso.io/?tls=${secret}`,
      (secret: string) => `libsql://shop.turso.io#${secret}`,
      (secret: string) => `libsql://${secret}@shop.turso.io`,
      (secret: string) => `https://x:${secret}@shop.turso.io/`,
      (secret: string) => `libsql://shop.turso.io ${secret}`,
      (secret: string) => `postgres://${secret}`,
      (secret: string) => `${secret}://x`,
      (secret: string) => `file:x.db?authToken=${secret}`,
    ];
    // The short one has the form of a host.
    for (const secret of [token, 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoicncifQ.signature']) {
      for (const place of places) {
        const error = await catchError(() => target(place(secret)));
        expect(error.code).toBe('URL_INVALID');
        expect(`${error.message} ${error.next}`.toLowerCase()).not.toContain(secret.slice(0, 20).toLowerCase());
      }
    }
  });

  test('gives a target or a refusal for every text, and a target without control characters', () => {
    const piece = fc.constantFrom(
      'libsql:',
      'file:',
      'http:',
      '//',
      '/',
      '?tls=0',
      '@',
      ':',
      '%0a',
      '\n',
      '.',
      'a',
      '[',
      '#',
    );
    const text = fc.oneof(
      fc.string({ unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCodePoint(code)) }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (url) => {
        try {
          expect(JSON.stringify(target(url).name)).not.toMatch(/\\u00|\\n|\\r/);
        } catch (error) {
          if (!(error instanceof MigrateError)) throw error;
          expect(error.code).toBe('URL_INVALID');
        }
      }),
    );
  });
});
