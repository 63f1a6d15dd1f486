/**
 * Rows whose foreign keys point nowhere, before a migration that switches keys off and after it: told apart by what they
 * are, so that one that is mended does not hide another that is made.
 */

import type { Query } from '../ports.ts';
import { foldName, quoteIdentifier, quoteText, sameName } from '../sql/identifiers.ts';
import { trackerTable } from '../tracker/tracker.ts';
import { marker, refuseWhen } from './guards.ts';

/** A foreign key, and what is needed to find the rows that violate it. */
export interface ForeignKey {
  readonly child: string;
  readonly columns: readonly string[];
  /** The child's primary key; empty where it has none. */
  readonly identity: readonly string[];
  readonly parent: string;
  /** As many as `columns`; null where there is no such table, so that every row violates it. */
  readonly parentColumns: readonly string[] | null;
}

/** One key as a migration leaves it, and the rows that violate it. */
export interface KeyCheck {
  readonly child: string;
  readonly parent: string;
  /** A SELECT of a column h: a hash of each row, of its primary key and of the values that point nowhere. Null for a new key. */
  readonly before: string | null;
  readonly after: string;
}

/**
 * Pairs the keys of before with those of after. A key is known by its tables and columns. One that is gone and one that is
 * new are taken for the same, renamed, where two of the three agree.
 */
export function pairKeys(before: readonly ForeignKey[], after: readonly ForeignKey[]): readonly KeyCheck[] {
  const byName = new Map(before.map((key) => [nameKey(key), key]));
  const names = new Set(after.map(nameKey));
  const gone = before.filter((key) => !names.has(nameKey(key)));
  return after.map((key) => {
    const same = byName.get(nameKey(key));
    const candidates = same ? [same] : gone.filter((other) => isRenamed(key, other));
    // Whoever changes which columns are the primary key leaves only the values to know a row by.
    const isKept = candidates.every((other) => areSame(other.identity, key.identity));
    const rows = candidates.map((other) => selectBroken(other, isKept));
    return {
      child: key.child,
      parent: key.parent,
      before: rows.length === 0 ? null : rows.join(' UNION ALL '),
      after: selectBroken(key, isKept),
    };
  });
}

function areSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => sameName(name, right[index] ?? ''));
}

function isRenamed(left: ForeignKey, right: ForeignKey): boolean {
  const parts = [
    sameName(left.child, right.child),
    sameName(left.parent, right.parent),
    areSame(left.columns, right.columns),
  ];
  return parts.filter(Boolean).length === 2;
}

/** The key's name, for telling several of the same apart. */
export function nameKey({ child, parent, columns }: ForeignKey): string {
  return [child, parent, ...columns].map(foldName).join('\n');
}

/**
 * SQLite's own check comes first: it is quick, and mostly finds nothing. What it finds it names by rowid, which a rebuild hands
 * out anew and a table WITHOUT ROWID has not, so the rows themselves are asked then. SQLite compares a key by the affinity
 * and the collation of the parent's column (https://sqlite.org/foreignkeys.html, section 3); the `+` takes the child's away.
 * A join and no EXISTS, which would open the parent for each row.
 */
function selectBroken({ child, columns, identity, parent, parentColumns }: ForeignKey, withIdentity: boolean): string {
  const own = (column: string) => `c.${quoteIdentifier(column)}`;
  const present = columns.map((column) => `${own(column)} IS NOT NULL`);
  const ofParent = (parentColumns ?? []).map((column) => `p.${quoteIdentifier(column)}`);
  const matches = ofParent.map((column, index) => `${column} = +${own(columns[index] ?? '')}`);
  const join = matches.length === 0 ? '' : ` LEFT JOIN ${quoteIdentifier(parent)} AS p ON ${matches.join(' AND ')}`;
  const missing = ofParent.slice(0, 1).map((column) => `${column} IS NULL`);
  const values = [...columns, ...(withIdentity ? identity : [])].map((column) => render(own(column)));
  const hash = `substr(hex(sha3(${values.join(` || ',' || `)})), 1, 16)`;
  const any = `(SELECT 1 FROM pragma_foreign_key_check(${quoteText(child)}) LIMIT 1)`;
  return `SELECT ${hash} AS h FROM ${any} CROSS JOIN ${quoteIdentifier(child)} AS c${join} WHERE ${[...present, ...missing].join(' AND ')}`;
}

/** A value as text that stays when its column gets another type: 7, '7' and 7.0 are the same. */
function render(value: string): string {
  return `hex(iif(typeof(${value}) = 'real' AND ${value} = CAST(${value} AS INTEGER), CAST(${value} AS INTEGER), ${value}))`;
}

/**
 * How many violations of one key are kept one by one while the migration runs: what is kept is one value of one row, and
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

/** What a WITH names hides tables of that name, so these are nobody's. */
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
export function guardViolations(checks: readonly KeyCheck[], rowId: string): Query {
  const take = (index: number, name: string) => `json_extract(b.value, '$[${index}]') AS ${name}`;
  const columns = ['k', 'total', 'sums', 'kept'].map((name, index) => take(index, name)).join(', ');
  const before = `SELECT ${columns} FROM "${trackerTable}" AS r, json_each(r.logs) AS b WHERE r.id = ?`;
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
