/** What the tables of a schema look like, asked of an empty embedded copy of it. */

import { backupImpossible } from '../../core/backup/failed.ts';
import { buildDumpSchema, refuseUntrusted } from '../../core/backup/script.ts';
import {
  buildDumpTables,
  type Shape,
  selectColumns,
  selectHasCounters,
  selectKeyParts,
} from '../../core/backup/tables.ts';
import type { Schema } from '../../core/schema/objects.ts';
import { EngineError } from '../../ports.ts';
import { openMirror } from './mirror.ts';

/** @throws MigrateError BACKUP_FAILED, ENGINE_MISSING */
export async function readShape(schema: Schema): Promise<Shape> {
  refuseUntrusted(schema);
  const mirror = await openMirror();
  try {
    for (const sql of buildDumpSchema(schema).tables) mirror.run(sql);
    return {
      tables: buildDumpTables(mirror.query(selectColumns), mirror.query(selectKeyParts)),
      hasCounters: mirror.query(selectHasCounters)[0]?.[0] === 1,
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw backupImpossible(`a table of production cannot be made again: ${error.message}`, error);
  } finally {
    mirror.close();
  }
}
