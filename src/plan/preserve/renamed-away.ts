/** Tables that a migration renames out of the way and drops later: what they were called, and what was on them. */

import type { Mirror } from '../../ports.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';
import { everyForeignKey } from '../rehearse/foreign-keys.ts';

/** A table's name before the migration renamed it. RENAME rewrites whatever names the table (SQLite's ALTER TABLE documentation). */
export interface Origin {
  readonly name: string;
  /** The schema's views, triggers and indexes, before they were rewritten. */
  readonly objects: readonly SchemaObject[];
  /** Tables whose foreign keys pointed to the new name although nothing had it. */
  readonly dangling: readonly string[];
}

export interface Renames {
  /** Before each statement is run. */
  look(index: number): void;
  /** @returns null for a table that has kept its name. */
  find(table: string): Origin | null;
}

export function openRenames(mirror: Mirror, { statements }: AnalysedMigration): Renames {
  const origins = new Map<string, Origin>();
  return {
    look: (index) => {
      const kind = statements[index]?.kind;
      if (kind?.type !== 'rename-table') return;
      const { table, to } = kind;
      const earlier = origins.get(foldName(table));
      origins.delete(foldName(table));
      if (earlier !== undefined) origins.set(foldName(to), earlier);
      else if (isDroppedLater(statements.slice(index + 1), to))
        origins.set(foldName(to), readOrigin(mirror, table, to));
    },
    find: (table) => origins.get(foldName(table)) ?? null,
  };
}

/** Also under another name that it gets on the way. */
function isDroppedLater(later: readonly AnalysedStatement[], table: string): boolean {
  let name = table;
  for (const { kind } of later) {
    if (kind.type === 'rename-table' && sameName(kind.table, name)) name = kind.to;
    if (kind.type === 'drop' && kind.object === 'table' && sameName(kind.name, name)) return true;
  }
  return false;
}

function readOrigin(mirror: Mirror, name: string, to: string): Origin {
  return {
    name,
    objects: mirror.query(`${selectSchemaObjects} WHERE type <> 'table' AND sql IS NOT NULL`).map(parseSchemaObject),
    dangling: readReferring(mirror, to),
  };
}

/** The tables whose foreign keys point to this one. */
export function readReferring(mirror: Mirror, table: string): readonly string[] {
  return mirror
    .query(`SELECT DISTINCT m.name FROM ${everyForeignKey} AND f."table" = ? COLLATE NOCASE`, [table])
    .map(([name]) => String(name));
}
