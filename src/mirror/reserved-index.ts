/**
 * Indexes with a name that SQLite reserves. Prisma writes `sqlite_autoindex_…`, which `db pull` found, between two
 * `PRAGMA writable_schema`; libSQL refuses it. Such an index is the same as another index, or a UNIQUE, over the same
 * columns.
 */

import { compareSchemas } from '../schema/compare/compare.ts';
import type { Difference } from '../schema/compare/difference.ts';
import { renameCreated } from '../schema/fix/definition.ts';
import { normalizeIndex } from '../schema/model/canonical.ts';
import type { Schema, SchemaObject } from '../schema/model/objects.ts';
import { freeReservedName, isRefusedName } from '../schema/model/reserved-names.ts';
import { parseKeyColumn } from '../schema/parse/build-constraint.ts';
import { findIndexedColumns, parseIndexStructure } from '../schema/parse/create-index.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { foldName, sameName } from '../sql/identifiers.ts';

/** True if a statement created the index, and not a constraint. */
export function isReservedIndex({ type, name, sql }: Pick<SchemaObject, 'type' | 'name' | 'sql'>): boolean {
  return type === 'index' && sql !== null && isRefusedName(name);
}

export interface FreedSchema extends Schema {
  /** The former names of the indexes, by their present folded names. */
  readonly freed: ReadonlyMap<string, string>;
}

/** The schema with other names for such indexes, so that it can be created everywhere. */
export function freeReservedIndexes(schema: Schema): FreedSchema {
  const freed = new Map<string, string>();
  if (!schema.objects.some(isReservedIndex)) return { ...schema, freed };
  const taken = new Set(schema.objects.map(({ name }) => foldName(name)));
  const objects = schema.objects.map((object) => {
    if (!isReservedIndex(object)) return object;
    const name = freeReservedName(object.name, taken);
    taken.add(foldName(name));
    freed.set(foldName(name), object.name);
    return { ...object, name, sql: renameCreated(object.sql ?? '', name) };
  });
  return { ...schema, objects, freed };
}

/** The differences with the former names of such indexes. */
export function withFormerNames(
  differences: readonly Difference[],
  { freed }: Pick<FreedSchema, 'freed'>,
): readonly Difference[] {
  if (freed.size === 0) return differences;
  return differences.map((difference) => {
    const name = difference.object === 'index' ? freed.get(foldName(difference.name)) : undefined;
    if (name === undefined) return difference;
    const rename = (sql: string | null) => sql && renameCreated(sql, name);
    return { ...difference, name, left: rename(difference.left), right: rename(difference.right) };
  });
}

interface ReservedSide {
  readonly objects: readonly SchemaObject[];
  readonly freed: ReadonlyMap<string, string>;
}

/** `compareSchemas` with everything, except a freed index that adds nothing, or that the other side has under another name or as a UNIQUE. */
export function compareFreed(left: ReservedSide, right: ReservedSide): readonly Difference[] {
  return withoutFreed(compareSchemas(left.objects, right.objects, 'everything'), left, right);
}

/**
 * The differences without those of a freed index that adds nothing, and without the pairs of a freed index and its
 * equivalent on the other side.
 */
export function withoutFreed(
  differences: readonly Difference[],
  left: ReservedSide,
  right: ReservedSide,
): readonly Difference[] {
  const gone = new Set(
    findLikes(differences, left, right).flatMap(({ index, like }) => (like ? [index, like] : [index])),
  );
  return gone.size === 0 ? differences : differences.filter((difference) => !gone.has(difference));
}

/** A freed index, and its equivalent: a difference on the other side, or (null) its own table. */
interface Likes {
  readonly index: Difference;
  readonly like: Difference | null;
}

