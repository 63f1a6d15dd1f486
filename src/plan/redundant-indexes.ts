/** Indexes that a plan creates, and that another index or a key of their table serves for already. */

import type { Finding } from '../findings/catalogue.ts';
import { find, type Place } from '../findings/finding.ts';
import { redundantIndex, type ServingKey } from '../findings/redundant-index.ts';
import { readObjects } from '../mirror/mirror.ts';
import type { Mirror, Value } from '../ports.ts';
import type { Schema, SchemaObject } from '../schema/model/objects.ts';
import { foldName } from '../sql/identifiers.ts';
import { normalizeStatement } from '../sql/normalize.ts';
import { mentionsName } from '../sql/words.ts';
import { groupBy } from '../text/group.ts';
import type { AnalysedMigration } from './analyse.ts';
import type { Rehearsed } from './rehearse/rehearsed.ts';

/** An index that production does not have yet, as it is at the plan's end. */
interface Created {
  readonly object: SchemaObject;
  /** The statement that creates it. */
  readonly place: Place;
  /** Among those that are created. */
  readonly order: number;
}

/** @param mirror as the plan leaves it. @param production before it. */
export function findRedundantIndexes(
  mirror: Mirror,
  production: Schema,
  migrations: readonly AnalysedMigration[],
  rehearsed: readonly Rehearsed[],
): readonly Finding[] {
  const places = listPlaces(migrations, rehearsed);
  if (places.size === 0 || rehearsed.some(({ schemaAfter }) => schemaAfter === null)) return [];
  const objects = readObjects(mirror);
  const created = listCreated(places, objects, production);
  const tables = new Map(
    objects.flatMap(({ type, name, sql }) => (type === 'table' ? [[name, sql ?? ''] as const] : [])),
  );
  return [...groupBy(created, ({ object }) => object.table)].flatMap(([name, indexes]) =>
    findRedundant({ name, sql: tables.get(name) ?? '', keys: readKeys(mirror, name) }, indexes),
  );
}

/** The last statement that creates each index, by folded name. */
function listPlaces(
  migrations: readonly AnalysedMigration[],
  rehearsed: readonly Rehearsed[],
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const [at, { migration, statements }] of migrations.entries()) {
    for (const [index, { kind, line, sql }] of statements.entries()) {
      if (kind.type !== 'create-index' || rehearsed[at]?.statements[index]?.action !== 'run') continue;
      places.set(foldName(kind.name), { migration: migration.name, line, sql });
    }
  }
  return places;
}

/** Not those that production has and a rebuild makes again. */
function listCreated(
  places: ReadonlyMap<string, Place>,
  objects: readonly SchemaObject[],
  production: Schema,
): readonly Created[] {
  const listIndexes = (of: readonly SchemaObject[]) =>
    new Map(of.flatMap((object) => (object.type === 'index' ? [[foldName(object.name), object] as const] : [])));
  const [before, after] = [listIndexes(production.objects), listIndexes(objects)];
  return [...places].flatMap(([name, place], order) => {
    const object = after.get(name);
    if (object === undefined || isNamed(object, objects)) return [];
    const old = before.get(name);
    return old !== undefined && isSameIndex(old, object) ? [] : [{ object, place, order }];
  });
}

function isSameIndex(old: SchemaObject, made: SchemaObject): boolean {
  return normalizeStatement(old.sql ?? '') === normalizeStatement(made.sql ?? '');
}

/** True if a view or trigger names this index (INDEXED BY): it would not work without it. */
function isNamed({ name }: SchemaObject, objects: readonly SchemaObject[]): boolean {
  return objects.some(
    ({ type, sql }) =>
      (type === 'view' || type === 'trigger') && mentionsName(sql ?? '', 'indexed') && mentionsName(sql ?? '', name),
  );
}

interface Key extends ServingKey {
  readonly isUnique: boolean;
  readonly collations: readonly string[];
}

interface KeyedTable {
  readonly name: string;
  readonly keys: readonly Key[];
  readonly sql: string;
}

