/** A table as SQLite itself describes it: a virtual one, and one whose text cannot be taken apart. */

import type { Mirror, Value } from '../ports.ts';
import { normalizeDefault } from '../schema/model/default-value.ts';
import type { ColumnStructure, ForeignKeyStructure, KeyStructure, TableStructure } from '../schema/model/structure.ts';
import { buildForeignKey, buildKey, mayBeRowid, type TableContext } from '../schema/parse/build-constraint.ts';
import { hasKeyword } from '../sql/contents.ts';
import { foldName, quoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { groupBy } from '../text/group.ts';
import { listKeyColumns, type MirrorColumn, readColumns } from './columns.ts';

type Row = readonly Value[];

const selectTable = `SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE`;
const selectKeys = `SELECT i.name, i.origin, x.name, x.coll, x."desc" FROM pragma_index_list(?) AS i, pragma_index_xinfo(i.name) AS x
  WHERE i.origin IN ('u', 'pk') AND x.key ORDER BY i.seq, x.seqno`;
const selectForeignKeys =
  'SELECT id, "from", "table", "to", on_delete, on_update FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq';

/**
 * What no pragma tells is left out: CHECKs, the expressions of generated columns, collations but those of keys, what
 * ON CONFLICT says, names of constraints.
 * @param sql the text that made it. @returns null for a table that is not there, or that nobody can read for want of its module.
 */
export function readStructure(mirror: Mirror, name: string, sql: string): TableStructure | null {
  const rows = readColumns(mirror, name).filter(({ kind }) => kind !== 'hidden');
  if (rows.length === 0) return null;
  const [[stored, withoutRowid, strict] = []] = mirror.query(selectTable, [name]);
  const options = [...(strict === 1 ? ['strict'] : []), ...(withoutRowid === 1 ? ['without rowid'] : [])];
  const columns = rows.map(buildColumn);
  const keys = [...groupBy(mirror.query(selectKeys, [name]), ([index]) => String(index)).values()];
  const table = { columns: new Map(columns.map((column) => [foldName(column.name), column])), options };
  const build = (origin: 'u' | 'pk'): readonly KeyStructure[] =>
    keys
      .filter(([first]) => first?.[1] === origin)
      .map((parts) => {
        const names = parts.map(([, , column]) => String(column));
        // It has an index of its own where it is DESC, also where that of a UNIQUE, which is not, serves as one.
        const isDescending = origin === 'pk' && mayBeRowid(names, table);
        const list = parts.map(([, , column, collation, descending]) => ({
          name: String(column),
          collation: foldName(String(collation)),
          order: descending === 1 || isDescending ? ('descending' as const) : ('ascending' as const),
        }));
        return buildKey({ type: 'unique', name: null, columns: list, conflict: null }, table);
      });
  return {
    name: String(stored ?? name),
    columns,
    primaryKey: build('pk')[0] ?? buildUnindexed(rows, table),
    autoincrement: hasKeyword(sql, 'AUTOINCREMENT'),
    uniques: build('u'),
    checks: [],
    foreignKeys: [...groupBy(mirror.query(selectForeignKeys, [name]), ([id]) => String(id)).values()].flatMap(
      buildReference,
    ),
    options,
  };
}

function buildColumn({ name, type, notNull, default: value, kind }: MirrorColumn): ColumnStructure {
  const written = value === null ? null : writeDefault(value);
  const storage = kind === 'generated' ? 'virtual' : kind === 'generated-stored' ? 'stored' : null;
  return {
    name,
    type: foldName(type),
    notNull,
    notNullConflict: null,
    default: written === null ? null : normalizeDefault(tokenize(written)),
    collation: null,
    generated: storage && { expression: '', storage },
    written: { type: type === '' ? null : type, default: written, generated: storage && '' },
    sql: `${quoteIdentifier(name)} ${type}`.trimEnd(),
  };
}

/** The pragma leaves the parentheses out that an expression stands in. */
function writeDefault(value: string): string {
  return tokenize(value).length === 1 ? value : `(${value})`;
}

/** A primary key that has no index of its own: the rowid, or one that a UNIQUE constraint says as well. */
function buildUnindexed(rows: readonly MirrorColumn[], table: TableContext): KeyStructure | null {
  const columns = listKeyColumns(rows).map((name) => ({ name, collation: null, order: 'ascending' as const }));
  if (columns.length === 0) return null;
  return buildKey(
    { type: 'primary-key', name: null, columns, conflict: null, autoincrement: false, place: 'column' },
    table,
  );
}

function buildReference(rows: readonly Row[]): readonly ForeignKeyStructure[] {
  const [first] = rows;
  if (first === undefined) return [];
  const [, , table, to, onDelete, onUpdate] = first;
  return [
    buildForeignKey({
      type: 'foreign-key',
      name: null,
      columns: rows.map(([, from]) => String(from)),
      references: {
        table: String(table),
        columns: to === null ? [] : rows.map(([, , , column]) => String(column)),
        onDelete: String(onDelete).toLowerCase(),
        onUpdate: String(onUpdate).toLowerCase(),
      },
      deferral: 'immediate',
    }),
  ];
}
