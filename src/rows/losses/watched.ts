/** What is written down of a statement while it runs on rows: the rows that it deletes, or takes a key from, beside those that it names. */

import { hasRowid, listKeyColumns, namesRowid } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, quoteText, sameName } from '../../sql/identifiers.ts';
import { rowidNames } from '../../sql/words.ts';
import type { Scene } from '../context.ts';
import type { RowAnswer } from '../questions.ts';
import { writeColumns } from '../state/key-links.ts';

export interface WatchedTable {
  readonly table: TableStructure;
  /** Of keys that may be taken away. */
  readonly columns: readonly string[];
}

/** @param deleted what a DELETE names of its own table; null where that cannot be told. @returns how many of each, by folded name */
export function watchRows(
  scene: Scene,
  watched: readonly WatchedTable[],
  deleted: { readonly table: string; readonly where: string | null } | null,
): RowAnswer<ReadonlyMap<string, number>> {
  const isOwn = ({ table }: WatchedTable) => deleted !== null && sameName(table.name, deleted.table);
  const told = watched.filter(
    (each) => writeIdentity(each.table, '') !== null && !(isOwn(each) && deleted?.where === null),
  );
  if (told.length === 0) return () => null;
  const own = told.find(isOwn)?.table;
  const answer = scene.asking.changes({
    tables: told.map(({ table }) => table.name),
    triggers: told.flatMap(writeTriggers),
    named:
      own === undefined
        ? null
        : `INSERT INTO temp.migrate_prod_changes SELECT '', ${writeIdentity(own, '')} FROM ${quoteIdentifier(own.name)} WHERE ${deleted?.where}`,
  });
  return (replies) => {
    const seen = answer(replies);
    if (seen === null) return null;
    const count = (each: WatchedTable) =>
      (seen.get(foldName(each.table.name)) ?? 0) - (isOwn(each) ? (seen.get('') ?? 0) : 0);
    return new Map(told.map((each) => [foldName(each.table.name), count(each)]));
  };
}

function writeTriggers({ table, columns }: WatchedTable): readonly string[] {
  const body = `BEGIN INSERT INTO migrate_prod_changes VALUES (${quoteText(foldName(table.name))}, ${writeIdentity(table, 'old.')}); END`;
  const on = `ON main.${quoteIdentifier(table.name)}`;
  const changed = writeColumns(table, columns).map((column) => `old.${column} IS NOT new.${column}`);
  return [
    `AFTER DELETE ${on} ${body}`,
    ...(changed.length === 0 ? [] : [`AFTER UPDATE ${on} WHEN ${changed.join(' OR ')} ${body}`]),
  ];
}

/** What tells a row from others; null where there is nothing. */
function writeIdentity(table: TableStructure, row: string): string | null {
  if (hasRowid(table)) {
    const rowid = [...rowidNames].find((name) => namesRowid(table, name));
    return rowid === undefined ? null : `${row}${rowid}`;
  }
  const key = writeColumns(table, table.primaryKey ? listKeyColumns(table.primaryKey) : []);
  return key.map((column) => `quote(${row}${column})`).join(` || ',' || `);
}
