/** Which rows a statement fails on, where the engine's words and one query over production's tables tell it. */

import { readColumns } from '../../mirror/columns.ts';
import type { PlannedStatement } from '../../plan/plan.ts';
import { findUpdatedDuplicates } from '../../plan/updated-duplicates.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import type { Schema } from '../../schema/model/objects.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';

export interface FailingRows {
  /** A SELECT over the table as it is before the migration. */
  readonly query: string;
  readonly rows: number;
  /** The column that holds texts which are no JSON; null where it is something else. */
  readonly json: string | null;
}

/**
 * @param mirror as the migration found it. @param message the engine's. @param all the statements of the plan.
 * @returns null where no simple query finds them.
 */
export async function findFailingRows(
  mirror: Mirror,
  schema: Schema,
  failed: PlannedStatement,
  message: string,
  all: readonly PlannedStatement[],
): Promise<FailingRows | null> {
  const same = findUpdatedDuplicates(failed, message, all);
  const candidates = [
    ...(same === null ? [] : [{ query: same, json: null }]),
    ...(message.includes('malformed JSON') ? listNoJson(mirror, schema, failed.sql) : []),
  ];
  for (const candidate of candidates) {
    const rows = await count(mirror, candidate.query);
    if (rows !== null && rows > 0) return { ...candidate, rows };
  }
  return null;
}

/** Of each column of production that the statement names. */
function listNoJson(mirror: Mirror, { objects }: Schema, sql: string) {
  const tables = objects.filter(({ type, name }) => type === 'table' && mentionsName(sql, name));
  return tables.flatMap((table) =>
    readColumns(mirror, table.name)
      .filter(({ name }) => mentionsName(sql, name) && mentionsName(table.sql ?? '', name))
      .map(({ name }) => {
        const column = quoteIdentifier(name);
        const from = quoteIdentifier(table.name);
        return {
          query: `SELECT * FROM ${from} WHERE typeof(${column}) = 'text' AND NOT json_valid(${column})`,
          json: name,
        };
      }),
  );
}

async function count(mirror: Mirror, query: string): Promise<number | null> {
  try {
    const [row] = await mirror.search(`SELECT count(*) FROM (${query})`);
    return Number(row?.[0]);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}
