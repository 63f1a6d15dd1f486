/** Whether an object of the mirror's schema is there, and whether it works, told without running it. */

import type { SchemaObject } from '../core/schema/objects.ts';
import { quoteIdentifier } from '../core/sql/identifiers.ts';
import { parseTriggerEvent } from '../core/sql/trigger.ts';
import { EngineError, type Mirror } from '../ports.ts';

/** Triggers have names of their own; tables, views and indexes share theirs. */
export function exists(mirror: Mirror, { type, name }: Pick<SchemaObject, 'type' | 'name'>): boolean {
  const space = type === 'trigger' ? 1 : 0;
  const sql = `SELECT 1 FROM sqlite_schema WHERE (type = 'trigger') = ? AND name = ? COLLATE NOCASE`;
  return mirror.query(sql, [space, name]).length > 0;
}

/**
 * Compiles what would read the view, or fire the trigger: SQLite resolves their names only then (SQLite, trigger.c, `codeRowTrigger`).
 * @returns what is wrong, in the engine's words; null for what works, and for tables and indexes, which cannot be broken.
 */
export function findFault(mirror: Mirror, object: SchemaObject): string | null {
  const use = buildUse(mirror, object);
  if (use === null) return null;
  try {
    mirror.run(`EXPLAIN ${use}`);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

function buildUse(mirror: Mirror, { type, name, table, sql }: SchemaObject): string | null {
  if (type === 'view') return `SELECT 1 FROM ${quoteIdentifier(name)}`;
  const event = type === 'trigger' ? parseTriggerEvent(sql ?? '') : null;
  if (event === null) return null;
  const target = quoteIdentifier(table);
  switch (event.verb) {
    case 'insert':
      return `INSERT INTO ${target} DEFAULT VALUES`;
    case 'delete':
      return `DELETE FROM ${target}`;
    case 'update': {
      const columns = event.columns.length > 0 ? event.columns : readOneColumn(mirror, table);
      const changes = columns.map(quoteIdentifier).map((column) => `${column} = ${column}`);
      return changes.length === 0 ? null : `UPDATE ${target} SET ${changes.join(', ')}`;
    }
  }
}

/** One that can be written: a generated one cannot. */
function readOneColumn(mirror: Mirror, table: string): readonly string[] {
  return mirror
    .query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 LIMIT 1', [table])
    .map(([name]) => String(name));
}
