/** SQL about columns that several safe ways share: renaming one and dropping one. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import type { Allowed } from './way.ts';

/** A column that is renamed, with the indexes named after it. */
export interface ColumnRename {
  readonly table: string;
  readonly column: string;
  readonly to: string;
  readonly indexes: readonly IndexRename[];
}

export interface IndexRename {
  readonly name: string;
  readonly to: string;
  readonly isUnique: boolean;
  readonly table: string;
  /** The columns of the index after the rename. */
  readonly columns: readonly string[];
}

export function writeRename({ table, column, to, indexes }: ColumnRename): string {
  const [quoted, oldName, newName] = [table, column, to].map(quoteIdentifier);
  return [`ALTER TABLE ${quoted} RENAME COLUMN ${oldName} TO ${newName};`, ...indexes.flatMap(writeIndexRename)].join(
    '\n',
  );
}

/** The column stays what it was, but for its name. */
export function loosenRenamed({ table, to }: ColumnRename): Allowed {
  return { loosens: [{ table, column: to }] };
}

function writeIndexRename({ name, to, isUnique, table, columns }: IndexRename): readonly string[] {
  const create = isUnique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  return [
    `DROP INDEX ${quoteIdentifier(name)};`,
    `${create} ${quoteIdentifier(to)} ON ${quoteIdentifier(table)} (${columns.map(quoteIdentifier).join(', ')});`,
  ];
}

export interface ColumnDrop {
  readonly table: string;
  readonly column: string;
  /** The indexes with this column; null if a key or an expression of the table has it, so that the table must be rebuilt. */
  readonly indexes: readonly string[] | null;
}

export function writeDrop({ table, column, indexes }: ColumnDrop): string {
  if (indexes === null)
    return `-- (let Prisma write this: ${quoteInComment(column)} is part of a key or a CHECK, so the table has to be rebuilt without it)`;
  const drops = indexes.map((name) => `DROP INDEX ${quoteIdentifier(name)};\n`);
  return `${drops.join('')}ALTER TABLE ${quoteIdentifier(table)} DROP COLUMN ${quoteIdentifier(column)};`;
}

/** @param type as it is written; null for none. */
export function writeAdd(table: string, column: string, type: string | null): string {
  return `ALTER TABLE ${quoteIdentifier(table)} ADD COLUMN ${quoteIdentifier(column)}${type === null ? '' : ` ${type}`};`;
}
