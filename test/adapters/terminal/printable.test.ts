import { describe, expect, test } from 'vitest';
import { printable, printableLines } from '../../../src/adapters/terminal/printable.ts';

describe('printable', () => {
  test.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['two\nlines', 'two\\nlines'],
    ['back\rover', 'back\\rover'],
    ['a\tb', 'a\\tb'],
    ['nul\u0000', 'nul\\x00'],
    ['c1\u009b31m', 'c1\\x9b31m'],
    ['del\u007f', 'del\\x7f'],
    ['abc\u202egpj.exe', 'abc\\u{202e}gpj.exe'],
    ['iso\u2066late\u2069', 'iso\\u{2066}late\\u{2069}'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['\ufeffmark', '\\u{feff}mark'],
    ['line\u2028separator', 'line\\u{2028}separator'],
    ['lone \ud800 surrogate', 'lone \\u{d800} surrogate'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
  ])('makes what a terminal would act on or hide visible: %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('leaves letters of every script, accents and emoji as they are', () => {
    const text = 'Straße 表 עברית é 👩‍👧';
    expect(printable(text)).toBe(text);
  });

  test('keeps the lines of a text of several lines, and nothing else of it', () => {
    expect(printableLines('a\r\n\tb\nc\rd')).toEqual(['a', '    b', 'c\\rd']);
  });
});
