/** The columns that a SELECT reads for its result, and those that it returns unchanged; its conditions do not count. */

import { foldName } from './identifiers.ts';
import { readSelects, type Select, type SelectedItem } from './select-items.ts';
import { tokenize } from './tokenize.ts';

/** Folded `table.column`, and `table.*` for all of its columns. */
export type TakenColumns = ReadonlySet<string>;

export function takesColumn(taken: TakenColumns, table: string, column: string): boolean {
  const folded = foldName(table);
  return taken.has(`${folded}.${foldName(column)}`) || taken.has(`${folded}.*`);
}

interface TakenItem {
  /** The expression as it is written. */
  readonly text: string;
  readonly read: TakenColumns;
  readonly kept: TakenColumns;
}

export interface Taken {
  /** Columns that are read for this item. */
  readonly read: TakenColumns;
  /** The columns among them whose values are returned unchanged, if they are not NULL. */
  readonly kept: TakenColumns;
  /** The folded names of the tables whose rows it takes. */
  readonly tables: ReadonlySet<string>;
  /** One by one; null if there are several SELECTs. */
  readonly items: readonly TakenItem[] | null;
  /** The alias of the one table that it reads; null if there are several. */
  readonly alias: string | null;
}

/** @param sql begins where the rows of an INSERT come from; VALUES takes nothing */
export function readTaken(sql: string): Taken {
  // A quick look first: a file may have many rows.
  const selects = /\bSELECT\b/i.test(sql) ? readSelects(sql, tokenize(sql)) : [];
  const everything = new Set(['*']);
  const list = (kind: 'read' | 'kept') =>
    new Set(selects.flatMap((select) => listColumns(select, kind, select.items, everything)));
  const [only, ...more] = selects;
  const isSingle = only !== undefined && more.length === 0 && only.inner.length === 0;
  return {
    read: list('read'),
    kept: list('kept'),
    tables: new Set(selects.flatMap(listTables)),
    items: isSingle
      ? only.items.map((item) => ({
          text: item.text,
          read: new Set(listColumns(only, 'read', [item], everything)),
          kept: new Set(listColumns(only, 'kept', [item], everything)),
        }))
      : null,
    alias: isSingle && only.tables.length === 1 ? only.alias : null,
  };
}

/** Whether an expression gives the column's value as it is, if it is not NULL; by a SELECT of its own, too. */
export function handsOn(expression: string, column: string): boolean {
  const sql = `SELECT ${expression} FROM ${expression}`;
  const name = foldName(column);
  return readSelects(sql, tokenize(sql))
    .flatMap(({ items, inner }) => [...items, ...inner.flatMap((select) => select.items)])
    .some(({ kept }) => kept.some((each) => each.column === name));
}

function listTables({ tables, inner }: Select): readonly string[] {
  return [...tables, ...inner.flatMap(listTables)];
}

/** @param used the names of the result columns that are used */
function listColumns(
  { tables, inner }: Select,
  kind: 'read' | 'kept',
  items: readonly SelectedItem[],
  used: ReadonlySet<string>,
): readonly string[] {
  const takesAll = used.has('*');
  const names = items
    .filter(({ name }) => takesAll || name === null || used.has(name))
    .flatMap((item) => item[kind])
    // If only some columns of a `*` are used, only these are taken.
    .flatMap((name) => (name.column === '*' && !takesAll ? [...used].map((column) => ({ ...name, column })) : [name]));
  const further = new Set(names.flatMap(({ table, column }) => (tables.includes(table ?? '') ? [] : [column])));
  return [
    ...names.flatMap(({ table, column }) =>
      tables.filter((each) => table === null || table === each).map((each) => `${each}.${column}`),
    ),
    ...inner.flatMap((select) => listColumns(select, kind, select.items, further)),
  ];
}
