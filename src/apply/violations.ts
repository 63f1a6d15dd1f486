/**
 * Rows whose foreign keys point nowhere, before a migration that switches keys off and after it: told apart by what they
 * are, so that one that is mended does not hide another that is made.
 */

import type { KeyCheck } from '../plan/key-checks.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import type { Query } from '../target/request.ts';
import type { TrackerTable } from '../tracker/tracker.ts';
import { marker, refuseWhen } from './guards.ts';

/**
 * The most violations of one key that are kept one by one while the migration runs: they are one value of one row, and
 * a server takes 4 MB for that. Of more than these it is only told whether they are the same.
 */
const mostKept = 5_000;

/**
 * @param rows the SELECT of h of each key that is to be asked, by its place among the checks.
 * @returns a SELECT of k, how many there are, a sum over all their hashes, and each of them with how often it occurs; the
 * last is NULL where there are too many.
 */
function summarise(rows: ReadonlyMap<number, string>): string {
  const part = (digits: string) => `sum(('0x' || ${digits}) ->> '$')`;
  const sums = `${part('substr(h, 1, 8)')} || '-' || ${part('substr(h, 9)')}`;
  const all = uniteAll([...rows].map(([k, select]) => `SELECT ${k} AS k, h FROM (${select})`));
  const few = `SELECT k, h, count(*) AS n FROM ${scratch.rows} WHERE k IN (SELECT k FROM ${scratch.sums} WHERE total <= ${mostKept}) GROUP BY k, h`;
  const parts = [
    `${scratch.rows} (k, h) AS MATERIALIZED (${all})`,
    `${scratch.sums} AS MATERIALIZED (SELECT k, count(*) AS total, ${sums} AS sums FROM ${scratch.rows} GROUP BY k)`,
    `${scratch.kept} AS MATERIALIZED (SELECT k, json_group_object(h, n) AS kept FROM (${few}) GROUP BY k)`,
  ];
  return `WITH ${parts.join(', ')} SELECT s.k, s.total, s.sums, e.kept FROM ${scratch.sums} AS s LEFT JOIN ${scratch.kept} AS e ON e.k = s.k`;
}

/** A name in a WITH hides the table of that name, so no table must have these. */
const scratch = { rows: '_migrate_prod_rows', sums: '_migrate_prod_sums', kept: '_migrate_prod_kept' } as const;

/** SQLite takes 500 SELECTs in one compound. */
const mostTerms = 100;

function uniteAll(selects: readonly string[]): string {
  if (selects.length <= mostTerms) return selects.join(' UNION ALL ');
  const parts: string[] = [];
  for (let index = 0; index < selects.length; index += mostTerms) {
    parts.push(`SELECT * FROM (${selects.slice(index, index + mostTerms).join(' UNION ALL ')})`);
  }
  return uniteAll(parts);
}

/** An expression: today's violations as JSON, without a value of any row; null where no key was there before. */
export function violationsAsJson(checks: readonly KeyCheck[]): string {
  const before = checks.flatMap((check, k) => (check.before === null ? [] : [[k, check.before] as const]));
  if (before.length === 0) return 'NULL';
  return `(SELECT json_group_array(json_array(k, total, sums, json(kept))) FROM (${summarise(new Map(before))}))`;
}

/** No violation beyond those that the migration's own row keeps in its logs. */
export function guardViolations(tracker: TrackerTable, checks: readonly KeyCheck[], rowId: string): Query {
  const take = (index: number, name: string) => `json_extract(b.value, '$[${index}]') AS ${name}`;
  const columns = ['k', 'total', 'sums', 'kept'].map((name, index) => take(index, name)).join(', ');
  const before = `SELECT ${columns} FROM ${quoteIdentifier(tracker.name)} AS r, json_each(r.logs) AS b WHERE r.id = ?`;
  const names = `SELECT key AS k, value ->> 0 AS child, value ->> 1 AS parent FROM json_each(?)`;
  const each = `SELECT key AS h, value AS d FROM json_each(n.kept) UNION ALL SELECT key, -value FROM json_each(o.kept)`;
  const added = `(SELECT coalesce(sum(d), 0) FROM (SELECT sum(d) AS d FROM (${each}) GROUP BY h HAVING sum(d) > 0))`;
  const count = `CASE WHEN o.k IS NULL THEN n.total WHEN n.sums = o.sums THEN 0 WHEN o.total > ${mostKept} THEN n.total WHEN n.total > ${mostKept} THEN n.total - o.total ELSE ${added} END`;
  const compared = `SELECT t.child, t.parent, coalesce(o.total, 0) AS old, ${count} AS added FROM (${summarise(new Map(checks.map(({ after }, k) => [k, after])))}) AS n JOIN (${names}) AS t ON t.k = n.k LEFT JOIN (${before}) AS o ON o.k = n.k`;
  // Several keys between the same two tables are one to people.
  const told = `SELECT child, parent, max(old) AS old, sum(added) AS added FROM (${compared}) WHERE added > 0 GROUP BY child, parent`;
  const words = `iif(old > ${mostKept}, 'an unknown number of the ', '') || added || ' in ' || child || ' without ' || parent || iif(old > ${mostKept}, ' (there were ' || old || ' before, and not these: too many to compare one by one)', '')`;
  return {
    sql: `${refuseWhen(`WHEN text IS NOT NULL THEN '${marker}violations:' || text`)} FROM (SELECT group_concat(${words}, '; ') AS text FROM (${told}))`,
    args: [JSON.stringify(checks.map(({ child, parent }) => [child, parent])), rowId],
  };
}
