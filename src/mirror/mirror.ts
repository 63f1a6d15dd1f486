/** A mirror of a schema: filling it, and reading what it has become. */

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
 * Every object is made by the statement that makes it. What the engine refuses to make, or stores in other words, it is
 * given as a database is given to it that another SQLite wrote: it only reads the text then.
 * @returns the objects that could not be rebuilt, with the reason; empty for a whole mirror.
 */
export function fillMirror(mirror: Mirror, schema: Schema): readonly string[] {
  const objects = findMirrorObjects(schema);
  const isTable = ({ object }: MirrorObject): boolean => object.type === 'table';
  return [
    ...findUntrusted(schema).map(describeUntrusted),
    // An index is made on the table as production has it: its columns have to be there.
    ...makeAll(mirror, schema, objects.filter(isTable)),
    ...makeAll(
      mirror,
      schema,
      objects.filter((made) => !isTable(made)),
    ),
    ...correctTexts(mirror, schema),
  ];
}

interface Loaded {
  readonly made: MirrorObject;
  /** Run while `writable_schema` is on. */
  readonly statements: readonly string[];
  /** Why it is not made by its own statement. */
  readonly reason: string;
}

function makeAll(mirror: Mirror, schema: Schema, objects: readonly MirrorObject[]): readonly string[] {
  const refused = objects.flatMap((made) => {
    const reason = tryToMake(mirror, listStatements(made));
    return reason === null ? [] : [{ made, reason, statements: buildShell(made, schema.objects) ?? [] }];
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

/** What is stored in other words than production's, and what belongs to a virtual table that could not be made. */
function correctTexts(mirror: Mirror, schema: Schema): readonly string[] {
  const stored = new Map(readObjects(mirror).map((object) => [keyOf(object), object.sql]));
  const suspects = schema.objects.filter((object) => stored.get(keyOf(object)) !== object.sql);
  const different = findStoredObjects(suspects).filter(({ object, sql }) => stored.get(keyOf(object)) !== sql);
  const reason = 'it is stored with another text';
  const others: Loaded[] = [];
  const owned: MirrorObject[] = [];
  for (const made of different) {
    if (stored.has(keyOf(made.object))) others.push({ made, reason, statements: [storeText(made)] });
    else if (schema.kinds.get(made.object.name) === 'shadow') owned.push(made);
  }
  return [...loadAll(mirror, others), ...makeAll(mirror, schema, owned)];
}

function keyOf({ type, name }: SchemaObject): string {
  return `${type} ${name}`;
}

/** @returns why some could not be loaded: all are tried at once, and one by one where that does not work. */
function loadAll(mirror: Mirror, objects: readonly Loaded[]): readonly string[] {
  const isPossible = objects.every(({ statements }) => statements.length > 0);
  const all = objects.flatMap(({ statements }) => statements);
  if (objects.length === 0 || (isPossible && load(mirror, all))) return [];
  const [only, ...others] = objects;
  if (only !== undefined && others.length === 0) return [`${only.reason}: ${only.made.sql}`];
  return objects.flatMap((object) => loadAll(mirror, [object]));
}

/**
 * Runs statements that write the schema as text, and has the engine read it again.
 * @returns whether it takes the schema; it is as it was before where it does not.
 */
function load(mirror: Mirror, statements: readonly string[]): boolean {
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
    // Of a schema that cannot be read nothing else is run.
    mirror.run('PRAGMA writable_schema=ON');
    mirror.run('ROLLBACK TO loaded');
  }
  mirror.run('RELEASE loaded');
  mirror.run('PRAGMA writable_schema=RESET');
  return isTaken;
}

/**
 * Gives an object that is there another text, and leaves all that belongs to it as it is.
 * @returns whether the engine takes it; it has the text of before where it does not.
 */
export function replaceText(mirror: Mirror, made: MirrorObject): boolean {
  return load(mirror, [storeText(made)]);
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

/** The names of all that is there, folded. */
export function readNames(mirror: Mirror): ReadonlySet<string> {
  return new Set(readObjects(mirror).map(({ name }) => foldName(name)));
}

/** @returns null where the mirror has none of that kind and name. */
export function findObject(mirror: Mirror, { type, name }: Pick<SchemaObject, 'type' | 'name'>): SchemaObject | null {
  const [row] = mirror.query(`${selectSchemaObjects} WHERE type = ? AND name = ? COLLATE NOCASE`, [type, name]);
  return row === undefined ? null : parseSchemaObject(row);
}

/** The mirror's schema as it is now. */
export function readMirrorSchema(mirror: Mirror): Schema {
  const [objects, kinds] = schemaQueries.map(({ sql }) => mirror.query(sql));
  return parseSchema(objects ?? [], kinds ?? [], mirror.tracker);
}
