/** Foreign keys that lead from one table to others, and which rows refer to which. */

import { findReferenced } from '../../mirror/structures.ts';
import { findAffinity } from '../../schema/model/affinity.ts';
import { findCollation, findStructureColumn, findWrittenName } from '../../schema/model/columns.ts';
import type { ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene } from '../ask/context.ts';

export interface Link {
  readonly parent: string;
  readonly child: TableStructure;
  readonly key: ForeignKeyStructure;
  readonly referenced: readonly string[];
}

export function isAction(action: string): boolean {
  return action === 'cascade' || action === 'set null' || action === 'set default';
}

export function listLinks({ structures }: Scene, parent: string): readonly Link[] {
  const structure = structures.find(parent);
  return structures.listChildren(parent).flatMap(({ table: child, key }) => {
    const referenced = findReferenced(key, structure);
    return referenced === null ? [] : [{ parent, child, key, referenced }];
  });
}

/** The condition of the child's rows that refer to these of the parent; and to those, where they are rows of one table. */
export function refers({ structures }: Scene, link: Link, where: string): string {
  const { parent, child, key, referenced } = link;
  const structure = structures.find(parent);
  const theirs = writeColumns(structure, referenced).join(', ');
  const [name, some] = [quoteIdentifier(parent), where === '1' ? '' : ` WHERE ${where}`];
  const first = `SELECT ${theirs} FROM ${name}${some}`;
  const next = `SELECT c.${theirs} FROM migrate_prod_gone AS g JOIN ${name} AS c ON g.k = c.${writeColumns(child, key.columns)}`;
  const all = `WITH RECURSIVE migrate_prod_gone(k) AS (${first} UNION ${next}) SELECT k FROM migrate_prod_gone`;
  return `${writeOwnKey(child, key.columns, structure, referenced)} IN (${isFollowed(link) && where !== '1' ? all : first})`;
}

/** Rows of one table are followed down to the last by a key of one column. */
export function isFollowed({ parent, child, key }: Link): boolean {
  return key.onDelete === 'cascade' && key.columns.length === 1 && sameName(parent, child.name);
}

/** Quoted, as the table writes them. */
export function writeColumns(table: TableStructure | null, columns: readonly string[]): readonly string[] {
  return columns.map((column) => quoteIdentifier(table === null ? column : findWrittenName(table, column)));
}

/**
 * The columns of a key as they are to be compared with those that they refer to: the parent's collation and affinity decide
 * (SQLite's foreign key documentation, section 3); in a query the left side's collation does, and the affinity of both.
 */
export function writeOwnKey(
  child: TableStructure,
  columns: readonly string[],
  parent: TableStructure | null,
  referenced: readonly string[],
): string {
  const own = writeColumns(child, columns).map((quoted, index) => {
    const column = findStructureColumn(child, columns[index] ?? '');
    const their = parent === null ? undefined : findStructureColumn(parent, referenced[index] ?? '');
    const isAlike = !column || !parent || !their || findAffinity(column, child) === findAffinity(their, parent);
    const value = isAlike ? quoted : `+${quoted}`;
    const collation = parent === null ? 'binary' : findCollation(parent, referenced[index] ?? '');
    const isBinary = collation === 'binary' && (column?.collation ?? 'binary') === 'binary';
    return isBinary ? value : `${value} COLLATE ${collation}`;
  });
  return own.length === 1 ? (own[0] ?? '') : `(${own.join(', ')})`;
}
