/** Loading a dump into a database of its own, to know that it can be loaded. */

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { backupImpossible } from '../../backup/failed.ts';
import { EngineError } from '../../ports.ts';
import { beginsWith } from '../../sql/contents.ts';
import { StatementStream } from '../../sql/split.ts';
import { ownerOnly } from '../files/backup-file.ts';
import { type Connection, executeStatement, loadEngine } from './engine.ts';

export interface ReloadInput {
  /** The dump. */
  readonly path: string;
  /** The database that it is loaded into; it must not exist. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
  /** @param bytes of the dump that are loaded. */
  readonly onProgress: (bytes: number) => void;
}

/** Characters that are run at a time: the engine's time for one call grows with the square of its length (measured). */
const together = 16_384;

/** @throws MigrateError BACKUP_FAILED, also when the signal ends it; ENGINE_MISSING */
export async function reloadDump({ path, scratch, signal, onProgress }: ReloadInput): Promise<void> {
  const EngineConnection = await loadEngine();
  // SQLite would make it readable by others.
  await (await open(scratch, 'wx', ownerOnly)).close();
  const connection = new EngineConnection(scratch);
  try {
    // It is thrown away: nothing has to be safe on the disk, and what does not fit into memory goes into unnamed files.
    for (const pragma of ['journal_mode=OFF', 'synchronous=OFF', 'temp_store=FILE'])
      connection.exec(`PRAGMA ${pragma}`);
    const statements = new StatementStream();
    let bytes = 0;
    const pieces = createReadStream(path, { encoding: 'utf8', highWaterMark: 65_536, ...(signal ? { signal } : {}) });
    for await (const piece of pieces) {
      runAll(connection, statements.take(String(piece)));
      bytes += Buffer.byteLength(String(piece));
      onProgress(bytes);
    }
    const { statements: last, unfinished } = statements.finish();
    runAll(connection, last);
    if (unfinished !== null || connection.inTransaction) throw notLoaded('it ends too early');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw notLoaded(error.message);
  } finally {
    connection.close();
  }
}

/** All that a dump is made of; anything else could reach beyond the one file. */
const expected = ['PRAGMA', 'BEGIN', 'CREATE', 'INSERT', 'DELETE', 'ANALYZE', 'COMMIT'] as const;

function runAll(connection: Connection, statements: readonly string[]): void {
  let waiting = '';
  for (const sql of statements) {
    if (!expected.some((verb) => beginsWith(sql, verb)))
      throw notLoaded(`it has a statement that begins with ${sql.slice(0, 20)}`);
    waiting += `${sql}\n`;
    if (waiting.length < together) continue;
    executeStatement(connection, waiting);
    waiting = '';
  }
  if (waiting !== '') executeStatement(connection, waiting);
}

function notLoaded(reason: string): Error {
  return backupImpossible(`the dump cannot be loaded again: ${reason}. Please report this as a bug`);
}
