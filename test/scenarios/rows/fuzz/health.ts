/** What the engine's own checks say of a database: constraints and indexes of each table, foreign keys, full-text indexes. */

import type { Embedded } from '../../../support/embedded-adapter.ts';

interface Ailment {
  readonly of: 'table' | 'keys' | 'search';
  readonly text: string;
}

export type Health = readonly Ailment[];

export function readHealth(database: Embedded): Health {
  const tables = readColumn(
    database,
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const searches = readColumn(database, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'");
  return [
    ...tables.flatMap((table) => [...checkTable(database, table), ...checkKeys(database, table)]),
    ...searches.flatMap((name) => checkSearch(database, name)),
  ];
}

/** @param was what production had already: of the same rows, whatever their table and their rowids are now. */
export function findBroken(was: Health, is: Health): Health {
  const known = new Set(was.map(({ text }) => text));
  // Where a key could not be checked before, it may have been broken as well.
  const wasUnclear = was.some(({ text }) => text.startsWith(unclear));
  return is.filter(({ of, text }) => !known.has(text) && !(of === 'keys' && wasUnclear));
}

/** Without the table's name, which may be another one later. */
function checkTable(database: Embedded, table: string): Health {
  const said = readColumn(database, `PRAGMA integrity_check(${quote(table)})`);
  const texts = said.filter((text) => text !== 'ok').map((text) => text.replaceAll(table, 'a table'));
  return texts.map((text) => ({ of: 'table', text }));
}

const unclear = 'cannot be checked: ';

function checkKeys(database: Embedded, table: string): Health {
  try {
    const rows = readRows(database, `PRAGMA foreign_key_check(${quote(table)})`);
    return rows.map(([, rowid, , key]) => ({ of: 'keys', text: describeLoose(database, table, rowid, key) }));
  } catch (error) {
    return [{ of: 'keys', text: `${unclear}${String(error).replace(/"[^"]*"/g, 'a table')}` }];
  }
}

/** By the row's key and what it refers to, because tables and columns may get other names. */
function describeLoose(database: Embedded, table: string, rowid: unknown, key: unknown): string {
  if (rowid === null) return 'a row points nowhere';
  const list = `SELECT "from" FROM pragma_foreign_key_list('${table}') WHERE id = ${String(key)} ORDER BY seq`;
  const columns = readColumn(database, list).map(quote).join(', ');
  const [values = []] = readRows(database, `SELECT ${columns} FROM ${quote(table)} WHERE rowid = ${String(rowid)}`);
  const texts = values.map((value) => String(value).replace(/\.0$/, ''));
  return `${readId(database, table, rowid)} points to ${texts.join(', ')}, which is nowhere`;
}

function readId(database: Embedded, table: string, rowid: unknown): string {
  try {
    return readColumn(database, `SELECT "id" FROM ${quote(table)} WHERE rowid = ${String(rowid)}`).join();
  } catch {
    // It has no such column.
    return 'a row';
  }
}

function checkSearch(database: Embedded, name: string): Health {
  try {
    database.exec(`INSERT INTO ${quote(name)} (${quote(name)}, rank) VALUES ('integrity-check', 1)`);
    return [];
  } catch (error) {
    return [{ of: 'search', text: `${name}: ${String(error)}` }];
  }
}

function readRows(database: Embedded, sql: string): readonly (readonly unknown[])[] {
  const rows = database.prepare(sql).raw(true).safeIntegers(true).all();
  return rows.flatMap((row) => (Array.isArray(row) ? [row] : []));
}

function readColumn(database: Embedded, sql: string): readonly string[] {
  return readRows(database, sql).map((row) => String(row[0]));
}

function quote(name: string): string {
  return `"${name}"`;
}
