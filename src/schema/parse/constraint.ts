/** The constraints of a CREATE TABLE as they are written, before the whole table is known. */

import type { Cursor } from '../../sql/cursor.ts';
import {
  type Expression,
  type KeyColumn,
  type References,
  takeConflict,
  takeDeferral,
  takeExpression,
  takeKeyColumn,
  takeNames,
  takeOrder,
  takeReferences,
} from './clauses.ts';

/** Names are as they are written. */
export type Constraint =
  | {
      readonly type: 'primary-key';
      readonly name: string | null;
      readonly columns: readonly KeyColumn[];
      readonly conflict: string | null;
      readonly autoincrement: boolean;
      /** The place where it is written: DESC with an INTEGER column makes a difference. */
      readonly place: 'column' | 'table';
    }
  | {
      readonly type: 'unique';
      readonly name: string | null;
      readonly columns: readonly KeyColumn[];
      readonly conflict: string | null;
    }
  | { readonly type: 'check'; readonly name: string | null; readonly expression: Expression }
  | ForeignKeyConstraint;

/** A DEFERRABLE clause by itself in a column: it belongs to the foreign key before it. */
export interface Deferral {
  readonly type: 'deferral';
  readonly deferral: ForeignKeyConstraint['deferral'];
}

export interface ForeignKeyConstraint {
  readonly type: 'foreign-key';
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: References;
  readonly deferral: 'deferred' | 'immediate';
}

/** Takes a constraint after the columns; null for anything else. A CONSTRAINT with only a name is no constraint (SQLite, parse.y, `tcons`). */
export function takeTableConstraint(cursor: Cursor, name: string | null): Constraint | null {
  if (cursor.skipWords('PRIMARY', 'KEY')) return takeKey(cursor, name, 'primary-key');
  if (cursor.skipWords('UNIQUE')) return takeKey(cursor, name, 'unique');
  if (cursor.skipWords('CHECK')) {
    const check = takeCheck(cursor, name);
    // This clause has no effect here: `tcons ::= CHECK LP expr RP onconf`.
    takeConflict(cursor);
    return check;
  }
  if (!cursor.skipWords('FOREIGN', 'KEY')) return null;
  const columns = takeNames(cursor);
  return columns === null || !cursor.skipWords('REFERENCES') ? null : takeForeignKey(cursor, name, columns);
}

function takeKey(cursor: Cursor, name: string | null, type: 'primary-key' | 'unique'): Constraint | null {
  if (!cursor.skipOperator('(')) return null;
  const columns: KeyColumn[] = [];
  do {
    const column = takeKeyColumn(cursor);
    if (column === null) return null;
    columns.push(column);
  } while (cursor.skipOperator(','));
  const autoincrement = type === 'primary-key' && cursor.skipWords('AUTOINCREMENT');
  if (!cursor.skipOperator(')')) return null;
  const conflict = takeConflict(cursor);
  if (type === 'unique') return { type, name, columns, conflict };
  return { type, name, columns, conflict, autoincrement, place: 'table' };
}

/** Takes a constraint that is written with its column; null for anything else. */
export function takeColumnConstraint(cursor: Cursor, name: string | null, column: string): Constraint | null {
  if (cursor.skipWords('PRIMARY', 'KEY')) {
    const columns = [{ name: column, collation: null, order: takeOrder(cursor) }];
    const conflict = takeConflict(cursor);
    const autoincrement = cursor.skipWords('AUTOINCREMENT');
    return { type: 'primary-key', name, columns, conflict, autoincrement, place: 'column' };
  }
  if (cursor.skipWords('UNIQUE')) {
    const columns = [{ name: column, collation: null, order: 'ascending' as const }];
    return { type: 'unique', name, columns, conflict: takeConflict(cursor) };
  }
  if (cursor.skipWords('CHECK')) return takeCheck(cursor, name);
  return cursor.skipWords('REFERENCES') ? takeForeignKey(cursor, name, [column]) : null;
}

function takeCheck(cursor: Cursor, name: string | null): Constraint | null {
  const expression = takeExpression(cursor);
  return expression === null ? null : { type: 'check', name, expression };
}

/**
 * Joins each deferral with its foreign key, which may be in an earlier column; without one it has no effect (build.c,
 * sqlite3DeferForeignKey).
 */
export function joinDeferrals(written: readonly (Constraint | Deferral)[]): readonly Constraint[] {
  const constraints: Constraint[] = [];
  for (const each of written) {
    if (each.type !== 'deferral') {
      constraints.push(each);
      continue;
    }
    const index = constraints.findLastIndex(({ type }) => type === 'foreign-key');
    const key = constraints[index];
    if (key?.type === 'foreign-key') constraints[index] = { ...key, deferral: each.deferral };
  }
  return constraints;
}

function takeForeignKey(cursor: Cursor, name: string | null, columns: readonly string[]): Constraint | null {
  const references = takeReferences(cursor);
  if (references === null) return null;
  return { type: 'foreign-key', name, columns, references, deferral: takeDeferral(cursor) ?? 'immediate' };
}
