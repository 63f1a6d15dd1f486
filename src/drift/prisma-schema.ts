/** Compares a schema with schema.prisma: Prisma's engine writes the SQL that leads there, and the result of that SQL is compared. */

import { MigrateError } from '../errors.ts';
import { fillMirror, readMirrorSchema } from '../mirror/mirror.ts';
import { buildMirrorStatements } from '../mirror/mirror-statements.ts';
import { withFormerNames, withoutFreed } from '../mirror/reserved-index.ts';
import type { Mirror, Outside, SchemaEngine } from '../ports.ts';
import { compareSchemas } from '../schema/compare/compare.ts';
import type { Difference } from '../schema/compare/difference.ts';
import { renameCreated } from '../schema/fix/definition.ts';
import { buildIndexedSchema } from '../schema/model/indexed-schema.ts';
import type { Schema, SchemaObject } from '../schema/model/objects.ts';
import { findAutomaticOwner } from '../schema/model/reserved-names.ts';
import { type SelectedSchema, selectSchema } from '../schema/model/selection.ts';
import { isUniqueConstraint } from '../schema/prisma/lens.ts';
import { classify } from '../sql/classify.ts';
import { foldName, quoteIdentifier } from '../sql/identifiers.ts';
import type { RefusedWish } from './prisma-defaults.ts';
import { adviseJson } from './prisma-defaults.ts';
import { runPrismaScript } from './prisma-script.ts';
import { addUnmade } from './prisma-unmade.ts';

export interface PrismaComparisonInput {
  readonly engine: SchemaEngine;
  readonly outside: Outside;
  /** Only the compared objects: without other tools' tables. */
  readonly schema: SelectedSchema;
}

export interface PrismaComparison {
  /** Left is the schema, right is schema.prisma; only what Prisma can see. */
  readonly differences: readonly Difference[];
  /** Parts of schema.prisma for which Prisma writes SQL that SQLite refuses. If one is a difference, it is in `differences`. */
  readonly refused: readonly RefusedWish[];
}

/** @throws MigrateError SCHEMA_INVALID, SCHEMA_ENGINE_FAILED */
export async function compareWithPrisma({ engine, outside, schema }: PrismaComparisonInput): Promise<PrismaComparison> {
  const visible = selectVisible(schema);
  const script = await readScript({ engine, outside }, visible);
  if (script === '') return { differences: [], refused: [] };
  const mirror = await outside.openMirror();
  try {
    mirror.run('PRAGMA foreign_keys=OFF');
    fillMirror(mirror, visible);
    const before = readOwnObjects(mirror, schema);
    const { failed, unmade, refused, jsonDefaults, lostDefaults, renamed } = await runPrismaScript(mirror, script);
    const dropped = failed.flatMap((sql) => findDroppedConstraint(sql) ?? []);
    const after = readOwnObjects(mirror, schema);
    // A script that changes nothing is no difference: with some fields the engine always finds something to change.
    const compared = [...compareSchemas(before, after, 'prisma'), ...findNamedIndexes(script, before, after)];
    const left = { objects: before, freed: schema.freed };
    const folded = new Map([...renamed].map(([name, reserved]) => [foldName(name), reserved]));
    const found = [
      ...withFormerNames(withoutFreed(compared, left, { objects: after, freed: folded }), schema).map((one) =>
        nameAsInPrisma(one, renamed),
      ),
      ...dropped.flatMap((index) => describeDropped(mirror, index) ?? []),
    ];
    const json = jsonDefaults.flatMap((one) => adviseJson(one, before) ?? []);
    return { differences: addUnmade(found, before, unmade, lostDefaults), refused: [...json, ...refused] };
  } finally {
    mirror.close();
  }
}

/** If libSQL only loads production's schema and no longer creates it, the engine gets the schema as it is loaded. */
async function readScript(
  { engine, outside }: Omit<PrismaComparisonInput, 'schema'>,
  visible: Schema,
): Promise<string> {
  const statements = buildMirrorStatements(visible);
  try {
    return await engine.diff(statements);
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== 'SCHEMA_ENGINE_FAILED') throw error;
    const loading = await listLoading(outside, visible);
    if (loading === null) throw error;
    return engine.diff(loading);
  }
}

/** @returns the statements that `fillMirror` runs; null if they are the usual ones */
async function listLoading(outside: Outside, visible: Schema): Promise<readonly string[] | null> {
  const mirror = await outside.openMirror();
  try {
    const statements: string[] = [];
    const run = (sql: string): void => {
      mirror.run(sql);
      statements.push(sql);
    };
    const isWhole = fillMirror({ ...mirror, run }, visible).length === 0;
    return isWhole && statements.length > buildMirrorStatements(visible).length ? statements : null;
  } finally {
    mirror.close();
  }
}

/** The engine reads neither views nor triggers, and fails on some virtual tables. */
function selectVisible(schema: Schema): Schema {
  const isVisible = ({ type, name }: Schema['objects'][number]): boolean =>
    type === 'index' || (type === 'table' && schema.kinds.get(name) !== 'virtual');
  return { ...schema, objects: schema.objects.filter(isVisible) };
}

/** Without objects that SQLite adds itself, such as sqlite_sequence with the first AUTOINCREMENT. */
function readOwnObjects(mirror: Mirror, { ownTables }: SelectedSchema): readonly SchemaObject[] {
  return selectSchema(readMirrorSchema(mirror), { externalTables: [], ownTables }).objects;
}

/** @param renamed the names in schema.prisma, by the names on the mirror */
function nameAsInPrisma(difference: Difference, renamed: ReadonlyMap<string, string>): Difference {
  const name = renamed.get(difference.name);
  if (name === undefined) return difference;
  return { ...difference, name, right: difference.right && renameCreated(difference.right, name) };
}

/**
 * Partial indexes, which the engine sees only with the preview feature `partialIndexes`, and indexes over generated
 * columns: those that the script creates, unless a UNIQUE constraint does the same, and those that it drops by name.
 * Those that it drops only with a rebuilt table are invisible to it.
 */
function findNamedIndexes(
  script: string,
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
): readonly Difference[] {
  const old = buildIndexedSchema(before);
  const visible = new Set(compareSchemas(before, after, 'prisma').map(({ name }) => name));
  return compareSchemas(before, after, 'everything').filter(
    ({ object, name, left, right }) =>
      object === 'index' &&
      !visible.has(name) &&
      (left === null ? !isUniqueConstraint(right, old) : script.includes(`DROP INDEX ${quoteIdentifier(name)}`)),
  );
}

/** The engine writes a DROP for the index of a UNIQUE constraint. SQLite refuses that; only a rebuild can remove it. */
function findDroppedConstraint(sql: string): string | null {
  const kind = classify(sql);
  return kind.type === 'drop' && kind.object === 'index' && findAutomaticOwner(kind.name) !== null ? kind.name : null;
}

/** @returns null if another unique index does the same: then schema.prisma has it */
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
