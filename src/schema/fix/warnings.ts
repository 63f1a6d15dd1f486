/** What to know about a fix if its tables have rows, a line each. Names are quoted so that none can end the line. */

import { foldName } from '../../sql/identifiers.ts';
import { mayConvert } from '../model/affinity.ts';
import { isNeverNull, takesNoNull } from '../model/columns.ts';
import type { ColumnStructure, TableStructure } from '../model/structure.ts';
import { findAddedColumns, type ParsedTable } from './columns.ts';

export function warnOfDrop(table: string): string {
  return `Drops table ${JSON.stringify(table)} and its rows; if it was renamed, write ALTER TABLE … RENAME TO instead.`;
}

/** What a rebuild of the table may lose or change, and what may make it fail. */
export function listWarnings(from: ParsedTable, to: ParsedTable): readonly string[] {
  const table = JSON.stringify(to.structure.name);
  const lost = findAddedColumns(to, from).filter((column) => column.generated === null);
  const required = findAddedColumns(from, to).filter((column) => isRequired(column, to.structure));
  return [
    ...lost.map(({ name }) => `Drops ${JSON.stringify(name)} of ${table} and its values.`),
    ...to.structure.columns.flatMap((column) => warnOfChange(from.structure, to.structure, column)),
    ...required.map(
      ({ name }) => `Fails if ${table} has rows: ${JSON.stringify(name)} is required and has no default.`,
    ),
  ];
}

/** @param column of `to` */
function warnOfChange(from: TableStructure, to: TableStructure, column: ColumnStructure): readonly string[] {
  const old = from.columns.find(({ name }) => foldName(name) === foldName(column.name));
  if (old === undefined) return [];
  const what = `${JSON.stringify(column.name)} of ${JSON.stringify(to.name)}`;
  if (column.generated !== null)
    return old.generated === null ? [`Drops the values of ${what}: it becomes generated.`] : [];
  const isConverted = mayConvert({ column: old, table: from }, { column, table: to });
  const mayBeNull = !isNeverNull(from, old);
  return [
    ...(isConverted ? [`May change the values of ${what}: ${renderType(old)} becomes ${renderType(column)}.`] : []),
    ...(mayBeNull && isRequired(column, to)
      ? [`Fails if ${what} is NULL in a row: it is required and has no default.`]
      : []),
  ];
}

/** A type may be a quoted name, which may contain a line end. */
function renderType({ written }: ColumnStructure): string {
  return written.type?.replaceAll('\n', '\\n').replaceAll('\r', '\\r') ?? 'no type';
}

/** True if the column takes no NULL and no other value is used instead. (An INTEGER PRIMARY KEY gets its value by itself.) */
function isRequired(column: ColumnStructure, table: TableStructure): boolean {
  return column.generated === null && column.default === null && takesNoNull(table, column);
}
