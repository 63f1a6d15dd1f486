/** Which objects of a schema a comparison is about: the user's own. */

import { foldName } from '../sql/identifiers.ts';
import { isInternalTable, type Schema, type SchemaObject } from './objects.ts';

/**
 * Without what the database makes by itself, and without the tables that the database, this program or another tool keeps,
 * with everything on them.
 * @param isIgnored by the name of a table as the schema has it.
 */
export function selectCompared(schema: Schema, isIgnored: (table: string) => boolean): readonly SchemaObject[] {
  const left = new Set<string>();
  for (const { type, name } of schema.objects) {
    if (type === 'table' && (isInternalTable(schema, name) || isIgnored(name))) left.add(foldName(name));
  }
  return schema.objects.filter(
    ({ name, table, sql }) => sql !== null && !name.startsWith('sqlite_') && !left.has(foldName(table)),
  );
}
