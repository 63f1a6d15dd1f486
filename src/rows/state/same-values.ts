/** Whether a question sees the values that the table would hold. */

import { type Affinity, findAffinity, mayConvert } from '../../schema/model/affinity.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { LiteralKind } from '../../sql/plain-select.ts';
import type { Scene } from '../context.ts';
import { findColumn, type KnownRows } from './table-rows.ts';

/** Whether its values are in the table what they are in the question, and compare in the same way. */
export function keepsKind(scene: Scene, rows: KnownRows, table: TableStructure, column: ColumnStructure): boolean {
  const source = findColumn(rows, column.name)?.source;
  if (source?.type === 'literal' || source === undefined || source.type === 'computed')
    return staysAsIs(scene, rows, table, column);
  const from = scene.production.get(foldName(source.table))?.structure;
  const original = from && findStructureColumn(from, source.column);
  return original?.collation === column.collation && staysAsIs(scene, rows, table, column);
}

/** Whether its values are in the table what they are in the question. */
export function staysAsIs(scene: Scene, rows: KnownRows, table: TableStructure, column: ColumnStructure): boolean {
  const source = findColumn(rows, column.name)?.source;
  if (source?.type === 'literal') return isOfKind(source.kind, findAffinity(column, table));
  if (source === undefined || source.type === 'computed') return false;
  const from = scene.production.get(foldName(source.table))?.structure;
  const original = from && findStructureColumn(from, source.column);
  if (source.type === 'filled' && !isOfKind(source.kind, findAffinity(column, table))) return false;
  return (
    from !== undefined && original !== undefined && !mayConvert({ column: original, table: from }, { column, table })
  );
}

/** Whether a literal stays as it is in a column of this affinity. */
function isOfKind(kind: LiteralKind, affinity: Affinity): boolean {
  if (affinity === 'none') return true;
  return affinity === 'text' ? kind === 'text' : kind === 'number';
}