function findRedundant(table: KeyedTable, created: readonly Created[]): readonly Finding[] {
  const orders = new Map(created.map(({ object, order }) => [object.name, order]));
  return created.flatMap(({ object, place, order }): readonly Finding[] => {
    const own = table.keys.find(({ name }) => name === object.name);
    if (own === undefined) return [];
    const others = table.keys.filter((key) => key !== own && servesFor(key, own, table));
    // Of those that are the same, the first one stays: a key of the table, an index that is there already, or the first of the plan.
    const [same] = others
      .filter((key) => key.columns.length === own.columns.length && !comesLater(key, own, orders, order))
      .toSorted((left, right) => rank(left, orders) - rank(right, orders));
    const longer = others.filter((key) => key.columns.length > own.columns.length);
    const better = same ?? longer.toSorted((left, right) => right.columns.length - left.columns.length)[0];
    if (better === undefined) return [];
    const { type, name, columns } = better;
    return [
      find(redundantIndex, 'note', place, {
        index: object.name,
        table: table.name,
        type: own.isUnique ? 'unique-index' : 'index',
        columns: own.columns,
        servedBy: { type, name, columns },
      }),
    ];
  });
}

/** True if `key` finds the rows that `own` finds, and refuses what `own` refuses. */
function servesFor(key: Key, own: Key, { sql }: KeyedTable): boolean {
  const begins = own.columns.every(
    (column, place) => key.columns[place] === column && key.collations[place] === own.collations[place],
  );
  if (!begins || !own.isUnique) return begins;
  // A constraint may have another answer to a second row of the same values.
  const answersAlike = key.type === 'index' || !mentionsName(sql, 'conflict');
  return key.isUnique && key.columns.length === own.columns.length && answersAlike;
}

function rank({ type, name }: Key, orders: ReadonlyMap<string | null, number>): number {
  return type === 'index' ? (orders.get(name) ?? -1) : -2;
}

/** True if it is the same as `own`, and created later. */
function comesLater(key: Key, own: Key, orders: ReadonlyMap<string | null, number>, order: number): boolean {
  return key.isUnique === own.isUnique && (orders.get(key.name) ?? -1) > order;
}

const selectIndexes = `SELECT i.name, i."unique", i.origin, i.partial, x.cid, x.name, x."desc", x.coll
  FROM pragma_index_list(?) AS i, pragma_index_xinfo(i.name) AS x WHERE x.key ORDER BY i.seq, x.seqno`;

const origins: Readonly<Record<string, Key['type']>> = { pk: 'primary-key', u: 'unique-constraint', c: 'index' };

/** The keys and indexes over whole columns in ascending order, of all rows. */
function readKeys(mirror: Mirror, table: string): readonly Key[] {
  const rows = mirror.query(selectIndexes, [table]);
  const indexes = [...groupBy(rows, ([name]) => String(name))].flatMap(([name, parts]): readonly Key[] => {
    const [, isUnique, origin] = parts[0] ?? [];
    if (!parts.every(isPlain)) return [];
    return [
      {
        type: origins[String(origin)] ?? 'index',
        name,
        isUnique: Number(isUnique) === 1,
        columns: parts.map(([, , , , , column]) => String(column)),
        collations: parts.map((part) => foldName(String(part[7]))),
      },
    ];
  });
  return [...readRowKey(mirror, table, rows), ...indexes];
}

/** One part of an index: the column itself, ascending; and the index has all rows. */
function isPlain([, , , partial, column, , descending]: readonly Value[]): boolean {
  return Number(partial) === 0 && Number(column) >= 0 && Number(descending) === 0;
}

/** The rows are kept in the order of an `INTEGER PRIMARY KEY`, without an index. */
function readRowKey(mirror: Mirror, table: string, indexes: readonly (readonly Value[])[]): readonly Key[] {
  if (indexes.some(([, , origin]) => origin === 'pk')) return [];
  const [column, ...others] = mirror.query('SELECT name FROM pragma_table_info(?) WHERE pk', [table]);
  if (column === undefined || others.length > 0) return [];
  const columns = [String(column[0])];
  return [{ type: 'primary-key', name: null, isUnique: true, columns, collations: ['binary'] }];
}
