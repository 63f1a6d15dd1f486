import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from '../../src/sql/identifiers.ts';
import { tokenize } from '../../src/sql/tokenize.ts';

test.each([
  ['a', 'a'],
  ['"a""b"', 'a"b'],
  ['`a``b"`', 'a`b"'],
  ['[a""b]', 'a""b'],
  ["'it''s'", "it's"],
  ['""', ''],
  ['"', '"'],
  ['"open', '"open'],
  ['[open', '[open'],
  ['', ''],
])('unquotes %j as %j', (text, name) => {
  expect(unquoteIdentifier(text)).toBe(name);
});

it('quotes every name as one token that stands for it again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '";--', "'", '`', ']', '\0')), (name) => {
      const quoted = quoteIdentifier(name);
      expect(tokenize(quoted)).toEqual([{ kind: 'quoted', text: quoted, start: 0, end: quoted.length }]);
      expect(unquoteIdentifier(quoted)).toBe(name);
    }),
  );
});

test.each([
  ['Users', 'uSERS', true],
  ['Users', 'User', false],
  ['É', 'é', false],
  ['İ', 'i', false],
  ['\u212A', 'k', false],
  ['ÉA', 'Éa', true],
  ['[', '{', false],
])('compares %j with %j as SQLite does', (a, b, same) => {
  expect(sameName(a, b)).toBe(same);
  expect(foldName(a) === foldName(b)).toBe(same);
});
