/** Where in the folder something was made: the last statement that names it. */

import type { Migration } from '../history/migration.ts';
import type { Difference } from '../schema/compare/difference.ts';
import { splitStatements } from '../sql/split.ts';
import { mentionsAny, mentionsName } from '../sql/words.ts';

export interface DifferencePlace {
  /** The file, as shown to people. */
  readonly path: string;
  /** 1-based, where its statement begins. */
  readonly line: number;
}

/** @returns null where no migration names it, as with what was made by hand. @param migrations in Prisma's order. */
export function findPlace(
  { object, name, table }: Pick<Difference, 'object' | 'name' | 'table'>,
  migrations: readonly Pick<Migration, 'path' | 'sql'>[],
): DifferencePlace | null {
  const own = object === 'column' ? name.slice(table.length + 1) : name;
  for (const { path, sql } of migrations.toReversed()) {
    if (!mentionsName(sql, own)) continue;
    const found = splitStatements(sql).findLast(
      (statement) =>
        mentionsName(statement.sql, own) && (object !== 'column' || mentionsAny(statement.sql, listForms(table))),
    );
    if (found !== undefined) return { path, line: found.line };
  }
  return null;
}

/** A rebuild makes the table under another name (Prisma's, and that of its older versions). */
function listForms(table: string): readonly string[] {
  return [table, `new_${table}`, `_new_${table}`];
}
