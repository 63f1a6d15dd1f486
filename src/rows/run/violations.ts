/** Rows whose foreign keys point nowhere, as the engine tells it. */

import { EngineError, type Mirror } from '../../ports.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';

export interface Violations {
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/**
 * @param tables children. One whose keys cannot be checked, as they fit no key of the parent, is left out: it is told
 * otherwise.
 */
export function findViolations(mirror: Mirror, tables: readonly string[]): readonly Violations[] {
  return tables.flatMap((child) => checkTable(mirror, child));
}

function checkTable(mirror: Mirror, child: string): readonly Violations[] {
  try {
    const counts = mirror.query('SELECT fkid, count(*) FROM pragma_foreign_key_check(?) GROUP BY fkid', [child]);
    if (counts.length === 0) return [];
    const keys = mirror.query('SELECT id, "table", "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq', [child]);
    return counts.map(([id, rows]) => {
      const own = keys.filter(([key]) => key === id);
      return {
        child,
        parent: String(own[0]?.[1]),
        columns: own.map(([, , from]) => String(from)),
        rows: Number(rows),
      };
    });
  } catch (error) {
    if (error instanceof EngineError) return [];
    throw error;
  }
}

/** The key as a table has it. */
export function describeKey({ columns, parent }: Violations): string {
  return `FOREIGN KEY (${columns.map(quoteIdentifier).join(', ')}) REFERENCES ${quoteIdentifier(parent)}`;
}
