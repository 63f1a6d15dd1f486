/** Adds columns without a rebuild, if SQLite can do that and the result is the expected table. */

import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, unquoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { compareSchemas } from '../compare/compare.ts';
import { isComputed } from '../model/default-value.ts';
import type { Schema, SchemaObject } from '../model/objects.ts';
import type { ColumnStructure, TableStructure } from '../model/structure.ts';
import { appendColumn } from './definition.ts';

export interface ParsedTable {
  readonly object: SchemaObject;
  readonly structure: TableStructure;
}

/**
 * @param newSchema the schema of `to`: what a foreign key refers to may depend on the other table
 * @returns the statements that add the columns only `to` has; null if the result would not be `to`
 */
export function buildAddColumns(from: ParsedTable, to: ParsedTable, newSchema: Schema): readonly string[] | null {
  const columns = orderColumns(findAddedColumns(from, to));
  const canAdd = columns.every((column, index) => isAddable(column) && !mentions(column.sql, columns.slice(index + 1)));
  if (columns.length === 0 || !canAdd) return null;
  let sql: string | null = from.object.sql;
  for (const column of columns) sql = sql === null ? null : appendColumn(sql, column.sql);
  const objects = newSchema.objects.map((object) => (object === to.object ? { ...object, sql } : object));
  if (compareSchemas(objects, newSchema.objects, 'everything').length > 0) return null;
  return columns.map((column) => `ALTER TABLE ${quoteIdentifier(from.structure.name)} ADD COLUMN ${column.sql}`);
}

export function findAddedColumns(from: ParsedTable, to: ParsedTable): readonly ColumnStructure[] {
  const known = new Set(from.structure.columns.map((column) => foldName(column.name)));
  return to.structure.columns.filter((column) => !known.has(foldName(column.name)));
}

/** Generated columns come last: they may be computed from the others. */
function orderColumns(columns: readonly ColumnStructure[]): readonly ColumnStructure[] {
  return [
    ...columns.filter((column) => column.generated === null),
    ...columns.filter((column) => column.generated !== null),
  ];
}

function mentions(definition: string, columns: readonly ColumnStructure[]): boolean {
  const names = new Set(columns.map((column) => foldName(column.name)));
  return tokenize(definition).some((token) => names.has(foldName(unquoteIdentifier(token.text))));
}

/**
 * What ALTER TABLE ADD COLUMN takes on a table with rows (SQLite, ALTER TABLE, section 5): no PRIMARY KEY and no UNIQUE, no
 * stored generated column, a default that is neither a time nor in parentheses, one other than NULL with NOT NULL, and NULL
 * with REFERENCES. A CHECK, and NOT NULL on a generated column, are tested on the rows, as a rebuild would test them.
 */
function isAddable(column: ColumnStructure): boolean {
  const { sql, generated } = column;
  if (hasKeyword(sql, 'PRIMARY', 'UNIQUE')) return false;
  if (generated !== null) return generated.storage === 'virtual';
  if (column.default === null) return !column.notNull;
  const isLiteral = !isComputed(column.default) && column.written.default?.startsWith('(') === false;
  return isLiteral && !hasKeyword(sql, 'REFERENCES');
}
