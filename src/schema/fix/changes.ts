/** What to drop, create and change on the way from one schema to another. */

import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Difference } from '../compare/difference.ts';
import { isVirtualTable, type Schema, type SchemaObject } from '../model/objects.ts';
import { isRefusedName, nameAnew } from '../model/reserved-names.ts';
import { parseTableStructure } from '../parse/create-table.ts';
import { buildAddColumns, type ParsedTable } from './columns.ts';
import { findMissing, findReaders } from './readers.ts';

/** A change that no migration can make. */
export interface Impossible {
  readonly name: string;
  readonly reason: string;
}

export interface TablePair {
  readonly from: ParsedTable;
  readonly to: ParsedTable;
}

export interface Changes {
  readonly dropped: readonly SchemaEntry[];
  readonly created: readonly SchemaEntry[];
  /** For each table that only needs more columns, the statements that add them. */
  readonly addedColumns: readonly (readonly string[])[];
  readonly rebuilt: readonly TablePair[];
  readonly impossible: readonly Impossible[];
}

export interface SchemaEntry {
  readonly kind: SchemaObject['type'] | 'virtual-table';
  readonly object: SchemaObject;
  /** The object of this type and name in the other schema. */
  readonly other: SchemaObject | null;
  readonly differs: boolean;
}

/**
 * What reads a table that is rebuilt or dropped is dropped and created too. Indexes of such a table are not listed as
 * dropped, because they are dropped with it. The exception is an index that a rebuilt table no longer has: a rebuild
 * keeps what it does not name.
 * @param differences `from` is left, `to` is right
 */
export function findChanges(from: Schema, to: Schema, differences: readonly Difference[]): Changes {
  const changed = new Set(differences.map(findChangedKey));
  const [oldEntries, newEntries] = [listEntries(from, to, changed), listEntries(to, from, changed)];
  const tables = oldEntries.flatMap((entry) => findTableChange(entry, to));
  const rebuilt = tables.flatMap((table) => (table.type === 'rebuild' ? [table] : []));

  const goesAway = ({ kind, other, differs }: SchemaEntry): boolean => other === null || (differs && kind !== 'table');
  const vanishing = new Set([
    ...oldEntries
      .filter((entry) => entry.kind !== 'index' && entry.kind !== 'trigger' && goesAway(entry))
      .map(({ object }) => foldName(object.name)),
    ...rebuilt.map((table) => foldName(table.from.object.name)),
  ]);
  const readers = findReaders(from, new Set([...vanishing, ...(rebuilt.length > 0 ? findMissing(from) : [])]));
  const isOnVanishing = ({ kind, object }: SchemaEntry): boolean =>
    kind === 'index' && vanishing.has(foldName(object.table));
  const droppedEntries = oldEntries.filter(
    (entry) => goesAway(entry) || readers.has(entry.object) || isOnVanishing(entry),
  );
  const dropped = new Set(droppedEntries.map(({ object }) => object));
  const isKept = ({ object, other }: SchemaEntry): boolean =>
    other === null && rebuilt.some((table) => sameName(table.from.object.name, object.table));
  const created = newEntries.filter(({ other }) => other === null || dropped.has(other));
  return {
    dropped: droppedEntries.filter((entry) => !isOnVanishing(entry) || isKept(entry) || isNameTaken(entry, newEntries)),
    created,
    addedColumns: tables.flatMap((table) => (table.type === 'add-columns' ? [table.statements] : [])),
    rebuilt,
    impossible: [
      ...tables.flatMap((table) => (table.type === 'impossible' ? [table.impossible] : [])),
      ...created.filter(({ object }) => isRefusedName(object.name)).map((entry) => refuseName(entry, [from, to])),
    ],
  };
}

function refuseName({ object: { type, name, sql } }: SchemaEntry, schemas: readonly Schema[]): Impossible {
  const taken = new Set(schemas.flatMap(({ objects }) => objects.map((object) => foldName(object.name))));
  const word = type.toUpperCase();
  // The rebuild drops no such table or view (build.c, tableMayNotBeDropped).
  const way =
    type === 'table' || type === 'view'
      ? ''
      : `: ${nameAnew(name, sql ?? '', taken)}; DROP ${word} IF EXISTS ${quoteIdentifier(name)};`;
  return {
    name: quoteIdentifier(name),
    reason: `SQLite creates nothing with a name that begins with sqlite_; write a migration that gives it another one${way}`,
  };
}

/** An index on a dropped table must be dropped by name if another object of that name is created before. */
function isNameTaken({ object }: SchemaEntry, newEntries: readonly SchemaEntry[]): boolean {
  return newEntries.some(
    (entry) =>
      entry.kind !== 'trigger' &&
      sameName(entry.object.name, object.name) &&
      !(entry.kind === 'index' && sameName(entry.object.table, object.table)),
  );
}

function listEntries(schema: Schema, otherSchema: Schema, changed: ReadonlySet<string>): readonly SchemaEntry[] {
  const others = new Map(otherSchema.objects.map((object) => [foldKey(findKind(object), object), object]));
  return schema.objects
    .filter((object) => object.sql !== null)
    .map((object) => {
      const kind = findKind(object);
      const key = foldKey(kind, object);
      return { kind, object, other: others.get(key) ?? null, differs: changed.has(key) };
    });
}

function findKind(object: SchemaObject): SchemaEntry['kind'] {
  return isVirtualTable(object) ? 'virtual-table' : object.type;
}

function foldKey(kind: string, { name }: Pick<SchemaObject, 'name'>): string {
  return `${kind} ${foldName(name)}`;
}

/** A difference in a column is a change of its table. */
function findChangedKey({ object, name, table }: Difference): string {
  return object === 'column' ? foldKey('table', { name: table }) : foldKey(object, { name });
}

type TableChange =
  | { readonly type: 'add-columns'; readonly statements: readonly string[] }
  | ({ readonly type: 'rebuild' } & TablePair)
  | { readonly type: 'impossible'; readonly impossible: Impossible };

function findTableChange({ kind, object, other, differs }: SchemaEntry, newSchema: Schema): readonly TableChange[] {
  if (kind !== 'table' || other === null || !differs) return [];
  const [from, to] = [parseTable(object), parseTable(other)];
  if (from === null || to === null) {
    const impossible = { name: `"${object.name}"`, reason: 'its CREATE TABLE cannot be read' };
    return [{ type: 'impossible', impossible }];
  }
  const statements = buildAddColumns(from, to, newSchema);
  return [statements === null ? { type: 'rebuild', from, to } : { type: 'add-columns', statements }];
}

function parseTable(object: SchemaObject): ParsedTable | null {
  const structure = parseTableStructure(object.sql ?? '');
  return structure === null ? null : { object, structure };
}
