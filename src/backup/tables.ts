/** The tables of a dump: their rows are read page by page, and written as INSERTs. */

import { isOwnTableName } from '../schema/model/objects.ts';
import { quoteIdentifier, sameName } from '../sql/identifiers.ts';
import { rowidNames } from '../sql/words.ts';
import type { Value } from '../target/request.ts';

/** The order of a table's rows, so that a page can begin where the last one ended. */
export type PageKey =
  /** By a name of the rowid. */
  | { readonly type: 'rowid'; readonly name: string }
  /** By the primary key of a table without rowid, in the order of its index. */
  | { readonly type: 'columns'; readonly parts: readonly KeyPart[] }
  /** No name identifies a row, so rows are counted. */
  | { readonly type: 'place' };

/** A column of a primary key, as in the key's index: its collation may differ from the column's. */
export interface KeyPart {
  readonly name: string;
  /** null for a rowid, which is a number. */
  readonly collation: string | null;
  readonly direction: 'up' | 'down';
}

export interface DumpTable {
  readonly name: string;
  /** The columns to save; generated ones are computed again. */
  readonly columns: readonly string[];
  readonly key: PageKey;
  /** The text before the values: `INSERT INTO "Customer" VALUES`. */
  readonly insert: string;
  /** True if creating it also fills it, as with an extension's own tables. */
  readonly isFilled: boolean;
}

export interface Shape {
  readonly tables: readonly DumpTable[];
  /** True if SQLite's table of AUTOINCREMENT counters is there; it remains when the last such table is dropped. */
  readonly hasCounters: boolean;
}

export const selectHasCounters = `SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'`;

/**
 * A query for an embedded copy of the schema. A row for each column, in order: table, kind of table, whether it has no
 * rowid, column, declared type, place in the primary key, hidden (2 and 3: generated), whether the primary key has an
 * index.
 */
export const selectColumns = `SELECT t.name, t.type, t.wr, c.name, c.type, c.pk, c.hidden, EXISTS (SELECT 1 FROM pragma_index_list(t.name) WHERE origin = 'pk') FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND t.${isOwnTableName} ORDER BY t.type = 'shadow', t.name, c.cid`;

/** A query for the same copy. A row for each part of a primary key without rowid, in order: table, column, collation, whether it descends. */
export const selectKeyParts = `SELECT t.name, x.name, x.coll, x.desc FROM pragma_table_list t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) x WHERE t.schema = 'main' AND t.wr = 1 AND i.origin = 'pk' AND x.key = 1 ORDER BY t.name, x.seqno`;

interface BackupColumn {
  readonly name: string;
  readonly type: string;
  readonly place: number;
}

/**
 * @param rows of `selectColumns`
 * @param keyParts of `selectKeyParts`
 */
export function buildDumpTables(
  rows: readonly (readonly Value[])[],
  keyParts: readonly (readonly Value[])[],
): readonly DumpTable[] {
  const tables = new Map<string, (readonly Value[])[]>();
  for (const row of rows) {
    const name = String(row[0]);
    tables.set(name, [...(tables.get(name) ?? []), row]);
  }
  return [...tables].map(([name, own]) => {
    const stored = own.filter(([, , , , , , hidden]) => Number(hidden) === 0);
    const columns = stored.map(([, , , column, type, place]) => ({
      name: String(column),
      type: String(type),
      place: Number(place),
    }));
    const [first] = own;
    return buildDumpTable(name, columns, {
      isFilled: first?.[1] === 'shadow',
      keyParts: first?.[2] === 1 ? keyParts.filter(([table]) => table === name).map(readKeyPart) : null,
      hasKeyIndex: first?.[7] === 1,
      taken: own.map(([, , , column]) => String(column)),
    });
  });
}

function readKeyPart([, name, collation, isDescending]: readonly Value[]): KeyPart {
  return { name: String(name), collation: String(collation), direction: Number(isDescending) === 1 ? 'down' : 'up' };
}

interface Facts {
  readonly isFilled: boolean;
  /** null if rows have a rowid. */
  readonly keyParts: readonly KeyPart[] | null;
  readonly hasKeyIndex: boolean;
  /** Names of all its columns. */
  readonly taken: readonly string[];
}

function buildDumpTable(name: string, columns: readonly BackupColumn[], facts: Facts): DumpTable {
  const names = columns.map((column) => column.name);
  const key = findKey(columns, facts);
  // Only an INSERT that names the rowid preserves it, unless a column is the rowid.
  const rowid = key.type === 'rowid' && !names.some((column) => sameName(column, key.name)) ? [key.name] : [];
  const list = rowid.length > 0 ? `(${[...rowid, ...names].map(quoteIdentifier).join(',')})` : '';
  return {
    name,
    columns: [...rowid, ...names],
    key,
    insert: `INSERT INTO ${quoteIdentifier(name)}${list} VALUES`,
    isFilled: facts.isFilled,
  };
}

