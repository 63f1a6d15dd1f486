/** Parts of the safe ways that several findings share: values for rows that have none, indexes of a column, rows that are the same. */

import type { ColumnStructure, ForeignKeyStructure, TableStructure } from '../schema/model/structure.ts';
import { parseKeyColumn } from '../schema/parse/build-constraint.ts';
import { type IndexStructure, parseIndexStructure } from '../schema/parse/create-index.ts';
import { foldName, quoteIdentifier, sameName } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { listWords } from '../sql/words.ts';
import type { Place, Scene } from './context.ts';
import { findWrittenName, listKeys } from './state/production-table.ts';

/** A value for rows that have none. */
export interface SuggestedValue {
  /** `…` where no constant fits. */
  readonly sql: string;
  /** What to put there, in words; null where the value itself may do. */
  readonly words: string | null;
}

/** @param shown the table as people call it: in a rebuild, that of the old one. */
export function suggestValue(
  scene: Scene,
  place: Place,
  { table, shown }: { readonly table: TableStructure; readonly shown: string },
  column: ColumnStructure,
): SuggestedValue {
  const isUnique = isInUniqueKey(table, column) || isInUniqueIndex(scene, place, shown, column);
  const key = findForeignKey(table, column);
  if (key !== undefined && (isUnique || column.default === null)) {
    const words = `the id of a row of ${quoteIdentifier(key.references)}${isUnique ? ', another for each row' : ''}`;
    return { sql: '…', words };
  }
  if (isUnique) return { sql: '…', words: 'a value of its own for each row' };
  if (column.default === null && isTime(column)) return { sql: 'CURRENT_TIMESTAMP', words: null };
  return { sql: suggestConstant(column), words: null };
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
  { migration }: Place,
  table: string,
  { name }: ColumnStructure,
): boolean {
  const made = migration.statements.flatMap(({ kind, sql }) =>
    kind.type === 'create-index' && kind.unique && sameName(kind.table, table) ? [sql] : [],
  );
  return [...structures.listIndexes(table), ...made].some((sql) => {
    const index = parseIndexStructure(sql);
    return index?.unique === true && readsColumn(index, name);
  });
}

export function isTime({ type }: ColumnStructure): boolean {
  return /date|time/.test(type);
}

/** A constant of the column's kind, to be replaced: ADD COLUMN takes nothing else (SQLite's documentation of ALTER TABLE). */
export function suggestConstant(column: ColumnStructure): string {
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
export function dropColumn(scene: Scene, table: string, column: string): string {
  const structure = scene.structures.find(table);
  if (structure !== null && isBound(structure, column))
    return `-- (let Prisma write it: ${quoteInComment(column)} is part of a key or a check, so the table is rebuilt without it)`;
  const drops = listIndexesOf(scene, table, column).map(({ name }) => `DROP INDEX ${quoteIdentifier(name)};\n`);
  return `${drops.join('')}ALTER TABLE ${quoteIdentifier(table)} DROP COLUMN ${quoteIdentifier(column)};`;
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
export function renameColumn(scene: Scene, table: string, column: string, to: string): string {
  const [quoted, from, made] = [table, column, to].map(quoteIdentifier);
  const indexes = listIndexesOf(scene, table, column).flatMap((index) => renameIndex(index, table, column, to));
  return [`ALTER TABLE ${quoted} RENAME COLUMN ${from} TO ${made};`, ...indexes].join('\n');
}

function renameIndex(
  { name, unique, columns, where }: IndexStructure,
  table: string,
  column: string,
  to: string,
): readonly string[] {
  const names = columns.flatMap((indexed) =>
    indexed.type === 'column' && indexed.collation === null && indexed.order === 'ascending' ? [indexed.name] : [],
  );
  const nameFor = (list: readonly string[]) => [table, ...list, unique ? 'key' : 'idx'].join('_');
  if (where !== null || names.length !== columns.length || !sameName(name, nameFor(names))) return [];
  const after = names.map((indexed) => (sameName(indexed, column) ? to : indexed));
  const create = unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  return [
    `DROP INDEX ${quoteIdentifier(name)};`,
    `${create} ${quoteIdentifier(nameFor(after))} ON ${quoteIdentifier(table)} (${after.map(quoteIdentifier).join(', ')});`,
  ];
}

/**
 * Keeps one row of each. NULLs are distinct, so rows that have one must stay.
 * @param shown what the tables that refer to it call it
 * @param list the unique columns, with their collations
 */
export function removeDuplicates(
  scene: Scene,
  { table, shown }: { readonly table: TableStructure; readonly shown: string },
  list: string,
  condition: string,
): string {
  const quoted = quoteIdentifier(table.name);
  const keys = (table.primaryKey?.columns ?? []).map((key) =>
    quoteIdentifier(findWrittenName(table, parseKeyColumn(key).name)),
  );
  const [first = 'rowid', ...more] = keys;
  const remove =
    more.length > 0 && table.options.includes('without rowid')
      ? removeByKeys(quoted, keys.join(', '), list, condition)
      : removeById(quoted, more.length > 0 ? 'rowid' : first, list, condition);
  const moves = scene.structures
    .listChildren(shown)
    .map(({ table: child, key }) => ({ child: child.name, move: moveChildren(child, key) }));
  if (moves.length === 0)
    return `-- look at them first; this keeps one of each, in the same file or an earlier one:\n${remove}`;
  const children = [...new Set(moves.map(({ child }) => quoteInComment(child)))].join(', ');
  return [
    `-- look at them first; rows of ${children} may refer to them: move those to the row that stays, the first of each:`,
    ...moves.map(({ move }) => move),
    '-- then this keeps one of each, in the same file or an earlier one:',
    remove,
  ].join('\n');
}

function removeById(table: string, id: string, list: string, condition: string): string {
  return `DELETE FROM ${table} WHERE ${condition} AND ${id} NOT IN (\n  SELECT min(${id}) FROM ${table} WHERE ${condition} GROUP BY ${list}\n);`;
}

/** A table without rowid has only its key, and there is no least of several columns but by their order. */
function removeByKeys(table: string, keys: string, list: string, condition: string): string {
  return `DELETE FROM ${table} WHERE (${keys}) IN (\n  SELECT ${keys} FROM (\n    SELECT ${keys}, row_number() OVER (PARTITION BY ${list} ORDER BY ${keys}) AS nth_of_same FROM ${table} WHERE ${condition}\n  ) WHERE nth_of_same > 1\n);`;
}

function moveChildren(child: TableStructure, key: ForeignKeyStructure): string {
  const names = key.columns.map((column) => quoteIdentifier(findWrittenName(child, column)));
  const [values, conditions] = [', ', ' AND '].map((word) => names.map((name) => `${name} = …`).join(word));
  return `UPDATE ${quoteIdentifier(child.name)} SET ${values} WHERE ${conditions};`;
}
