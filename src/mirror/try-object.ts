/** Tells whether an object of the mirror's schema is there, and whether it works, without running it. */

import { EngineError, type Mirror } from '../ports.ts';
import { normalizeIndex } from '../schema/model/canonical.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, quoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { parseTriggerEvent } from '../sql/trigger.ts';
import { isNameToken, readName } from '../sql/words.ts';
import { readColumns } from './columns.ts';

/** Triggers have names of their own; tables, views and indexes share theirs. */
export function exists(mirror: Mirror, { type, name }: Pick<SchemaObject, 'type' | 'name'>): boolean {
  const space = type === 'trigger' ? 1 : 0;
  const sql = `SELECT 1 FROM sqlite_schema WHERE (type = 'trigger') = ? AND name = ? COLLATE NOCASE`;
  return mirror.query(sql, [space, name]).length > 0;
}

/** True if it is there, or an index that does the same under another name. */
export function isThereAgain(mirror: Mirror, object: SchemaObject): boolean {
  if (exists(mirror, object)) return true;
  if (object.type !== 'index') return false;
  const indexes = mirror.query(
    `SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ? COLLATE NOCASE`,
    [object.table],
  );
  const normalize = (sql: unknown) => normalizeIndex(String(sql), () => null);
  return indexes.some(([sql]) => normalize(sql) === normalize(object.sql));
}

/**
 * Compiles a statement that reads the view, or fires the trigger: only then does SQLite look up their names (SQLite,
 * trigger.c, `codeRowTrigger`).
 * @returns the error in the engine's words; null if it works, and for tables and indexes, which cannot be broken
 */
export function findFault(mirror: Mirror, object: SchemaObject): string | null {
  const use = buildUse(mirror, object);
  if (use === null) return null;
  try {
    if (object.type === 'view') mirror.run(use);
    else mirror.compile(use);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

/**
 * The objects without a fault. Compiling a view compiles everything that it reads, so if one works, those that it reads
 * work too: of a long chain only the last view is compiled.
 */
export function findWorking(mirror: Mirror, objects: readonly SchemaObject[]): ReadonlySet<SchemaObject> {
  const views = new Map(
    objects.filter(({ type }) => type === 'view').map((object) => [foldName(object.name), object] as const),
  );
  const working = new Set<SchemaObject>();
  // Most views are created after those that they read.
  for (const object of objects.toReversed()) {
    if (working.has(object) || findFault(mirror, object) !== null) continue;
    const waiting = [object];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      working.add(next);
      if (next.type === 'view') waiting.push(...listRead(next, views).filter((view) => !working.has(view)));
    }
  }
  return working;
}

/** The views that it certainly reads: a common table expression or a column may have a view's name too. */
function listRead({ sql }: SchemaObject, views: ReadonlyMap<string, SchemaObject>): readonly SchemaObject[] {
  const tokens = tokenize(sql ?? '');
  if (tokens.some((token) => isKeyword(token, 'WITH') || isKeyword(token, 'DISTINCT'))) return [];
  return tokens.flatMap((token, index) => {
    const isSource = isKeyword(tokens[index - 1], 'FROM') || isKeyword(tokens[index - 1], 'JOIN');
    const isWhole = isNameToken(token) && !isOperator(tokens[index + 1], '.') && !isOperator(tokens[index + 1], '(');
    return isSource && isWhole ? (views.get(readName(token)) ?? []) : [];
  });
}

function buildUse(mirror: Mirror, { type, name, table, sql }: SchemaObject): string | null {
  // The query is compiled and never run, however long the view would take; as a statement that ends it is not kept.
  if (type === 'view') return `SELECT CASE WHEN 0 THEN (SELECT 1 FROM ${quoteIdentifier(name)}) END`;
  const event = type === 'trigger' ? parseTriggerEvent(sql ?? '') : null;
  if (event === null) return null;
  const target = quoteIdentifier(table);
  switch (event.verb) {
    case 'insert':
      return `INSERT INTO ${target} DEFAULT VALUES`;
    case 'delete':
      return `DELETE FROM ${target}`;
    case 'update': {
      const columns = event.columns.length > 0 ? event.columns : readOneColumn(mirror, table);
      const changes = columns.map(quoteIdentifier).map((column) => `${column} = ${column}`);
      return changes.length === 0 ? null : `UPDATE ${target} SET ${changes.join(', ')}`;
    }
  }
}

/** A column that can be written; a generated one cannot. */
function readOneColumn(mirror: Mirror, table: string): readonly string[] {
  return readColumns(mirror, table)
    .filter(({ kind }) => kind === 'stored')
    .slice(0, 1)
    .map(({ name }) => name);
}
