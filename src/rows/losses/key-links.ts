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

/** False where SQLite may not find the rows that refer to one which goes: it looks for them by the type of their own column. */
export function hasSameTypes(
  { structures }: Pick<Scene, 'structures'>,
  { parent, child, key, referenced }: Link,
): boolean {
  const structure = structures.find(parent);
  return key.columns.every((name, index) => {
    const own = findStructureColumn(child, name);
    const their = structure === null ? undefined : findStructureColumn(structure, referenced[index] ?? '');
    if (structure === null || own === undefined || their === undefined) return false;
    return findAffinity(own, child) === findAffinity(their, structure);
  });
}

export function listLinks({ structures }: Scene, parent: string): readonly Link[] {
  const structure = structures.find(parent);
  return structures.listChildren(parent).flatMap(({ table: child, key }) => {
    const referenced = findReferenced(key, structure);
    return referenced === null ? [] : [{ parent, child, key, referenced }];
  });
}

/** The condition of the child's rows that SQLite finds when these of the parent go: by their own type (fkey.c, fkActionTrigger). */
export function refers(scene: Scene, { parent, child, key, referenced }: Link, where: string): string {
  const structure = scene.structures.find(parent);
  const own = writeOwnKey(child, key.columns, structure, referenced, 'own-type');
  return `${own} IN (${selectKeys(structure, parent, referenced, where)})`;
}

/** The same of rows of one table, and of those that refer to them, down to the last. */
export function refersBelow({ structures }: Scene, { parent, child, key, referenced }: Link, where: string): string {
  const structure = structures.find(parent);
  const [theirs, ours] = [writeColumns(structure, referenced), writeColumns(child, key.columns)];
  const next = `SELECT c.${theirs} FROM migrate_prod_gone AS g JOIN ${quoteIdentifier(parent)} AS c ON g.k = c.${ours}`;
  const all = `${selectKeys(structure, parent, referenced, where)} UNION ${next}`;
  const own = writeOwnKey(child, key.columns, structure, referenced, 'own-type');
  return `${own} IN (WITH RECURSIVE migrate_prod_gone(k) AS (${all}) SELECT k FROM migrate_prod_gone)`;
}

function selectKeys(table: TableStructure | null, name: string, columns: readonly string[], where: string): string {
  const some = where === '1' ? '' : ` WHERE ${where}`;
  return `SELECT ${writeColumns(table, columns).join(', ')} FROM ${quoteIdentifier(name)}${some}`;
}

/** Whether a key of one column takes rows of its own table along: these are followed down to the last. */
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
  compared: 'parent-type' | 'own-type' = 'parent-type',
): string {
  const own = writeColumns(child, columns).map((quoted, index) => {
    const column = findStructureColumn(child, columns[index] ?? '');
    const their = parent === null ? undefined : findStructureColumn(parent, referenced[index] ?? '');
    const isAlike = !column || !parent || !their || findAffinity(column, child) === findAffinity(their, parent);
    const value = isAlike || compared === 'own-type' ? quoted : `+${quoted}`;
    const collation = parent === null ? 'binary' : findCollation(parent, referenced[index] ?? '');
    const isBinary = collation === 'binary' && (column?.collation ?? 'binary') === 'binary';
    return isBinary ? value : `${value} COLLATE ${collation}`;
  });
  return own.length === 1 ? (own[0] ?? '') : `(${own.join(', ')})`;
}
