/** Where a backup may go: what is known of a name before anything is asked. */

import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acceptBackup, refuseWithin, stageBackup } from '../../../src/adapters/files/backup-file.ts';
import { refuseTarget } from '../../../src/adapters/files/backup-name.ts';
import { createFolder } from './folder.ts';

/** Where there is none, there are no pipes either. */
const pipeMaker = 'mkfifo';

describe('a name for a backup', () => {
  test('is refused at once where it is a link that leads nowhere', () => {
    const root = createFolder({});
    symlinkSync('nowhere.sql', join(root, 'shop.sql'));
    expect(() => acceptBackup('shop.sql', root)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('shop.sql exists already') }),
    );
  });

  test.each(['migrations/shop.sql', 'migrations/3_new/migration.sql', 'linked/shop.sql', 'migrations/..shop.sql'])(
    'is refused in the migrations folder: %s',
    (name) => {
      const root = createFolder({ 'migrations/3_new/note.txt': '', 'migrations-old/note.txt': '' });
      symlinkSync('migrations', join(root, 'linked'));
      const refuse = (typed: string) => refuseWithin(join(root, 'migrations'), acceptBackup(typed, root));
      expect(() => refuse(name)).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          message: expect.stringContaining(`${name} would be in the migrations`),
        }),
      );
      expect(() => refuse('migrations-old/shop.sql')).not.toThrow();
      expect(() => refuseWithin(join(root, 'nowhere'), acceptBackup(name, root))).not.toThrow();
    },
  );

  test('is refused at once where the file system takes none of its length', () => {
    expect(() => acceptBackup(`${'s'.repeat(252)}.sql`, createFolder({}))).toThrow(
      expect.objectContaining({
        code: 'BACKUP_FAILED',
        message: expect.stringMatching(/cannot be a file: .*too long/),
      }),
    );
  });

  test.each([
    ['app.db-journal', 'a file of the database app.db, and'],
    ['app.db-wal', 'a file of the database app.db, and'],
    ['APP.DB-WAL', 'a file of the database APP.DB, and'],
    ['other.sqlite-shm', 'a file of the database other.sqlite, and'],
    ['app.db-client_wal_index', 'a file of the database app.db, and'],
    ['copy.db', 'copy.db-wal exists already'],
    ['.env', 'a settings file'],
    ['.env.turso-prod', 'a settings file'],
    ['file:shop.sql', 'an address'],
    ['-', 'goes into a file'],
    ['migrate-prod-backup.partial-1', 'like an unfinished backup'],
  ])('is refused where another program would take it for something else, and lose data: %s', (name, reason) => {
    const root = createFolder({ 'app.db': 'mine', 'copy.db-wal': 'left' });
    const before = readdirSync(root);
    expect(() => acceptBackup(name, root)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(reason) }),
    );
    expect(readdirSync(root)).toEqual(before);
  });

  test.each(['app.db', 'linked.db', 'hard.db', 'folder', 'no-way'])(
    'is refused where something is, be it a link to the database, a folder or a pipe: %s',
    (name) => {
      const root = createFolder({ 'app.db': 'mine', 'folder/a': '' });
      symlinkSync('app.db', join(root, 'linked.db'));
      linkSync(join(root, 'app.db'), join(root, 'hard.db'));
      spawnSync(pipeMaker, [join(root, 'no-way')]);
      if (name === 'no-way' && !existsSync(join(root, name))) return;
      expect(() => acceptBackup(name, root)).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('exists already') }),
      );
      expect(readFileSync(join(root, 'app.db'), 'utf8')).toBe('mine');
    },
  );

  test('is refused where it is the database itself that apply is about to make, however it is written', () => {
    const root = createFolder({ 'data/a.txt': '' });
    symlinkSync('data', join(root, 'linked'));
    const target = { type: 'file', name: 'file:app.db', path: join(root, 'data', 'app.db') } as const;
    for (const name of ['data/app.db', 'linked/app.db', 'data/APP.db']) {
      expect(() => refuseTarget(target, acceptBackup(name, root))).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          message: expect.stringContaining('is the database that the backup would save'),
        }),
      );
    }
    expect(() => refuseTarget(target, acceptBackup('data/app.sql', root))).not.toThrow();
    expect(() => acceptBackup('nowhere/app.sql', root)).toThrow(expect.objectContaining({ code: 'BACKUP_FAILED' }));
  });

  test('may be as long as the file system takes: what is made meanwhile has a short one', async () => {
    const root = createFolder({});
    const name = `${'s'.repeat(251)}.sql`;
    const { path, leftovers } = acceptBackup(name, root);
    expect(leftovers).toEqual([]);
    const staged = await stageBackup(path);
    await staged.write('-- all of it');
    await staged.finish();
    expect(existsSync(path)).toBe(false);
    await staged.publish();
    await staged.discard();
    expect(readdirSync(root)).toEqual([name]);
  });

  test('tells what a killed run left beside it, and nothing else', async () => {
    const root = createFolder({});
    writeFileSync(join(root, 'shop.sql.partial-old'), '');
    const killed = await stageBackup(join(root, 'shop.sql'));
    writeFileSync(`${killed.path}.check-wal`, '');
    const { leftovers } = acceptBackup('other.sql', root);
    expect(leftovers).toEqual([killed.path, `${killed.path}.check-wal`].map((path) => path.slice(root.length + 1)));
    await killed.discard();
    expect(acceptBackup('other.sql', root).leftovers).toEqual([]);
  });
});
