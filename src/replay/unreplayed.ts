/** Statements that a replay could not run as they are written, and the objects that are in doubt without them. */

import { findAutomaticOwner } from '../schema/model/reserved-names.ts';
import type { Classified } from '../sql/classify.ts';
import { Cursor, withoutFinalSemicolon } from '../sql/cursor.ts';
import { foldName, sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { listSome } from '../text/list.ts';

/** The names in doubt, as they are written: whole tables and views, single indexes and triggers; or everything. */
export type Unsure = readonly string[] | 'everything';

export interface Unreplayed {
  readonly migration: string;
  /** The migration's file, as shown to people. */
  readonly path: string;
  readonly line: number;
  readonly sql: string;
  /** The error in the engine's words. */
  readonly message: string;
  readonly code: 'replay-failed' | 'reaches-outside';
  /** An equivalent that libSQL runs, and that was run in the replay; null if there is none. */
  readonly instead: string | null;
  /**
   * For a statement that runs but creates an object on which another statement fails: the migration of that other
   * statement. null if it fails by itself.
   */
  readonly metBy: string | null;
  /** True if it fails only because an earlier statement was not run. */
  readonly follows: boolean;
  /** True if no later statement was run either: this one took all the time allowed. */
  readonly ends: boolean;
  /** Names whose structure is in doubt without it; none if it changes no schema, or its equivalent was run. */
  readonly concerns: Unsure;
}

/** True if nothing was run for it: neither the statement nor an equivalent. */
export function isUnrun({ instead }: Pick<Unreplayed, 'instead'>): boolean {
  return instead === null;
}

/** `prisma/migrations/1_init/migration.sql:3 fails: no such table: Customer` */
export function describeUnreplayed({ path, line, message }: Pick<Unreplayed, 'path' | 'line' | 'message'>): string {
  return `${path}:${line} fails: ${message}`;
}

/**
 * The statements that leave these names in doubt, without those that follow from others; if none is about these names,
 * all that leave anything in doubt.
 */
function findReasons(unsure: Unsure, unreplayed: readonly Unreplayed[]): readonly Unreplayed[] {
  const roots = unreplayed.filter(({ follows, concerns }) => !follows && isUnsure(concerns));
  const own = roots.filter(({ concerns }) => leavesInDoubt(concerns, unsure));
  return own.length > 0 ? own : roots;
}

/** True if a name that a statement is about is still in doubt. */
export function leavesInDoubt(concerns: Unsure, unsure: Unsure): boolean {
  if (concerns === 'everything' || unsure === 'everything') return true;
  const names = new Set(unsure.map(foldName));
  return concerns.some((name) => names.has(foldName(name)));
}

/** Why something cannot be compared, with the first reasons. */
export function describeUnsure(unsure: Unsure, unreplayed: readonly Unreplayed[]): string {
  const reasons = listSome(findReasons(unsure, unreplayed).map(describeUnreplayed), 2);
  return unsure === 'everything' ? reasons : `${listSome(unsure, 5)}, because ${reasons}`;
}

export function isUnsure(unsure: Unsure): boolean {
  return unsure === 'everything' || unsure.length > 0;
}

/** True if the object, or something on its table, is in doubt. */
export type UnsureJudge = (object: { readonly table: string; readonly name: string }) => boolean;

export function buildUnsureJudge(unsure: Unsure): UnsureJudge {
  if (unsure === 'everything') return () => true;
  const names = new Set(unsure.map(foldName));
  return ({ table, name }) => names.has(foldName(table)) || names.has(foldName(name));
}

export function joinUnsure(left: Unsure, right: Unsure): Unsure {
  if (left === 'everything' || right === 'everything') return 'everything';
  const known = new Set(left.map(foldName));
  return [...left, ...right.filter((name) => !known.has(foldName(name)))];
}

/** The tables of the schema itself: a write to them may change anything. */
const schemaTables: ReadonlySet<string> = new Set(['sqlite_schema', 'sqlite_master']);

export type TableOf = (object: 'index' | 'trigger', name: string) => string | null;

/**
 * The table of the one object that a statement on the schema's tables is about: a DELETE, or an UPDATE of only its
 * text, with `WHERE name = '…'` and perhaps `type = '…'`.
 */
function findNamedRow(sql: string, tableOf: TableOf): readonly string[] | null {
  const cursor = new Cursor(withoutFinalSemicolon(tokenize(sql)));
  const isDelete = cursor.skipWords('DELETE', 'FROM');
  if (!isDelete && !cursor.skipWords('UPDATE')) return null;
  if (cursor.takeQualifiedName() === null) return null;
  if (!isDelete) {
    const isText = cursor.skipWords('SET', 'sql') && cursor.skipOperator('=') && takeText(cursor) !== null;
    if (!isText) return null;
  }
  if (!cursor.skipWords('WHERE')) return null;
  let name: string | null = null;
  do {
    const column = cursor.takeName();
    const value = cursor.skipOperator('=') ? takeText(cursor) : null;
    if (column === null || value === null) return null;
    if (!sameName(column, 'type') && !sameName(column, 'name') && !sameName(column, 'tbl_name')) return null;
    if (!sameName(column, 'type')) name = value;
  } while (cursor.skipWords('AND'));
  if (name === null || cursor.peek() !== undefined) return null;
  const table = tableOf('index', name) ?? tableOf('trigger', name) ?? findAutomaticOwner(name);
  return [table ?? name];
}

function takeText(cursor: Cursor): string | null {
  const token = cursor.peek();
  if (token?.kind !== 'string') return null;
  cursor.index += 1;
  return unquoteIdentifier(token.text);
}

/**
 * The names that a statement would have changed, had it been run.
 * @param tableOf returns the table of an existing index or trigger, otherwise null
 */
export function findConcerned(kind: Classified, sql: string, tableOf: TableOf): Unsure {
  switch (kind.type) {
    case 'create-table':
    case 'create-virtual-table':
    case 'create-view':
    case 'create-index':
    case 'create-trigger':
      return [kind.name];
    case 'add-column':
    case 'rename-column':
    case 'drop-column':
    case 'alter-other':
      return [kind.table];
    case 'rename-table':
      return [kind.table, kind.to];
    case 'drop': {
      if (kind.object === 'table' || kind.object === 'view') return [kind.name];
      const table = tableOf(kind.object, kind.name);
      return table === null ? [] : [table];
    }
    case 'insert':
    case 'update':
    case 'delete':
      return schemaTables.has(foldName(kind.table)) ? (findNamedRow(sql, tableOf) ?? 'everything') : [];
    case 'select':
    case 'explain':
    case 'pragma':
      return [];
    default:
      return 'everything';
  }
}
