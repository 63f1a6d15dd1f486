/**
 * Indexes with a name that SQLite keeps for itself. Prisma writes `sqlite_autoindex_…`, which `db pull` found, between two
 * `PRAGMA writable_schema`; libSQL refuses it. Such an index is the same as one, or a UNIQUE, over the same columns.
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

/** An index that a statement made, and not a constraint. */
export function isReservedIndex({ type, name, sql }: Pick<SchemaObject, 'type' | 'name' | 'sql'>): boolean {
  return type === 'index' && sql !== null && isRefusedName(name);
}

export interface FreedSchema extends Schema {
  /** The names that the indexes had, by the folded names that they have now. */
  readonly freed: ReadonlyMap<string, string>;
}

/** The schema with other names for such indexes, so that it can be made anywhere. */
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

/** The differences under the names that such indexes were given by whoever made them. */
export function nameAsMade(
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

/** `compareSchemas` with everything, but for a freed index that says nothing new, or that the other side has by another name or as a UNIQUE. */
export function compareFreed(left: ReservedSide, right: ReservedSide): readonly Difference[] {
  return withoutFreed(compareSchemas(left.objects, right.objects, 'everything'), left, right);
}

/**
 * The differences without those that a freed index and its like on the other side make together, or one that says nothing
 * new on its own.
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

/** The same thing said twice: by a freed index, and by what the other side has of it, or, for null, by its own table. */
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

/** Both sides with what the other has in the place of their freed indexes, where it has any. */
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

/** Whether the table itself keeps the columns unique, by its primary key or a UNIQUE. */
function isSaid(sql: string, { objects }: ReservedSide): boolean {
  const columns = readUnique(sql);
  const table = parseIndexStructure(sql)?.table ?? '';
  const own = objects.find(({ type, name }) => type === 'table' && sameName(name, table));
  const structure = parseTableStructure(own?.sql ?? '');
  if (columns === null || structure === null) return false;
  const keys = [...(structure.primaryKey === null ? [] : [structure.primaryKey]), ...structure.uniques];
  return keys.some((key) => JSON.stringify(key.columns.map(parseKeyColumn)) === columns);
}

/** Whether the other one is what only the other side has, and is the same index or keeps the same columns unique. */
function isLike(index: Difference, other: Difference, side: 'left' | 'right'): boolean {
  const [mine, theirs] = side === 'left' ? [other.left, other.right] : [other.right, other.left];
  const own = index[side];
  if (mine !== null || theirs === null || own === null || !sameName(other.table, index.table)) return false;
  if (other.kind === 'existence' && other.object === 'index') return describeIndex(theirs) === describeIndex(own);
  const columns = other.kind === 'unique' ? readUnique(own) : null;
  return columns !== null && readConstraint(theirs) === columns;
}

/** All that the index is but for its name. */
function describeIndex(sql: string): string {
  return normalizeIndex(sql, () => null);
}

/** The columns that a CREATE UNIQUE INDEX over whole rows keeps unique; null for any other. */
function readUnique(sql: string): string | null {
  const index = parseIndexStructure(sql);
  if (index === null || !index.unique || index.where !== null) return null;
  const columns = findIndexedColumns(index);
  return columns && JSON.stringify(columns);
}

/** The same of a UNIQUE constraint, as it is shown. */
function readConstraint(constraint: string): string | null {
  const columns = constraint.slice(constraint.indexOf('('));
  const [unique] = parseTableStructure(`CREATE TABLE t (x, UNIQUE ${columns})`)?.uniques ?? [];
  return unique === undefined ? null : JSON.stringify(unique.columns.map(parseKeyColumn));
}
