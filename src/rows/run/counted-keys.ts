/**
 * Rows without a parent where foreign keys are on. SQLite only counts how many a transaction makes and mends, so that where
 * production has some already, one that is mended makes room for another. And it looks for the children of a row that goes by their
 * own type, which finds none where that is another than the parent's.
 */

import { readColumns } from '../../mirror/columns.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import { type ForeignKey, type KeyCheck, pairKeys } from '../../plan/key-checks.ts';
import { findForeignKeys } from '../../plan/rehearse/foreign-keys.ts';
import type { Mirror } from '../../ports.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { Unknown } from './unknown.ts';
import { findViolations } from './violations.ts';

/** Before a migration. @returns what is to be compared. */
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
  const found = findForeignKeys(mirror, { ...migration, touchedTables: known.map(foldName) });
  const compared = standing.length > 0 ? found.keys : found.keys.filter((key) => !hasSameTypes(mirror, key));
  // A row without a parent may get another primary key: by the value that points nowhere it is known still.
  const keys = compared.map((key) => ({ ...key, identity: [] }));
  return pairKeys(keys, keys);
}

function hasSameTypes(mirror: Mirror, { child, columns, parent, parentColumns }: ForeignKey): boolean {
  const typeOf = (table: string, column: string) =>
    readColumns(mirror, table)
      .find(({ name }) => sameName(name, column))
      ?.type.toLowerCase();
  return columns.every((column, index) => typeOf(child, column) === typeOf(parent, parentColumns?.[index] ?? ''));
}

const moving: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'drop']);
