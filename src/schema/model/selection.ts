/** Chooses the objects of a schema that are compared: the user's own. */

import type { Migration } from '../../history/migration.ts';
import { type FreedSchema, freeReservedIndexes } from '../../mirror/reserved-index.ts';
import { straightenSchema } from '../../mirror/texts.ts';
import { classify } from '../../sql/classify.ts';
import { beginsWith, hasKeyword } from '../../sql/contents.ts';
import { foldName } from '../../sql/identifiers.ts';
import { splitStatements } from '../../sql/split.ts';
import { isInternalTable, isMadeByEngine, isSystemTable, type Schema } from './objects.ts';

export interface Selection {
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
  /** Folded names of tables that are the user's, even if other tools use such names. */
  readonly ownTables: ReadonlySet<string>;
}

/** The compared objects, and how they were chosen. */
export interface SelectedSchema extends FreedSchema {
  readonly ownTables: ReadonlySet<string>;
}

/**
 * The tables that some migration creates. They are the user's, whatever their names.
 * @param migrations the whole folder, so that a table of a pending migration is not taken for a tool's
 * @returns folded names
 */
export function findOwnTables(migrations: readonly Migration[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { sql } of migrations.flatMap((migration) => splitStatements(migration.sql))) {
    // Most statements of a large folder are rows, indexes and added columns.
    const kind = mayMakeTable(sql) ? classify(sql) : null;
    if (kind?.type === 'create-table' || kind?.type === 'create-virtual-table') names.add(foldName(kind.name));
    if (kind?.type === 'rename-table') names.add(foldName(kind.to));
  }
  return names;
}

function mayMakeTable(sql: string): boolean {
  return (
    (beginsWith(sql, 'CREATE') && hasKeyword(sql, 'TABLE')) || (beginsWith(sql, 'ALTER') && hasKeyword(sql, 'RENAME'))
  );
}

/**
 * The schema without the objects that the database creates itself, and without the tables (with everything on them)
 * that the database, this program or another tool keeps. Text that SQLite takes and libSQL does not is changed to what
 * libSQL takes.
 */
export function selectSchema(all: Schema, { externalTables, ownTables }: Selection): SelectedSchema {
  const schema = freeReservedIndexes(straightenSchema(all));
  const external = new Set(externalTables.map(foldName));
  const leftOut = new Set<string>();
  for (const { type, name } of schema.objects) {
    if (type !== 'table') continue;
    const folded = foldName(name);
    const isLeftOut = ownTables.has(folded) ? isSystemTable(schema, name) : isInternalTable(schema, name);
    if (isLeftOut || external.has(folded)) leftOut.add(folded);
  }
  const objects = schema.objects.filter((object) => !isMadeByEngine(object) && !leftOut.has(foldName(object.table)));
  return { ...schema, objects, ownTables };
}
