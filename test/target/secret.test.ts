import { expect, test } from 'vitest';
import { hideSecrets, holdsToken } from '../../src/target/secret.ts';

const token = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';

test.each([token, `Bearer ${token}`, `libsql://${token}/x`, `?authToken=${token}&tls=1`, `${token.slice(0, -12)}.`])(
  'a token is seen in %j, and hidden',
  (text) => {
    expect(holdsToken(text)).toBe(true);
    expect(hideSecrets(text, [])).not.toMatch(/eyJ|c2ln/);
  },
);

test.each([
  'eyeglasses-shop.turso.io',
  'eyewitness-reports.eu.example.com',
  'eyJ',
  'they.said.so',
  'EYJABCDEFGHIJ.abcd.e',
])('%j is no token, and stays as it is', (text) => {
  expect(holdsToken(text)).toBe(false);
  expect(hideSecrets(text, [])).toBe(text);
});

test('a known secret is hidden wherever it stands, unless it is as short as a word', () => {
  expect(hideSecrets('refused: s3cret-value, s3cret-value', ['s3cret-value'])).toBe('refused: [secret], [secret]');
  expect(hideSecrets('the shop', ['shop'])).toBe('the shop');
});
