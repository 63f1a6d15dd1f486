import { expect, test } from 'vitest';
import { quoteArgument } from '../../src/text/shell.ts';

test.each([
  ['plain_name-1.sql', 'plain_name-1.sql'],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$(rm)', "'$(rm)'"],
  ['', "''"],
  ['-starts-like-an-option', "'-starts-like-an-option'"],
])('%j is quoted as a shell needs it', (word, quoted) => {
  expect(quoteArgument(word)).toBe(quoted);
});
