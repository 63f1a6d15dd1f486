/** What is said of a token, from what it says of itself and what the server made of it. */

import { expect, test } from 'vitest';
import type { Access, FoundToken } from '../../src/doctor/facts.ts';
import { judgeToken, readClaims } from '../../src/doctor/token.ts';
import type { Target } from '../../src/target/target.ts';
import { createTokens } from '../support/tokens.ts';

const now = Date.UTC(2026, 0, 10);
const days = (number: number) => now + number * 24 * 60 * 60 * 1000;
const server = (host: string): Target => ({ type: 'server', name: `libsql://${host}`, url: `https://${host}` });
const turso = server('shop-acme.turso.io');
const loopback: Target = { type: 'server', name: 'http://127.0.0.1:8080', url: 'http://127.0.0.1:8080' };
const jwt = (access: 'rw' | 'ro' | null, expires: number | null): FoundToken => ({
  type: 'jwt',
  claims: { access, expires },
});

test('claims are read from a token as servers take them', () => {
  const tokens = createTokens();
  const claims = readClaims(tokens.sign('ro', 60));
  expect(claims?.access).toBe('ro');
  expect(Math.abs((claims?.expires ?? 0) - Date.now() - 60_000)).toBeLessThan(5_000);
});

test.each([['abc'], ['a.b.c'], [''], ['eyJhbGciOiJFZERTQSJ9.bnVsbA.x'], ['eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ']])(
  '%j is no JWT',
  (text) => {
    expect(readClaims(text)).toBeNull();
  },
);

test.each([
  ['{"a":"root","exp":"tomorrow"}', Number.NaN],
  ['{"a":"root","exp":null}', null],
  ['{}', null],
])('claims of other types say nothing, but that an end is meant: %s', (claims, expires) => {
  const body = Buffer.from(claims).toString('base64url');
  expect(readClaims(`eyJhbGciOiJFZERTQSJ9.${body}.x`)).toEqual({ access: null, expires });
});

test.each<[string, FoundToken, Access | null, Target, string, RegExp]>([
  [
    'writes and has time',
    jwt('rw', days(30)),
    'writes',
    turso,
    'ok',
    /^may read and write; expires in 30 days, 2026-02-09 /,
  ],
  ['never expires', jwt('rw', null), 'writes', turso, 'ok', /never expires/],
  ['a week is left', jwt('rw', days(7)), 'writes', turso, 'ok', /in 7 days/],
  ['less than a week is left', jwt('rw', days(7) - 1), 'writes', turso, 'warning', /in 6 days/],
  ['may only read', jwt('ro', days(30)), 'reads', turso, 'warning', /^read-only: apply/],
  ['the server knows better', jwt('rw', days(30)), 'reads', turso, 'warning', /^read-only/],
  ['nobody was asked', jwt('ro', days(30)), null, turso, 'warning', /^read-only/],
  ['says nothing, and the server does', jwt(null, days(30)), 'writes', turso, 'ok', /^may read and write/],
  ['nobody says', jwt(null, days(30)), null, turso, 'warning', /does not say/],
  ['has expired', jwt('rw', days(-3)), 'refused', turso, 'failed', /^expired 3 days ago, 2026-01-07 /],
  [
    'has expired, as this machine sees it',
    jwt('rw', days(-3)),
    'writes',
    turso,
    'warning',
    /by the clock of this machine/,
  ],
  ['has expired this moment', jwt('rw', now), null, turso, 'failed', /^expired 0 seconds ago/],
  ['is refused', jwt('rw', days(30)), 'refused', turso, 'failed', /does not accept/],
  ['is no JWT', { type: 'opaque' }, 'writes', turso, 'warning', /no JWT/],
  ['is no JWT and refused', { type: 'opaque' }, 'refused', turso, 'failed', /no JWT/],
  ['is not there, at Turso', { type: 'none' }, 'refused', turso, 'failed', /asks for one/],
  ['is not there, and not needed elsewhere', { type: 'none' }, 'writes', turso, 'warning', /none/],
  ['is not there, on this machine', { type: 'none' }, 'writes', loopback, 'ok', /none/],
  ['is asked for on this machine', { type: 'none' }, 'refused', loopback, 'failed', /asks for one/],
  ['is of a file', { type: 'none' }, null, { type: 'file', name: 'file:/a.db', path: '/a.db' }, 'skipped', /a file/],
  ['ends when nobody can tell', jwt('rw', Number.NaN), 'writes', turso, 'warning', /its end is no date/],
  ['is no JWT, and nobody was asked', { type: 'opaque' }, null, turso, 'warning', /^it is no JWT, so/],
  ['ends beyond all dates', jwt('rw', 1e300), 'writes', turso, 'ok', /no date/],
])('a token that %s', (_, token, access, target, state, text) => {
  const judged = judgeToken({ token, target, access, now });
  expect(judged.state).toBe(state);
  expect(judged.text).toMatch(text);
});

test.each([
  [turso, 'turso db tokens create shop'],
  [server('my-shop-acme.turso.io'), 'turso db tokens create <database>'],
  [loopback, 'with the key of this server'],
])('a new token for %o', (target, start) => {
  const { fix } = judgeToken({ token: jwt('rw', 0), target, access: null, now });
  expect(JSON.stringify(fix)).toContain(start);
});
