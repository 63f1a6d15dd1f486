/** The tables that differ between two schemas, and the tables beside them: what a picture of a change shows. */

import { foldName } from '../../sql/identifiers.ts';
import { groupBy } from '../../text/group.ts';
import { listKeyColumns } from '../model/columns.ts';
import { isInternalTable, type Schema } from '../model/objects.ts';
import type { ColumnStructure, ForeignKeyStructure, TableStructure } from '../model/structure.ts';
import { listUniqueKeys } from '../model/unique-keys.ts';
import { parseTableStructure } from '../parse/create-table.ts';

export type Mark = 'new' | 'changed' | 'dropped' | 'same';

export interface DrawnColumn {
  readonly name: string;
  /** As it is declared; empty for none. */
  readonly type: string;
  readonly mark: Mark;
  readonly isPrimary: boolean;
  readonly isForeign: boolean;
  readonly isUnique: boolean;
}

export interface DrawnTable {
  readonly name: string;
  readonly mark: Mark;
  readonly columns: readonly DrawnColumn[];
}

/** A foreign key between two tables that are both drawn. */
export interface DrawnKey {
  readonly child: string;
  readonly parent: string;
  /** As the child writes them. */
  readonly columns: readonly string[];
  readonly mark: Mark;
  /** How many rows of the child one of the parent may have. */
  readonly children: 'one' | 'many';
  /** Whether a row of the child needs one of the parent. */
  readonly parents: 'one' | 'none-or-one';
}

export interface ChangedTables {
  /** Those that change first, then those beside them; at most as many as were wanted. */
  readonly tables: readonly DrawnTable[];
  readonly keys: readonly DrawnKey[];
  /** How many have no room. */
  readonly left: number;
}

interface Sides {
  readonly before: Side | undefined;
  readonly after: Side | undefined;
}

interface Side {
  readonly table: TableStructure;
  readonly indexes: readonly string[];
}

/** @param most tables. Tables of tools and of the engine, and what cannot be taken apart, are left out. */
export function findChangedTables(before: Schema, after: Schema, most: number): ChangedTables {
  const [old, now] = [readTables(before), readTables(after)];
  const names = [...new Set([...now.keys(), ...old.keys()])];
  const sides = new Map(names.map((name): [string, Sides] => [name, { before: old.get(name), after: now.get(name) }]));
  const marks = new Map([...sides].map(([name, both]) => [name, findMark(both)]));
  const changed = names.filter((name) => marks.get(name) !== 'same');
  const beside = names.filter((name) => marks.get(name) === 'same' && isBeside(name, sides, marks));
  const wanted = [...changed, ...beside];
  const drawn = wanted.slice(0, most);
  return {
    tables: drawn.flatMap((name) => drawTable(sides.get(name), marks.get(name) ?? 'same')),
    keys: drawn.flatMap((name) => drawKeys(sides.get(name), sides, new Set(drawn))),
    left: wanted.length - drawn.length,
  };
}

function readTables(schema: Schema): ReadonlyMap<string, Side> {
  const indexes = groupBy(
    schema.objects.filter(({ type }) => type === 'index'),
    ({ table }) => foldName(table),
  );
  return new Map(
    schema.objects.flatMap(({ type, name, sql }): readonly [string, Side][] => {
      if (type !== 'table' || sql === null || isInternalTable(schema, name)) return [];
      const table = parseTableStructure(sql);
      const own = (indexes.get(foldName(name)) ?? []).flatMap((index) => index.sql ?? []);
      return table === null ? [] : [[foldName(name), { table, indexes: own }]];
    }),
  );
}

function findMark({ before, after }: Sides): Mark {
  if (before === undefined) return 'new';
  if (after === undefined) return 'dropped';
  return describe(before) === describe(after) ? 'same' : 'changed';
}

/** All that makes the table what it is, in canonical form. */
function describe({ table, indexes }: Side): string {
  const { columns, primaryKey, autoincrement, uniques, checks, foreignKeys, options } = table;
  return JSON.stringify([
    columns.map(describeColumn),
    ...[primaryKey?.columns ?? null, autoincrement, options],
    ...[uniques.map((key) => key.columns).sort(), checks.map(({ expression }) => expression).sort()],
    foreignKeys.map(describeKey).sort(),
    [...indexes].sort(),
  ]);
}

function describeColumn({ name, type, notNull, default: value, collation, generated }: ColumnStructure): string {
  return JSON.stringify([name, type, notNull, value, collation, generated]);
}

function describeKey({ columns, references, referencedColumns, onDelete, onUpdate }: ForeignKeyStructure): string {
  return JSON.stringify([columns, foldName(references), referencedColumns, onDelete, onUpdate]);
}

