import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrationFromBytes, migrationFromText, readMigrations } from '../../../src/adapters/files/migrations.ts';
import { matchesChecksum } from '../../../src/history/migration.ts';
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

  describe('a lock file that names another database', () => {
    const sqlite = 'datasource db {\n  provider = "sqlite"\n}\n';
    const plain =
      'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);';
    const refuse = async (files: Readonly<Record<string, string>>, schema: string | null = 'schema.prisma') => {
      const root = createFolder({
        'm/migration_lock.toml': lock('postgresql'),
        'm/1_a/migration.sql': plain,
        ...files,
      });
      const path = schema === null ? null : join(root, schema);
      const error = await catchError(() => readMigrations(join(root, 'm'), root, path));
      expect([error.code, error.place]).toEqual(['PROVIDER_UNSUPPORTED', { path: 'm/migration_lock.toml', line: 2 }]);
      return error;
    };

    test('is said to be wrong where schema and migrations are for SQLite, with the line to write', async () => {
      const { message, next } = await refuse({ 'schema.prisma': sqlite });
      expect(message).toBe(
        'm/migration_lock.toml says in line 2 that these migrations were written for "postgresql", not for "sqlite"; but schema.prisma is for "sqlite", and nothing in the migrations is written for another database. Nothing was written.',
      );
      expect(next).toContain('Write provider = "sqlite" in line 2 of m/migration_lock.toml, and commit it');
      const several = await refuse(
        { 'schema/a.prisma': 'model A {\n  id Int @id\n}\n', 'schema/b.prisma': sqlite },
        'schema',
      );
      expect(several.message).toContain('but schema/b.prisma is for "sqlite"');
    });

    test.each([
      [
        'ALTER TABLE "A" ADD CONSTRAINT "A_b_fkey" FOREIGN KEY ("b") REFERENCES "B"("id");',
        'ALTER TABLE … ADD CONSTRAINT',
      ],
      ['CREATE TYPE "Role" AS ENUM (\'USER\');', 'CREATE TYPE'],
      ['CREATE TABLE "B" ("id" SERIAL NOT NULL, CONSTRAINT "B_pkey" PRIMARY KEY ("id"));', 'SERIAL'],
      ['CREATE TABLE "B" ("id" TEXT NOT NULL, "at" TIMESTAMP(3) NOT NULL);', 'TIMESTAMP(…)'],
      [
        'CREATE TABLE `B` (`id` INTEGER NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4;',
        'AUTO_INCREMENT',
      ],
      ['BEGIN TRY\nBEGIN TRAN;', 'BEGIN TRY'],
    ])('is said to be right where the migrations have %s', async (sql, words) => {
      const { message, next } = await refuse({
        'schema.prisma': sqlite,
        'm/2_b/migration.sql': `${plain}\n\n${sql}\n`,
      });
      expect(message).toContain(`and they are: m/2_b/migration.sql:3 has ${words}, which SQLite does not know`);
      expect(next).toContain('npx prisma migrate dev --name init');
      expect(next).not.toContain('provider = "sqlite"');
    });

    test.each([
      `-- it was SERIAL once\nCREATE TABLE "serial" ("type" TEXT, "timestamp" TIMESTAMP, "note" TEXT DEFAULT 'ADD CONSTRAINT');`,
      'CREATE TABLE "A" ("id" INTEGER, CONSTRAINT "A_key" UNIQUE ("id"), CONSTRAINT "A_c" CHECK ("id" > 0)); DROP INDEX "x"; ALTER TABLE "A" ADD COLUMN "identity" TEXT;',
      'CREATE TRIGGER "g" AFTER INSERT ON "A" BEGIN INSERT INTO "log" VALUES (1); END; ALTER TABLE "A" RENAME TO "extension"; DROP TABLE IF EXISTS "schema";',
    ])('is not said to be right because of what SQLite understands: %s', async (sql) => {
      const { message } = await refuse({ 'schema.prisma': sqlite, 'm/2_b/migration.sql': sql });
      expect(message).toContain('nothing in the migrations is written for another database');
    });

    test('is not to be corrected where the schema is for the other database too', async () => {
      const { message, next } = await refuse({ 'schema.prisma': sqlite.replace('sqlite', 'postgresql') });
      expect(message).toContain('and schema.prisma is for "postgresql" as well');
      expect(next).toContain('Pass --schema with the schema for SQLite, and --migrations');
    });

    test.each<[string, Readonly<Record<string, string>>, string | null]>([
      ['there is no schema', {}, null],
      ['the schema cannot be read', { 'schema.prisma/': '' }, 'schema.prisma'],
      [
        'the schema takes its provider from elsewhere',
        { 'schema.prisma': 'datasource db {\n  provider = env("X")\n}\n' },
        'schema.prisma',
      ],
    ])('is told with both ways where %s', async (_, files, schema) => {
      const { message, next } = await refuse(files, schema);
      expect(message).toContain('written for "postgresql", not for "sqlite". Nothing was written.');
      expect(next).toContain('--migrations');
      expect(next).toContain('provider = "sqlite" in line 2 of m/migration_lock.toml');
    });
  });

  test.each([
    ['is missing', null],
    ['is empty', ''],
    ['has comments only', '# provider = "postgresql"\n'],
    ['has single quotes', "provider = 'sqlite'\n"],
    ['has no quotes', 'provider = sqlite # as Prisma takes it\n'],
    ['has its key in quotes', '"provider"="sqlite"\n'],
    ['has long quotes', 'provider = """sqlite"""\n'],
    ['has a byte order mark and other line ends', '\ufeff# x\r\nprovider = "sqlite"\r\n'],
    ['names nothing', 'provider = ""\n'],
  ])('takes a lock file that %s', async (_, text) => {
    const root = createFolder({ ...(text === null ? {} : { 'm/migration_lock.toml': text }), 'm/a/migration.sql': '' });
    expect(await readMigrations(join(root, 'm'), root)).toHaveLength(1);
  });

  test.each([
    ['single quotes', "provider = 'mysql'"],
    ['no quotes', 'provider = mysql'],
    ['its key in quotes', '"provider" = "mysql"'],
    ['long quotes', "provider = '''mysql'''"],
    ['other line ends', '# x\r\nprovider = "mysql"\r\n'],
  ])('refuses a lock file of another database with %s', async (_, text) => {
    const root = createFolder({ 'm/migration_lock.toml': text, 'm/a/migration.sql': '' });
    const error = await catchError(() => readMigrations(join(root, 'm'), root));
    expect([error.code, error.message]).toEqual(['PROVIDER_UNSUPPORTED', expect.stringContaining('"mysql"')]);
  });

  test.each<[string, Uint8Array]>([
    ['was saved as UTF-16', Buffer.from('\ufeffprovider = "postgresql"\n', 'utf16le')],
    ['is no text', Buffer.from([0x70, 0xff, 0xfe])],
  ])('refuses a lock file that %s: it may say anything', async (_, bytes) => {
    const root = createFolder({ 'm/migration_lock.toml': bytes, 'm/a/migration.sql': '' });
    const error = await catchError(() => readMigrations(join(root, 'm'), root));
    expect(error.code).toBe('MIGRATIONS_NOT_FOUND');
    expect(error.message).toContain('m/migration_lock.toml is not UTF-8 text');
    expect(error.next).toContain('provider = "sqlite"');
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
