import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrationFromBytes, migrationFromText, readMigrations } from '../../../src/adapters/files/migrations.ts';
import { matchesChecksum } from '../../../src/core/migrations/migration.ts';
import { catchError, createFolder } from './folder.ts';

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const lock = (provider: string) => `# comment\nprovider = "${provider}"\n`;

describe('reading the migrations folder', () => {
  test("gives every folder as a migration, in Prisma's order, with its path relative to where people are", async () => {
    const root = createFolder({
      'prisma/migrations/migration_lock.toml': lock('sqlite'),
      'prisma/migrations/README.md': 'hello',
      'prisma/migrations/.DS_Store': 'x',
      'prisma/migrations/20250221232355_y/migration.sql': 'SELECT 1;',
      'prisma/migrations/20250221_x/migration.sql': 'SELECT 2;',
      'prisma/migrations/init.v1-final/migration.sql': '',
      'prisma/migrations/20250221_w/migration.sql': '-- nothing yet\n',
    });
    const migrations = await readMigrations(join(root, 'prisma/migrations'), root);
    expect(migrations.map(({ name }) => name)).toEqual(
      ['20250221_x', '20250221232355_y', '20250221_w', 'init.v1-final'].sort((a, b) => a.localeCompare(b, 'en')),
    );
    expect(migrations.map(({ name }) => name).indexOf('20250221_x')).toBeLessThan(2);
    expect(migrations.find(({ name }) => name === '20250221_x')).toEqual({
      name: '20250221_x',
      checksum: sha256('SELECT 2;'),
      alternativeChecksums: [],
      consents: [],
      sql: 'SELECT 2;',
      path: 'prisma/migrations/20250221_x/migration.sql',
    });
    expect(migrations.find(({ name }) => name === 'init.v1-final')?.sql).toBe('');
  });

  test('finds nothing in an empty folder, with a lock file or without', async () => {
    const root = createFolder({ 'a/': '', 'b/migration_lock.toml': lock('sqlite') });
    expect(await readMigrations(join(root, 'a'), root)).toEqual([]);
    expect(await readMigrations(join(root, 'b'), root)).toEqual([]);
  });

  test('never advises to delete a folder that is the migrations folder itself', async () => {
    const root = createFolder({
      'db/prisma/generated/client.ts': '',
      'db/prisma/migrations/migration_lock.toml': lock('sqlite'),
      'db/prisma/migrations/1_one/migration.sql': 'SELECT 1;',
    });
    const error = await catchError(() => readMigrations(join(root, 'db/prisma'), root));
    expect(error.code).toBe('MIGRATION_FILE_MISSING');
    expect(error.next).toBe('Did you mean --migrations db/prisma/migrations?');
  });

  test('ignores a hidden folder unless it holds a migration.sql', async () => {
    const root = createFolder({ '.idea/workspace.xml': '', '.hidden/migration.sql': 'SELECT 1;' });
    expect((await readMigrations(root, root)).map(({ name }) => name)).toEqual(['.hidden']);
  });

  test('refuses a folder that is missing or is a file', async () => {
    const root = createFolder({ file: '' });
    const missing = await catchError(() => readMigrations(join(root, 'prisma/migrations'), root));
    expect(missing.code).toBe('MIGRATIONS_NOT_FOUND');
    expect(missing.message).toContain('prisma/migrations');
    expect((await catchError(() => readMigrations(join(root, 'file'), root))).code).toBe('MIGRATIONS_NOT_FOUND');
  });

  test('names the folder that has no migration.sql, or a folder in its place', async () => {
    const root = createFolder({ 'm/20250101_a/notes.txt': '', 'n/20250101_b/migration.sql/': '' });
    const missing = await catchError(() => readMigrations(join(root, 'm'), root));
    expect(missing.code).toBe('MIGRATION_FILE_MISSING');
    expect(missing.message).toBe('The migration m/20250101_a has no migration.sql.');
    expect((await catchError(() => readMigrations(join(root, 'n'), root))).code).toBe('MIGRATION_FILE_MISSING');
  });

  test.each(['postgresql', 'mysql', 'libsql'])('refuses a lock file that says %s', async (provider) => {
    const root = createFolder({ 'migration_lock.toml': lock(provider), 'a/migration.sql': '' });
    const error = await catchError(() => readMigrations(root, root));
    expect(error.code).toBe('PROVIDER_UNSUPPORTED');
    expect(error.message).toContain(`"${provider}"`);
  });

  test('refuses a lock file in which a merge left two providers', async () => {
    const root = createFolder({
      'migration_lock.toml': '<<<<<<< HEAD\nprovider = "sqlite"\n=======\nprovider = \'postgresql\'\n>>>>>>> x\n',
    });
    expect((await catchError(() => readMigrations(root, root))).code).toBe('PROVIDER_UNSUPPORTED');
  });

  test('refuses names that one machine tells apart and another does not', async () => {
    for (const [left, right] of [
      ['20250101_Init', '20250101_init'],
      ['20250101_caf\u00e9', '20250101_cafe\u0301'],
    ]) {
      const root = createFolder({ [`${left}/migration.sql`]: '', [`${right}/migration.sql`]: '' });
      const error = await catchError(() => readMigrations(root, root));
      expect(error.code).toBe('MIGRATION_NAMES_COLLIDE');
      expect(error.message).toContain(left);
      expect(error.message).toContain(right);
    }
  });

  test('refuses a link to a folder or to a migration.sql outside', async () => {
    const root = createFolder({ 'elsewhere/migration.sql': 'SELECT 1;', 'm/': '', 'n/20250101_a/': '' });
    symlinkSync(join(root, 'elsewhere'), join(root, 'm/20250101_a'));
    symlinkSync(join(root, 'elsewhere/migration.sql'), join(root, 'n/20250101_a/migration.sql'));
    const folder = await catchError(() => readMigrations(join(root, 'm'), root));
    const file = await catchError(() => readMigrations(join(root, 'n'), root));
    expect([folder.code, file.code]).toEqual(['MIGRATION_OUTSIDE_FOLDER', 'MIGRATION_OUTSIDE_FOLDER']);
    expect(folder.message).toContain('m/20250101_a');
    expect(file.message).toContain('n/20250101_a/migration.sql');
  });

  test('follows a link within the folder, ignores a link to another migration, and works behind a link itself', async () => {
    const root = createFolder({ 'real/20250101_a/migration.sql': 'SELECT 1;', 'real/20250102_b/': '', 'note.txt': '' });
    symlinkSync('../20250101_a/migration.sql', join(root, 'real/20250102_b/migration.sql'));
    symlinkSync('20250101_a', join(root, 'real/20250103_alias'));
    symlinkSync(join(root, 'note.txt'), join(root, 'real/README.md'));
    symlinkSync('nowhere', join(root, 'real/dangling'));
    symlinkSync('real', join(root, 'migrations'));
    const migrations = await readMigrations(join(root, 'migrations'), root);
    expect(migrations.map(({ name, sql }) => `${name} ${sql}`)).toEqual([
      '20250101_a SELECT 1;',
      '20250102_b SELECT 1;',
    ]);
  });

  test('reads a thousand migrations in a moment', async () => {
    const root = createFolder();
    const sql = 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);\n'.repeat(20);
    for (let index = 0; index < 1000; index += 1) {
      const folder = join(root, `2025010100${String(index).padStart(4, '0')}_step`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'migration.sql'), sql);
    }
    const started = performance.now();
    expect(await readMigrations(root, root)).toHaveLength(1000);
    const took = performance.now() - started;
    // About 50 ms on two shared cores; the bound only catches a change of kind.
    expect(took).toBeLessThan(1500);
  });
});

