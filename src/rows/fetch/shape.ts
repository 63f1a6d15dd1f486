/** How a table keeps its rows: what is needed to copy them exactly, asked of the engine on a mirror. */

import { readColumns } from '../../mirror/columns.ts';
import type { Mirror } from '../../ports.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { rowidNames } from '../../sql/words.ts';

export interface TableShape {
  readonly name: string;
  /** The columns that it stores, in order: generated ones that are computed as they are read are not among them. */
  readonly columns: readonly string[];
  /** A name of its rowid that no column has; null where it has none, or where a column is the rowid. */
  readonly rowid: string | null;
  /**
   * The table without types, defaults or constraints, but with its keys: what takes any value as it is. Null where no such text
   * has the same indexes.
   */
  readonly bare: string | null;
}

/** @returns null for a table that the mirror does not have. */
export function readShape(mirror: Mirror, name: string): TableShape | null {
  const all = readColumns(mirror, name);
  const columns = all
    .filter(({ kind }) => kind === 'stored' || kind === 'generated-stored')
    .map((column) => column.name);
  if (columns.length === 0) return null;
  const [[hasNoRowId] = []] = mirror.query(
    `SELECT wr FROM pragma_table_list(?) WHERE schema = 'main' AND name = ? COLLATE NOCASE`,
    [name, name],
  );
  const keys = readKeys(mirror, name);
  const key = all.filter(({ place }) => place > 0);
  // A primary key without an index of its own is the rowid (sqlite.org/lang_createtable.html#rowid).
  const alias =
    hasNoRowId !== 1 && key.length === 1 && !keys.some(({ isPrimary }) => isPrimary) ? key[0]?.name : undefined;
  const taken = new Set(all.map((column) => foldName(column.name)));
  const free = [...rowidNames].find((candidate) => !taken.has(candidate)) ?? null;
  const parts = [
    ...columns.map((column) => `${quoteIdentifier(column)}${column === alias ? ' INTEGER PRIMARY KEY' : ''}`),
    ...keys.map(({ isPrimary, columns: of }) => `${isPrimary ? 'PRIMARY KEY' : 'UNIQUE'} (${of.join(', ')})`),
  ];
  const isComplete = keys.every(({ names }) => names.every((column) => columns.includes(column)));
  return {
    name,
    columns,
    rowid: hasNoRowId === 1 || alias !== undefined ? null : free,
    bare: isComplete
      ? `CREATE TABLE ${quoteIdentifier(name)} (${parts.join(', ')})${hasNoRowId === 1 ? ' WITHOUT ROWID' : ''}`
      : null,
  };
}

interface Key {
  readonly isPrimary: boolean;
  readonly names: readonly string[];
  /** Each with its collation and direction. */
  readonly columns: readonly string[];
}

/** The keys with an index that the table's own text makes, in the order of these. */
function readKeys(mirror: Mirror, name: string): readonly Key[] {
  const indexes = mirror.query(`SELECT name, origin FROM pragma_index_list(?) WHERE origin <> 'c'`, [name]);
  const number = (index: unknown) => Number(String(index).slice(String(index).lastIndexOf('_') + 1));
  return indexes
    .toSorted(([left], [right]) => number(left) - number(right))
    .map(([index, origin]) => {
      const parts = mirror.query('SELECT name, coll, "desc" FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno', [
        String(index),
      ]);
      return {
        isPrimary: origin === 'pk',
        names: parts.map(([column]) => String(column)),
        columns: parts.map(
          ([column, collation, descends]) =>
            `${quoteIdentifier(String(column))} COLLATE ${quoteIdentifier(String(collation))}${descends === 1 ? ' DESC' : ''}`,
        ),
      };
    });
}

/** The list of columns that an INSERT names, and a SELECT reads. */
export function listStored({ rowid, columns }: TableShape): readonly string[] {
  return [...(rowid === null ? [] : [rowid]), ...columns.map(quoteIdentifier)];
}
