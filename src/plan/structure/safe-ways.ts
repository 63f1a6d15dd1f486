/** What safe ways need to know of the schema: values for rows that have none, indexes of a column, rows that are the same. */

import type { ColumnDrop, ColumnRename, IndexRename } from '../../findings/columns.ts';
import type { KeepOne } from '../../findings/duplicates.ts';
import type { OrphanMend } from '../../findings/foreign-keys.ts';
import type { AddedValue } from '../../findings/needs-default.ts';
import type { SuggestedValue } from '../../findings/suggested-value.ts';
import type { Scene, StatementPlace } from '../../rows/ask/context.ts';
import { findStructureColumn, findWrittenName, hasRowid, listKeys } from '../../schema/model/columns.ts';
import type { ColumnStructure, ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseKeyColumn } from '../../schema/parse/build-constraint.ts';
import { type IndexStructure, parseIndexStructure } from '../../schema/parse/create-index.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import { findRenamedInRebuild } from './drop-and-add.ts';

/** @param shown the table as people call it: in a rebuild, that of the old one. */
export function suggestValue(
  scene: Scene,
  place: StatementPlace,
  { table, shown }: { readonly table: TableStructure; readonly shown: string },
  column: ColumnStructure,
): SuggestedValue {
  const isUnique = isInUniqueKey(table, column) || isInUniqueIndex(scene, place, shown, column);
  const key = findForeignKey(table, column);
  if (key !== undefined && (isUnique || column.default === null))
    return { type: 'parent', table: key.references, isUnique };
  if (isUnique) return { type: 'unique' };
  if (column.default === null && isTime(column)) return { type: 'same', sql: 'CURRENT_TIMESTAMP' };
  return { type: 'same', sql: suggestConstant(column) };
}

export function findForeignKey(table: TableStructure, { name }: ColumnStructure): ForeignKeyStructure | undefined {
  return table.foreignKeys.find(({ columns }) => columns.some((column) => sameName(column, name)));
}

function isInUniqueKey(table: TableStructure, { name }: ColumnStructure): boolean {
  return listKeys(table).some(({ columns }) => columns.some((column) => sameName(parseKeyColumn(column).name, name)));
}

/** One that is there already, and comes back after a rebuild, or one that the same file makes. */
function isInUniqueIndex(
  { structures }: Scene,
  { analysed }: StatementPlace,
  table: string,
  { name }: ColumnStructure,
): boolean {
  const made = analysed.statements.flatMap(({ kind, sql }) =>
    kind.type === 'create-index' && kind.unique && sameName(kind.table, table) ? [sql] : [],
  );
  return [...structures.listIndexes(table), ...made].some((sql) => {
    const index = parseIndexStructure(sql);
    return index?.unique === true && readsColumn(index, name);
  });
}

function isTime({ type }: ColumnStructure): boolean {
  return /date|time/.test(type);
}

/** A constant of the column's kind, to be replaced: ADD COLUMN takes nothing else (SQLite's documentation of ALTER TABLE). */
function suggestConstant(column: ColumnStructure): string {
  const { type, written } = column;
  if (column.default !== null && written.default !== null) return written.default;
  if (/json/.test(type)) return "'{}'";
  if (/int|num|dec|bool|real|floa|doub/.test(type)) return '0';
  if (isTime(column)) return "'1970-01-01T00:00:00.000Z'";
  return /blob/.test(type) ? "x''" : "''";
}

function readsColumn({ columns, whereWritten }: IndexStructure, name: string): boolean {
  return (
    listWords(whereWritten ?? '').has(foldName(name)) ||
    columns.some((column) =>
      column.type === 'column' ? sameName(column.name, name) : listWords(column.written).has(foldName(name)),
    )
  );
}

function listIndexesOf({ structures }: Scene, table: string, column: string): readonly IndexStructure[] {
  return structures
    .listIndexes(table)
    .flatMap((sql) => parseIndexStructure(sql) ?? [])
    .filter((index) => readsColumn(index, column));
}

/** SQLite does not drop a column that an index has, or a key or another expression of its table (its documentation of ALTER TABLE DROP COLUMN). */
export function findDrop(scene: Scene, table: string, column: string): ColumnDrop {
  const structure = scene.structures.find(table);
  if (structure !== null && isBound(structure, column)) return { table, column, indexes: null };
  return { table, column, indexes: listIndexesOf(scene, table, column).map(({ name }) => name) };
}

