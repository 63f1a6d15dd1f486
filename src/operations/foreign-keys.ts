/** Which tables' foreign keys a migration that switches them off could break. */

import type { AnalysedMigration } from '../core/plan/analyse.ts';
import { foldName } from '../core/sql/identifiers.ts';
import { EngineError, type Mirror } from '../ports.ts';

/** For a FROM: the foreign keys f of every table m; a WHERE has begun. Tables that mention none are not asked. */
export const everyForeignKey = `sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND m.sql LIKE '%references%'`;

export interface ForeignKeyTables {
  /** The tables that the migration touches and those that refer to them; every table with a key where a trigger may touch any. */
  readonly tables: readonly string[];
  /** Those whose foreign keys cannot be checked at all ("foreign key mismatch"). */
  readonly broken: readonly string[];
}

export function findForeignKeyTables(mirror: Mirror, migration: AnalysedMigration): ForeignKeyTables {
  const references = mirror.query(`SELECT m.name, f."table" FROM ${everyForeignKey}`);
  const touched = new Set(migration.touchedTables);
  const triggered = mirror
    .query(`SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'`)
    .some(([table]) => touched.has(foldName(String(table))));
  const tables = new Set<string>();
  for (const [child, parent] of references) {
    if (triggered || touched.has(foldName(String(parent))) || touched.has(foldName(String(child)))) {
      tables.add(String(child));
    }
  }
  return { tables: [...tables], broken: [...tables].filter((table) => !canBeChecked(mirror, table)) };
}

function canBeChecked(mirror: Mirror, table: string): boolean {
  try {
    mirror.query('SELECT count(*) FROM pragma_foreign_key_check(?)', [table]);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
