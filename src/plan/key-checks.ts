/** The foreign keys that a migration is checked for: each as it is before and after, with the rows that point nowhere. */

import { foldName, quoteIdentifier, quoteText, sameName } from '../sql/identifiers.ts';

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
  readonly columns: readonly string[];
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
    // If the primary key has other columns afterwards, a row can be known only by its foreign key's values.
    const isKept = candidates.every((other) => areSame(other.identity, key.identity));
    const rows = candidates.map((other) => selectBroken(other, isKept));
    return {
      child: key.child,
      columns: key.columns,
      parent: key.parent,
      before: rows.length === 0 ? null : rows.join(' UNION ALL '),
      after: selectBroken(key, isKept),
    };
  });
}

/** Of lists of names. */
export function areSame(left: readonly string[], right: readonly string[]): boolean {
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
export function nameKey({ child, parent, columns }: Pick<ForeignKey, 'child' | 'parent' | 'columns'>): string {
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
