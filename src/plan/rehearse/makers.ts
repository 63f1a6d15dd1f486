/** Which migration of the plan made an object, so far as rehearsed; objects of production were made by none. */

import { findLookup } from '../../schema/compare/existing.ts';
import type { Classified } from '../../sql/classify.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { FindMaker } from './existing.ts';

export interface Makers {
  readonly find: FindMaker;
  /** As `find`, of a table by its name. */
  findTable(name: string): string | null;
  /** After a statement of the migration has run. */
  note(migration: string, kind: Classified): void;
}

export function openMakers(): Makers {
  /** By the kind of object and its name; a column's begins with its table's. */
  const made = new Map<string, string>();
  return {
    find: (kind) => {
      const [object, column] = nameKeys(kind);
      return (column === undefined ? undefined : made.get(column)) ?? (object && made.get(object)) ?? null;
    },
    findTable: (name) => made.get(keyOf('table', name)) ?? null,
    note: (migration, kind) => {
      if (kind.type === 'rename-table') made.set(keyOf('table', kind.to), migration);
      const keys = nameKeys(kind);
      // A column that is added changes the table, and does not make it.
      const key = kind.type === 'add-column' ? keys[1] : keys[0];
      if (key !== undefined) made.set(key, migration);
    },
  };
}

function nameKeys(kind: Classified): readonly string[] {
  const lookup = findLookup(kind);
  if (lookup === null) return [];
  const object = keyOf(lookup.type, lookup.name);
  return kind.type === 'add-column' ? [object, `${object}.${foldName(kind.column)}`] : [object];
}

function keyOf(type: string, name: string): string {
  return `${type} ${foldName(name)}`;
}
