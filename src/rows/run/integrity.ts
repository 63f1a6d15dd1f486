/** What is wrong with the rows of tables by what the tables themselves ask for, as the engine tells it. */

import { type RowFault, repeatedValue } from '../../findings/breaks-constraints.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { quoteText } from '../../sql/identifiers.ts';

export interface Fault {
  readonly table: string;
  readonly fault: RowFault;
  readonly rows: number;
  /** The engine stops looking at 100. */
  readonly atLeast: boolean;
}

/** How many the engine tells of one table (sqlite.org/pragma.html#pragma_integrity_check). */
export const mostTold = 100;

/**
 * Table by table: one that cannot be looked at, because a CHECK of it is not deterministic say, hides no other.
 * @param tables that the mirror has.
 */
export async function findFaults(mirror: Mirror, tables: readonly string[]): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const table of tables) {
    const said = await checkTable(mirror, table);
    const isGenerated = (column: string) =>
      mirror.query('SELECT 1 FROM pragma_table_xinfo(?) WHERE name = ? AND hidden IN (2, 3)', [table, column]).length >
      0;
    const counts = new Map<string, Fault>();
    for (const text of said) {
      const fault = readFault(text, table, isGenerated);
      if (fault === null) continue;
      const key = JSON.stringify(fault);
      const rows = (counts.get(key)?.rows ?? 0) + 1;
      counts.set(key, { table, fault, rows, atLeast: said.length >= mostTold });
    }
    faults.push(...counts.values());
  }
  return faults;
}

/** A CHECK is somebody else's, and may never end. */
async function checkTable(mirror: Mirror, table: string): Promise<readonly string[]> {
  try {
    await mirror.attempt(`CREATE TEMP TABLE faults AS SELECT * FROM pragma_integrity_check(${quoteText(table)})`);
    const said = mirror.query('SELECT * FROM temp.faults').map(([text]) => String(text));
    mirror.run('DROP TABLE temp.faults');
    return said;
  } catch (error) {
    if (error instanceof EngineError) return [];
    throw error;
  }
}

/** The engine's words (SQLite, pragma.c, PragTyp_INTEGRITY_CHECK); null for `ok`, and for what says nothing of rows. */
function readFault(said: string, table: string, isGenerated: (column: string) => boolean): RowFault | null {
  const [, type, place] = /^(NULL|non-\w+|TEXT|NUMERIC) value in (.*)$/s.exec(said) ?? [];
  // A name may hold a dot.
  const column = place?.slice(table.length + 1);
  if (column !== undefined)
    return type === 'NULL' ? { what: 'null', column } : { what: 'type', column, isGenerated: isGenerated(column) };
  if (said.startsWith('CHECK constraint failed')) return { what: 'check' };
  const [, missing] = /^row .+ missing from index (.*)$/s.exec(said) ?? [];
  if (missing !== undefined) return { what: 'index', index: missing, message: 'it lacks rows of the table' };
  const [, repeated] = /^non-unique entry in index (.*)$/s.exec(said) ?? [];
  if (repeated !== undefined) return { what: 'index', index: repeated, message: repeatedValue };
  const [, wrong] = /^wrong # of entries in index (.*)$/s.exec(said) ?? [];
  if (wrong !== undefined) return { what: 'index', index: wrong, message: 'it has another number of rows' };
  return null;
}
