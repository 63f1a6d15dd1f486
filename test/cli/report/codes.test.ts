/** What shows findings asks their definitions how, and knows none of their codes by name. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { blockerCodes, hazardCodes, noteCodes } from '../../../src/findings/codes.ts';

/** Codes that are something else in these files: a migration's state, why a statement is not run, a field. */
const others = ['kept', 'edited', 'missing', 'out-of-order', 'renamed', 'unfinished', 'unverified', 'foreign-keys'];

const all: ReadonlySet<string> = new Set([...blockerCodes, ...hazardCodes, ...noteCodes]);
const codes = [...all].filter((code) => !others.includes(code));
const folders = ['', 'commands/', 'report/github/', 'report/json/', 'report/markdown/', 'report/text/'];
const files = folders.flatMap((folder) => {
  const url = new URL(`../../../src/cli/${folder}`, import.meta.url);
  return readdirSync(url)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [`${folder}${name}`, readFileSync(new URL(name, url), 'utf8')] as const);
});

it('finds a name where one stands', () => {
  expect(listNamed("if (code === 'data-loss') return { unrehearsed: 1, 'drops-index': 2 };")).toEqual([
    'drops-index',
    'data-loss',
    'unrehearsed',
  ]);
});

it.each(files)('%s names no code', (_, text) => {
  expect(listNamed(text)).toEqual([]);
});

/** As a string, or as the name of a field. */
function listNamed(text: string): readonly string[] {
  return codes.filter((code) => new RegExp(`'${code}'|(?<![\\w'"\`.-])${code}: `).test(text));
}
