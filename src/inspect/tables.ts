/** Tables as `tables` and `inspect` show them, read with pragma functions: names are bound values, never SQL text. */

import {
  isInternalTable,
  isMadeByEngine,
  isOwnTableName,
  type Schema,
  type SchemaObject,
  schemaQueries,
} from '../schema/model/objects.ts';
import { foldName, sameName } from '../sql/identifiers.ts';
import type { Query, Value } from '../target/request.ts';
import { groupBy } from '../text/group.ts';

export interface InspectedColumn {
  readonly name: string;
  /** As declared; empty if the column has no type. */
  readonly type: string;
  readonly notNull: boolean;
  /** The default's SQL; null if there is none. */
  readonly default: string | null;
  /** 1-based place in the primary key; 0 if it is not in it. */
  readonly primaryKey: number;
  readonly generated: 'no' | 'virtual' | 'stored';
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** What created it: CREATE INDEX, a UNIQUE constraint, or the primary key. */
  readonly origin: 'index' | 'unique' | 'primary-key';
  readonly partial: boolean;
  /** Column names; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly sql: string | null;
}

export interface InspectedKey {
  /** The table that has the key. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly references: string;
  /** null if the key names no columns and so means the primary key. */
  readonly referencedColumns: readonly (string | null)[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface Table {
  readonly name: string;
  readonly kind: 'table' | 'virtual' | 'view';
  /** True if the database or a tool keeps it for itself. */
  readonly internal: boolean;
  /** None if it is broken. */
  readonly columns: readonly InspectedColumn[];
  /** Why a view or a virtual table does not work, in the engine's words; null if it works, and for tables. */
  readonly broken: string | null;
  readonly indexes: readonly Index[];
  /** Its own foreign keys. */
  readonly foreignKeys: readonly InspectedKey[];
  /** Foreign keys of other tables (or its own) that refer to it. */
  readonly referencedBy: readonly InspectedKey[];
  readonly triggers: readonly { readonly name: string; readonly sql: string }[];
  /** Its CREATE statement. */
  readonly sql: string | null;
}

const tableNames = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND ${isOwnTableName}`;

const columnFields = 'c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden';

/** As the third of `tableQueries`, but for one table: a single broken view makes that query fail for all. */
export function selectColumnsOf(name: string): Query {
  return { sql: `SELECT ?1, ${columnFields} FROM pragma_table_xinfo(?1) AS c ORDER BY c.cid`, args: [name] };
}

/** One request for every table; pragma functions, because a read-only token may not use the bare pragmas. */
export const tableQueries: readonly Query[] = [
  ...schemaQueries,
  {
    sql: `SELECT t.name, ${columnFields} FROM (${tableNames}) AS t, pragma_table_xinfo(t.name) AS c ORDER BY t.name, c.cid`,
  },
  {
    sql: `SELECT t.name, i.name, i."unique", i.origin, i.partial, x.name FROM (${tableNames}) AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS x WHERE x.key = 1 ORDER BY t.name, i.seq, x.seqno`,
  },
  {
    sql: `SELECT t.name, f.id, f."from", f."table", f."to", f.on_delete, f.on_update FROM (${tableNames}) AS t, pragma_foreign_key_list(t.name) AS f ORDER BY t.name, f.id, f.seq`,
  },
];

type InspectedRows = readonly (readonly Value[])[];

function firstOf([first]: readonly Value[]): string {
  return String(first);
}

/**
 * @param columnRows, indexRows, keyRows: the answers to the last three of `tableQueries`
 * @param broken the reasons, by the names of views and virtual tables
 */
export function buildTables(
  schema: Schema,
  columnRows: InspectedRows,
  indexRows: InspectedRows,
  keyRows: InspectedRows,
  broken: ReadonlyMap<string, string>,
): readonly Table[] {
  const columns = groupBy(columnRows, firstOf);
  const indexes = groupBy(indexRows, firstOf);
  const keys = groupBy(keyRows, firstOf);
  const foreignKeys = [...keys].flatMap(([table, rows]) => buildForeignKeys(table, rows));
  return findShown(schema)
    .map((object) => ({
      name: object.name,
      kind: findKind(schema, object),
      internal: isInternalTable(schema, object.name),
      columns: (columns.get(object.name) ?? []).flatMap(buildColumn),
      broken: broken.get(object.name) ?? null,
      indexes: buildIndexes(indexes.get(object.name) ?? [], schema),
      foreignKeys: foreignKeys.filter((key) => key.table === object.name),
      referencedBy: foreignKeys.filter((key) => sameName(key.references, object.name)),
      triggers: schema.objects
        .filter((other) => other.type === 'trigger' && sameName(other.table, object.name))
        .map((trigger) => ({ name: trigger.name, sql: trigger.sql ?? '' })),
      sql: object.sql,
    }))
    .sort((left, right) => (foldName(left.name) < foldName(right.name) ? -1 : 1));
}

/** Tables and views that are not SQLite's or an extension's own. */
export function findShown(schema: Schema): readonly SchemaObject[] {
  return schema.objects
    .filter((object) => object.type === 'table' || object.type === 'view')
    .filter((object) => !isMadeByEngine(object) && schema.kinds.get(object.name) !== 'shadow');
}

function findKind(schema: Schema, object: SchemaObject): Table['kind'] {
  const kind = schema.kinds.get(object.name);
  return kind === 'virtual' || kind === 'view' ? kind : 'table';
}

/** `hidden` (SQLite's pragma_table_xinfo): 0 a column, 1 hidden in a virtual table, 2 generated, 3 generated and stored. */
function buildColumn([, name, type, notNull, fallback, key, hidden]: readonly Value[]): readonly InspectedColumn[] {
  if (hidden === 1) return [];
  return [
    {
      name: String(name),
      type: String(type ?? ''),
      notNull: notNull === 1,
      default: fallback === null || fallback === undefined ? null : String(fallback),
      primaryKey: Number(key),
      generated: hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : 'no',
    },
  ];
}

const origins: Readonly<Record<string, Index['origin']>> = { c: 'index', u: 'unique', pk: 'primary-key' };

function buildIndexes(rows: InspectedRows, schema: Schema): readonly Index[] {
  const byName = new Map<string, Index>();
  for (const [, indexName, unique, origin, partial, column] of rows) {
    const name = String(indexName);
    const columns = [...(byName.get(name)?.columns ?? []), column === null ? null : String(column)];
    byName.set(name, {
      name,
      unique: unique === 1,
      origin: origins[String(origin)] ?? 'index',
      partial: partial === 1,
      columns,
      sql: schema.objects.find((object) => object.type === 'index' && object.name === name)?.sql ?? null,
    });
  }
  return [...byName.values()];
}

function buildForeignKeys(table: string, rows: InspectedRows): readonly InspectedKey[] {
  const byId = new Map<Value | undefined, InspectedKey>();
  for (const [, id, from, references, to, onDelete, onUpdate] of rows) {
    const known = byId.get(id);
    byId.set(id, {
      table,
      columns: [...(known?.columns ?? []), String(from)],
      references: String(references),
      referencedColumns: [...(known?.referencedColumns ?? []), to === null || to === undefined ? null : String(to)],
      onDelete: String(onDelete),
      onUpdate: String(onUpdate),
    });
  }
  return [...byId.values()];
}
