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
  const after = new Set(is.map(({ text }) => text));
  // Rows may get other keys, or lose them: as many as before may point to the same place.
  const moved = was.filter(({ text }) => !after.has(text)).map(({ text }) => findTarget(text));
  return is.filter(({ of, text }) => {
    if (known.has(text) || (of === 'keys' && wasUnclear)) return false;
    const place = of === 'keys' ? moved.indexOf(findTarget(text)) : -1;
    if (place >= 0) moved.splice(place, 1);
    return place < 0;
  });
}

function findTarget(text: string): string {
  return text.replace(/^.* points to /, '');
}

/** Without the table's name, which may be another one later. */
function checkTable(database: Embedded, table: string): Health {
  const said = readColumn(database, `PRAGMA integrity_check(${quote(table)})`);
  // A column may get another name, too.
  const texts = said
    .filter((text) => text !== 'ok')
    .map((text) => text.replaceAll(table, 'a table').replace(/^(\S+ value in a table)\..*$/s, '$1'));
  return texts.map((text) => ({ of: 'table', text }));
}

const unclear = 'cannot be checked: ';

function checkKeys(database: Embedded, table: string): Health {
  try {
    const rows = readRows(database, `PRAGMA foreign_key_check(${quote(table)})`);
    const texts = rows.flatMap(([, rowid, parent, key]) =>
      describeLoose(database, table, rowid === null ? null : String(rowid), String(parent), String(key)),
    );
    return [...new Set(texts)].map((text) => ({ of: 'keys', text }));
  } catch (error) {
    return [{ of: 'keys', text: `${unclear}${String(error).replace(/"[^"]*"/g, 'a table')}` }];
  }
}

/**
 * By the row's key and what it refers to, because tables and columns may get other names.
 * @param rowid null in a table that has none: then all such rows
 */
function describeLoose(
  database: Embedded,
  table: string,
  rowid: string | null,
  parent: string,
  key: string,
): readonly string[] {
  const list = `FROM pragma_foreign_key_list('${table}') WHERE id = ${key} ORDER BY seq`;
  const from = readColumn(database, `SELECT "from" ${list}`).map((name) => `c.${quote(name)}`);
  const to = readColumn(database, `SELECT coalesce("to", 'id') ${list}`).map((name) => `p.${quote(name)}`);
  // By the parent's type, as the engine compares them.
  const same = from.map((column, place) => `${to[place]} = +${column}`).join(' AND ');
  const condition =
    rowid === null ? `NOT EXISTS (SELECT 1 FROM ${quote(parent)} AS p WHERE ${same})` : `c.rowid = ${rowid}`;
  const id = readColumn(database, `SELECT name FROM pragma_table_info('${table}') WHERE lower(name) = 'id'`);
  const names = [...id.map((name) => `c.${quote(name)}`), ...from];
  const rows = readRows(database, `SELECT ${names.join(', ')} FROM ${quote(table)} AS c WHERE ${condition}`);
  const found = rows.filter((row) => row.slice(id.length).every((value) => value !== null));
  return found.map((row) => {
    const texts = row.map((value) => String(value).replace(/\.0$/, ''));
    return `${texts.slice(0, id.length)[0] ?? 'a row'} points to ${texts.slice(id.length).join(', ')}`;
  });
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
