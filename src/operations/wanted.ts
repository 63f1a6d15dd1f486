/** What schema.prisma wants, compared with a schema: Prisma's engine says how to get there, and the result is compared. */

import { compareSchemas } from '../core/schema/compare.ts';
import type { Difference } from '../core/schema/difference.ts';
import { buildMirrorStatements, type Schema, type SchemaObject } from '../core/schema/objects.ts';
import { selectCompared } from '../core/schema/selection.ts';
import { quoteIdentifier } from '../core/sql/identifiers.ts';
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
    const failed = runScript(mirror, script);
    const dropped = failed.flatMap((sql) => findDroppedConstraint(sql) ?? []);
    // What the engine wrote and SQLite does not run leads to a schema that nobody can look at.
    if (dropped.length < failed.length) return [describeScript(script)];
    const after = readOwnObjects(mirror);
    // A script that changes nothing is no difference: of some fields the engine never finds that they are as it wants them.
    return [
      ...compareSchemas(before, after, 'prisma'),
      ...findNamedIndexes(script, before, after),
      ...dropped.flatMap((index) => describeDropped(mirror, index) ?? []),
    ];
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

/** @returns the statements that failed. */
function runScript(mirror: Mirror, script: string): readonly string[] {
  return splitStatements(script).flatMap(({ sql }) => {
    // Foreign keys are off for all of it.
    if (/^PRAGMA\b/i.test(sql)) return [];
    try {
      mirror.run(sql);
      return [];
    } catch (error) {
      if (error instanceof EngineError) return [sql];
      throw error;
    }
  });
}

/**
 * Partial indexes, which the engine sees with the preview feature `partialIndexes` only: those that it makes, and those
 * that it drops by name. What goes with a rebuilt table is what it does not see.
 */
function findNamedIndexes(
  script: string,
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
): readonly Difference[] {
  const visible = new Set(compareSchemas(before, after, 'prisma').map(({ name }) => name));
  return compareSchemas(before, after, 'everything').filter(
    ({ object, name, left }) =>
      object === 'index' &&
      !visible.has(name) &&
      (left === null || script.includes(`DROP INDEX ${quoteIdentifier(name)}`)),
  );
}

/** The engine drops the index of a UNIQUE constraint, which only a rebuild can: SQLite refuses it. */
function findDroppedConstraint(sql: string): string | null {
  return /^DROP INDEX "(sqlite_autoindex_.*)"$/s.exec(sql)?.[1] ?? null;
}

/** @returns null where another unique index says the same: then schema.prisma has it. */
function describeDropped(mirror: Mirror, index: string): Difference | null {
  const columnsOf = (name: string) => `(SELECT group_concat(quote(name)) FROM pragma_index_info(${name}))`;
  const [[table, columns, others] = []] = mirror.query(
    `SELECT m.tbl_name, ${columnsOf('m.name')}, (SELECT count(*) FROM pragma_index_list(m.tbl_name) AS l WHERE l."unique" AND NOT l.partial AND l.name <> m.name AND ${columnsOf('l.name')} = ${columnsOf('m.name')}) FROM sqlite_schema AS m WHERE m.name = ?`,
    [index],
  );
  if (table === undefined || others !== 0) return null;
  const name = String(table);
  return { kind: 'unique', object: 'table', name, table: name, left: `UNIQUE (${columns})`, right: null };
}

/** A difference that cannot be shown otherwise. */
function describeScript(script: string): Difference {
  return { kind: 'definition', object: 'table', name: 'schema.prisma', table: '', left: null, right: script.trim() };
}
