/** Names in comments that end with their line. */

import { expect, it } from 'vitest';
import { quoteInComment } from '../../src/sql/one-line.ts';
import { splitStatements } from '../../src/sql/split.ts';

it.each([
  ['Customer', '"Customer"'],
  ['a"b', '"a""b"'],
  ['a\nDROP TABLE "Customer";', '"a\\nDROP TABLE ""Customer"";"'],
  ['a\r\nb', '"a\\r\\nb"'],
])('%j keeps a comment a comment', (name, quoted) => {
  expect(quoteInComment(name)).toBe(quoted);
  expect(splitStatements(`-- about ${quoteInComment(name)}:\nSELECT 1;`).map(({ sql }) => sql)).toEqual([
    expect.stringContaining('SELECT 1'),
  ]);
});
