/** Checks a copy: it is sound, has production's schema, and every row. */

import { backupFailed, backupImpossible } from '../../backup/failed.ts';
import { findFirstDifference } from '../../backup/script.ts';
import type { Value } from '../../ports.ts';
import { parseSchemaObject, type Schema, selectSchemaObjects } from '../../schema/model/objects.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { type Connection, loadEngine, runStatement } from './engine.ts';

export interface Expected {
  /** As read from production before the copy. */
  readonly schema: Schema;
  /** By table; null for a copy of the file's pages, which has every row, and any damage of the pages too. */
  readonly rows: ReadonlyMap<string, number> | null;
}

/** @throws MigrateError BACKUP_FAILED */
export async function checkCopy(path: string, expected: Expected): Promise<void> {
  const EngineConnection = await loadEngine();
  const connection = new EngineConnection(path);
  try {
    const damage = ask(connection, 'PRAGMA integrity_check(1)');
    if (damage !== 'ok' && expected.rows === null) {
      throw backupFailed(
        `the database's own check finds damage (PRAGMA integrity_check): ${damage}`,
        'Before you migrate it, restore an older copy, or repair it (REINDEX, if the check names only indexes).',
      );
    }
    const fault = damage === 'ok' ? findFault(connection, expected) : damage;
    if (fault !== null) throw backupImpossible(`the copy is not good: ${fault}. Please report this as a bug`);
  } finally {
    connection.close();
  }
}

function ask(connection: Connection, sql: string): Value | undefined {
  return runStatement(connection, sql)[0]?.[0];
}

function findFault(connection: Connection, { schema, rows }: Expected): string | null {
  const difference = findFirstDifference(
    schema.objects,
    runStatement(connection, selectSchemaObjects).map(parseSchemaObject),
  );
  if (difference !== null) return `"${difference}" differs from production`;
  for (const [table, expected] of rows ?? []) {
    const found = ask(connection, `SELECT count(*) FROM ${quoteIdentifier(table)}`);
    if (found !== expected) return `"${table}" has ${found} of its ${expected} rows`;
  }
  return null;
}
