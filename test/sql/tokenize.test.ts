import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { tokenize } from '../../src/sql/tokenize.ts';
import { scripts } from './corpus.ts';
import { soup } from './soup.ts';

function render(sql: string): readonly string[] {
  return tokenize(sql).map((token) => `${token.kind} ${token.text}`);
}

describe('tokens follow the rules of SQLite', () => {
  test.each<[string, readonly string[]]>([
    ['a1$ _b é', ['word a1$', 'word _b', 'word é']],
    ['"a""b" `c``d` [e"f]', ['quoted "a""b"', 'quoted `c``d`', 'quoted [e"f]']],
    ["'it''s' ''", ["string 'it''s'", "string ''"]],
    ["x'0a' X'FF' x''", ["blob x'0a'", "blob X'FF'", "blob x''"]],
    ["x'0' x'zz;' b", ["illegal x'0'", "illegal x'zz;'", 'word b']],
    ['1 2.5 .5 3. 1e5 1E-5 0x1F', ['1', '2.5', '.5', '3.', '1e5', '1E-5', '0x1F'].map((text) => `number ${text}`)],
    ['1e 12ab 0xg 1_0 1e+', ['illegal 1e', 'illegal 12ab', 'illegal 0xg', 'illegal 1_0', 'illegal 1e', 'operator +']],
    ['1..2', ['number 1.', 'number .2']],
    ['?1 ? :a @b $c::d(e;f) #g', ['?1', '?', ':a', '@b', '$c::d(e;f)', '#g'].map((text) => `variable ${text}`)],
    [': $a(b c', ['illegal :', 'illegal $a(b', 'word c']],
    ['< <= <> << > >= >> = == != || |', '< <= <> << > >= >> = == != || |'.split(' ').map((text) => `operator ${text}`)],
    ['- -> ->> + * / % & ~ . , ( ) ;', '- -> ->> + * / % & ~ . , ( ) ;'.split(' ').map((text) => `operator ${text}`)],
    ['! ^ \\ { } ]', '! ^ \\ { } ]'.split(' ').map((text) => `illegal ${text}`)],
    ['a--b\nc/*d*/e/**/f', ['word a', 'word c', 'word e', 'word f']],
    ['a/*/b*/c', ['word a', 'word c']],
    ['a /* never closed', ['word a']],
    ['a /*', ['word a', 'operator /', 'operator *']],
    ['a -- no newline', ['word a']],
    ['--a\rb\nc', ['word c']],
    ['\uFEFFa b\uFEFFc \uFEFF', ['word a', 'word b\uFEFFc']],
    ['a \vb\vc', ['word a', 'word b', 'illegal \v', 'word c']],
    ['a\u00a0b', ['word a\u00a0b']],
    ['a\0b', ['word a', 'illegal \0', 'word b']],
    ["'a\0b'", ["string 'a\0b'"]],
    ['"open', ['illegal "open']],
    ["'open''", ["illegal 'open''"]],
    ['[open', ['illegal [open']],
    ['', []],
  ])('%j', (sql, expected) => {
    expect(render(sql)).toEqual(expected);
  });
});

it('tells where every token stands, and leaves out nothing but white space and comments', () => {
  const isBlank = /^(?:[\s\uFEFF]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*$/;
  fc.assert(
    fc.property(fc.oneof(soup, fc.constantFrom(...Object.values(scripts)), fc.string({ unit: 'binary' })), (sql) => {
      let position = 0;
      for (const token of tokenize(sql)) {
        expect(token.text).toBe(sql.slice(token.start, token.end));
        expect(token.text).not.toBe('');
        expect(sql.slice(position, token.start)).toMatch(isBlank);
        position = token.end;
      }
      expect(sql.slice(position)).toMatch(isBlank);
    }),
  );
});
