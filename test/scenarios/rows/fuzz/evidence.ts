/** Whether the numbers in a plan's findings are those that are there when the statement runs. */

import type { Finding } from '../../../../src/index.ts';
import type { Embedded } from '../../../support/embedded-adapter.ts';
import type { Fault } from './fault.ts';

/**
 * @param findings those of the statement that is about to run
 * @param precision `bound` where it may speak of more rows than there are: the keys by which they are found may be others
 */
export function findMiscounted(
  database: Embedded,
  sql: string,
  findings: readonly Finding[],
  precision: 'exact' | 'bound',
): readonly Fault[] {
  return findings.flatMap(({ code, kind, message, evidence }): readonly Fault[] => {
    const count = evidence?.count ?? null;
    // Of production alone it says nothing of what the plan computes.
    if (code !== 'data-loss' || count?.atLeast || message.endsWith('of production.')) return [];
    const actual = listQuestions(message, sql).flatMap((question) => readFirst(database, question));
    if (actual.length === 0) return [];
    const text = `${message} [${sql}] but it is ${actual.join(' or ')}`;
    if (kind === 'note') return actual.includes(0) ? [] : [{ kind: 'false note', text }];
    if (count === null || actual.includes(count.rows)) return [];
    // Where the rows cannot be followed, no more can be lost than is there today.
    const isBound = count.rows > 0 && (precision === 'bound' || /^Drops "[^"]+" /.test(message));
    return isBound ? [] : [{ kind: 'wrong count', text }];
  });
}

function readFirst(database: Embedded, sql: string): readonly number[] {
  try {
    const [row] = database.prepare(sql).raw(true).all();
    return Array.isArray(row) ? [Number(row[0])] : [];
  } catch {
    // It has no such column: the question does not fit the table.
    return [];
  }
}

/** Any of their answers will do. */
function listQuestions(message: string, sql: string): readonly string[] {
  const column = /^Drops ("[^"]+")\.("[^"]+")(?: with|, which)/.exec(message);
  if (column) return [`SELECT count(*) FROM ${column[1]} WHERE ${column[2]} IS NOT NULL`];
  const table =
    /^Drops ("[^"]+")(?: with|, which)/.exec(message) ?? /^Rebuilds ("[^"]+") without copying/.exec(message);
  if (table) return [`SELECT count(*) FROM ${table[1]}`];
  const [, old] = /^Rebuilds "([^"]+)" and does not copy every row/.exec(message) ?? [];
  if (old === undefined || !/^drop/i.test(sql)) return [];
  const copy = /^old_/i.test(old) ? old.slice(4) : `new_${old}`;
  return [
    `SELECT max(0, (SELECT count(*) FROM "${old}") - (SELECT count(*) FROM "${copy}"))`,
    `SELECT count(*) FROM "${old}" WHERE "id" NOT IN (SELECT "id" FROM "${copy}" WHERE "id" IS NOT NULL)`,
    `SELECT count(*) FROM "${old}" AS o WHERE NOT EXISTS (SELECT 1 FROM "${copy}" AS n WHERE n."id" = o."id")`,
  ];
}
