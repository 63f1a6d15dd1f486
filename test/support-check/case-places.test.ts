/** Where a failing case of a table stands. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findCase } from '../support/case-places.ts';

const own = fileURLToPath(import.meta.url);

/** The line of a file on which the text stands for the first time. */
function lineOf(text: string, path = own): number {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(text)) + 1;
}

const cases = [
  ['one that is green', 1],
  ['one that is blue, and longer', 2],
] as const;

it.each(cases)('finds %s', (name) => {
  expect(findCase(own, `finds ${name}`)).toBe(`test/support-check/case-places.test.ts:${lineOf(name)}`);
});

it('looks into the files of cases that a test imports', () => {
  const test = fileURLToPath(new URL('../schema/compare/compare.test.ts', import.meta.url));
  const table = fileURLToPath(new URL('../schema/cases-harmless.ts', import.meta.url));
  const name = 'the case of keywords';
  expect(findCase(test, `it is the same with ${name}`)).toBe(`test/schema/cases-harmless.ts:${lineOf(name, table)}`);
});

it('says nothing of a test that is no case of a table', () => {
  expect(findCase(own, 'says nothing of a test that is no case of a table')).toBeNull();
});
