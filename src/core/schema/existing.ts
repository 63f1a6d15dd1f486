/** Whether what a statement would create is there already, and is the same. */

import type { Classified } from '../sql/classify.ts';
import { sameName } from '../sql/identifiers.ts';
import { normalizeStatement, parseTableDefinition } from '../sql/normalize.ts';
import type { SchemaObject } from './objects.ts';

/** What to look up for a statement: the object that it would create, or the table that it would add a column to. */
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

/** Whether the statement itself says that it does nothing where the object is there. */
export function saysIfNotExists(kind: Classified): boolean {
  return 'ifNotExists' in kind && kind.ifNotExists;
}

/**
 * @param existing what the lookup found.
 * @returns `absent` also for a column that the table does not have.
 */
export function compareExisting(
  sql: string,
  kind: Classified,
  existing: SchemaObject,
): 'absent' | 'identical' | 'different' {
  if (kind.type === 'add-column') return compareColumn(kind.column, kind.definition, existing);
  return isSameObject(sql, existing.sql ?? '') ? 'identical' : 'different';
}

function compareColumn(name: string, definition: string, table: SchemaObject): 'absent' | 'identical' | 'different' {
  const columns = parseTableDefinition(table.sql ?? '')?.columns ?? [];
  const column = columns.find((candidate) => sameName(candidate.name, name));
  if (!column) return 'absent';
  return column.definition === normalizeStatement(definition) ? 'identical' : 'different';
}

/** Whether two CREATE statements make the same object; a table's constraints may come in any order. */
function isSameObject(left: string, right: string): boolean {
  if (normalizeStatement(left) === normalizeStatement(right)) return true;
  const [a, b] = [parseTableDefinition(left), parseTableDefinition(right)];
  if (!a || !b) return false;
  const constraints = (definition: typeof a) => [...definition.constraints].sort().join('\n');
  const columns = (definition: typeof a) => definition.columns.map((column) => column.definition).join('\n');
  return a.options === b.options && columns(a) === columns(b) && constraints(a) === constraints(b);
}
