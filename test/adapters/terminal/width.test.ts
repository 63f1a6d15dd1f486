import { describe, expect, test } from 'vitest';
import { cutToWidth, measureWidth, padToWidth, wrapToWidth } from '../../../src/adapters/terminal/width.ts';

describe('the width of text', () => {
  test.each([
    ['abc', 3],
    ['✔ ●', 3],
    ['表名', 4],
    ['한글', 4],
    ['e\u0301', 1],
    ['👍', 2],
    ['ﾊﾝｶｸ', 4],
    ['', 0],
  ])('%j takes %i columns', (text, width) => {
    expect(measureWidth(text)).toBe(width);
  });

  test('a cut text ends in … and is never wider than it may be, in wide letters too', () => {
    expect(cutToWidth('customer_email', 8)).toBe('custome…');
    expect(cutToWidth('表名表名', 6)).toBe('表名…');
    expect(measureWidth(cutToWidth('表名表名', 6))).toBeLessThanOrEqual(6);
    expect(cutToWidth('fits', 4)).toBe('fits');
  });

  test('padding counts columns, and cuts nothing', () => {
    expect(padToWidth('表', 4)).toBe('表  ');
    expect(padToWidth('longer', 3)).toBe('longer');
  });

  test('wrapping keeps every word, and a word that is too long stands alone', () => {
    const lines = wrapToWidth('one two three fourteencharacters five', 9);
    expect(lines).toEqual(['one two', 'three', 'fourteencharacters', 'five']);
  });
});
