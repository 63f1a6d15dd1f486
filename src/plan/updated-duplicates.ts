/** The rows that an UPDATE made the same under a unique key, which the database refused. */

import { foldName, quoteIdentifier, sameName } from '../sql/identifiers.ts';
import { parseUpdate } from '../sql/row-statements.ts';
import { mentionsName } from '../sql/words.ts';
import type { PlannedStatement } from './plan.ts';

/**
 * @param message the database's own, such as `UNIQUE constraint failed: Customer.email`.
 * @param all the statements of its migration, which was rolled back.
 * @returns a SELECT over the table as it is before the migration; null where that cannot be written simply.
 */
export function findUpdatedDuplicates(
  statement: PlannedStatement,
  message: string,
  all: readonly PlannedStatement[],
): string | null {
  const update = parseUpdate(statement.sql);
  const key = /UNIQUE constraint failed: (.+)$/s.exec(message)?.[1]?.split(', ');
  if (update === null || key === undefined) return null;
  const { table, assignments, where } = update;
  const earlier = all.slice(0, all.indexOf(statement));
  if (earlier.some(({ sql, action }) => action === 'run' && mentionsName(sql, table))) return null;
  const prefix = `${table}.`;
  if (!key.every((name) => sameName(name.slice(0, prefix.length), prefix))) return null;
  const given = new Map(assignments.map(({ column, expression }) => [foldName(column), expression]));
  const values = key.map((name) => {
    const column = name.slice(prefix.length);
    const expression = given.get(foldName(column));
    if (expression === undefined) return quoteIdentifier(column);
    return where === null
      ? `(${expression})`
      : `CASE WHEN (${where}) THEN (${expression}) ELSE ${quoteIdentifier(column)} END`;
  });
  const list = values.join(', ');
  const one = values.length === 1 ? list : `(${list})`;
  const from = quoteIdentifier(table);
  const places = values.map((_, index) => index + 1).join(', ');
  return `SELECT * FROM ${from} WHERE ${one} IN (SELECT ${list} FROM ${from} GROUP BY ${places} HAVING count(*) > 1)`;
}
