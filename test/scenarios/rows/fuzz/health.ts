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

/** @param was what production had already, in other rows of the same table too: a rebuild may give rows other numbers. */
export function findBroken(was: Health, is: Health): Health {
  const known = was.map(({ text }) => text);
  return is.filter(({ text }) => {
    const place = known.indexOf(text);
    if (place >= 0) known.splice(place, 1);
    return place < 0;
  });
}

function checkTable(database: Embedded, table: string): Health {
  const said = readColumn(database, `PRAGMA integrity_check(${quote(table)})`);
  return said.filter((text) => text !== 'ok').map((text) => ({ of: 'table', text }));
}

/** By the row's key and what it refers to, because a table may get another name. */
function checkKeys(database: Embedded, table: string): Health {
  try {
    const rows = readRows(database, `PRAGMA foreign_key_check(${quote(table)})`);
    return rows.map(([, rowid]) => ({ of: 'keys', text: `the row ${readKey(database, table, rowid)} points nowhere` }));
  } catch (error) {
    return [{ of: 'keys', text: String(error).replace(/"[^"]*"/g, 'a table') }];
  }
}

function readKey(database: Embedded, table: string, rowid: unknown): string {
  if (rowid === null) return '';
  try {
    return readColumn(database, `SELECT "id" FROM ${quote(table)} WHERE rowid = ${String(rowid)}`).join();
  } catch {
    // It has no such column.
    return '';
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
