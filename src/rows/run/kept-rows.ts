/** The rows of tables before and after something ran, and whether all of them, and all of their values, are still there. */

import type { Allowed } from '../../findings/way.ts';
import { listKeyColumns, readColumns } from '../../mirror/columns.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { findPlainLiteral } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';

/** The rows of one table; values are written so that they can be compared, and are shown to nobody. */
export interface SeenTable {
  readonly name: string;
  /** Folded. */
  readonly columns: readonly string[];
  /** Of each column, as its values are written. */
  readonly defaults: readonly (string | null)[];
  /** By the primary key, or by their order where there is none. */
  readonly rows: ReadonlyMap<string, readonly (string | null)[]>;
  readonly hasKey: boolean;
}

/** By folded name. */
export type SeenTables = ReadonlyMap<string, SeenTable>;

/** @param names of tables; those that are not there, are virtual, or cannot be read are left out. */
export function seeTables(mirror: Mirror, names: readonly string[]): SeenTables {
  const seen = names.flatMap((name) => seeTable(mirror, name) ?? []);
  return new Map(seen.map((table) => [foldName(table.name), table]));
}

function seeTable(mirror: Mirror, name: string): SeenTable | null {
  try {
    const isTable = mirror.query(
      `SELECT 1 FROM pragma_table_list(?) WHERE schema = 'main' AND type = 'table' AND name = ? COLLATE NOCASE`,
      [name, name],
    );
    return isTable.length === 0 ? null : readTable(mirror, name);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

function readTable(mirror: Mirror, name: string): SeenTable | null {
  const columns = readColumns(mirror, name).filter(({ kind }) => kind !== 'hidden');
  if (columns.length === 0) return null;
  const names = columns.map((column) => quoteIdentifier(column.name));
  const key = listKeyColumns(columns).map((column) => foldName(column));
  const folded = columns.map((column) => foldName(column.name));
  const places = key.map((column) => folded.indexOf(column));
  const written = mirror.query(`SELECT ${names.map(write).join(', ')} FROM main.${quoteIdentifier(name)}`);
  const rows = new Map<string, readonly (string | null)[]>();
  for (const [index, row] of written.entries()) {
    const values = row.map((value) => (value === null ? null : String(value)));
    rows.set(key.length === 0 ? String(index) : JSON.stringify(places.map((place) => values[place])), values);
  }
  const defaults = columns.map(({ default: sql }) => (sql === null ? null : evaluate(mirror, sql)));
  return { name, columns: folded, defaults, rows, hasKey: key.length > 0 };
}

/** As digits: text may hold bytes that are none, which the engine's package does not read. A number is as its text would be. */
function write(value: string): string {
  return `CASE typeof(${value}) WHEN 'null' THEN NULL WHEN 'text' THEN hex(CAST(${value} AS BLOB)) WHEN 'blob' THEN 'x' || hex(${value}) ELSE hex(printf('%.15g', ${value})) END`;
}

/** Only constants: what else a default may be is not computed here. */
function evaluate(mirror: Mirror, sql: string): string | null {
  if (findPlainLiteral(sql) === null) return null;
  const [[value = null] = []] = mirror.query(`SELECT ${write(sql)}`);
  return value === null ? null : String(value);
}

export interface Ends {
  readonly before: SeenTables;
  /** Where the migration as it is ends; null where it fails. */
  readonly meant: SeenTables | null;
  readonly after: SeenTables;
}

export interface KeptOptions {
  readonly allowed: Allowed;
  /** What a table is called afterwards. */
  readonly follow: (table: string) => string;
  /** Tables that the migration is not to have at its end, and those in which it changes rows itself: by folded names. */
  readonly isMeantToGo: (table: string) => boolean;
  readonly isChangedByFile: (table: string) => boolean;
}

/** @returns false if rows or values are gone that the migration as it is keeps, and that a way must keep. */
export function keepsRows({ before, meant, after }: Ends, options: KeptOptions): boolean {
  const { allowed, follow, isMeantToGo, isChangedByFile } = options;
  return [...before.values()].every((table) => {
    const { name } = table;
    const own = meant?.get(foldName(name)) ?? null;
    const there = after.get(foldName(name)) ?? after.get(foldName(follow(name)));
    if (there === undefined)
      return allowed.drops?.some((each) => sameName(each, name)) || (meant === null ? isMeantToGo(name) : own === null);
    // Where the migration fails, nobody knows what its own changes would come to.
    if (meant === null && isChangedByFile(name)) return true;
    return keepsCount(table, own, there, allowed) && keepsValues(table, own, there, allowed);
  });
}

function keepsCount(before: SeenTable, meant: SeenTable | null, after: SeenTable, { deletes = [] }: Allowed): boolean {
  if (deletes.some((name) => sameName(name, before.name))) return before.rows.size === 0 || after.rows.size > 0;
  return after.rows.size >= Math.min(before.rows.size, meant?.rows.size ?? before.rows.size);
}

/** A value may be as it was, or as the migration makes it; where that makes none, or a default, any. */
function keepsValues(before: SeenTable, meant: SeenTable | null, after: SeenTable, { changes = [] }: Allowed): boolean {
  const isComparable = before.hasKey ? after.hasKey : !after.hasKey && after.rows.size === before.rows.size;
  if (!isComparable) return true;
  const columns = after.columns.flatMap((column, place) => {
    const isFree = changes.some((each) => sameName(each.table, before.name) && sameName(each.column, column));
    return isFree ? [] : [{ place, was: before.columns.indexOf(column), own: meant?.columns.indexOf(column) ?? -1 }];
  });
  for (const [key, row] of after.rows) {
    const [old, own] = [before.rows.get(key), meant?.rows.get(key)];
    const isKept = columns.every(({ place, ...at }) => {
      const value = row[place] ?? null;
      const was = old?.[at.was] ?? null;
      if (value === was) return true;
      if (own === undefined) return was === null;
      const made = own[at.own] ?? null;
      return value === made || (was === null && (made === null || made === meant?.defaults[at.own]));
    });
    if (!isKept) return false;
  }
  return true;
}
