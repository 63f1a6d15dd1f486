/** Whether a copy is good: it is sound, has production's schema, and every row. */

import { backupImpossible } from '../../core/backup/failed.ts';
import { findFirstDifference } from '../../core/backup/script.ts';
import { parseSchemaObject, type Schema, selectSchemaObjects } from '../../core/schema/objects.ts';
import { quoteIdentifier } from '../../core/sql/identifiers.ts';
import { type Connection, loadEngine, runStatement } from './engine.ts';

export interface Expected {
  /** As production was read. */
  readonly schema: Schema;
  /** By table. */
  readonly rows: ReadonlyMap<string, number>;
}

/** @throws MigrateError BACKUP_FAILED */
export async function checkCopy(path: string, expected: Expected): Promise<void> {
  const EngineConnection = await loadEngine();
  const connection = new EngineConnection(path);
  try {
    const fault = findFault(connection, expected);
    if (fault !== null) throw backupImpossible(`the copy is not good: ${fault}. This is worth a bug report`);
  } finally {
    connection.close();
  }
}

function findFault(connection: Connection, { schema, rows }: Expected): string | null {
  const ask = (sql: string) => runStatement(connection, sql)[0]?.[0];
  const integrity = ask('PRAGMA integrity_check(1)');
  if (integrity !== 'ok') return String(integrity);
  const difference = findFirstDifference(
    schema.objects,
    runStatement(connection, selectSchemaObjects).map(parseSchemaObject),
  );
  if (difference !== null) return `"${difference}" is not as in production`;
  for (const [table, wanted] of rows) {
    const found = ask(`SELECT count(*) FROM ${quoteIdentifier(table)}`);
    if (found !== wanted) return `"${table}" has ${found} of its ${wanted} rows`;
  }
  return null;
}
