/** The tables of a dump: how their rows are read page by page, and written as INSERTs. */

import type { Value } from '../../ports.ts';
import { quoteIdentifier, sameName } from '../sql/identifiers.ts';

/** How the rows of a table follow each other, so that a page can begin where the last one ended. */
export type PageKey =
  /** By one of the names that the rowid goes by. */
  | { readonly type: 'rowid'; readonly name: string }
  /** By the primary key of a table without rowid. */
  | { readonly type: 'columns'; readonly names: readonly string[] }
  /** Nothing can name a row: its place is counted. */
  | { readonly type: 'place' };

export interface DumpTable {
  readonly name: string;
  /** Columns that hold something of their own; generated ones make themselves again. */
  readonly columns: readonly string[];
  readonly key: PageKey;
  /** Up to the values: `INSERT INTO "Customer" VALUES`. */
  readonly insert: string;
  /** Whether creating it fills it already, as an extension's own tables are. */
  readonly isFilled: boolean;
}

/** What a schema's tables look like. */
export interface Shape {
  readonly tables: readonly DumpTable[];
  /** Whether they make SQLite's own table of AUTOINCREMENT counters; it stays when the last of them goes. */
  readonly hasCounters: boolean;
}

export const selectHasCounters = `SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'`;

/**
 * Asked of an embedded copy of the schema. A row for each column, in order: table, kind of table, whether it has no
 * rowid, column, declared type, place in the primary key, hidden (2 and 3: generated), whether the primary key has an index.
 */
export const selectColumns = `SELECT t.name, t.type, t.wr, c.name, c.type, c.pk, c.hidden, EXISTS (SELECT 1 FROM pragma_index_list(t.name) WHERE origin = 'pk') FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.type = 'shadow', t.name, c.cid`;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly place: number;
}

/** @param rows of `selectColumns`. */
export function buildDumpTables(rows: readonly (readonly Value[])[]): readonly DumpTable[] {
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
      withoutRowid: first?.[2] === 1,
      hasKeyIndex: first?.[7] === 1,
      taken: own.map(([, , , column]) => String(column)),
    });
  });
}

interface Facts {
  readonly isFilled: boolean;
  readonly withoutRowid: boolean;
  readonly hasKeyIndex: boolean;
  /** Names of all of its columns. */
  readonly taken: readonly string[];
}

function buildDumpTable(name: string, columns: readonly Column[], facts: Facts): DumpTable {
  const names = columns.map((column) => column.name);
  const key = findKey(columns, facts);
  // Without a column list the rowid stays what SQLite counts; a column that is the rowid says it by itself.
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

const rowidNames = ['rowid', '_rowid_', 'oid'];

/** A lone INTEGER PRIMARY KEY without an index of its own is the rowid (sqlite.org/lang_createtable.html#rowid). */
function findKey(columns: readonly Column[], { withoutRowid, hasKeyIndex, taken }: Facts): PageKey {
  const keys = columns.filter(({ place }) => place > 0).sort((left, right) => left.place - right.place);
  if (withoutRowid) return { type: 'columns', names: keys.map((column) => column.name) };
  const [alias] = keys;
  if (alias && keys.length === 1 && !hasKeyIndex && /^integer$/i.test(alias.type)) {
    return { type: 'rowid', name: alias.name };
  }
  const free = rowidNames.find((rowid) => !taken.some((column) => sameName(column, rowid)));
  return free === undefined ? { type: 'place' } : { type: 'rowid', name: free };
}

/** `plain`: the values as they are. `bytes`: what JSON cannot carry too (infinity, and text that is not UTF-8). */
export type Reading = 'plain' | 'bytes';

/** Where a page begins: at the first row, after the row with a key (its values are the arguments), or at a place. */
export type PageStart = 'first' | 'after-key' | 'place';

/** @returns a SELECT; its arguments are the key's values, the limit and the place. With `bytes` each value follows its type. */
export function buildPage(table: DumpTable, start: PageStart, reading: Reading): string {
  const columns = table.columns.map((column) => {
    const name = quoteIdentifier(column);
    return reading === 'plain' ? name : `typeof(${name}), ${readBytes(name)}`;
  });
  const keys = table.key.type === 'rowid' ? [table.key.name] : table.key.type === 'columns' ? table.key.names : [];
  const names = keys.map(quoteIdentifier).join(', ');
  const marks = keys.map(() => '?').join(', ');
  const after = start === 'after-key' ? ` WHERE (${names}) > (${marks})` : '';
  const order = keys.length > 0 ? ` ORDER BY ${names}` : '';
  const offset = start === 'place' ? ' OFFSET ?' : '';
  return `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(table.name)}${after}${order} LIMIT ?${offset}`;
}

/** A text as its bytes; of an infinite number, whether it is positive. */
function readBytes(name: string): string {
  return `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) WHEN 'real' THEN CASE WHEN abs(${name}) = 9e999 THEN iif(${name} > 0, 'inf', '-inf') ELSE ${name} END ELSE ${name} END`;
}
