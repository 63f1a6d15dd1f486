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
  /** null for an object that SQLite creates itself (the index of a UNIQUE column). */
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
  /** The table that is not part of the schema. */
  readonly tracker: TrackerTable;
}

/** The two queries whose answers `parseSchema` needs, in this order. */
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

/** The tables that SQLite creates and fills itself (sqlite.org/fileformat2.html, "Internal Schema Objects"). */
const engineTables: readonly string[] = ['sequence', 'stat1', 'stat2', 'stat3', 'stat4'].map(
  (name) => `sqlite_${name}`,
);

/**
 * True for the index of a UNIQUE column, which has no text, and for SQLite's own tables. The name alone is not enough:
 * files changed with `writable_schema` can have a user's own indexes named `sqlite_autoindex_…`.
 */
export function isMadeByEngine({ type, name, sql }: Pick<SchemaObject, 'type' | 'name' | 'sql'>): boolean {
  return sql === null || (type === 'table' && engineTables.includes(foldName(name)));
}

/** The opposite of `isMadeByEngine`, as a condition over `sqlite_schema`. */
export const isOfUser = `sql IS NOT NULL AND NOT (type = 'table' AND name COLLATE NOCASE IN (${engineTables.map(quoteText).join(', ')}))`;

/** The user's tables, as a condition over `pragma_table_list`. */
export const isOwnTableName = `name COLLATE NOCASE NOT IN (${['sqlite_schema', ...engineTables].map(quoteText).join(', ')})`;

/** True if the schema's fingerprint includes the object: it is neither the tracker nor SQLite's own. */
export function isCompared(object: SchemaObject, tracker: TrackerTable): boolean {
  return !isMadeByEngine(object) && !sameName(object.table, tracker.name);
}

/** libSQL's vector indexes keep their data in tables that `pragma_table_list` does not call shadow tables. */
function isVectorShadow(name: string, objects: readonly SchemaObject[]): boolean {
  if (name === 'libsql_vector_meta_shadow') return true;
  const index = name.endsWith('_shadow') ? findIndex(objects, name.slice(0, -'_shadow'.length)) : undefined;
  return index !== undefined && isVectorIndex(index.sql ?? '');
}

/** A schema is asked for one table after the other, so its indexes are listed only once. */
const indexLists = new WeakMap<readonly SchemaObject[], ReadonlyMap<string, SchemaObject>>();

function findIndex(objects: readonly SchemaObject[], name: string): SchemaObject | undefined {
  const known = indexLists.get(objects);
  const indexes =
    known ?? new Map(objects.filter(({ type }) => type === 'index').map((object) => [object.name, object]));
  if (known === undefined) indexLists.set(objects, indexes);
  return indexes.get(name);
}

/** Prisma creates this index for the table of a many-to-many relation, whose name may be anything that begins with `_`. */
function isRelationTable(schema: Schema, name: string): boolean {
  return findIndex(schema.objects, `${name}_B_index`) !== undefined;
}

/** True for the tracker and for tables that the database creates for itself. */
export function isSystemTable(schema: Schema, name: string): boolean {
  return (
    sameName(name, schema.tracker.name) ||
    engineTables.includes(foldName(name)) ||
    schema.kinds.get(name) === 'shadow' ||
    isVectorShadow(name, schema.objects)
  );
}

/** True for tables that, by their name, the database or a tool keeps for itself: they are no user's data. */
export function isInternalTable(schema: Schema, name: string): boolean {
  return (
    isSystemTable(schema, name) ||
    (isOtherTracker(name, schema.tracker) && !isRelationTable(schema, name)) ||
    namesOfTools.some((begins) => name.toLowerCase().startsWith(begins))
  );
}

/** Beginnings of the names that a host, or a tool that copies or watches the database, gives its tables. */
const namesOfTools = [
  ...['libsql_', 'turso_cdc', '__turso_', '_litestream_', '_cf_', 'd1_', '__drizzle_'],
  ...['crsql_', '__crsql_', 'android_metadata', 'room_master_table'],
] as const;

export function hasTablesWithRows(schema: Schema): boolean {
  return schema.objects.some(({ type, name }) => type === 'table' && !isSystemTable(schema, name));
}

export function findUserTables(schema: Schema): readonly SchemaObject[] {
  return schema.objects.filter((object) => object.type === 'table' && !isInternalTable(schema, object.name));
}

/** True if SQLite or an extension creates the table together with its owner. */
export function isShadow(schema: Schema, table: string): boolean {
  return schema.kinds.get(table) === 'shadow' || isVectorShadow(table, schema.objects);
}

export function isVirtualTable({ type, sql }: SchemaObject): boolean {
  return type === 'table' && beginsWith(sql ?? '', 'CREATE', 'VIRTUAL');
}

/** The virtual tables that may keep themselves in a table: a module calls such by its own table's name and more (sqlite.org/vtab.html#xshadowname). */
export function findKeepers({ objects, kinds }: Schema, table: string): readonly SchemaObject[] {
  if (kinds.get(table) !== 'shadow') return [];
  const folded = foldName(table);
  return objects.filter((object) => isVirtualTable(object) && folded.startsWith(`${foldName(object.name)}_`));
}
