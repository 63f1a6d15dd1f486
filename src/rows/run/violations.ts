/** Rows whose foreign keys point nowhere, as the engine tells it. */

import type { KeyCheck } from '../../plan/key-checks.ts';
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
export async function findViolations(mirror: Mirror, tables: readonly string[]): Promise<readonly Violations[]> {
  const found: Violations[] = [];
  for (const child of tables) found.push(...(await checkTable(mirror, child)));
  return found;
}

async function checkTable(mirror: Mirror, child: string): Promise<readonly Violations[]> {
  try {
    const counts = await mirror.search('SELECT fkid, count(*) FROM pragma_foreign_key_check(?) GROUP BY fkid', [child]);
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

/** How often each row that points nowhere is there, by a hash of it; null for a key that is new, or cannot be looked at. */
export type BrokenRows = ReadonlyMap<string, number> | null;

/** By key. */
export type Broken = readonly BrokenRows[];

/** @param when the rows that point nowhere before the migration, or after it. */
export async function readBroken(
  mirror: Mirror,
  checks: readonly KeyCheck[],
  when: 'before' | 'after',
): Promise<Broken> {
  const broken: BrokenRows[] = [];
  for (const check of checks) broken.push(await readBrokenRows(mirror, check[when]));
  return broken;
}

/** @param select of a `KeyCheck` */
export async function readBrokenRows(mirror: Mirror, select: string | null): Promise<BrokenRows> {
  if (select === null) return null;
  try {
    const rows = await mirror.search(`SELECT h, count(*) FROM (${select}) GROUP BY h`);
    return new Map(rows.map(([hash, count]) => [String(hash), Number(count)]));
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

/** The rows that point nowhere and did not before. Row by row, as `apply` compares them: one that is mended hides no other. */
export function compareBroken(checks: readonly KeyCheck[], before: Broken, after: Broken): readonly Violations[] {
  return checks.flatMap(({ child, columns, parent }, index) => {
    const was = before[index];
    let rows = 0;
    for (const [hash, count] of after[index] ?? []) rows += Math.max(0, count - (was?.get(hash) ?? 0));
    return rows === 0 ? [] : [{ child, columns, parent, rows }];
  });
}

/** The key as a table has it. */
export function describeKey({ columns, parent }: Violations): string {
  return `FOREIGN KEY (${columns.map(quoteIdentifier).join(', ')}) REFERENCES ${quoteIdentifier(parent)}`;
}
