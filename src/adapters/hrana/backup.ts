/** A backup of a server: a dump that was loaded again before it gets its name. */

import type { Reading, Shape } from '../../backup/tables.ts';
import type { BackupOptions, SavedBackup } from '../../ports.ts';
import { checkCopy } from '../embedded/check-copy.ts';
import { reloadDump } from '../embedded/reload.ts';
import { readShape } from '../embedded/shape.ts';
import { type StagedBackup, scratchSuffix, stageBackup } from '../files/backup-file.ts';
import { type Dump, dumpDatabase } from './dump.ts';
import { openStream, type StreamServer, UnsendableText } from './stream.ts';

/** @throws MigrateError BACKUP_FAILED, PLAN_STALE, ENGINE_MISSING, and those of the connection */
export async function backUpServer(server: StreamServer, options: BackupOptions): Promise<SavedBackup> {
  const { path, schema, signal, onProgress } = options;
  const shape = await readShape(schema);
  const { tables } = shape;
  const staged = await stageBackup(path);
  try {
    const { rows, at, replicationIndex } = await dump(server, options, shape, staged);
    await staged.finish();
    const scratch = `${staged.path}${scratchSuffix}`;
    const report = (bytes: number) => onProgress?.({ phase: 'checking', bytes });
    await reloadDump({ path: staged.path, scratch, signal, onProgress: report });
    await checkCopy(scratch, { schema, rows });
    await staged.publish();
    const own = tables.filter(({ isFilled }) => !isFilled).map(({ name }) => rows.get(name) ?? 0);
    return { bytes: staged.size(), rows: own.reduce((sum, count) => sum + count, 0), at, replicationIndex };
  } finally {
    await staged.discard();
  }
}

async function dump(
  server: StreamServer,
  { schema, trackerFingerprint, onProgress }: BackupOptions,
  shape: Shape,
  staged: StagedBackup,
): Promise<Dump> {
  const write = async (text: string): Promise<void> => {
    await staged.write(text);
    onProgress?.({ phase: 'copying', bytes: staged.size() });
  };
  const expected = { schema, trackerFingerprint };
  const read = (reading: Reading) => dumpDatabase({ stream: openStream(server), expected, shape, reading, write });
  try {
    return await read('plain');
  } catch (error) {
    if (!(error instanceof UnsendableText)) throw error;
    await staged.restart();
    return read('bytes');
  }
}
