/**
 * Rows without a parent where foreign keys are on: SQLite only counts how many a transaction makes and mends, so that where
 * production has some already, one that is mended makes room for another.
 */

import type { AnalysedMigration } from '../../plan/analyse.ts';
import { type KeyCheck, pairKeys } from '../../plan/key-checks.ts';
import { findForeignKeys } from '../../plan/rehearse/foreign-keys.ts';
import type { Mirror } from '../../ports.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Unknown } from './unknown.ts';
import { findViolations } from './violations.ts';

/** Before a migration. @returns what is to be compared: nothing where no row is without a parent. */
export async function listCountedKeys(
  mirror: Mirror,
  migration: AnalysedMigration,
  unknown: Unknown,
): Promise<readonly KeyCheck[]> {
  const movesRows = migration.statements.some(({ kind: { type } }) => moving.has(type));
  if (migration.foreignKeysOff || !movesRows) return [];
  const tables = mirror.query(`SELECT name FROM sqlite_schema WHERE type = 'table'`).map(([name]) => String(name));
  const known = tables.filter((name) => !unknown.has(name));
  const standing = (await findViolations(mirror, known)).filter(({ parent }) => !unknown.has(parent));
  if (standing.length === 0) return [];
  const found = findForeignKeys(mirror, { ...migration, touchedTables: known.map(foldName) });
  // A row without a parent may get another primary key: by the value that points nowhere it is known still.
  const keys = found.keys.map((key) => ({ ...key, identity: [] }));
  return pairKeys(keys, keys);
}

const moving: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'drop']);
