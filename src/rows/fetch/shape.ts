/** The shape of a table, asked of the engine on a mirror. */

import type { KeyPart, PageKey } from '../../backup/tables.ts';
import { readColumns } from '../../mirror/columns.ts';
import type { Mirror } from '../../ports.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { rowidNames } from '../../sql/words.ts';
import type { TableShape } from './stored.ts';

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
    ...keys.map(({ isPrimary, parts: of }) => `${isPrimary ? 'PRIMARY KEY' : 'UNIQUE'} (${of.map(render).join(', ')})`),
  ];
  const isComplete = keys.every((own) => own.parts.every((part) => columns.includes(part.name)));
  return {
    name,
    columns,
    rowid: hasNoRowId === 1 || alias !== undefined ? null : free,
    key: hasNoRowId === 1 ? findPrimary(keys) : findRowId(alias ?? free),
    bare: isComplete
      ? `CREATE TABLE ${quoteIdentifier(name)} (${parts.join(', ')})${hasNoRowId === 1 ? ' WITHOUT ROWID' : ''}`
      : null,
  };
}

/** What has no rowid has an index of its primary key. */
function findPrimary(keys: readonly Key[]): PageKey {
  return { type: 'columns', parts: keys.find(({ isPrimary }) => isPrimary)?.parts ?? [] };
}

function findRowId(name: string | null): PageKey {
  return name === null ? { type: 'place' } : { type: 'rowid', name };
}

interface Key {
  readonly isPrimary: boolean;
  readonly parts: readonly KeyPart[];
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
        parts: parts.map(([column, collation, descends]) => ({
          name: String(column),
          collation: String(collation),
          direction: descends === 1 ? 'down' : 'up',
        })),
      };
    });
}

/** With its collation and direction. */
function render({ name, collation, direction }: KeyPart): string {
  const collate = collation === null ? '' : ` COLLATE ${quoteIdentifier(collation)}`;
  return `${quoteIdentifier(name)}${collate}${direction === 'down' ? ' DESC' : ''}`;
}