/** A table that does not change and has a foreign key to one that does, or the other way round. */
function isBeside(name: string, sides: ReadonlyMap<string, Sides>, marks: ReadonlyMap<string, Mark>): boolean {
  const changes = (other: string) => (marks.get(other) ?? 'same') !== 'same';
  if (listParents(sides.get(name)).some(changes)) return true;
  return [...sides].some(([other, both]) => changes(other) && listParents(both).includes(name));
}

function listParents(both: Sides | undefined): readonly string[] {
  const keys = [both?.before, both?.after].flatMap((side) => side?.table.foreignKeys ?? []);
  return keys.map(({ references }) => foldName(references));
}

function drawTable(both: Sides | undefined, mark: Mark): readonly DrawnTable[] {
  const shown = both?.after ?? both?.before;
  if (both === undefined || shown === undefined) return [];
  const own = shown.table.columns.map((column) => drawColumn(column, shown, findColumnMark(column, both, mark)));
  const gone =
    both.before === undefined || both.after === undefined
      ? []
      : listGone(both.before, both.after).map((column) => drawColumn(column, both.before ?? shown, 'dropped'));
  return [{ name: shown.table.name, mark, columns: [...own, ...gone] }];
}

function listGone(before: Side, after: Side): readonly ColumnStructure[] {
  const names = new Set(after.table.columns.map(({ name }) => foldName(name)));
  return before.table.columns.filter(({ name }) => !names.has(foldName(name)));
}

/** The columns of a new or dropped table are as it is. */
function findColumnMark(column: ColumnStructure, { before }: Sides, mark: Mark): Mark {
  if (mark !== 'changed') return 'same';
  const old = before?.table.columns.find(({ name }) => foldName(name) === foldName(column.name));
  if (old === undefined) return 'new';
  return describeColumn(old) === describeColumn(column) ? 'same' : 'changed';
}

function drawColumn({ name, written }: ColumnStructure, { table, indexes }: Side, mark: Mark): DrawnColumn {
  const folded = foldName(name);
  const isPrimary = table.primaryKey !== null && listKeyColumns(table.primaryKey).includes(folded);
  const unique = listUniqueKeys(table, indexes).filter(({ where }) => where === null);
  return {
    name,
    type: written.type ?? '',
    mark,
    isPrimary,
    isForeign: table.foreignKeys.some(({ columns }) => columns.includes(folded)),
    isUnique: !isPrimary && unique.some(({ columns }) => columns.length === 1 && columns[0]?.name === folded),
  };
}

function drawKeys(
  both: Sides | undefined,
  sides: ReadonlyMap<string, Sides>,
  drawn: ReadonlySet<string>,
): readonly DrawnKey[] {
  const [old, now] = [both?.before?.table.foreignKeys ?? [], both?.after?.table.foreignKeys ?? []];
  const [oldTexts, nowTexts] = [old.map(describeKey), now.map(describeKey)];
  const draw = (key: ForeignKeyStructure, side: Side | undefined, mark: Mark): readonly DrawnKey[] => {
    const parent = foldName(key.references);
    const named = sides.get(parent)?.after ?? sides.get(parent)?.before;
    if (side === undefined || named === undefined || !drawn.has(parent)) return [];
    return [{ ...describeEnds(key, side), child: side.table.name, parent: named.table.name, mark }];
  };
  const isChanged = both?.before !== undefined && both.after !== undefined;
  return [
    ...now.flatMap((key, index) =>
      draw(key, both?.after, isChanged && !oldTexts.includes(nowTexts[index] ?? '') ? 'new' : 'same'),
    ),
    ...old.flatMap((key, index) =>
      nowTexts.includes(oldTexts[index] ?? '') ? [] : draw(key, both?.before, isChanged ? 'dropped' : 'same'),
    ),
  ];
}

function describeEnds({ columns }: ForeignKeyStructure, { table, indexes }: Side) {
  const own = columns.flatMap((name) => table.columns.find((column) => foldName(column.name) === name) ?? []);
  const primary = table.primaryKey === null ? [] : listKeyColumns(table.primaryKey);
  const keys = [
    ...(primary.length > 0 ? [primary] : []),
    ...listUniqueKeys(table, indexes).flatMap(({ columns: unique, where }) =>
      where === null ? [unique.map(({ name }) => name)] : [],
    ),
  ];
  const isAlone = keys.some((key) => key.every((name) => columns.includes(name)));
  return {
    columns: own.map(({ name }) => name),
    children: isAlone ? ('one' as const) : ('many' as const),
    parents: own.every(({ name, notNull }) => notNull || primary.includes(foldName(name)))
      ? ('one' as const)
      : ('none-or-one' as const),
  };
}
