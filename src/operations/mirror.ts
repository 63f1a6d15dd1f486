/** A mirror of a schema: filling it, and reading what it has become. */

import { schemaFingerprint } from '../core/schema/fingerprint.ts';
import { buildMirrorStatements, findUntrusted, type Untrusted } from '../core/schema/mirror-statements.ts';
import {
  parseSchema,
  parseSchemaObject,
  type Schema,
  type SchemaObject,
  schemaQueries,
  selectSchemaObjects,
} from '../core/schema/objects.ts';
import { EngineError, type Mirror } from '../ports.ts';

/** @returns the objects that could not be rebuilt, with the reason; empty for a whole mirror. */
export function fillMirror(mirror: Mirror, schema: Schema): readonly string[] {
  const failures = findUntrusted(schema).map(describeUntrusted);
  for (const sql of buildMirrorStatements(schema)) {
    try {
      mirror.run(sql);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      failures.push(`${error.message}: ${sql}`);
    }
  }
  return failures;
}

function describeUntrusted({ object: { type, name }, reason }: Untrusted): string {
  return `the ${type} ${name} ${reason}`;
}

export function readFingerprint(mirror: Mirror): string {
  return String(mirror.query(`SELECT ${schemaFingerprint}`)[0]?.[0]);
}

export function readObjects(mirror: Mirror): readonly SchemaObject[] {
  return mirror.query(selectSchemaObjects).map(parseSchemaObject);
}

/** @returns null where the mirror has none of that kind and name. */
export function findObject(mirror: Mirror, { type, name }: Pick<SchemaObject, 'type' | 'name'>): SchemaObject | null {
  const [row] = mirror.query(`${selectSchemaObjects} WHERE type = ? AND name = ? COLLATE NOCASE`, [type, name]);
  return row === undefined ? null : parseSchemaObject(row);
}

/** The mirror's schema as it is now. */
export function readMirrorSchema(mirror: Mirror): Schema {
  const [objects, kinds] = schemaQueries.map(({ sql }) => mirror.query(sql));
  return parseSchema(objects ?? [], kinds ?? []);
}
