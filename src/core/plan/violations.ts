/**
 * Rows whose foreign keys point nowhere, before a migration that switches keys off and after it: told apart by what they
 * are, so that one that is mended does not hide another that is made.
 */

import type { Query } from '../../ports.ts';
import { trackerTable } from '../migrations/tracker.ts';
import { foldName, quoteIdentifier, sameName } from '../sql/identifiers.ts';
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
  const gone = before.filter((key) => !after.some((other) => isSame(key, other)));
  return after.map((key) => {
    const same = before.filter((other) => isSame(key, other));
    const candidates = same.length > 0 ? same.slice(0, 1) : gone.filter((other) => isRenamed(key, other));
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

function compareParts(left: ForeignKey, right: ForeignKey): readonly boolean[] {
  return [sameName(left.child, right.child), sameName(left.parent, right.parent), areSame(left.columns, right.columns)];
}

function isSame(left: ForeignKey, right: ForeignKey): boolean {
  return compareParts(left, right).every(Boolean);
}

function isRenamed(left: ForeignKey, right: ForeignKey): boolean {
  return compareParts(left, right).filter(Boolean).length === 2;
}

/** The key's name, for telling several of the same apart. */
export function nameKey({ child, parent, columns }: ForeignKey): string {
  return [child, parent, ...columns].map(foldName).join('\n');
}

/**
 * Asked of the rows themselves, and not of `pragma_foreign_key_check`, which names them by rowid: a rebuild hands out new
 * ones, and a table WITHOUT ROWID has none. SQLite compares a key by the affinity and the collation of the parent's column
 * (https://sqlite.org/foreignkeys.html, section 3); the `+` takes the child's away.
 */
function selectBroken({ child, columns, identity, parent, parentColumns }: ForeignKey, withIdentity: boolean): string {
  const own = (column: string) => `c.${quoteIdentifier(column)}`;
  const present = columns.map((column) => `${own(column)} IS NOT NULL`);
  const matches = parentColumns?.map((column, index) => `p.${quoteIdentifier(column)} = +${own(columns[index] ?? '')}`);
  const missing = matches
    ? [`NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(parent)} AS p WHERE ${matches.join(' AND ')})`]
    : [];
  const values = [...columns, ...(withIdentity ? identity : [])].map((column) => render(own(column)));
  const hash = `substr(hex(sha3(${values.join(` || ',' || `)})), 1, 16)`;
  return `SELECT ${hash} AS h FROM ${quoteIdentifier(child)} AS c WHERE ${[...present, ...missing].join(' AND ')}`;
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

/** One row: k, how many there are, a sum over all their hashes, and the first of them with how often each occurs. */
function summarise(rows: string, k: number): string {
  const part = (digits: string) => `sum(n * (('0x' || ${digits}) ->> '$'))`;
  const sums = `${part('substr(h, 1, 8)')} || '-' || ${part('substr(h, 9)')}`;
  const kept = `json_group_object(h, n) FILTER (WHERE r <= ${mostKept})`;
  const counted = `SELECT h, count(*) AS n, row_number() OVER (ORDER BY h) AS r FROM (${rows}) GROUP BY h`;
  return `SELECT ${k} AS k, sum(n) AS total, ${sums} AS sums, ${kept} AS kept FROM (${counted})`;
}

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
  const before = checks.flatMap((check, k) => (check.before === null ? [] : [summarise(check.before, k)]));
  if (before.length === 0) return 'NULL';
  return `(SELECT json_group_array(json_array(k, total, sums, json(kept))) FROM (${uniteAll(before)}) WHERE total > 0)`;
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
  const compared = `SELECT t.child, t.parent, coalesce(o.total, 0) AS old, ${count} AS added FROM (${uniteAll(checks.map(({ after }, k) => summarise(after, k)))}) AS n JOIN (${names}) AS t ON t.k = n.k LEFT JOIN (${before}) AS o ON o.k = n.k WHERE n.total > 0`;
  // Several keys between the same two tables are one to people.
  const told = `SELECT child, parent, max(old) AS old, sum(added) AS added FROM (${compared}) WHERE added > 0 GROUP BY child, parent`;
  const words = `iif(old > ${mostKept}, 'an unknown number of the ', '') || added || ' in ' || child || ' without ' || parent || iif(old > ${mostKept}, ' (there were ' || old || ' before, and not these: too many to compare one by one)', '')`;
  return {
    sql: `${refuseWhen(`WHEN text IS NOT NULL THEN '${marker}violations:' || text`)} FROM (SELECT group_concat(${words}, '; ') AS text FROM (${told}))`,
    args: [JSON.stringify(checks.map(({ child, parent }) => [child, parent])), rowId],
  };
}
