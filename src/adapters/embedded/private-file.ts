/** A database in a file that nobody else can open, and that is gone with the process, however it ends. */

import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownerOnly } from '../files/backup-file.ts';
import type { Connection } from './engine.ts';

/**
 * What is not to be safe on the disk, and has no file with a name: the index of the write-ahead log is in memory while nobody
 * else may use the database, and what SQLite puts aside goes into files that it removes as it opens them. The log itself
 * exists from the first write on, and keeps a large transaction out of memory.
 */
const pragmas = [
  'locking_mode=EXCLUSIVE',
  'journal_mode=WAL',
  'synchronous=OFF',
  'temp_store=FILE',
  'cache_size=-16000',
  'user_version=1',
  'user_version=0',
];

export interface PrivateFile {
  readonly connection: Connection;
  /** Closes it; nothing of it is on the disk any more. */
  readonly close: () => void;
}

/**
 * Its file is removed before it holds a row: the open file is all there is of it.
 * @returns null where the platform does not remove an open file (Windows), or its folder for temporary files cannot be used.
 */
export async function openPrivateFile(connect: (path: string) => Connection): Promise<PrivateFile | null> {
  let folder: string | null = null;
  let connection: Connection | null = null;
  const files: number[] = [];
  try {
    folder = await mkdtemp(join(tmpdir(), 'migrate-prod-'));
    const path = join(folder, 'rows');
    await (await open(path, 'wx', ownerOnly)).close();
    connection = connect(path);
    for (const pragma of pragmas) connection.exec(`PRAGMA ${pragma}`);
    for (const own of [path, `${path}-wal`]) files.push(openSync(own, 'r+'));
    await rm(folder, { recursive: true });
    const opened = connection;
    return {
      connection,
      close: () => {
        opened.close();
        erase(files);
      },
    };
  } catch {
    connection?.close();
    erase(files);
    if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    return null;
  }
}

/** The engine lets go of a file only when the last statement that was prepared on it is collected. */
function erase(files: readonly number[]): void {
  for (const file of files) {
    ftruncateSync(file);
    closeSync(file);
  }
}
