/** The file of consents beside a migration.sql, as it is read with its folder. */

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMigrations } from '../../../src/adapters/files/migrations.ts';
import { createFolder } from './folder.ts';

async function read(root: string) {
  const [migration] = await readMigrations(join(root, 'm'), root);
  if (!migration) throw new Error('no migration was read');
  return migration;
}

test('gives the migration its consents, with where they are written, and leaves its checksum alone', async () => {
  const plain = createFolder({ 'm/1_a/migration.sql': 'SELECT 1;' });
  const bytes = Buffer.from('\ufeff# agreed\r\ndata-loss: exported \u2014 see the wiki\r\n');
  const root = createFolder({ 'm/1_a/migration.sql': 'SELECT 1;', 'm/1_a/migrate-prod.allow': bytes });
  const migration = await read(root);
  expect(migration.consents).toEqual([
    { code: 'data-loss', reason: 'exported \u2014 see the wiki', path: 'm/1_a/migrate-prod.allow', line: 2 },
  ]);
  expect(migration.checksum).toBe((await read(plain)).checksum);
});

test('is no migration by itself: a folder with nothing else is still refused', async () => {
  const root = createFolder({ 'm/1_a/migrate-prod.allow': 'data-loss: exported' });
  await expect(read(root)).rejects.toMatchObject({ code: 'MIGRATION_FILE_MISSING' });
});

test.each([
  ['Latin-1', Buffer.from('data-loss: caf\u00e9', 'latin1'), 'is not UTF-8 text: a byte is not UTF-8, at byte 14'],
  ['UTF-16', Buffer.from('\ufeffdata-loss: x', 'utf16le'), 'is not UTF-8 text: it was saved as UTF-16, at byte 0'],
  ['an unknown code', Buffer.from('data-los: x'), 'allows "data-los", which is not a code'],
])('in %s is kept as a problem: whoever does not need it is not stopped', async (_what, bytes, message) => {
  const root = createFolder({ 'm/1_a/migration.sql': 'SELECT 1;', 'm/1_a/migrate-prod.allow': bytes });
  const { consents, consentProblems } = await read(root);
  expect(consents).toEqual([]);
  expect(consentProblems).toMatchObject([{ path: 'm/1_a/migrate-prod.allow', message }]);
});

test('that is a folder is never taken for no file', async () => {
  const folder = createFolder({ 'm/1_a/migration.sql': '', 'm/1_a/migrate-prod.allow/': '' });
  expect((await read(folder)).consentProblems).toMatchObject([{ line: null, message: 'is a folder, not a file' }]);
});

test.each(['../2_b/migrate-prod.allow', '../shared.allow', '../../outside.allow', 'nowhere'])(
  'is a file of its own, and no link to %s, which is reviewed elsewhere or nowhere',
  async (to) => {
    const root = createFolder({
      'm/1_a/migration.sql': '',
      'm/2_b/migration.sql': '',
      'm/2_b/migrate-prod.allow': 'behind: of another migration',
      'm/shared.allow': 'behind: within',
      'outside.allow': 'behind: x',
    });
    symlinkSync(to, join(root, 'm/1_a/migrate-prod.allow'));
    const { consents, consentProblems } = await read(root);
    expect(consents).toEqual([]);
    expect(consentProblems).toMatchObject([
      { path: 'm/1_a/migrate-prod.allow', line: null, message: 'is a symbolic link' },
    ]);
  },
);
