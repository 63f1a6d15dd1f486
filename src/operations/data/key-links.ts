/** A foreign key between two tables, and the rows of the one that refer to some of the other. */

import { findCollation } from '../../core/data/production-table.ts';
import type { ForeignKeyStructure, TableStructure } from '../../core/schema/structure.ts';
import { quoteIdentifier } from '../../core/sql/identifiers.ts';
import type { Scene } from './scene.ts';
import { findReferenced } from './structures.ts';

/** Of one table's rows, over today's tables. */
export interface Condition {
  readonly text: string;
  /** What is compared in it. */
  readonly compared: string;
}

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

/** The child's rows that refer to these of the parent. */
export function refers({ structures }: Scene, { parent, key, referenced }: Link, where: Condition): Condition {
  const structure = structures.find(parent);
  // The parent's collation decides (SQLite's foreign key documentation, section 3), and in a query the left side's.
  const own = key.columns.map((column, index) => {
    const collation = structure === null ? 'binary' : findCollation(structure, referenced[index] ?? '');
    return `${quoteIdentifier(column)} COLLATE ${collation}`;
  });
  const theirs = referenced.map(quoteIdentifier);
  const left = own.length === 1 ? own[0] : `(${own.join(', ')})`;
  return {
    text: `${left} IN (SELECT ${theirs.join(', ')} FROM ${quoteIdentifier(parent)} WHERE ${where.text})`,
    // The parent's affinity counts, and not the child's (the same section).
    compared: `${theirs.join(' IN ')} IN (SELECT * FROM ${quoteIdentifier(parent)} WHERE ${where.compared})`,
  };
}

/** null for none. */
export function joinConditions(parts: readonly Condition[]): Condition | null {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? null;
  return {
    text: `(${parts.map(({ text }) => text).join(' OR ')})`,
    compared: parts.map(({ compared }) => compared).join(' '),
  };
}
