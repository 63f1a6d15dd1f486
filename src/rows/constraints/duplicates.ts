/** Values that a unique key or index would meet more than once. */

import type { KeepOne } from '../../findings/duplicates.ts';
import type { RowCount } from '../../findings/finding.ts';
import { findKeepOne } from '../../plan/structure/safe-ways.ts';
import type { UniqueColumn } from '../../production/tables.ts';
import { findStructureColumn, findWrittenName } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type Failing, type Scene, type StatementPlace, subjectOf, subjectOfTable } from '../context.ts';
import type { Answers, Duplicates, RowAnswer } from '../questions.ts';
import { staysAsIs } from '../state/same-values.ts';
import { seesAsStored } from '../state/stored-value.ts';
import { findColumn, type KnownRows } from '../state/table-rows.ts';
import { describeUnique, listWritten, readUniqueIndex, type UniqueKey } from '../state/uniques.ts';
import { type Consequence, report } from './report.ts';
import { noteUnasked } from './unasked.ts';

interface UniqueRows extends Omit<UniqueKey, 'conflict'> {
  readonly rows: KnownRows;
  readonly table: TableStructure;
  readonly shown: string;
  readonly consequence: Consequence;
  /** What an UPDATE makes of columns, by their folded names, told of the rows before it; null where that does not help. */
  readonly changes?: ReadonlyMap<string, string> | null;
}

/** For a CREATE UNIQUE INDEX, of the migration or put back after it. */
export function askUniqueIndex(scene: Scene, place: StatementPlace, sql: string): void {
  const on = parseIndexStructure(sql)?.table ?? '';
  const [rows, table] = [scene.rows.rowsOf(on), scene.structures.find(on)];
  const unique = table && readUniqueIndex(sql, table);
  if (!table || !unique) return;
  if (rows.type === 'unknown' && place.statement.kind.type === 'create-index')
    noteUnasked(scene, place, table.name, [describeUnique(unique, table)]);
  if (rows.type !== 'known' || rows.vague) return;
  askDuplicates(scene, place, { ...unique, rows, table, shown: table.name, consequence: 'fails' });
}

export function askDuplicates(scene: Scene, place: StatementPlace, unique: UniqueRows): void {
  const { rows, table, columns, where, name, consequence } = unique;
  const sources = columns.map((column) =>
    column.expression === undefined ? findColumn(rows, column.name)?.source : undefined,
  );
  if (sources.some((source, index) => source === undefined && columns[index]?.expression === undefined)) return;
  const written = [where ?? '', ...columns.map(({ expression }) => expression ?? '')].join(' ');
  const from = rows.wholeOf === null ? undefined : scene.production.get(foldName(rows.wholeOf));
  if (!seesAsStored(rows, written)) {
    if (consequence === 'fails' && !from?.uniques.some((known) => haveSameNames(known, columns)))
      noteUnasked(scene, place, unique.shown, [describeUnique(unique, table)]);
    return;
  }
  const originals = sources.map((source) =>
    source?.type === 'column' && from && sameName(source.table, from.name) ? source.column : null,
  );
  const isPlain =
    from !== undefined &&
    originals.every((original) => original !== null) &&
    columns.every(({ name: column }) => {
      const own = findStructureColumn(table, column);
      return own !== undefined && staysAsIs(scene, rows, table, own);
    });
  if (isPlain && isUniqueAlready(from.uniques, columns, originals)) return;
  const subject = isPlain && where === null ? subjectOfTable(from) : subjectOf(scene, rows);
  const keys = columns.map(({ name: column, expression, collation }, index) => ({
    expression:
      expression ??
      quoteIdentifier(
        (subject.from === quoteIdentifier(from?.name ?? '') ? originals[index] : null) ??
          findWrittenName(table, column),
      ),
    collation,
  }));
  const shown = listWritten(columns, table);
  const answer = scene.questions.findDuplicates(subject.select, keys, where);
  const failsBefore = noteFailing(scene, unique, answer);
  const keep = keepOne(scene, unique, isPlain ? from.structure : { ...table, name: unique.shown }, keys);
  report(scene, place, consequence, {
    count: (replies) => (failsBefore(replies) ? null : countMet(answer(replies), consequence)),
    query: findAll(subject.from, where, keys),
    columns:
      (subject.from === quoteIdentifier(from?.name ?? '') ? from?.structure.columns : rows.columns)?.map(
        (column) => column.name,
      ) ?? [],
    broken: (replies) => {
      const found = answer(replies);
      const [values, inRows] = [found?.values ?? 0, found?.count.rows ?? 0];
      const args = { what: 'key', table: unique.shown, index: name, key: shown, values, rows: inRows, keep } as const;
      return { code: 'duplicates', args };
    },
  });
}

