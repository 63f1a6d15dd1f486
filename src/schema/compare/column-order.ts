/** The order of columns: no drift, because ADD COLUMN cannot choose it, but `INSERT INTO a SELECT * FROM b` goes by it. */

import { foldName } from '../../sql/identifiers.ts';
import type { SchemaObject } from '../model/objects.ts';
import { parseTableStructure } from '../parse/create-table.ts';

/**
 * The tables that have the same columns on both sides, in another order. Their types and constraints are compared by
 * `compareSchemas`.
 * @returns their names as the left side spells them, in the order of the left side
 */
export function findReorderedTables(left: readonly SchemaObject[], right: readonly SchemaObject[]): readonly string[] {
  const others = new Map(right.filter(isTable).map((table) => [foldName(table.name), table]));
  return left
    .filter((table) => isTable(table) && isReordered(table, others.get(foldName(table.name))))
    .map(({ name }) => name);
}

/** A table with columns that the other side does not have. Names are as they are written. */
export interface WiderTable {
  readonly table: string;
  readonly columns: readonly string[];
}

/** @returns of the tables that both sides have, those with more columns on the left, in the order of the left side */
export function findWiderTables(left: readonly SchemaObject[], right: readonly SchemaObject[]): readonly WiderTable[] {
  const others = new Map(right.filter(isTable).map((table) => [foldName(table.name), new Set(listColumns(table))]));
  return left.filter(isTable).flatMap(({ name, sql }) => {
    const known = others.get(foldName(name));
    if (known === undefined || known.size === 0) return [];
    const more = (parseTableStructure(sql ?? '')?.columns ?? []).filter((column) => !known.has(foldName(column.name)));
    return more.length === 0 ? [] : [{ table: name, columns: more.map((column) => column.name) }];
  });
}

function isTable({ type }: SchemaObject): boolean {
  return type === 'table';
}

function isReordered(table: SchemaObject, other: SchemaObject | undefined): boolean {
  if (other === undefined || other.sql === table.sql) return false;
  const [columns, others] = [listColumns(table), listColumns(other)];
  const isSame = columns.every((column, index) => column === others[index]);
  return !isSame && columns.length === others.length && new Set([...columns, ...others]).size === columns.length;
}

/** Folded names; empty if the table cannot be parsed. */
function listColumns({ sql }: SchemaObject): readonly string[] {
  return parseTableStructure(sql ?? '')?.columns.map(({ name }) => foldName(name)) ?? [];
}
