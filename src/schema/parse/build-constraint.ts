/** Builds constraints in canonical form, and as SQL for showing. */

import { foldName, quoteIdentifier, unquoteIdentifier } from '../../sql/identifiers.ts';
import { normalizeName } from '../../sql/normalize.ts';
import { tokenize } from '../../sql/tokenize.ts';
import type { CheckStructure, ColumnStructure, ForeignKeyStructure, KeyStructure } from '../model/structure.ts';
import type { KeyColumn } from './clauses.ts';
import type { Constraint, ForeignKeyConstraint } from './constraint.ts';

/** What a constraint needs to know about its table. The columns are by folded name. */
export interface TableContext {
  readonly columns: ReadonlyMap<string, ColumnStructure>;
  readonly options: readonly string[];
}

type KeyConstraint = Extract<Constraint, { readonly type: 'primary-key' | 'unique' }>;
type CheckConstraint = Extract<Constraint, { readonly type: 'check' }>;

export function buildKey(key: KeyConstraint, table: TableContext): KeyStructure {
  const { name, conflict } = key;
  const columns = isRowid(key, table)
    ? key.columns.map((column) => ({ ...column, order: 'ascending' as const }))
    : key.columns;
  const words = key.type === 'unique' ? 'UNIQUE' : 'PRIMARY KEY';
  const list = columns.map(renderKeyColumn).join(', ');
  const autoincrement = key.type === 'primary-key' && key.autoincrement ? ' AUTOINCREMENT' : '';
  const onConflict = conflict === null ? '' : ` ON CONFLICT ${conflict.toUpperCase()}`;
  return {
    name,
    columns: columns.map((column) => normalizeKeyColumn(column, findCollation(column, table))),
    conflict,
    sql: `${renderName(name)}${words} (${list}${autoincrement})${onConflict}`,
  };
}

/**
 * True if the key is the rowid under another name, which has no order. DESC prevents that for an INTEGER column, but
 * only if it is written with the column (SQLite's documentation of CREATE TABLE, "ROWIDs and the INTEGER PRIMARY KEY").
 */
function isRowid(key: KeyConstraint, table: TableContext): boolean {
  const names = key.columns.map(({ name }) => name);
  if (key.type !== 'primary-key' || !mayBeRowid(names, table)) return false;
  return key.place === 'table' || key.columns[0]?.order === 'ascending';
}

/** True if a primary key of these columns is the rowid under another name, unless DESC prevents it. */
export function mayBeRowid(names: readonly string[], { columns, options }: TableContext): boolean {
  const [only, ...more] = names.map(foldName);
  return more.length === 0 && columns.get(only ?? '')?.type === 'integer' && !options.includes('without rowid');
}

function findCollation({ name }: KeyColumn, { columns }: TableContext): string {
  return columns.get(foldName(name))?.collation ?? 'binary';
}

/**
 * The canonical text of a column in a key or an index.
 * @param own the column's own collation, which counts if the key names none; null if it is not known
 */
export function normalizeKeyColumn({ name, collation, order }: KeyColumn, own: string | null): string {
  const collate = collation === null || collation === own ? '' : ` collate ${normalizeName(collation)}`;
  return `${normalizeName(name)}${collate}${order === 'descending' ? ' desc' : ''}`;
}

/** The folded name and the order of a column, from its canonical text. */
export function parseKeyColumn(canonical: string): { readonly name: string; readonly order: KeyColumn['order'] } {
  const name = unquoteIdentifier(tokenize(canonical)[0]?.text ?? '');
  return { name, order: canonical.endsWith(' desc') ? 'descending' : 'ascending' };
}

function renderKeyColumn({ name, collation, order }: KeyColumn): string {
  const collate = collation === null ? '' : ` COLLATE ${collation.toUpperCase()}`;
  return `${quoteIdentifier(name)}${collate}${order === 'descending' ? ' DESC' : ''}`;
}

export function buildCheck({ name, expression }: CheckConstraint): CheckStructure {
  return {
    name,
    expression: expression.canonical,
    written: expression.written,
    sql: `${renderName(name)}CHECK (${expression.written})`,
  };
}

export function buildForeignKey({ name, columns, references, deferral }: ForeignKeyConstraint): ForeignKeyStructure {
  const { table, onDelete, onUpdate } = references;
  const parts = [
    `${renderName(name)}FOREIGN KEY (${renderNames(columns)}) REFERENCES ${quoteIdentifier(table)}`,
    references.columns.length > 0 ? `(${renderNames(references.columns)})` : '',
    onDelete === 'no action' ? '' : `ON DELETE ${onDelete.toUpperCase()}`,
    onUpdate === 'no action' ? '' : `ON UPDATE ${onUpdate.toUpperCase()}`,
    deferral === 'deferred' ? 'DEFERRABLE INITIALLY DEFERRED' : '',
  ];
  return {
    name,
    columns: columns.map(foldName),
    references: table,
    referencedColumns: references.columns.map(foldName),
    onDelete,
    onUpdate,
    deferred: deferral === 'deferred',
    sql: parts.filter((part) => part !== '').join(' '),
  };
}

function renderName(name: string | null): string {
  return name === null ? '' : `CONSTRAINT ${quoteIdentifier(name)} `;
}

function renderNames(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}
