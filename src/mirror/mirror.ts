/** Fills a mirror with a schema, and reads its present schema. */

import { EngineError, type Mirror } from '../ports.ts';
import { schemaFingerprint } from '../schema/model/fingerprint.ts';
import {
  parseSchema,
  parseSchemaObject,
  type Schema,
  type SchemaObject,
  schemaQueries,
  selectSchemaObjects,
} from '../schema/model/objects.ts';
import { foldName } from '../sql/identifiers.ts';
import {
  findMirrorObjects,
  findStoredObjects,
  findUntrusted,
  listStatements,
  type MirrorObject,
  type Untrusted,
} from './mirror-statements.ts';
import { buildShell, storeText } from './shells.ts';

/**
 * Every object is created by its own statement. If the engine refuses that, or stores another text, the text is written
 * into the schema, as in a database of another SQLite: the engine then only reads it.
 * @param fillTables called when the tables are there, and nothing else.
 * @returns the objects that could not be rebuilt, with the reason; empty for a complete mirror
 */
export function fillMirror(mirror: Mirror, schema: Schema, fillTables = () => {}): readonly string[] {
  const begun = beginMirror(mirror, schema);
  fillTables();
  return begun.end();
}

/** A mirror that has the tables of a schema, and nothing else yet. */
export interface BegunMirror {
  /** What follows, in an order that works. */
  readonly rest: readonly MirrorObject[];
  /** @param made those of `rest` that are there already. @returns as `fillMirror` */
  readonly end: (made?: ReadonlySet<MirrorObject>) => readonly string[];
}

/** The first half of `fillMirror`, for tables whose rows come part by part. */
export function beginMirror(mirror: Mirror, schema: Schema): BegunMirror {
  const objects = findMirrorObjects(schema);
  const isTable = ({ object }: MirrorObject): boolean => object.type === 'table';
  const untrusted = findUntrusted(schema).map(describeUntrusted);
  // Indexes are created on the final tables: their columns must be there.
  const tables = makeAll(mirror, schema, objects.filter(isTable));
  const rest = objects.filter((mirrorObject) => !isTable(mirrorObject));
  return {
    rest,
    end: (made = new Set()) => [
      ...untrusted,
      ...tables,
      ...makeAll(
        mirror,
        schema,
        rest.filter((mirrorObject) => !made.has(mirrorObject)),
      ),
      ...correctTexts(mirror, schema),
    ],
  };
}

interface Loaded {
  readonly mirrorObject: MirrorObject;
  /** To be run while `writable_schema` is on. */
  readonly statements: readonly string[];
  /** Why its own statement does not create it. */
  readonly reason: string;
}

function makeAll(mirror: Mirror, schema: Schema, objects: readonly MirrorObject[]): readonly string[] {
  const refused = objects.flatMap((mirrorObject) => {
    const reason = tryToMake(mirror, listStatements(mirrorObject));
    return reason === null
      ? []
      : [{ mirrorObject, reason, statements: buildShell(mirrorObject, schema.objects) ?? [] }];
  });
  return loadAll(mirror, refused);
}

function tryToMake(mirror: Mirror, statements: readonly string[]): string | null {
  try {
    for (const sql of statements) mirror.run(sql);
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (statements.length > 1) mirror.run('PRAGMA writable_schema=OFF');
    return error.message;
  }
}

/** Corrects objects stored with another text than production's, and creates those of a virtual table that could not be created. */
function correctTexts(mirror: Mirror, schema: Schema): readonly string[] {
  const stored = new Map(readObjects(mirror).map((object) => [keyOf(object), object.sql]));
  const suspects = schema.objects.filter((object) => stored.get(keyOf(object)) !== object.sql);
  const different = findStoredObjects(suspects).filter(({ object, sql }) => stored.get(keyOf(object)) !== sql);
  const reason = 'it is stored with another text';
  const others: Loaded[] = [];
  const owned: MirrorObject[] = [];
  for (const mirrorObject of different) {
    if (stored.has(keyOf(mirrorObject.object)))
      others.push({ mirrorObject, reason, statements: [storeText(mirrorObject)] });
    else if (schema.kinds.get(mirrorObject.object.name) === 'shadow') owned.push(mirrorObject);
  }
  return [...loadAll(mirror, others), ...makeAll(mirror, schema, owned)];
}

function keyOf({ type, name }: SchemaObject): string {
  return `${type} ${name}`;
}

/**
 * Tries all at once, and one by one if that fails.
 * @returns why some could not be loaded
 */
function loadAll(mirror: Mirror, objects: readonly Loaded[]): readonly string[] {
  const isPossible = objects.every(({ statements }) => statements.length > 0);
  const all = objects.flatMap(({ statements }) => statements);
  if (objects.length === 0 || (isPossible && writeSchema(mirror, all))) return [];
  const [only, ...others] = objects;
  if (only !== undefined && others.length === 0) return [`${only.reason}: ${only.mirrorObject.sql}`];
  return objects.flatMap((object) => loadAll(mirror, [object]));
}

/**
 * Runs statements that write the schema as text, and makes the engine read it again.
 * @returns false if the engine refuses the schema, which is then as before
 */
export function writeSchema(mirror: Mirror, statements: readonly string[]): boolean {
  mirror.run('SAVEPOINT loaded');
  let isTaken = true;
  try {
    mirror.run('PRAGMA writable_schema=ON');
    for (const sql of statements) mirror.run(sql);
    mirror.run('PRAGMA writable_schema=RESET');
    mirror.run('SELECT 1 FROM sqlite_schema');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    isTaken = false;
    // Nothing else can be run while the schema cannot be read.
    mirror.run('PRAGMA writable_schema=ON');
    mirror.run('ROLLBACK TO loaded');
  }
  mirror.run('RELEASE loaded');
  mirror.run('PRAGMA writable_schema=RESET');
  return isTaken;
}

/**
 * Gives an existing object another text; everything that belongs to it stays as it is.
 * @returns false if the engine refuses it; the object then has its former text
 */
export function replaceText(mirror: Mirror, mirrorObject: MirrorObject): boolean {
  return writeSchema(mirror, [storeText(mirrorObject)]);
}

function describeUntrusted({ object: { type, name }, reason }: Untrusted): string {
  return `the ${type} ${name} ${reason}`;
}

export function readFingerprint(mirror: Mirror): string {
  return String(mirror.query(`SELECT ${schemaFingerprint(mirror.tracker)}`)[0]?.[0]);
}

export function readObjects(mirror: Mirror): readonly SchemaObject[] {
  return mirror.query(selectSchemaObjects).map(parseSchemaObject);
}

export function readNames(mirror: Mirror): ReadonlySet<string> {
  return new Set(readObjects(mirror).map(({ name }) => foldName(name)));
}

/** @returns null if the mirror has none of that type and name */
export function findObject(mirror: Mirror, { type, name }: Pick<SchemaObject, 'type' | 'name'>): SchemaObject | null {
  const [row] = mirror.query(`${selectSchemaObjects} WHERE type = ? AND name = ? COLLATE NOCASE`, [type, name]);
  return row === undefined ? null : parseSchemaObject(row);
}

export function readMirrorSchema(mirror: Mirror): Schema {
  const [objects, kinds] = schemaQueries.map(({ sql }) => mirror.query(sql));
  return parseSchema(objects ?? [], kinds ?? [], mirror.tracker);
}
