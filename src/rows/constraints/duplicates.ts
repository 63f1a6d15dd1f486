/** Values that a unique key or index would meet more than once. */

import type { KeepOne } from '../../findings/duplicates.ts';
import { findKeepOne } from '../../plan/structure/safe-ways.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { Failing, Scene, StatementPlace } from '../context.ts';
import type { Answers, Duplicates, RowAnswer } from '../questions.ts';
import { type PutRows, rowsOfTable } from './put-rows.ts';
import { type Consequence, report } from './report.ts';
import { listReadBy, listUniques, listWritten, readUniqueIndex, type UniqueKey } from './uniques.ts';

interface UniqueRows {
  readonly unique: UniqueKey;
  readonly rows: PutRows;
  readonly shown: string;
  readonly consequence: Consequence;
  /** What an UPDATE makes of columns, by their folded names, told of the rows before it; null where that does not help. */
  readonly changes?: ReadonlyMap<string, string> | null;
}

/** For a CREATE UNIQUE INDEX; one that is put back was there before, and production is not asked. */
export function askUniqueIndex(scene: Scene, place: StatementPlace, sql: string): void {
  const table = scene.structures.find(parseIndexStructure(sql)?.table ?? '');
  const unique = table && readUniqueIndex(sql, table);
  if (!table || !unique || scene.rows.rowsOf(table.name).type === 'none') return;
  askDuplicates(scene, place, { unique, rows: rowsOfTable(scene, table), shown: table.name, consequence: 'fails' });
}

export function askDuplicates(scene: Scene, place: StatementPlace, asked: UniqueRows): void {
  const { unique, rows, shown, consequence } = asked;
  const { columns, where, name } = unique;
  const { table } = rows;
  if (isUniqueAlready(scene, unique, rows)) return;
  const key = listWritten(unique, table);
  const keys = key.map((expression, index) => ({ expression, collation: columns[index]?.collation ?? 'binary' }));
  const need = where !== null || columns.some(({ expression }) => expression !== undefined) ? 'comparison' : 'value';
  const ask = (write: (from: string) => string) => rows.ask(write, listReadBy(unique, table), need);
  const all = ask((from) => `SELECT * FROM ${from}`);
  const found = ask((from) => findAll(from, where, keys));
  if (all === null || found === null) return;
  const answer = scene.asking.duplicates(all, keys, where);
  const failsBefore = noteFailing(scene, asked, answer);
  const keep = keepOne(scene, asked, keys);
  report(scene, place, consequence, {
    count: (answers) => (failsBefore(answers) ? null : countMet(answer(answers), consequence)),
    query: found.bound,
    columns: table.columns.map((column) => column.name),
    broken: (answers) => {
      const { values, count } = answer(answers) ?? { values: 0, count: { rows: 0 } };
      const args = { what: 'key', table: shown, index: name, key, values, rows: count.rows, keep } as const;
      return { code: 'duplicates', args };
    },
  });
}

interface KeyOfRows {
  readonly expression: string;
  readonly collation: string;
}

/** The rows whose values occur more than once. */
function findAll(from: string, where: string | null, keys: readonly KeyOfRows[]): string {
  const list = listKeys(keys);
  const bare = keys.map(({ expression }) => expression).join(', ');
  const key = keys.length === 1 ? list : `(${list})`;
  const some = where === null ? '' : ` WHERE (${where})`;
  return `SELECT * FROM ${from}${some}${some === '' ? ' WHERE' : ' AND'} ${key} IN (SELECT ${bare} FROM ${from}${some} GROUP BY ${list} HAVING count(*) > 1) ORDER BY ${list}`;
}

function listKeys(keys: readonly KeyOfRows[]): string {
  return keys
    .map(({ expression, collation }) => (collation === 'binary' ? expression : `${expression} COLLATE ${collation}`))
    .join(', ');
}

/** By the columns as the table has them when the statement has run. */
function keepOne(scene: Scene, { unique, rows, shown, changes }: UniqueRows, keys: readonly KeyOfRows[]): KeepOne {
  if (changes === null) return { how: 'before-update' };
  const before = keys.map((key, index) => {
    const expression = changes?.get(unique.columns[index]?.name ?? '');
    return expression === undefined ? key : { ...key, expression: `(${expression})` };
  });
  const present = before.map(({ expression }) => `${expression} IS NOT NULL`).join(' AND ');
  const condition = unique.where === null ? present : `(${unique.where}) AND ${present}`;
  return findKeepOne(scene, { table: findMendable(rows, unique, shown), shown }, listKeys(before), condition);
}

/** The table where the rows are mended before the statement. */
function findMendable({ table, from, isWhole, copied }: PutRows, unique: UniqueKey, shown: string): TableStructure {
  const isCopied = listReadBy(unique, table).every((name) => sameName(copied(name)?.name ?? '', name));
  return isWhole && from !== null && isCopied ? from : { ...table, name: shown };
}

/** What a later statement meets of the same is what the earlier one failed for. @returns whether there is such a one. */
function noteFailing(
  { failing }: Scene,
  { shown, unique: { columns, where }, consequence }: UniqueRows,
  answer: RowAnswer<Duplicates>,
): (answers: Answers) => boolean {
  const key = JSON.stringify([foldName(shown), where, columns]);
  const known: Failing = failing.get(key) ?? { answers: [], first: null };
  failing.set(key, known);
  const place = known.answers.length;
  if (consequence === 'fails') known.answers.push(answer);
  return (answers) => {
    known.first ??= known.answers.findIndex((each) => (each(answers)?.count.rows ?? 0) > 0);
    return known.first >= 0 && known.first < place;
  };
}

/** Of rows that are the same, one is kept where the others are left out. */
function countMet(found: Duplicates | null, consequence: Consequence): Duplicates['count'] | null {
  if (found === null || consequence === 'fails') return found?.count ?? null;
  return { ...found.count, rows: found.count.rows - found.values };
}

/** The table that they come from has each of these values once. */
function isUniqueAlready(scene: Scene, { columns, name: own }: UniqueKey, rows: PutRows): boolean {
  const { from, table, isWhole } = rows;
  if (from === null || !isWhole) return false;
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
