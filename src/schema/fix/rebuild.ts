/** The rebuild of a table in Prisma's form: a new table is created, filled, and renamed to the old name. */

import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { isNeverNull, takesNoNull } from '../model/columns.ts';
import { isComputed } from '../model/default-value.ts';
import type { ColumnStructure, TableStructure } from '../model/structure.ts';
import type { ParsedTable } from './columns.ts';
import { cutStatement, renameCreated } from './definition.ts';

/** @returns CREATE, INSERT, DROP and RENAME */
export function buildRebuild(from: ParsedTable, to: ParsedTable, replacement: string): readonly string[] {
  const [oldName, newName, copy] = [from.structure.name, to.structure.name, replacement].map(quoteIdentifier);
  return [
    renameCreated(cutStatement(to.object.sql ?? ''), replacement),
    ...buildCopy(from.structure, to.structure, replacement),
    `DROP TABLE ${oldName}`,
    `ALTER TABLE ${copy} RENAME TO ${newName}`,
  ];
}

/** Generated columns are not copied, except where the new column is an ordinary one. */
function buildCopy(from: TableStructure, to: TableStructure, replacement: string): readonly string[] {
  const old = new Map(from.columns.map((column) => [foldName(column.name), column]));
  const copied = to.columns.flatMap((column) => {
    const source = old.get(foldName(column.name));
    return source === undefined || column.generated !== null
      ? []
      : [{ name: quoteIdentifier(column.name), value: buildValue(from, source, to, column) }];
  });
  if (copied.length === 0) return [];
  const names = copied.map(({ name }) => name).join(', ');
  const values = copied.map(({ value }) => value).join(', ');
  const source = quoteIdentifier(from.name);
  return [
    `INSERT ${findConflictClause(to)}INTO ${quoteIdentifier(replacement)} (${names}) SELECT ${values} FROM ${source}`,
  ];
}

function buildValue(
  from: TableStructure,
  source: ColumnStructure,
  to: TableStructure,
  column: ColumnStructure,
): string {
  const name = quoteIdentifier(column.name);
  const fallback = findFallback(column);
  const isNeeded = takesNoNull(to, column) && !isNeverNull(from, source) && fallback !== null;
  return isNeeded ? `coalesce(${name}, ${fallback}) AS ${name}` : name;
}

/** The canonical text of a literal is SQL; that of an expression is only for comparing. */
function findFallback(column: ColumnStructure): string | null {
  return column.default !== null && isComputed(column.default) ? column.written.default : column.default;
}

/** A constraint with ON CONFLICT IGNORE or REPLACE would lose rows in the copy, without an error. */
function findConflictClause(to: TableStructure): string {
  const actions = [
    ...to.columns.map((column) => column.notNullConflict),
    ...to.uniques.map((unique) => unique.conflict),
    to.primaryKey?.conflict ?? null,
  ];
  return actions.some((action) => action === 'ignore' || action === 'replace') ? 'OR ABORT ' : '';
}
