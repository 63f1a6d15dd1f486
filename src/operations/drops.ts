/** What DROP TABLE, DROP VIEW and REPLACE take with them although nobody asked for it. */

import type { AnalysedMigration, AnalysedStatement } from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../core/schema/objects.ts';
import { isKeyword } from '../core/sql/cursor.ts';
import { sameName, unquoteIdentifier } from '../core/sql/identifiers.ts';
import { tokenize } from '../core/sql/tokenize.ts';
import type { Mirror } from '../ports.ts';

/** One DROP, or one REPLACE (which deletes the row that it replaces), as the mirror was when it came. */
export interface Drop {
  readonly statement: AnalysedStatement;
  readonly name: string;
  /** Triggers and indexes that go with it. */
  readonly attached: readonly SchemaObject[];
  /** Foreign keys of other tables by which, with keys on, it changes their rows. */
  readonly children: readonly { readonly table: string; readonly action: string }[];
}

/** @returns null for any other statement. */
export function readDrop(mirror: Mirror, migration: AnalysedMigration, statement: AnalysedStatement): Drop | null {
  const { kind } = statement;
  if (kind.type === 'insert' && isReplace(statement.sql)) {
    const children = migration.foreignKeysOff ? [] : readChildren(mirror, kind.table);
    return { statement, name: kind.table, attached: [], children };
  }
  if (kind.type !== 'drop' || (kind.object !== 'table' && kind.object !== 'view')) return null;
  const attached = mirror
    .query(
      `${selectSchemaObjects} WHERE tbl_name = ? COLLATE NOCASE AND type IN ('trigger', 'index') AND sql IS NOT NULL`,
      [kind.name],
    )
    .map(parseSchemaObject);
  const children = migration.foreignKeysOff ? [] : readChildren(mirror, kind.name);
  return { statement, name: kind.name, attached, children };
}

function isReplace(sql: string): boolean {
  const [first, second, third] = tokenize(sql);
  return isKeyword(first, 'REPLACE') || (isKeyword(second, 'OR') && isKeyword(third, 'REPLACE'));
}

/** DROP TABLE deletes the rows first (SQLite's foreign key documentation, section 5), and these actions follow. */
function readChildren(mirror: Mirror, parent: string): Drop['children'] {
  return mirror
    .query(
      `SELECT DISTINCT m.name, f.on_delete FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND m.sql LIKE '%references%' AND f."table" = ? COLLATE NOCASE AND m.name <> ? COLLATE NOCASE AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')`,
      [parent, parent],
    )
    .map(([table, action]) => ({ table: String(table), action: String(action) }));
}

/** @param mirror as it is when the migration has ended. */
export function findDropFindings(
  mirror: Mirror,
  migration: AnalysedMigration,
  drops: readonly Drop[],
  isKnownIndex: (object: SchemaObject) => boolean,
): readonly Finding[] {
  return drops.flatMap((drop) => [
    ...findChangedChildren(mirror, migration, drop),
    ...(exists(mirror, drop.name) ? findLost(mirror, migration, drop, isKnownIndex) : []),
  ]);
}

function findChangedChildren(
  mirror: Mirror,
  { migration, statements }: AnalysedMigration,
  drop: Drop,
): readonly Finding[] {
  const later = statements.slice(statements.indexOf(drop.statement) + 1);
  const staying = drop.children.filter(({ table }) => exists(mirror, table) || !isJustDropped(later, table));
  if (staying.length === 0) return [];
  const listed = staying.map(({ table, action }) => `"${table}" (ON DELETE ${action})`).join(', ');
  const does =
    drop.statement.kind.type === 'drop'
      ? `dropping "${drop.name}"`
      : `REPLACE deletes the row of "${drop.name}" that it replaces, and`;
  const way =
    drop.statement.kind.type === 'drop'
      ? 'put PRAGMA foreign_keys=OFF; first in the file'
      : 'write INSERT … ON CONFLICT DO UPDATE';
  return [
    {
      kind: 'hazard',
      code: 'drops-referenced',
      migration: migration.name,
      line: drop.statement.line,
      message: `With foreign keys on, ${does} changes the rows that refer to it: ${listed}. If they are to be kept, ${way}.`,
      sql: drop.statement.sql,
    },
  ];
}

/** Whether the first that comes of a table is its own DROP: until then somebody could still read its rows. */
function isJustDropped(later: readonly AnalysedStatement[], table: string): boolean {
  const next = later.find(({ sql }) => tokenize(sql).some((token) => sameName(unquoteIdentifier(token.text), table)));
  return next?.kind.type === 'drop' && next.kind.object === 'table' && sameName(next.kind.name, table);
}

/** The table is there again when the migration ends, and these are not. */
function findLost(
  mirror: Mirror,
  { migration }: AnalysedMigration,
  drop: Drop,
  isKnownIndex: (object: SchemaObject) => boolean,
): readonly Finding[] {
  return drop.attached
    .filter((object) => !(object.type === 'index' && isKnownIndex(object)))
    .filter((object) => !exists(mirror, object.name))
    .map((object) => ({
      kind: 'hazard',
      code: object.type === 'trigger' ? 'drops-trigger' : 'drops-index',
      migration: migration.name,
      line: drop.statement.line,
      message: `"${drop.name}" is dropped and made again, and its ${object.type} "${object.name}" is not. To keep it, add this at the end of the file:`,
      sql: object.sql,
    }));
}

function exists(mirror: Mirror, name: string): boolean {
  return mirror.query('SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE', [name]).length > 0;
}
