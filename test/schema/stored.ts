/** Schemas as a real libSQL database stores them. */

import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import type { Value } from '../../src/ports.ts';
import { parseSchema, type Schema, type SchemaObject, schemaQueries } from '../../src/schema/model/objects.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

type Rows = readonly (readonly Value[])[];

/** What the queries answer in a database that the statements made. @throws EngineError where one of them fails */
export async function askStored(statements: readonly string[], queries: readonly string[]): Promise<readonly Rows[]> {
  const mirror = await openMirror();
  try {
    for (const statement of statements) mirror.run(statement);
    return queries.map((query) => mirror.query(query));
  } finally {
    mirror.close();
  }
}

/** The schema that the statements make in an empty database. */
export async function storeSchema(statements: readonly string[]): Promise<Schema> {
  const [objects, kinds] = await askStored(
    statements,
    schemaQueries.map(({ sql }) => sql),
  );
  return parseSchema(objects ?? [], kinds ?? [], prismaTracker);
}

/** Its objects, without what SQLite and the modules of virtual tables keep for themselves. */
export async function storeObjects(statements: readonly string[]): Promise<readonly SchemaObject[]> {
  const { objects, kinds } = await storeSchema(statements);
  return objects.filter(({ name, table }) => !name.startsWith('sqlite_') && kinds.get(table) !== 'shadow');
}
