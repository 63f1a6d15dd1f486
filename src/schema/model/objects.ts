/** Production's schema as its `sqlite_schema` lists it. */

import { beginsWith, isVectorIndex } from '../../sql/contents.ts';
import { foldName, quoteText, sameName } from '../../sql/identifiers.ts';
import type { Query, Value } from '../../target/request.ts';
import { isOtherTracker } from '../../tracker/other-trackers.ts';
import type { TrackerTable } from '../../tracker/tracker.ts';

type Rows = readonly (readonly Value[])[];

export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table that it belongs to; its own name for tables and views. */
  readonly table: string;
  /** null for what SQLite makes by itself (the index of a UNIQUE column). */
  readonly sql: string | null;
}

/** The columns in the order in which `parseSchemaObject` takes them. */
export const selectSchemaObjects = 'SELECT type, name, tbl_name, sql FROM sqlite_schema';

export function parseSchemaObject([type, name, table, sql]: readonly Value[]): SchemaObject {
  return {
    type: String(type) as SchemaObject['type'],
    name: String(name),
    table: String(table),
    sql: sql === null || sql === undefined ? null : String(sql),
  };
}

/** `table`, `view`, `shadow` or `virtual`, as `pragma_table_list` says, by table name. */
export type TableKinds = ReadonlyMap<string, string>;

export interface Schema {
  readonly objects: readonly SchemaObject[];
  readonly kinds: TableKinds;
  /** The table in it that is no part of it. */
  readonly tracker: TrackerTable;
}

/** The two questions that `parseSchema` needs the answers of, in this order. */
export const schemaQueries: readonly Query[] = [
  { sql: selectSchemaObjects },
  { sql: `SELECT name, type FROM pragma_table_list WHERE schema = 'main'` },
];

export function parseSchema(objects: Rows, kinds: Rows, tracker: TrackerTable): Schema {
  return {
    objects: objects.map(parseSchemaObject),
    kinds: new Map(kinds.map(([name, kind]) => [String(name), String(kind)])),
    tracker,
  };
}

/** The tables that SQLite makes and fills by itself (sqlite.org/fileformat2.html, "Internal Schema Objects"). */
const engineTables: readonly string[] = ['sequence', 'stat1', 'stat2', 'stat3', 'stat4'].map(
  (name) => `sqlite_${name}`,
);

/**
 * What is made by itself, with something else: the index of a UNIQUE column, which has no text, and SQLite's own tables. A
 * name alone tells nothing: files to which somebody wrote with `writable_schema` have indexes `sqlite_autoindex_…` of their own.
 */
export function isMadeByEngine({ type, name, sql }: Pick<SchemaObject, 'type' | 'name' | 'sql'>): boolean {
  return sql === null || (type === 'table' && engineTables.includes(foldName(name)));
}

/** The opposite, as a condition over `sqlite_schema`. */
export const isOfUser = `sql IS NOT NULL AND NOT (type = 'table' AND name COLLATE NOCASE IN (${engineTables.map(quoteText).join(', ')}))`;

/** Of the names that `pragma_table_list` has, those of the user's own; also a condition. */
export const isOwnTableName = `name COLLATE NOCASE NOT IN (${['sqlite_schema', ...engineTables].map(quoteText).join(', ')})`;

/** Whether the schema's fingerprint has it in it: not the tracker, and not what SQLite keeps for itself. */
export function isCompared(object: SchemaObject, tracker: TrackerTable): boolean {
  return !isMadeByEngine(object) && !sameName(object.table, tracker.name);
}

/** libSQL's vector indexes keep their data in tables that `pragma_table_list` does not call shadow tables. */
function isVectorShadow(name: string, objects: readonly SchemaObject[]): boolean {
  if (name === 'libsql_vector_meta_shadow') return true;
  const index = name.endsWith('_shadow') ? findIndex(objects, name.slice(0, -'_shadow'.length)) : undefined;
  return index !== undefined && isVectorIndex(index.sql ?? '');
}

/** Asked for table after table: a schema's indexes are listed once. */
const indexLists = new WeakMap<readonly SchemaObject[], ReadonlyMap<string, SchemaObject>>();

function findIndex(objects: readonly SchemaObject[], name: string): SchemaObject | undefined {
  const known = indexLists.get(objects);
  const indexes =
    known ?? new Map(objects.filter(({ type }) => type === 'index').map((object) => [object.name, object]));
  if (known === undefined) indexLists.set(objects, indexes);
  return indexes.get(name);
}

/** Prisma makes this index for the table of a many-to-many relation, whose name may be anything that begins with `_`. */
function isRelationTable(schema: Schema, name: string): boolean {
  return findIndex(schema.objects, `${name}_B_index`) !== undefined;
}

/** The tracker, and the tables that the database makes and keeps for itself. */
export function isSystemTable(schema: Schema, name: string): boolean {
  return (
    sameName(name, schema.tracker.name) ||
    engineTables.includes(foldName(name)) ||
    schema.kinds.get(name) === 'shadow' ||
    isVectorShadow(name, schema.objects)
  );
}

/** Tables that the database or a tool, to go by the name, keeps for itself; nobody's data. */
export function isInternalTable(schema: Schema, name: string): boolean {
  return (
    isSystemTable(schema, name) ||
    (isOtherTracker(name, schema.tracker) && !isRelationTable(schema, name)) ||
    namesOfTools.some((begins) => name.toLowerCase().startsWith(begins))
  );
}

/** How the names begin of what the database's host, or a tool that copies or watches it, keeps in it. */
const namesOfTools = [
  ...['libsql_', 'turso_cdc', '__turso_', '_litestream_', '_cf_', 'd1_', '__drizzle_'],
  ...['crsql_', '__crsql_', 'android_metadata', 'room_master_table'],
] as const;

/** Tables that may hold somebody's rows, whoever keeps them. */
export function hasTablesWithRows(schema: Schema): boolean {
  return schema.objects.some(({ type, name }) => type === 'table' && !isSystemTable(schema, name));
}

/** The user's tables and virtual tables. */
export function findUserTables(schema: Schema): readonly SchemaObject[] {
  return schema.objects.filter((object) => object.type === 'table' && !isInternalTable(schema, object.name));
}

/** Whether SQLite or an extension makes the table by itself, with its owner. */
export function isShadow(schema: Schema, table: string): boolean {
  return schema.kinds.get(table) === 'shadow' || isVectorShadow(table, schema.objects);
}

export function isVirtualTable({ type, sql }: SchemaObject): boolean {
  return type === 'table' && beginsWith(sql ?? '', 'CREATE', 'VIRTUAL');
}
