/** Where a backup may go: what is known of a name before anything is asked. */

import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acceptBackup, refuseWithin, stageBackup } from '../../../src/adapters/files/backup-file.ts';
import { createFolder } from './folder.ts';

describe('a name for a backup', () => {
  test('is refused at once where it is a link that leads nowhere', () => {
    const root = createFolder({});
    symlinkSync('nowhere.sql', join(root, 'shop.sql'));
    expect(() => acceptBackup('shop.sql', root)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('shop.sql is there already') }),
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
