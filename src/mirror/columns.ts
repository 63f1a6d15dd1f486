/** Reads the columns of a table of the mirror, as the engine lists them. Nothing else reads them. */

import { EngineError, type Mirror } from '../ports.ts';

export interface MirrorColumn {
  readonly name: string;
  /** As it is written; empty for none. */
  readonly type: string;
  readonly notNull: boolean;
  /** As it is written, without the parentheses around an expression; null for none. */
  readonly default: string | null;
  /** 1-based place in the primary key; 0 if it is not in it. */
  readonly place: number;
  /** `hidden`: a column of a virtual table that `*` does not return. */
  readonly kind: 'stored' | 'hidden' | 'generated' | 'generated-stored';
}

/** In the numbering of `pragma_table_xinfo`. */
const kinds = ['stored', 'hidden', 'generated', 'generated-stored'] as const;

/** @returns none if the table or view is not there or cannot be read, for instance because its module is missing */
export function readColumns(mirror: Mirror, table: string): readonly MirrorColumn[] {
  return queryColumns(mirror, table).map(([name, type, notNull, value, place, hidden]) => ({
    name: String(name),
    type: String(type ?? ''),
    notNull: notNull === 1,
    default: value === null || value === undefined ? null : String(value),
    place: Number(place),
    kind: kinds[Number(hidden)] ?? 'stored',
  }));
}

function queryColumns(mirror: Mirror, table: string) {
  try {
    return mirror.query(
      'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid',
      [table],
    );
  } catch (error) {
    if (error instanceof EngineError) return [];
    throw error;
  }
}

export function listKeyColumns(columns: readonly MirrorColumn[]): readonly string[] {
  const key = columns.filter(({ place }) => place > 0);
  return key.sort((left, right) => left.place - right.place).map(({ name }) => name);
}