/** A single INTEGER PRIMARY KEY without an index of its own is the rowid (sqlite.org/lang_createtable.html#rowid). */
function findKey(columns: readonly BackupColumn[], { keyParts, hasKeyIndex, taken }: Facts): PageKey {
  if (keyParts !== null) return { type: 'columns', parts: keyParts };
  const keys = columns.filter(({ place }) => place > 0);
  const [alias] = keys;
  if (alias && keys.length === 1 && !hasKeyIndex && sameName(alias.type, 'integer')) {
    return { type: 'rowid', name: alias.name };
  }
  const free = [...rowidNames].find((rowid) => !taken.some((column) => sameName(column, rowid)));
  return free === undefined ? { type: 'place' } : { type: 'rowid', name: free };
}

/** `plain`: the values as they are. `bytes`: also values that JSON does not have (infinity, and text that is not UTF-8). */
export type Reading = 'plain' | 'bytes';

/** The start of a page: a number of rows to skip, or the key (as literals) of the row before it. */
export type PageStart =
  | { readonly type: 'place'; readonly rows: number }
  | { readonly type: 'after-key'; readonly key: readonly string[] };

/** @returns a SELECT of at most `limit` rows; with `bytes` each value follows its type */
export function buildPage(table: DumpTable, start: PageStart, reading: Reading, limit: number): string {
  const columns = table.columns.map((column) => {
    const name = quoteIdentifier(column);
    return reading === 'plain' ? name : `typeof(${name}), ${readBytes(name)}`;
  });
  return selectPage(table, columns.join(', '), start, limit);
}

/** What is needed to read a table in parts. */
export type PagedTable = Pick<DumpTable, 'name' | 'key'>;

/**
 * @param values what is selected of each row
 * @returns a SELECT of at most `limit` rows, in the order of the table's key
 */
export function selectPage(table: PagedTable, values: string, start: PageStart, limit: number): string {
  const parts = listKeyParts(table);
  const select = `SELECT ${values} FROM ${quoteIdentifier(table.name)}`;
  if (parts.length === 0) {
    // With an index the order of the rows could differ each time.
    return `${select} NOT INDEXED LIMIT ${limit}${start.type === 'place' ? ` OFFSET ${start.rows}` : ''}`;
  }
  const end = ` ORDER BY ${parts.map(renderOrder).join(', ')} LIMIT ${limit}`;
  if (start.type === 'place') return `${select}${end}${start.rows > 0 ? ` OFFSET ${start.rows}` : ''}`;
  const [only, ...others] = buildAfter(parts, start.key).map((condition) => `${select} WHERE ${condition}${end}`);
  if (only === undefined || others.length === 0) return only ?? '';
  return `${[only, ...others].map((page) => `SELECT * FROM (${page})`).join(' UNION ALL ')} LIMIT ${limit}`;
}

/** The number of a table's rows, to be read in the same transaction as the rows. */
export function buildCount({ name }: DumpTable): string {
  return `SELECT count(*) FROM ${quoteIdentifier(name)}`;
}

/** The columns whose values tell where the next page begins; none if rows are counted. */
export function listKeyParts({ key }: PagedTable): readonly KeyPart[] {
  if (key.type === 'rowid') return [{ name: key.name, collation: null, direction: 'up' }];
  return key.type === 'columns' ? key.parts : [];
}

/**
 * Conditions for the rows after the given one, nearest first: equal in all parts but the last, then in one part less,
 * and so on. Each condition is a range of the key's index, whatever its collations and directions. A comparison of row
 * values would be a range only if all parts have the same direction (sqlite.org/rowvalue.html).
 */
function buildAfter(parts: readonly KeyPart[], key: readonly string[]): readonly string[] {
  const sides = parts.map((part, index) => ({
    left: renderPart(part),
    sign: part.direction === 'down' ? '<' : '>',
    // The sign removes the affinity of a CAST, which would change what it is compared with.
    right: `+${key[index]}`,
  }));
  return sides
    .map(({ left, sign, right }, index) => {
      const alike = sides.slice(0, index).map((side) => `${side.left} = ${side.right}`);
      return [...alike, `${left} ${sign} ${right}`].join(' AND ');
    })
    .reverse();
}

function renderOrder(part: KeyPart): string {
  return `${renderPart(part)}${part.direction === 'down' ? ' DESC' : ''}`;
}

function renderPart({ name, collation }: KeyPart): string {
  return `${quoteIdentifier(name)}${collation === null ? '' : ` COLLATE ${quoteIdentifier(collation)}`}`;
}

/** The bytes of a text; for an infinite number, whether it is positive. */
function readBytes(name: string): string {
  return `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) WHEN 'real' THEN CASE WHEN abs(${name}) = 9e999 THEN iif(${name} > 0, 'inf', '-inf') ELSE ${name} END ELSE ${name} END`;
}
