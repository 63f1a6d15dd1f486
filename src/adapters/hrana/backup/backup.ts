/** A backup of a server: a dump that was loaded again before it gets its name. */

import { backupImpossible } from '../../../backup/failed.ts';
import { buildDumpSchema, refuseUntrusted } from '../../../backup/script.ts';
import {
  buildDumpTables,
  type Reading,
  type Shape,
  selectColumns,
  selectHasCounters,
  selectKeyParts,
} from '../../../backup/tables.ts';
import { type BackupOptions, EngineError, type Mirror, type SavedBackup } from '../../../ports.ts';
import type { Schema } from '../../../schema/model/objects.ts';
import { classify } from '../../../sql/classify.ts';
import { checkCopy } from '../../embedded/check-copy.ts';
import { openMirror } from '../../embedded/mirror.ts';
import { reloadDump } from '../../embedded/reload.ts';
import { type StagedBackup, scratchSuffix, stageBackup } from '../../files/backup-file.ts';
import { openStream, type StreamServer, UnsendableText } from '../stream.ts';
import { type Dump, dumpDatabase } from './dump.ts';

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

/** @throws MigrateError BACKUP_FAILED, ENGINE_MISSING */
export async function readShape(schema: Schema): Promise<Shape> {
  refuseUntrusted(schema);
  const mirror = await openMirror();
  try {
    for (const sql of buildDumpSchema(schema).tables) makeTable(mirror, sql);
    return {
      tables: buildDumpTables(mirror.query(selectColumns), mirror.query(selectKeyParts)),
      hasCounters: mirror.query(selectHasCounters)[0]?.[0] === 1,
    };
  } finally {
    mirror.close();
  }
}

function makeTable(mirror: Mirror, sql: string): void {
  try {
    mirror.run(sql);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const kind = classify(sql);
    const name = 'name' in kind ? `"${kind.name}"` : 'a table';
    throw backupImpossible(`${name} of production cannot be made again: ${error.message}`, error);
  }
}