describe('a migration from its bytes', () => {
  test('keeps a byte order mark in the checksum and out of the SQL', () => {
    const bytes = Buffer.from('\ufeffSELECT 1;\n');
    const migration = migrationFromBytes('a', bytes, 'a/migration.sql');
    expect(migration.checksum).toBe(sha256(bytes));
    expect(migration.sql).toBe('SELECT 1;\n');
    expect(migration.alternativeChecksums).toEqual([sha256('\ufeffSELECT 1;\r\n')]);
  });

  test('matches the checksum of the same text with other line ends, and no other text', () => {
    const [unix, windows, mixed] = ['a\nb\n', 'a\r\nb\r\n', 'a\r\nb\n'];
    for (const text of [unix, windows, mixed]) {
      const migration = migrationFromText('a', text);
      expect(migration.checksum).toBe(sha256(text));
      expect(matchesChecksum(migration, sha256(unix))).toBe(true);
      expect(matchesChecksum(migration, sha256(windows))).toBe(true);
      expect(matchesChecksum(migration, sha256('a\nc\n'))).toBe(false);
      expect(migration.alternativeChecksums).not.toContain(migration.checksum);
    }
    expect(migrationFromText('a', mixed).alternativeChecksums).toHaveLength(2);
    expect(migrationFromText('a', unix).alternativeChecksums).toHaveLength(1);
    expect(migrationFromText('a', 'one line').alternativeChecksums).toEqual([]);
  });

  test('takes its name for its path when it has no file', () => {
    expect(migrationFromText('20250101_a', 'SELECT 1;').path).toBe('20250101_a');
  });

  test.each([
    ['a stray continuation byte', [0x61, 0x80], 1],
    ['an overlong form', [0x61, 0x62, 0xc0, 0xaf], 2],
    ['a surrogate', [0xed, 0xa0, 0x80], 0],
    ['a sequence that ends too early', [0xc3, 0xa9, 0x61, 0xe2, 0x82], 3],
    ['a code point beyond Unicode', [0x61, 0xf4, 0x90, 0x80, 0x80], 1],
    ['Latin-1', [...Buffer.from('-- caf\u00e9\n', 'latin1')], 6],
    ['UTF-16 with its mark', [0xff, 0xfe, 0x61, 0x00], 0],
    ['a NUL', [0x61, 0x00], 1],
  ])('refuses %s and says at which byte', async (_what, bytes, offset) => {
    const error = await catchError(() => migrationFromBytes('a', Uint8Array.from(bytes), 'm/a/migration.sql'));
    expect(error.code).toBe('MIGRATION_NOT_UTF8');
    expect(error.message).toContain('m/a/migration.sql');
    expect(error.message).toMatch(new RegExp(`at byte ${offset}\\.$`));
  });

  test('accepts every length of sequence', () => {
    const text = '-- \u00e9 \u20ac \ud55c \u{1f600}\n';
    expect(migrationFromBytes('a', Buffer.from(text), 'a').sql).toBe(text);
  });
});
