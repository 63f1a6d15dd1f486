/** The statements that make a schema again, and what of it cannot be made: its text comes from a server, and is not trusted. */

import { harmWords } from '../findings/reaches-outside.ts';
import { runsFromSchemas } from '../sandbox/lists.ts';
import { findReaches, type Reach, replaceCalls } from '../sandbox/suspects.ts';
import { isMadeByEngine, isShadow, isVirtualTable, type Schema, type SchemaObject } from '../schema/model/objects.ts';
import { isRefusedName } from '../schema/model/reserved-names.ts';
import { classify } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';
import { findStatements } from '../sql/split.ts';

const creationOrder = { table: 0, virtual: 1, index: 2, view: 3, trigger: 4 } as const;

/** An object with the text that makes it: production's own, or one that reaches nothing. */
export interface MirrorObject {
  readonly object: SchemaObject;
  readonly sql: string;
}

/**
 * The statements that rebuild this schema in an empty database, in an order that works: what SQLite or an extension
 * makes by itself is left out, because creating its owner makes it again. What `findUntrusted` names is left out too, or
 * has a harmless function in the place of what it calls.
 */
export function buildMirrorStatements(schema: Schema): readonly string[] {
  return findMirrorObjects(schema).flatMap(listStatements);
}

/** SQLite makes nothing of a name that it keeps for itself but where its schema may be written; a server refuses even that. */
export function listStatements({ object, sql }: MirrorObject): readonly string[] {
  return isRefusedName(object.name) ? ['PRAGMA writable_schema=ON', sql, 'PRAGMA writable_schema=OFF'] : [sql];
}

/** What `buildMirrorStatements` makes, in the same order: tables first. */
export function findMirrorObjects(schema: Schema): readonly MirrorObject[] {
  return listMirrorObjects(findMade(schema))
    .map((made) => ({ order: creationOrder[orderKey(made.object)], made }))
    .sort((left, right) => left.order - right.order)
    .map(({ made }) => made);
}

/** As `findMirrorObjects`, with what virtual tables and vector indexes make for themselves; in the given order. */
export function findStoredObjects(objects: readonly SchemaObject[]): readonly MirrorObject[] {
  return listMirrorObjects(objects.filter((object) => !isMadeByEngine(object)));
}

function listMirrorObjects(objects: readonly SchemaObject[]): readonly MirrorObject[] {
  return objects
    .filter((object) => isTrusted(object) && findUnguarded(object) === null)
    .map((object) => ({ object, sql: disarm(object) }));
}

export interface Untrusted {
  readonly object: SchemaObject;
  /** A predicate. */
  readonly reason: string;
}

/**
 * Objects that are not made as production has them. SQLite stores nothing but the one statement that makes an object; but a
 * server may answer with anything, and its text is run in this process. And a CHECK may call what leaves the database.
 */
export function findUntrusted(schema: Schema): readonly Untrusted[] {
  return findMade(schema).flatMap((object) => {
    const reach = findTableReach(object) ?? findUnguarded(object);
    if (reach !== null) return [{ object, reason: `calls ${reach.name}, which ${harmWords[reach.does]}` }];
    return isTrusted(object) ? [] : [{ object, reason: 'has another text than one that makes it' }];
  });
}

/** What a table itself calls: in a CHECK, a default, or an option of a virtual table, where the engine runs it. */
export function findTableReach({ type, sql }: SchemaObject): Reach | null {
  return type === 'table' && sql !== null ? findCalled(sql) : null;
}

function findCalled(sql: string): Reach | null {
  return findReaches(sql).find(({ isCertain }) => isCertain) ?? null;
}

/** What a view or trigger calls that the engine would run from there, as it does not run the others (SQLITE_DIRECTONLY). */
function findUnguarded({ type, sql }: SchemaObject): Reach | null {
  const reach = type === 'table' || sql === null ? null : findCalled(sql);
  return reach !== null && runsFromSchemas.has(foldName(reach.name)) ? reach : null;
}

function disarm(object: SchemaObject): string {
  const sql = object.sql ?? '';
  return findTableReach(object) === null ? sql : replaceCalls(sql);
}

function findMade(schema: Schema): readonly SchemaObject[] {
  return schema.objects
    .filter((object) => !isMadeByEngine(object))
    .filter((object) => object.type !== 'table' || !isShadow(schema, object.name))
    .filter((object) => object.type !== 'index' || !isShadow(schema, object.table));
}

function isTrusted({ type, sql }: SchemaObject): boolean {
  const text = sql ?? '';
  return isMadeBy(type, text) && findStatements(text).length === 1;
}

function isMadeBy(type: SchemaObject['type'], sql: string): boolean {
  const kind = classify(sql);
  switch (kind.type) {
    case 'create-table':
      return type === 'table' && !kind.temporary && !kind.asSelect;
    case 'create-virtual-table':
      return type === 'table' && findCalled(sql) === null;
    case 'create-index':
      return type === 'index';
    case 'create-view':
    case 'create-trigger':
      return kind.type === `create-${type}` && !kind.temporary;
    default:
      return false;
  }
}

function orderKey(object: SchemaObject): keyof typeof creationOrder {
  return isVirtualTable(object) ? 'virtual' : object.type;
}
