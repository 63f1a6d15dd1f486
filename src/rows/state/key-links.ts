/** A foreign key between two tables, and the rows of the one that refer to some of the other. */

import { findReferenced, type Structures } from '../../mirror/structures.ts';
import { findAffinity } from '../../schema/model/affinity.ts';
import { findCollation, findStructureColumn, findWrittenName } from '../../schema/model/columns.ts';
import type { ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { Cursor, isOperator } from '../../sql/cursor.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';

/** What all of this is told from. */
export interface LinkedTables {
  readonly structures: Structures;
}

/** Of one table's rows, over today's tables. */
export interface KeyCondition {
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

export function listLinks({ structures }: LinkedTables, parent: string): readonly Link[] {
  const structure = structures.find(parent);
  return structures.listChildren(parent).flatMap(({ table: child, key }) => {
    const referenced = findReferenced(key, structure);
    return referenced === null ? [] : [{ parent, child, key, referenced }];
  });
}

/** The child's rows that refer to these of the parent. */
export function refers(
  { structures }: LinkedTables,
  { parent, child, key, referenced }: Link,
  where: KeyCondition,
): KeyCondition {
  const structure = structures.find(parent);
  const theirs = writeColumns(structure, referenced);
  const left = writeOwnKey(child, key.columns, structure, referenced);
  const condition = withoutParentheses(where.text);
  const some = condition === '1' ? '' : ` WHERE ${condition}`;
  return {
    text: `${left} IN (SELECT ${theirs.join(', ')} FROM ${quoteIdentifier(parent)}${some})`,
    // The parent's affinity counts, and not the child's (SQLite's foreign key documentation, section 3).
    compared: `${theirs.join(' IN ')} IN (SELECT * FROM ${quoteIdentifier(parent)} WHERE ${where.compared})`,
  };
}

/** Quoted, as the table writes them. */
export function writeColumns(table: TableStructure | null, columns: readonly string[]): readonly string[] {
  return columns.map((column) => quoteIdentifier(table === null ? column : findWrittenName(table, column)));
}

/**
 * The columns of a key as they are to be compared with those that they refer to: the parent's collation and affinity decide
 * (the same section); in a query the left side's collation does, and the affinity of both.
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

/** Without those that stand around the whole of it. */
function withoutParentheses(text: string): string {
  // What follows a comment has to stay on a line of its own.
  if (text.includes('--')) return text;
  const cursor = new Cursor(tokenize(text));
  const isWhole = isOperator(cursor.peek(), '(') && cursor.skipParentheses() && cursor.peek() === undefined;
  return isWhole ? text.trim().slice(1, -1).trim() : text;
}

/** null for none. */
export function joinConditions(parts: readonly KeyCondition[]): KeyCondition | null {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? null;
  return {
    text: `(${parts.map(({ text }) => text).join(' OR ')})`,
    compared: parts.map(({ compared }) => compared).join(' '),
  };
}
