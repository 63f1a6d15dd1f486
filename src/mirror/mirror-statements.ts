/** The statements that create a schema again, and the parts that cannot be created: the text comes from a server, and is not trusted. */

import { harmWords } from '../findings/reaches-outside.ts';
import { runsFromSchemas } from '../sandbox/lists.ts';
import { findReaches, type Reach, replaceCalls } from '../sandbox/suspects.ts';
import { isMadeByEngine, isShadow, isVirtualTable, type Schema, type SchemaObject } from '../schema/model/objects.ts';
import { isRefusedName } from '../schema/model/reserved-names.ts';
import { classify } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';
import { findStatements } from '../sql/split.ts';

const creationOrder = { table: 0, virtual: 1, index: 2, view: 3, trigger: 4 } as const;

/** An object with the text that creates it: production's own, or one that reaches nothing. */
export interface MirrorObject {
  readonly object: SchemaObject;
  readonly sql: string;
}

/**
 * The statements that rebuild this schema in an empty database, in an order that works. Objects that SQLite or an
 * extension creates itself are left out, because they are created with their owner. Objects of `findUntrusted` are left
 * out too, or call a harmless function instead.
 */
export function buildMirrorStatements(schema: Schema): readonly string[] {
  return findMirrorObjects(schema).flatMap(listStatements);
}

/** SQLite refuses a reserved name unless its schema may be written; a server refuses even that. */
export function listStatements({ object, sql }: MirrorObject): readonly string[] {
  return isRefusedName(object.name) ? ['PRAGMA writable_schema=ON', sql, 'PRAGMA writable_schema=OFF'] : [sql];
}

/** The objects that `buildMirrorStatements` creates, in the same order: tables first. */
export function findMirrorObjects(schema: Schema): readonly MirrorObject[] {
  return listMirrorObjects(findMade(schema))
    .map((mirrorObject) => ({ order: creationOrder[orderKey(mirrorObject.object)], mirrorObject }))
    .sort((left, right) => left.order - right.order)
    .map(({ mirrorObject }) => mirrorObject);
}

/** As `findMirrorObjects`, with the tables that virtual tables and vector indexes create for themselves; in the given order. */
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
  /** The end of a sentence that begins with the object. */
  readonly reason: string;
}

/**
 * Objects that are not created as production has them. SQLite stores only the one statement that creates an object; but
 * a server may send any text, which would run in this process. Also, a CHECK may call a function that leaves the
 * database.
 */
export function findUntrusted(schema: Schema): readonly Untrusted[] {
  return findMade(schema).flatMap((object) => {
    const reach = findTableReach(object) ?? findUnguarded(object);
    if (reach !== null) return [{ object, reason: `calls ${reach.name}, which ${harmWords[reach.does]}` }];
    return isTrusted(object) ? [] : [{ object, reason: 'has another text than one that makes it' }];
  });
}

/** A call in a table's own text, where the engine runs it: in a CHECK, a default, or an option of a virtual table. */
export function findTableReach({ type, sql }: SchemaObject): Reach | null {
  return type === 'table' && sql !== null ? findCalled(sql) : null;
}

function findCalled(sql: string): Reach | null {
  return findReaches(sql).find(({ isCertain }) => isCertain) ?? null;
}

/** A call in a view or trigger that the engine would run from there. Most such functions it does not (SQLITE_DIRECTONLY). */
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