/** The rows whose values occur more than once. */
function findAll(from: string, where: string | null, keys: readonly KeyOfRows[]): string {
  const list = listKeys(keys);
  const bare = keys.map(({ expression }) => expression).join(', ');
  const key = keys.length === 1 ? list : `(${list})`;
  const partial = where === null ? '' : ` WHERE (${where})`;
  return `SELECT * FROM ${from}${partial}${partial === '' ? ' WHERE' : ' AND'} ${key} IN (SELECT ${bare} FROM ${from}${partial} GROUP BY ${list} HAVING count(*) > 1) ORDER BY ${list}`;
}

interface KeyOfRows {
  readonly expression: string;
  readonly collation: string;
}

function listKeys(keys: readonly KeyOfRows[]): string {
  return keys
    .map(({ expression, collation }) => (collation === 'binary' ? expression : `${expression} COLLATE ${collation}`))
    .join(', ');
}

/** @param keys as the table has them when the statement has run. */
function keepOne(
  scene: Scene,
  { columns, where, shown, changes }: UniqueRows,
  table: TableStructure,
  keys: readonly KeyOfRows[],
): KeepOne {
  if (changes === null) return { how: 'before-update' };
  const before = keys.map((key, index) => {
    const expression = changes?.get(columns[index]?.name ?? '');
    return expression === undefined ? key : { ...key, expression: `(${expression})` };
  });
  const present = before.map(({ expression }) => `${expression} IS NOT NULL`).join(' AND ');
  const condition = where === null ? present : `(${where}) AND ${present}`;
  return findKeepOne(scene, { table, shown }, listKeys(before), condition);
}

/** What a later statement meets of the same is what the earlier one failed for. @returns whether there is such a one. */
function noteFailing(
  { failing }: Scene,
  { shown, columns, where, consequence }: UniqueRows,
  answer: RowAnswer<Duplicates>,
): (replies: Answers) => boolean {
  const key = JSON.stringify([foldName(shown), where, columns]);
  const known: Failing = failing.get(key) ?? { answers: [], first: new WeakMap() };
  failing.set(key, known);
  const place = known.answers.length;
  if (consequence === 'fails') known.answers.push(answer);
  return (replies) => {
    const first = known.first.get(replies) ?? known.answers.findIndex((each) => (each(replies)?.count.rows ?? 0) > 0);
    known.first.set(replies, first);
    return first >= 0 && first < place;
  };
}

/** Of rows that are the same, one is kept where the others are left out. */
function countMet(found: Duplicates | null, consequence: Consequence): RowCount | null {
  if (found === null || consequence === 'fails') return found?.count ?? null;
  return { ...found.count, rows: found.count.rows - found.values };
}

function haveSameNames(left: readonly UniqueColumn[], right: readonly UniqueColumn[]): boolean {
  return left.length === right.length && left.every(({ name }) => right.some((column) => sameName(column.name, name)));
}

function isUniqueAlready(
  uniques: readonly (readonly UniqueColumn[])[],
  columns: readonly UniqueColumn[],
  originals: readonly (string | null)[],
): boolean {
  return uniques.some((unique) =>
    unique.every((known) =>
      columns.some(
        ({ collation }, index) => sameName(originals[index] ?? '', known.name) && sameName(collation, known.collation),
      ),
    ),
  );
}
