/** libSQL's own `ALTER TABLE … ALTER COLUMN … TO …`, which gives a column another definition. */

import { Cursor } from './cursor.ts';
import { tokenize } from './tokenize.ts';

/** @returns the column whose definition it changes, unquoted; null for any other statement. */
export function readAlteredColumn(sql: string): string | null {
  const cursor = new Cursor(tokenize(sql));
  if (!cursor.skipWords('ALTER', 'TABLE') || cursor.takeQualifiedName() === null) return null;
  if (!cursor.skipWords('ALTER')) return null;
  cursor.skipWords('COLUMN');
  return cursor.takeName();
}
