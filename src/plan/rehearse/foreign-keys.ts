/** Which foreign keys a migration that switches them off could break. */

import { listKeyColumns, readColumns } from '../../mirror/columns.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { AnalysedMigration } from '../analyse.ts';
import { type ForeignKey, nameKey } from '../key-checks.ts';

/** For a FROM: the foreign keys f of every table m; a WHERE has begun. Tables that mention none are not asked. */
export const everyForeignKey = `sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND m.sql LIKE '%references%'`;

export interface KeysOfTables {
  /** Keys of the tables that the migration touches, and keys to them; all keys if a trigger may touch any table. Each once. */
  readonly keys: readonly ForeignKey[];
  /** Tables whose foreign keys cannot be checked at all ("foreign key mismatch"); no key of theirs is in `keys`. */
  readonly broken: readonly string[];
}

export function findForeignKeys(mirror: Mirror, analysed: AnalysedMigration): KeysOfTables {
  const touched = new Set(analysed.touchedTables);
  // A trigger fires even if the file itself creates it and drops it again.
  const makesTriggers = analysed.statements.some(({ kind }) => kind.type === 'create-trigger');
  const triggered =
    makesTriggers ||
    mirror
      .query(`SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'`)
      .some(([table]) => touched.has(foldName(String(table))));
  const isConcerned = ({ child, parent }: KeyReference): boolean =>
    triggered || touched.has(foldName(parent)) || touched.has(foldName(child));
  const references = readReferences(mirror);
  const tables = [...new Set(references.filter(isConcerned).map(({ child }) => child))];
  const broken = tables.filter((table) => !canBeChecked(mirror, table));
  // A table with one key that concerns the migration is looked at for all of them, as SQLite would.
  const whole = references.filter(({ child }) => tables.includes(child) && !broken.includes(child));
  const complete = openCompleter(mirror);
  const keys = whole.map(complete);
  return { keys: [...new Map(keys.map((key) => [nameKey(key), key])).values()], broken };
}

interface KeyReference {
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly string[];
  /** Empty where the key names no columns of the parent: its primary key is meant. */
  readonly parentColumns: readonly string[];
}

function readReferences(mirror: Mirror): readonly KeyReference[] {
  const rows = mirror.query(
    `SELECT m.name, f.id, f."table", f."from", f."to" FROM ${everyForeignKey} ORDER BY m.name, f.id, f.seq`,
  );
  const found = new Map<string, KeyReference>();
  for (const [table, id, parent, from, to] of rows) {
    const place = JSON.stringify([table, id]);
    const { columns = [], parentColumns = [] } = found.get(place) ?? {};
    found.set(place, {
      child: String(table),
      parent: String(parent),
      columns: [...columns, String(from)],
      parentColumns: to === null || to === undefined ? parentColumns : [...parentColumns, String(to)],
    });
  }
  return [...found.values()];
}

/** Adds the primary keys of the tables; each table is asked once. */
function openCompleter(mirror: Mirror): (reference: KeyReference) => ForeignKey {
  const known = new Map<string, readonly string[] | null>();
  /** null where there is no such table. */
  const readPrimaryKey = (table: string): readonly string[] | null => {
    const folded = foldName(table);
    const before = known.get(folded);
    if (before !== undefined) return before;
    const columns = readColumns(mirror, table);
    known.set(folded, columns.length === 0 ? null : listKeyColumns(columns));
    return known.get(folded) ?? null;
  };
  return ({ child, parent, columns, parentColumns }) => {
    const ofParent = readPrimaryKey(parent);
    const isNamed = parentColumns.length === columns.length;
    return {
      child,
      columns,
      identity: readPrimaryKey(child) ?? [],
      parent,
      parentColumns: ofParent !== null && isNamed ? parentColumns : ofParent,
    };
  };
}

function canBeChecked(mirror: Mirror, table: string): boolean {
  try {
    mirror.query('SELECT count(*) FROM pragma_foreign_key_check(?)', [table]);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}
