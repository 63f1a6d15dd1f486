/** What a trigger fires on, read from its CREATE TRIGGER. */

import { parseCreateHead } from './create.ts';
import { Cursor } from './cursor.ts';
import { tokenize } from './tokenize.ts';

export interface TriggerEvent {
  readonly verb: 'insert' | 'update' | 'delete';
  /** Of UPDATE OF, unquoted; empty where any column's change counts. */
  readonly columns: readonly string[];
}

/** @returns null for what is no CREATE TRIGGER. */
export function parseTriggerEvent(sql: string): TriggerEvent | null {
  const tokens = tokenize(sql);
  const head = parseCreateHead(tokens);
  if (head?.object !== 'trigger') return null;
  const cursor = new Cursor(tokens);
  cursor.index = head.restIndex;
  if (cursor.skipOneOf(['BEFORE', 'AFTER', 'INSTEAD']) === 'INSTEAD') cursor.skipWords('OF');
  const verb = cursor.skipOneOf(['insert', 'update', 'delete']);
  if (verb === null) return null;
  return { verb, columns: verb === 'update' && cursor.skipWords('OF') ? takeNames(cursor) : [] };
}

function takeNames(cursor: Cursor): readonly string[] {
  const names: string[] = [];
  do {
    const name = cursor.takeName();
    if (name !== null) names.push(name);
  } while (cursor.skipOperator(','));
  return names;
}
