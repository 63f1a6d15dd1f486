/** A backup of a file: its pages as one transaction sees them, in one file that needs no other. */

import { backupFailed } from '../../backup/failed.ts';
import { refuseUntrusted } from '../../backup/script.ts';
import { MigrateError } from '../../errors.ts';
import { type BackupOptions, type Clock, EngineError, type SavedBackup } from '../../ports.ts';
import type { Target } from '../../target/target.ts';
import { command, say } from '../../text/prose.ts';
import { stageBackup } from '../files/backup-file.ts';
import { checkCopy } from './check-copy.ts';
import { type Connection, loadEngine, runStatement } from './engine.ts';

export interface CopySource {
  readonly target: Extract<Target, { type: 'file' }>;
  readonly clock: Clock;
  /** How long to wait for another program, in milliseconds. */
  readonly timeout: number;
}

/**
 * The pages are asked of the engine, in one read transaction: others may write meanwhile, a write-ahead log is taken into
 * account, and row ids stay, which VACUUM INTO does not promise. Reading the file itself would give up the locks that this
 * process holds on it (sqlite.org/howtocorrupt.html, 2.2).
 * @throws MigrateError BACKUP_FAILED, DATABASE_BUSY, ENGINE_MISSING
 */
export async function copyFile(source: CopySource, options: BackupOptions): Promise<SavedBackup> {
  const { path, schema, signal, onProgress } = options;
  refuseUntrusted(schema);
  const staged = await stageBackup(path);
  let at: number | null = null;
  try {
    const onBegin = () => {
      at = source.clock.now();
    };
    for await (const pages of readPages(source, signal, onBegin)) {
      await staged.write(pages);
      onProgress?.({ phase: 'copying', bytes: staged.size() });
    }
    await staged.finish();
    onProgress?.({ phase: 'checking', bytes: staged.size() });
    await checkCopy(staged.path, { schema, rows: null });
    await staged.publish();
    return { bytes: staged.size(), rows: null, at, replicationIndex: null };
  } finally {
    await staged.discard();
  }
}

/** Pages that are read at a time. */
const together = 256;

/** The join lets the table be asked page by page; with a range it would be read from its beginning each time. */
const selectPages =
  'WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2) SELECT data FROM n CROSS JOIN sqlite_dbpage ON pgno = i';

async function* readPages(
  source: CopySource,
  signal: AbortSignal | undefined,
  onBegin: () => void,
): AsyncGenerator<Uint8Array> {
  const EngineConnection = await loadEngine();
  const connection = new EngineConnection(source.target.path, { timeout: 100 });
  try {
    const count = await beginReading(connection, source, signal);
    onBegin();
    for (let first = 1; first <= count; first += together) {
      if (signal?.aborted) throw backupFailed('interrupted', command('apply'));
      const last = Math.min(count, first + together - 1);
      const rows = runStatement(connection, selectPages, [first, last]);
      const found = rows.flatMap(([page]) => (page instanceof Uint8Array ? [page] : []));
      if (found.length !== last - first + 1)
        throw backupFailed('some pages of the file did not arrive', command('apply'));
      const pages = Buffer.concat(found);
      yield first === 1 ? markWhole(pages) : pages;
    }
  } finally {
    // Closing alone would keep the lock until the statements are collected.
    if (connection.inTransaction) connection.exec('COMMIT');
    connection.close();
  }
}

/** The snapshot is taken by the first read. @returns how many pages there are. @throws MigrateError DATABASE_BUSY; EngineError */
export async function beginReading(
  connection: Connection,
  { clock, timeout, target }: CopySource,
  signal: AbortSignal | undefined,
): Promise<number> {
  const deadline = clock.now() + timeout;
  for (;;) {
    try {
      if (!connection.inTransaction) runStatement(connection, 'BEGIN');
      runStatement(connection, 'SELECT count(*) FROM sqlite_schema');
      return Number(runStatement(connection, 'PRAGMA page_count')[0]?.[0]);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'SQLITE_BUSY')) throw error;
      if (clock.now() >= deadline || signal?.aborted) throw busy(target.name, error);
      await clock.sleep(50, signal);
    }
  }
}

function busy(name: string, cause: EngineError): MigrateError {
  return new MigrateError(
    'DATABASE_BUSY',
    `${name} could not be copied, because another program has locked it: ${cause.message}.`,
    say`Stop that program or wait for it, then ${command('apply')}`,
    { cause },
  );
}

/**
 * Says in the header that there is no write-ahead log: what was in it is in these pages (sqlite.org/fileformat.html, the
 * file format's write and read version at 18 and 19).
 */
function markWhole(pages: Buffer): Buffer {
  if (pages[18] === 2) pages.set([1, 1], 18);
  return pages;
}
