/** What production has besides tables, indexes and rows: a view, triggers, a full-text index over another table's rows. */

import { quote, type Table } from './world.ts';

export const extras = [
  ...['view', 'deletes on delete', 'deletes on delete', 'deletes on insert', 'refuses', 'inserts on update'],
  ...['logs', 'search', 'search', 'kept search', 'kept search'],
] as const;

interface Extra {
  readonly schema: readonly string[];
  /** Further statements behind the rows. */
  readonly rows: readonly string[];
}

export function writeExtra(extra: string, first: Table, second: Table): Extra {
  if (extra.endsWith('search')) return writeSearch(first, extra === 'kept search');
  const other = quote(second.name);
  switch (extra) {
    case 'deletes on delete':
      return writeTrigger(first, 'DELETE', `DELETE FROM ${other} WHERE "id" = old."id"`);
    case 'deletes on insert':
      // Of its own rows none would stay.
      if (first.name === second.name) return writeView(first);
      return writeTrigger(first, 'INSERT', `DELETE FROM ${other} WHERE "id" = new."id"`);
    case 'refuses':
      return writeTrigger(first, 'DELETE', `SELECT RAISE(ABORT, 'no') WHERE old."id" = 1`);
    case 'inserts on update':
      return writeTrigger(first, 'UPDATE', `INSERT OR IGNORE INTO ${other} ("id") VALUES (77)`);
    case 'logs': {
      const trigger = writeTrigger(first, 'UPDATE', `INSERT INTO "Trail" VALUES (old."id" || ' ' || new."id")`);
      return { schema: ['CREATE TABLE "Trail" ("text" TEXT)', ...trigger.schema], rows: [] };
    }
    default:
      return writeView(first);
  }
}

function writeView(table: Table): Extra {
  return { schema: [`CREATE VIEW "a view" AS SELECT "id" FROM ${quote(table.name)}`], rows: [] };
}

function writeTrigger(table: Table, event: string, body: string): Extra {
  return {
    schema: [`CREATE TRIGGER "a trigger" AFTER ${event} ON ${quote(table.name)} BEGIN ${body}; END`],
    rows: [],
  };
}

function writeSearch(table: Table, isKept: boolean): Extra {
  const column = table.columns.find(({ name, generated }) => name !== 'id' && name !== 'oid' && generated === null);
  if (column === undefined || !['rowid', 'autoincrement'].includes(table.kind)) return writeView(table);
  const [name, content] = [quote(column.name), quote(table.name)];
  const add = `INSERT INTO "search" ("rowid", ${name}) VALUES (new."id", new.${name})`;
  const remove = `INSERT INTO "search" ("search", "rowid", ${name}) VALUES ('delete', old."id", old.${name})`;
  const triggers = [
    `CREATE TRIGGER "search in" AFTER INSERT ON ${content} BEGIN ${add}; END`,
    `CREATE TRIGGER "search out" AFTER DELETE ON ${content} BEGIN ${remove}; END`,
    `CREATE TRIGGER "search anew" AFTER UPDATE ON ${content} BEGIN ${remove}; ${add}; END`,
  ];
  const index = `CREATE VIRTUAL TABLE "search" USING fts5(${name}, content='${table.name}', content_rowid='id')`;
  return {
    schema: [index, ...(isKept ? triggers : [])],
    rows: [`INSERT INTO "search" ("search") VALUES ('rebuild')`],
  };
}
