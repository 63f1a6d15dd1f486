/** The pages that list codes say what the code does: every code once, and none that does not exist. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkCodes } from '../../src/check/problem.ts';
import { type ErrorCode, errorCodes, MigrateError } from '../../src/errors.ts';
import { blockerCodes, hazardCodes, noteCodes } from '../../src/findings/codes.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const codesOf = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
const section = (text: string, title: string) => text.split(`\n## ${title}`)[1]?.split('\n## ')[0] ?? '';

it('documents every error code, in the section of its exit code', () => {
  const text = page('errors.md');
  const exitCodeOf = (code: string) => new MigrateError(code as ErrorCode, '', '').exitCode;
  expect(codesOf(text).sort()).toEqual([...errorCodes].sort());
  expect(new Set(codesOf(section(text, 'What you can fix')).map(exitCodeOf))).toEqual(new Set([2]));
  expect(new Set(codesOf(section(text, 'What the world refused')).map(exitCodeOf))).toEqual(new Set([1]));
});

it('documents every finding under its kind', () => {
  const text = page('findings.md');
  expect(codesOf(section(text, 'Blockers')).sort()).toEqual([...blockerCodes].sort());
  expect(codesOf(section(text, 'Hazards')).sort()).toEqual([...hazardCodes].sort());
  expect(codesOf(section(text, 'Notes')).sort()).toEqual([...noteCodes].sort());
});

it('documents every code of check', () => {
  const text = section(page('json.md'), '`check`');
  for (const code of checkCodes) expect(text).toContain(`| \`${code}\` |`);
});
