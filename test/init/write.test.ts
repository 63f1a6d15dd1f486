import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFiles } from '../../src/adapters/init/write.ts';
import type { Writing } from '../../src/init/plan.ts';
import { catchError, createFolder } from '../adapters/files/folder.ts';

const writing = (root: string, shown: string, before: string | null, after: string): Writing => ({
  part: 'script',
  file: join(root, shown),
  shown,
  before,
  after,
  says: [],
});

test('a file that was changed since it was shown is left, and what was written before it is said', async () => {
  const root = createFolder({ 'package.json': 'theirs' });
  const all = [
    writing(root, 'new/a', null, 'a'),
    writing(root, 'package.json', 'as shown', 'ours'),
    writing(root, 'b', null, 'b'),
  ];
  const error = await catchError(() => writeFiles(all));
  expect([error.code, error.message]).toEqual([
    'FILE_NOT_WRITTEN',
    'package.json could not be written: it was changed meanwhile. Written before it: new/a.',
  ]);
  expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe('theirs');
  expect(readdirSync(root).sort()).toEqual(['new', 'package.json']);
});

test('a file that came there meanwhile is never replaced', async () => {
  const root = createFolder();
  writeFileSync(join(root, 'a'), 'theirs');
  const error = await catchError(() => writeFiles([writing(root, 'a', null, 'ours')]));
  expect(error.message).toContain('EEXIST');
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('theirs');
  expect(readdirSync(root)).toEqual(['a']);
});

test.skipIf(process.platform === 'win32')('a token is never where others can read it, whatever the umask is', () => {
  const root = createFolder();
  const before = process.umask(0);
  try {
    writeFiles([{ ...writing(root, '.env.turso-prod', null, 'token'), part: 'env' }]);
  } finally {
    process.umask(before);
  }
  expect(readdirSync(root)).toEqual(['.env.turso-prod']);
  expect(statSync(join(root, '.env.turso-prod')).mode & 0o777).toBe(0o600);
});

test('a file that is changed keeps its mode', () => {
  const root = createFolder();
  writeFileSync(join(root, 'a'), 'before', { mode: 0o640 });
  writeFiles([writing(root, 'a', 'before', 'after')]);
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('after');
  if (process.platform !== 'win32') expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o640);
});
