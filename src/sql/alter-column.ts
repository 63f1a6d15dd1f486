/** libSQL's own `ALTER TABLE … ALTER COLUMN … TO …`, which gives a column another definition. */

import { Cursor } from './cursor.ts';
import { tokenize } from './tokenize.ts';

export interface Alteration {
  /** Unquoted. */
  readonly column: string;
  /** What it becomes, as a CREATE TABLE would have it; empty where that is missing. */
  readonly definition: string;
}

/** @returns null for any other statement. */
export function readAlteration(sql: string): Alteration | null {
  const cursor = new Cursor(tokenize(sql));
  if (!cursor.skipWords('ALTER', 'TABLE') || cursor.takeQualifiedName() === null) return null;
  if (!cursor.skipWords('ALTER')) return null;
  cursor.skipWords('COLUMN');
  const column = cursor.takeName();
  if (column === null) return null;
  const first = cursor.skipWords('TO') ? cursor.peek() : undefined;
  return { column, definition: first === undefined ? '' : sql.slice(first.start) };
}