function isBound({ columns, foreignKeys, checks, ...table }: TableStructure, column: string): boolean {
  const generated = columns.flatMap(({ name, generated }) =>
    sameName(name, column) || generated === null ? [] : [generated.expression],
  );
  return (
    [...(table.primaryKey ? [table.primaryKey] : []), ...table.uniques].some((key) =>
      key.columns.some((indexed) => sameName(parseKeyColumn(indexed).name, column)),
    ) ||
    foreignKeys.some((key) => key.columns.some((name) => sameName(name, column))) ||
    [...checks.map(({ expression }) => expression), ...generated].some((expression) =>
      listWords(expression).has(foldName(column)),
    )
  );
}

/** Indexes whose names Prisma made of the column's get the names that it expects then. */
export function findRename(scene: Scene, table: string, column: string, to: string): ColumnRename {
  const indexes = listIndexesOf(scene, table, column).flatMap((index) => renameIndex(index, table, column, to));
  return { table, column, to, indexes };
}

function renameIndex(
  { name, unique, columns, where }: IndexStructure,
  table: string,
  column: string,
  to: string,
): readonly IndexRename[] {
  const names = columns.flatMap((indexed) =>
    indexed.type === 'column' && indexed.collation === null && indexed.order === 'ascending' ? [indexed.name] : [],
  );
  const nameFor = (list: readonly string[]) => [table, ...list, unique ? 'key' : 'idx'].join('_');
  if (where !== null || names.length !== columns.length || !sameName(name, nameFor(names))) return [];
  const after = names.map((indexed) => (sameName(indexed, column) ? to : indexed));
  return [{ name, to: nameFor(after), isUnique: unique, table, columns: after }];
}

/**
 * How one row of each is kept. NULLs are distinct, so rows that have one must stay.
 * @param shown what the tables that refer to it call it
 * @param list the unique columns, with their collations
 */
export function findKeepOne(
  scene: Scene,
  { table, shown }: { readonly table: TableStructure; readonly shown: string },
  list: string,
  condition: string,
): KeepOne {
  const key = (table.primaryKey?.columns ?? []).map((column) => findWrittenName(table, parseKeyColumn(column).name));
  const isByKey = key.length > 1 && !hasRowid(table);
  const children = scene.structures.listChildren(shown).map(({ table: child, key: { columns } }) => ({
    table: child.name,
    columns: columns.map((column) => findWrittenName(child, column)),
  }));
  const [first = null, ...more] = key;
  const by = isByKey ? { key } : { id: more.length > 0 ? null : first };
  return { how: 'delete', table: table.name, by, list, condition, children };
}

/** A value for the rows that an ADD COLUMN finds. */
export function suggestAdded(
  scene: Scene,
  place: StatementPlace,
  table: TableStructure,
  column: ColumnStructure,
): AddedValue {
  if (column.default !== null) return { from: 'default', sql: column.written.default };
  const value = suggestValue(scene, place, { table, shown: table.name }, column);
  if (value.type !== 'same') return { from: 'rows', value };
  return { from: 'constant', sql: suggestConstant(column), isTime: isTime(column) };
}

/** What a rebuild leaves behind that could be the column under its old name. @param made the rebuild's copy. */
export function findMeantRename(
  scene: Scene,
  { analysed }: StatementPlace,
  { table: made, shown }: { readonly table: TableStructure; readonly shown: string },
  column: ColumnStructure,
): ColumnRename | null {
  const isRebuild = analysed.rebuilds.some(({ replacement }) => sameName(replacement, made.name));
  const old = isRebuild ? scene.structures.find(shown) : null;
  if (old === null) return null;
  const twinOf = findRenamedInRebuild(analysed, old, made);
  const twin = old.columns.find((each) => twinOf(each)?.name === column.name);
  return twin === undefined ? null : findRename(scene, shown, twin.name, column.name);
}

/** A condition that is longer is not shown. */
const longestCondition = 400;

/** How rows without a parent are mended. @param condition what finds them. @param table as it is called then. */
export function mendOrphans(
  child: TableStructure,
  { columns }: ForeignKeyStructure,
  condition: string,
  table = child.name,
): OrphanMend {
  const takesNull = columns.every((name) => findStructureColumn(child, name)?.notNull === false);
  return {
    table,
    columns: takesNull ? columns.map((name) => findWrittenName(child, name)) : null,
    where: condition.length < longestCondition ? condition : null,
  };
}
