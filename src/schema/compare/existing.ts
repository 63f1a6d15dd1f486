/** Compares the object that a statement would create with the one that is there. */

import type { Classified } from '../../sql/classify.ts';
import { sameName } from '../../sql/identifiers.ts';
import type { SchemaObject } from '../model/objects.ts';
import { parseTableStructure } from '../parse/create-table.ts';
import { findReorderedTables } from './column-order.ts';
import { compareSchemas } from './compare.ts';

export interface Lookup {
  readonly type: SchemaObject['type'];
  readonly name: string;
}

export function findLookup(kind: Classified): Lookup | null {
  switch (kind.type) {
    case 'create-table':
    case 'create-virtual-table':
      return { type: 'table', name: kind.name };
    case 'create-index':
      return { type: 'index', name: kind.name };
    case 'create-view':
      return { type: 'view', name: kind.name };
    case 'create-trigger':
      return { type: 'trigger', name: kind.name };
    case 'add-column':
      return { type: 'table', name: kind.table };
    default:
      return null;
  }
}

/** True if IF [NOT] EXISTS or the like makes the statement do nothing when the object is there. */
export function saysIfNotExists(kind: Classified): boolean {
  return 'ifNotExists' in kind && kind.ifNotExists;
}

/**
 * @param existing what the lookup found
 * @returns `absent` also for a column that the table does not have
 */
export function compareExisting(
  sql: string,
  kind: Classified,
  existing: SchemaObject,
): 'absent' | 'identical' | 'different' {
  if (kind.type === 'add-column') return compareColumn(kind.column, kind.definition, existing);
  return isSameObject(existing, { ...existing, sql }) ? 'identical' : 'different';
}

function compareColumn(name: string, definition: string, table: SchemaObject): 'absent' | 'identical' | 'different' {
  const columns = parseTableStructure(table.sql ?? '')?.columns ?? [];
  const column = columns.find((candidate) => sameName(candidate.name, name));
  if (!column) return 'absent';
  const wrap = (sql: string): SchemaObject => ({ ...table, sql: `CREATE TABLE t (${sql})` });
  return isSameObject(wrap(column.sql), wrap(definition)) ? 'identical' : 'different';
}

/** The order of columns counts here: later statements may insert rows without naming the columns. */
function isSameObject(left: SchemaObject, right: SchemaObject): boolean {
  return (
    compareSchemas([left], [right], 'everything').length === 0 && findReorderedTables([left], [right]).length === 0
  );
}
