/** What the tables of a schema look like, asked of an empty embedded copy of it. */

import { backupFailed } from '../../core/backup/failed.ts';
import { buildDumpSchema } from '../../core/backup/script.ts';
import { buildDumpTables, type DumpTable, selectColumns } from '../../core/backup/tables.ts';
import type { Schema } from '../../core/schema/objects.ts';
import { EngineError } from '../../ports.ts';
import { openMirror } from './mirror.ts';

/** @throws MigrateError BACKUP_FAILED, ENGINE_MISSING */
export async function readDumpTables(schema: Schema): Promise<readonly DumpTable[]> {
  const mirror = await openMirror();
  try {
    for (const sql of buildDumpSchema(schema).tables) mirror.run(sql);
    return buildDumpTables(mirror.query(selectColumns.sql));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw backupFailed(
      `a table of production cannot be made again: ${error.message}`,
      'Without --backup: migrate-prod apply',
      { cause: error },
    );
  } finally {
    mirror.close();
  }
}
