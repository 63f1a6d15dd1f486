/** Values that a unique key or index would meet more than once. */

import type { KeepOne } from '../../findings/duplicates.ts';
import { findKeepOne } from '../../plan/structure/safe-ways.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import {
  listReadBy,
  listUniqueKeys,
  listWritten,
  readUniqueIndex,
  type UniqueKey,
} from '../../schema/model/unique-keys.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { type PutRows, rowsOfTable } from './put-rows.ts';
import { report } from './report.ts';

/** Those that a table has at this moment. */
export function listUniques({ structures }: Scene, table: TableStructure): readonly UniqueKey[] {
  return listUniqueKeys(table, structures.listIndexes(table.name));
}

/** For a CREATE UNIQUE INDEX, of the migration or put back after it. */
export function askUniqueIndex(scene: Scene, place: StatementPlace, sql: string): void {
  const table = scene.structures.find(parseIndexStructure(sql)?.table ?? '');
  const unique = table && readUniqueIndex(sql, table);
  if (!table || !unique || scene.rows.rowsOf(table.name).type === 'none') return;
  // What the table had before this migration is most likely kept: production is not read for it.
  const isKept = scene.structures
    .listMarkedIndexes(table.name)
    .some((known) => JSON.stringify(readUniqueIndex(known, table)) === JSON.stringify(unique));
  const rows = rowsOfTable(scene, { table, shown: table.name, consequence: 'fails', isWhole: !isKept });
  askDuplicates(scene, place, rows, unique);
}

/** @param way how one of each is kept, where that is not by deleting the others. */
export function askDuplicates(
  scene: Scene,
  place: StatementPlace,
  rows: PutRows,
  unique: UniqueKey,
  way: KeepOne | null = null,
): void {
  const { table, shown, consequence } = rows;
  const { columns, where, name } = unique;
  if (isUniqueAlready(scene, unique, rows)) return;
  const key = listWritten(unique, table);
  const reads = listReadBy(unique, table);
  const all = rows.ask((from) => `SELECT * FROM ${from}`, reads, 'value');
  if (all === null) return;
  const keys = key.map((expression, index) => ({ expression, collation: columns[index]?.collation ?? 'binary' }));
  const list = keys
    .map(({ expression, collation }) => (collation === 'binary' ? expression : `${expression} COLLATE ${collation}`))
    .join(', ');
  const [some, present] = [
    where === null ? '' : `(${where}) AND `,
    key.map((each) => `${each} IS NOT NULL`).join(' AND '),
  ];
  const isTwice = (from: string) =>
    `${some}${key.length === 1 ? list : `(${list})`} IN (SELECT ${key.join(', ')} FROM ${from}${where === null ? '' : ` WHERE (${where})`} GROUP BY ${list} HAVING count(*) > 1) ORDER BY ${list}`;
  const twice = rows.ask((from) => `SELECT * FROM ${from} WHERE ${isTwice(from)}`, reads, 'value');
  // Where the values cannot be compared there, they cannot be counted.
  const answer = scene.asking.duplicates({ ...all, bound: twice?.bound ? all.bound : null }, keys, where);
  const keep = way ?? findKeepOne(scene, { table: findMendable(rows, reads), shown }, list, `${some}${present}`);
  report(scene, place, consequence, {
    query: twice?.bound?.sql ?? null,
    columns: all.columns,
    count: (answers) => {
      const found = answer(answers);
      // Of rows that are the same, one is kept where the others are left out.
      return found && { ...found.count, rows: found.count.rows - (consequence === 'fails' ? 0 : found.values) };
    },
    broken: (answers) => {
      const { values, count } = answer(answers) ?? { values: 0, count: { rows: 0 } };
      const args = { what: 'key', table: shown, index: name, key, values, rows: count.rows, keep } as const;
      return { code: 'duplicates', args };
    },
  });
}

/** The table where the rows are mended before the statement. */
function findMendable({ table, shown, from, areAll, copied }: PutRows, reads: readonly string[]): TableStructure {
  const isCopied = reads.every((name) => sameName(copied(name)?.name ?? '', name));
  return areAll && from !== null && isCopied ? from : { ...table, name: shown };
}

/** The table that they come from has each of these values once. */
function isUniqueAlready(scene: Scene, { columns, name: own }: UniqueKey, rows: PutRows): boolean {
  const { from, table, areAll } = rows;
  if (from === null || !areAll) return false;
  const known = listUniques(scene, from).filter(
    ({ where, name }) => where === null && (from !== table || name === null || name !== own),
  );
  return known.some((unique) =>
    unique.columns.every((column) =>
      columns.some(({ name, collation, expression }) => {
        const isSame = sameName(rows.copied(name)?.name ?? '', column.name) && collation === column.collation;
        return isSame && expression === undefined && column.expression === undefined;
      }),
    ),
  );
}
