/**
 * Objects that libSQL no longer creates, but loads: from a schema of another SQLite (with a text in double quotes, or a
 * function, a collation or a module that libSQL does not have). A shell, an object of the same shape, is created, and
 * then gets production's text.
 */

import type { SchemaObject } from '../schema/model/objects.ts';
import { isRefusedName } from '../schema/model/reserved-names.ts';
import { parseCreateHead } from '../sql/create.ts';
import { isKeyword } from '../sql/cursor.ts';
import { quoteIdentifier, quoteText, sameName } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import type { MirrorObject } from './mirror-statements.ts';

/**
 * The statements store an object that is not there; they are run while `writable_schema` is on, and followed by its
 * RESET.
 * @param objects of the whole schema, including those that SQLite creates with it
 * @returns null if the text creates an object of another name, or one of SQLite's own
 */
export function buildShell({ object, sql }: MirrorObject, objects: readonly SchemaObject[]): readonly string[] | null {
  const tokens = tokenize(sql);
  const head = parseCreateHead(tokens);
  if (head === null || !sameName(head.name, object.name) || isRefusedName(object.name)) return null;
  const name = quoteIdentifier(object.name);
  switch (head.object) {
    case 'table': {
      const counts = tokens.some((token) => isKeyword(token, 'AUTOINCREMENT'));
      const hasNoRowId = tokens.some((token, at) => isKeyword(token, 'WITHOUT') && isKeyword(tokens[at + 1], 'ROWID'));
      const key = counts ? 'k INTEGER PRIMARY KEY AUTOINCREMENT' : hasNoRowId ? 'k PRIMARY KEY' : 'k';
      return [
        `CREATE TABLE ${name} (${key})${hasNoRowId ? ' WITHOUT ROWID' : ''}`,
        ...objects.filter((each) => isAutomatic(each, object)).flatMap((index) => buildAutomatic(index, name)),
        storeText({ object, sql }),
      ];
    }
    case 'index':
      return [`CREATE INDEX ${name} ON ${quoteIdentifier(object.table)} (1)`, storeText({ object, sql })];
    default: {
      const row = [object.type, object.name, object.table].map(quoteText).join(', ');
      return [`INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (${row}, 0, ${quoteText(sql)})`];
    }
  }
}

/** Replaces the text of an existing object, while `writable_schema` is on. */
export function storeText({
  object: { type, name },
  sql,
}: {
  readonly object: Pick<SchemaObject, 'type' | 'name'>;
  readonly sql: string;
}): string {
  return `UPDATE sqlite_schema SET sql = ${quoteText(sql)} WHERE type = ${quoteText(type)} AND name = ${quoteText(name)}`;
}

/** True if SQLite created the index for a key of the table, so that its columns are in the table's text. */
function isAutomatic(index: SchemaObject, { name }: SchemaObject): boolean {
  return index.type === 'index' && index.sql === null && sameName(index.table, name);
}

/** Under another name first: the shell's own key may have this one. */
function buildAutomatic({ name }: SchemaObject, table: string): readonly string[] {
  const free = `${name}_`;
  return [
    `CREATE INDEX ${quoteIdentifier(free)} ON ${table} (k)`,
    `UPDATE sqlite_schema SET name = ${quoteText(name)}, sql = NULL WHERE type = 'index' AND name = ${quoteText(free)}`,
  ];
}
