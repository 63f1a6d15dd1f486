/** What schema.prisma wants, compared with a schema: Prisma's engine says how to get there, and the result is compared. */

import { compareSchemas } from '../core/schema/compare.ts';
import type { Difference } from '../core/schema/difference.ts';
import { buildMirrorStatements, type Schema, type SchemaObject } from '../core/schema/objects.ts';
import { selectCompared } from '../core/schema/selection.ts';
import { splitStatements } from '../core/sql/split.ts';
import { EngineError, type Mirror, type Outside, type SchemaEngine } from '../ports.ts';
import { fillMirror } from './rehearse.ts';
import { readMirrorSchema } from './replay.ts';

export interface WantedInput {
  readonly engine: SchemaEngine;
  readonly outside: Outside;
  /** Only what is to be compared: without other tools' tables. */
  readonly schema: Schema;
}

/**
 * Left is the schema, right what schema.prisma wants; as far as Prisma can see.
 * @throws MigrateError SCHEMA_INVALID, SCHEMA_ENGINE_FAILED
 */
export async function compareWithWanted({ engine, outside, schema }: WantedInput): Promise<readonly Difference[]> {
  const visible = selectVisible(schema);
  const script = await engine.diff(buildMirrorStatements(visible));
  if (script === '') return [];
  const mirror = await outside.openMirror();
  try {
    mirror.run('PRAGMA foreign_keys=OFF');
    fillMirror(mirror, visible);
    const before = readOwnObjects(mirror);
    runScript(mirror, script);
    const differences = compareSchemas(before, readOwnObjects(mirror), 'prisma');
    return differences.length > 0 ? differences : [describeScript(script)];
  } finally {
    mirror.close();
  }
}

/** The engine reads neither views nor triggers, and stumbles over some virtual tables. */
function selectVisible(schema: Schema): Schema {
  const isVisible = ({ type, name }: Schema['objects'][number]): boolean =>
    type === 'index' || (type === 'table' && schema.kinds.get(name) !== 'virtual');
  return { ...schema, objects: schema.objects.filter(isVisible) };
}

/** Without what SQLite adds by itself, such as sqlite_sequence with the first AUTOINCREMENT. */
function readOwnObjects(mirror: Mirror): readonly SchemaObject[] {
  return selectCompared(readMirrorSchema(mirror), () => false);
}

/** What cannot be run here (the engine writes to sqlite_schema itself in one case) still counts as a difference. */
function runScript(mirror: Mirror, script: string): void {
  for (const { sql } of splitStatements(script)) {
    if (/^PRAGMA\b/i.test(sql)) continue;
    try {
      mirror.run(sql);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
}

/** A difference that Prisma sees and the comparison does not. */
function describeScript(script: string): Difference {
  return { kind: 'definition', object: 'table', name: 'schema.prisma', table: '', left: null, right: script.trim() };
}
