/** What has to be unique in a table, and values that it would meet more than once. */

import type { KeepOne } from '../../findings/duplicates.ts';
import { findKeepOne } from '../../plan/structure/safe-ways.ts';
import { findUniqueColumns, type UniqueColumn } from '../../production/tables.ts';
import { findCollation, findWrittenName, listKeys } from '../../schema/model/columns.ts';
import type { KeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { splitCollate } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { type PutRows, rowsOfTable } from './put-rows.ts';
import { report } from './report.ts';

export interface UniqueKey {
  readonly columns: readonly (UniqueColumn & { readonly expression?: string })[];
  /** The condition of a partial index, as it is written. */
  readonly where: string | null;
  /** The index; null for a constraint of the table. */
  readonly name: string | null;
  /** What the table says of rows that break it. */
  readonly conflict: KeyStructure['conflict'];
}

/** The table's own keys, and the indexes that it has at this moment. */
export function listUniques({ structures }: Scene, table: TableStructure): readonly UniqueKey[] {
  const keys = listKeys(table).map((key) => {
    const columns = findUniqueColumns(key, table);
    return { columns, where: null, name: null, conflict: key.conflict };
  });
  return [...keys, ...structures.listIndexes(table.name).flatMap((sql) => readUniqueIndex(sql, table) ?? [])];
}

function readUniqueIndex(sql: string, table: TableStructure): UniqueKey | null {
  const index = parseIndexStructure(sql);
  if (index === null || !index.unique) return null;
  const columns = index.columns.map((column) =>
    column.type === 'expression'
      ? { name: '', ...(splitCollate(column.written) ?? { expression: column.written, collation: 'binary' }) }
      : { name: foldName(column.name), collation: column.collation ?? findCollation(table, column.name) },
  );
  return { columns, where: index.whereWritten, name: index.name, conflict: null };
}

/** SQL of each column or expression, with the names as the table writes them. */
export function listWritten({ columns }: UniqueKey, table: TableStructure): readonly string[] {
  return columns.map(({ name, expression }) => expression ?? quoteIdentifier(findWrittenName(table, name)));
}

/** The columns of a table that an expression reads. */
export function listReadIn(table: TableStructure, expression: string): readonly string[] {
  const words = listWords(expression);
  return table.columns.map(({ name }) => name).filter((name) => words.has(foldName(name)));
}

export function listReadBy(unique: UniqueKey, table: TableStructure): readonly string[] {
  return listReadIn(table, [...listWritten(unique, table), unique.where ?? ''].join(' '));
}

/** For a CREATE UNIQUE INDEX, of the migration or put back after it. */
export function askUniqueIndex(scene: Scene, place: StatementPlace, sql: string): void {
  const table = scene.structures.find(parseIndexStructure(sql)?.table ?? '');
  const unique = table && readUniqueIndex(sql, table);
  if (!table || !unique || scene.rows.rowsOf(table.name).type === 'none') return;
  const rows = rowsOfTable(scene, { table, shown: table.name, consequence: 'fails' });
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
  const answer = scene.asking.duplicates(all, keys, where);
  const keep = way ?? findKeepOne(scene, { table: findMendable(rows, reads), shown }, list, `${some}${present}`);
  report(scene, place, consequence, {
    query: twice?.bound ?? null,
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