function findLikes(differences: readonly Difference[], left: ReservedSide, right: ReservedSide): readonly Likes[] {
  if (left.freed.size === 0 && right.freed.size === 0) return [];
  const found: Likes[] = [];
  const gone = new Set<Difference>();
  for (const index of differences) {
    const side = index.right === null ? 'left' : 'right';
    const own = side === 'left' ? left : right;
    if (index.object !== 'index' || !own.freed.has(foldName(index.name)) || gone.has(index)) continue;
    if (isSaid(index[side] ?? '', own)) {
      found.push({ index, like: null });
      continue;
    }
    const like = differences.find((other) => other !== index && !gone.has(other) && isLike(index, other, side));
    if (like === undefined) continue;
    gone.add(index).add(like);
    found.push({ index, like });
  }
  return found;
}

/** Both sides; a freed index is replaced by its equivalent on the other side, if there is one. */
export function alignFreed(left: FreedSchema, right: FreedSchema): { readonly left: Schema; readonly right: Schema } {
  const likes = findLikes(compareSchemas(left.objects, right.objects, 'everything'), left, right);
  const align = (own: Schema, other: Schema, isOwn: (difference: Difference) => boolean): Schema => {
    const mine = likes.filter(({ index }) => isOwn(index));
    const gone = new Set(mine.map(({ index }) => foldName(index.name)));
    const taken = new Set(mine.flatMap(({ like }) => (like?.object === 'index' ? [foldName(like.name)] : [])));
    const isIndexOf = (names: ReadonlySet<string>) => (object: SchemaObject) =>
      object.type === 'index' && names.has(foldName(object.name));
    const objects = own.objects.filter((object) => !isIndexOf(gone)(object));
    return { ...own, objects: [...objects, ...other.objects.filter(isIndexOf(taken))] };
  };
  return {
    left: align(left, right, ({ right: theirs }) => theirs === null),
    right: align(right, left, ({ left: theirs }) => theirs === null),
  };
}

/** True if the table itself keeps the columns unique, by its primary key or a UNIQUE. */
function isSaid(sql: string, { objects }: ReservedSide): boolean {
  const columns = readUnique(sql);
  const table = parseIndexStructure(sql)?.table ?? '';
  const own = objects.find(({ type, name }) => type === 'table' && sameName(name, table));
  const structure = parseTableStructure(own?.sql ?? '');
  if (columns === null || structure === null) return false;
  const keys = [...(structure.primaryKey === null ? [] : [structure.primaryKey]), ...structure.uniques];
  return keys.some((key) => JSON.stringify(key.columns.map(parseKeyColumn)) === columns);
}

/** True if the other difference is something that only the other side has, and that is the same index or keeps the same columns unique. */
function isLike(index: Difference, other: Difference, side: 'left' | 'right'): boolean {
  const [mine, theirs] = side === 'left' ? [other.left, other.right] : [other.right, other.left];
  const own = index[side];
  if (mine !== null || theirs === null || own === null || !sameName(other.table, index.table)) return false;
  if (other.kind === 'existence' && other.object === 'index') return describeIndex(theirs) === describeIndex(own);
  const columns = other.kind === 'unique' ? readUnique(own) : null;
  return columns !== null && readConstraint(theirs) === columns;
}

/** The index without its name. */
function describeIndex(sql: string): string {
  return normalizeIndex(sql, () => null);
}

/** The columns that a CREATE UNIQUE INDEX without a condition keeps unique; null for any other. */
function readUnique(sql: string): string | null {
  const index = parseIndexStructure(sql);
  if (index === null || !index.unique || index.where !== null) return null;
  const columns = findIndexedColumns(index);
  return columns && JSON.stringify(columns);
}

/** The columns of a UNIQUE constraint, in the same form. */
function readConstraint(constraint: string): string | null {
  const columns = constraint.slice(constraint.indexOf('('));
  const [unique] = parseTableStructure(`CREATE TABLE t (x, UNIQUE ${columns})`)?.uniques ?? [];
  return unique === undefined ? null : JSON.stringify(unique.columns.map(parseKeyColumn));
}
