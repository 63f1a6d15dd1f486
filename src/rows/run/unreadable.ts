/** Columns that are computed as they are read, and fail on a row: ADD COLUMN looks at none. */

import { EngineError, isOutOfBounds, type Mirror } from '../../ports.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';

export interface Unreadable {
  readonly table: string;
  readonly column: string;
  /** The engine's words; values of rows may be in them. */
  readonly message: string;
}

export async function findUnreadable(mirror: Mirror, tables: readonly string[]): Promise<readonly Unreadable[]> {
  const found: Unreadable[] = [];
  for (const table of tables) {
    const columns = mirror.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 2', [table]);
    for (const [name] of columns) {
      const column = String(name);
      const message = await tryToRead(
        mirror,
        `SELECT count(${quoteIdentifier(column)}) FROM ${quoteIdentifier(table)}`,
      );
      if (message !== null) found.push({ table, column, message });
    }
  }
  return found;
}

/** The expression is somebody else's, and may never end. */
async function tryToRead(mirror: Mirror, sql: string): Promise<string | null> {
  try {
    await mirror.attempt(sql);
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.phase === 'run' && !isOutOfBounds(error) ? error.message : null;
  }
}
