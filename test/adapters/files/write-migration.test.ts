/** A new migration is in the folder wholly or not at all, and nothing else is left beside it. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openMigrationsFolder } from '../../../src/adapters/files/write-migration.ts';
import { catchError, createFolder } from './folder.ts';

const name = '20260301083000_phone';
const sql = 'ALTER TABLE "Customer" ADD COLUMN "phone" TEXT;\n';
const shown = `prisma/migrations/${name}/migration.sql`;
const first = { 'prisma/migrations/20260101000000_init/migration.sql': 'SELECT 1;\n' };

const open = (root: string) => openMigrationsFolder(join(root, 'prisma/migrations'), root);
const list = (root: string, folder = 'prisma') => readdirSync(join(root, folder)).sort();
const stagings = (folder: string) => readdirSync(folder).filter((entry) => entry.startsWith('.'));

describe('a new migration', () => {
  test('is not in the folder before it is published, and is alone there afterwards', async () => {
    const root = createFolder(first);
    const folder = open(root);
    expect(folder.pathOf(name)).toBe(shown);
    const staged = await folder.stage(name, sql);
    expect(list(root, 'prisma/migrations')).toEqual(['20260101000000_init']);
    await staged.publish();
    expect(list(root, 'prisma/migrations')).toEqual(['20260101000000_init', name]);
    expect(readFileSync(join(root, shown), 'utf8')).toBe(sql);
    expect(list(root)).toEqual(['migrations']);
  });

  test('brings the folder and its lock file where there is none, and the lock file only then', async () => {
    const root = createFolder({ 'package.json': '{}' });
    const staged = await open(root).stage(name, sql);
    expect(existsSync(join(root, 'prisma/migrations'))).toBe(false);
    await staged.publish();
    expect(list(root, 'prisma/migrations')).toEqual([name, 'migration_lock.toml']);
    const lock = readFileSync(join(root, 'prisma/migrations/migration_lock.toml'), 'utf8');
    expect(lock).toContain('\nprovider = "sqlite"\n');
    expect(list(root)).toEqual(['migrations']);
  });

  test.each(['before', 'after'] as const)('can be removed %s it is published', async (moment) => {
    const root = createFolder(first);
    const staged = await open(root).stage(name, sql);
    if (moment === 'after') await staged.publish();
    await staged.remove();
    expect(list(root, 'prisma/migrations')).toEqual(['20260101000000_init']);
    expect(list(root)).toEqual(['migrations']);
  });

  test('that somebody else removed is removed', async () => {
    const root = createFolder(first);
    const staged = await open(root).stage(name, sql);
    await staged.publish();
    rmSync(join(root, 'prisma/migrations', name), { recursive: true });
    await staged.remove();
    expect(list(root)).toEqual(['migrations']);
  });

  test.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a file', (path: string) => writeFileSync(path, '')],
    ['a link that leads nowhere', (path: string) => symlinkSync('gone', path)],
  ])('whose name is taken by %s is refused, and what is there stays', async (_, take) => {
    const root = createFolder(first);
    const staged = await open(root).stage(name, sql);
    take(join(root, 'prisma/migrations', name));
    const error = await catchError(() => staged.publish());
    expect(error).toMatchObject({
      code: 'FILE_NOT_WRITTEN',
      message: `${shown} could not be written: it exists already. Nothing was recorded in production.`,
    });
    expect(list(root, 'prisma/migrations')).toContain(name);
    expect(list(root)).toEqual(['migrations']);
  });

  test('that cannot be moved in leaves nothing behind', async () => {
    const root = createFolder(first);
    const staged = await open(root).stage(name, sql);
    rmSync(join(root, 'prisma/migrations'), { recursive: true });
    writeFileSync(join(root, 'prisma/migrations'), '');
    const error = await catchError(() => staged.publish());
    expect(error.message).toMatch(new RegExp(`^${shown} could not be written: ENOTDIR: not a directory\\. Nothing`));
    expect(list(root)).toEqual(['migrations']);
  });

  test('that cannot be staged leaves nothing behind, and names the file that it was to be', async () => {
    const root = createFolder(first);
    const long = 'x'.repeat(300);
    const error = await catchError(() => open(root).stage(long, sql));
    expect(error.message).toBe(
      `prisma/migrations/${long}/migration.sql could not be written: ENAMETOOLONG: name too long. Nothing was recorded in production.`,
    );
    expect(list(root)).toEqual(['migrations']);
  });
});

describe('a migrations folder that is a symbolic link', () => {
  /** On another file system, where this machine has one. */
  function createElsewhere(root: string): { readonly folder: string; readonly another: boolean } {
    const memory = '/dev/shm';
    const another = existsSync(memory) && statSync(memory).dev !== statSync(root).dev;
    const folder = mkdtempSync(join(another ? memory : tmpdir(), 'migrate-prod-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return { folder: realpathSync(folder), another };
  }

  test('is written where it leads, on another file system too', async ({ annotate }) => {
    const root = createFolder({ 'prisma/schema.prisma': '' });
    const { folder, another } = createElsewhere(root);
    if (!another) await annotate('on the same file system: this machine has no other one to try');
    mkdirSync(join(folder, 'migrations'));
    symlinkSync(join(folder, 'migrations'), join(root, 'prisma/migrations'));
    const staged = await open(root).stage(name, sql);
    expect(list(root)).toEqual(['migrations', 'schema.prisma']);
    expect(stagings(folder)).toHaveLength(1);
    await staged.publish();
    expect(readFileSync(join(root, shown), 'utf8')).toBe(sql);
    expect(readdirSync(folder)).toEqual(['migrations']);
    await staged.remove();
    expect(list(root, 'prisma/migrations')).toEqual([]);
    expect(readdirSync(folder)).toEqual(['migrations']);
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(isRoot || process.platform === 'win32')(
  `a folder that may not be written${isRoot ? ' (skipped: root may write everywhere)' : ''}`,
  () => {
    function protect(path: string): void {
      chmodSync(path, 0o500);
      onTestFinished(() => chmodSync(path, 0o700));
    }

    test('is told before anything is published', async () => {
      const root = createFolder(first);
      protect(join(root, 'prisma'));
      const error = await catchError(() => open(root).stage(name, sql));
      expect(error.message).toBe(
        `${shown} could not be written: EACCES: permission denied. Nothing was recorded in production.`,
      );
    });

    test('is told when it is to be moved there, and nothing is left', async () => {
      const root = createFolder(first);
      const staged = await open(root).stage(name, sql);
      protect(join(root, 'prisma/migrations'));
      const error = await catchError(() => staged.publish());
      expect(error.message).toContain(`${shown} could not be written: EACCES: permission denied.`);
      expect(list(root)).toEqual(['migrations']);
    });

    test('keeps a migration whole that was to be removed, and says so', async () => {
      const root = createFolder(first);
      const staged = await open(root).stage(name, sql);
      await staged.publish();
      protect(join(root, 'prisma/migrations'));
      const error = await catchError(() => staged.remove());
      expect(error).toMatchObject({
        message: `${shown} was written and could not be removed: EACCES: permission denied.`,
        next: `Remove it by hand: rm -r prisma/migrations/${name}`,
      });
      expect(readFileSync(join(root, shown), 'utf8')).toBe(sql);
      expect(list(root)).toEqual(['migrations']);
    });
  },
);

describe('what interrupted runs left', () => {
  const age = (path: string, minutes: number) => {
    const then = new Date(Date.now() - minutes * 60_000);
    utimesSync(path, then, then);
  };

  test('is removed once it is older than an hour; what is younger may be of a run beside this one', async () => {
    const root = createFolder({
      ...first,
      'prisma/.migrate-prod-staged-old/1_a/migration.sql': '',
      'prisma/.migrate-prod-staged-young/1_b/migration.sql': '',
      'prisma/.migrate-prod/kept': '',
    });
    age(join(root, 'prisma/.migrate-prod-staged-old'), 61);
    age(join(root, 'prisma/.migrate-prod-staged-young'), 59);
    age(join(root, 'prisma/.migrate-prod'), 600);
    await (await open(root).stage(name, sql)).publish();
    expect(list(root)).toEqual(['.migrate-prod', '.migrate-prod-staged-young', 'migrations']);
  });

  test('does not disturb two runs at once: each publishes its own', async () => {
    const root = createFolder(first);
    const [one, two] = await Promise.all([open(root).stage('2_a', sql), open(root).stage('3_b', sql)]);
    await one.publish();
    await two.publish();
    expect(list(root, 'prisma/migrations')).toEqual(['20260101000000_init', '2_a', '3_b']);
    expect(list(root)).toEqual(['migrations']);
  });
});
