/** What the tables of a schema look like, asked of an empty embedded copy of it. */

import { backupImpossible } from '../../backup/failed.ts';
import { buildDumpSchema, refuseUntrusted } from '../../backup/script.ts';
import { buildDumpTables, type Shape, selectColumns, selectHasCounters, selectKeyParts } from '../../backup/tables.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import type { Schema } from '../../schema/model/objects.ts';
import { classify } from '../../sql/classify.ts';
import { openMirror } from './mirror.ts';

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
