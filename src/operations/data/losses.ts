/** What would be lost: tables and columns that are dropped, and what a rebuild leaves behind. */

import type { TrackedTable } from '../../core/data/database-rows.ts';
import { findStructureColumn, isRowidColumn, takesNoNull } from '../../core/data/production-table.ts';
import {
  findColumn,
  findWholeOf,
  type RowsColumn,
  rowsOfProduction,
  type TableRows,
  unknownRows,
} from '../../core/data/table-rows.ts';
import { type TakenColumns, takesColumn } from '../../core/data/taken-columns.ts';
import { isInsideRebuild } from '../../core/plan/analyse.ts';
import type { Finding, RowCount } from '../../core/plan/findings.ts';
import type { DataGuard } from '../../core/plan/plan.ts';
import { parseKeyColumn } from '../../core/schema/build-constraint.ts';
import { parseTableStructure } from '../../core/schema/parse-structure.ts';
import type { ColumnStructure, TableStructure } from '../../core/schema/structure.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from '../../core/sql/identifiers.ts';
import type { Reply } from '../../ports.ts';
import { askExamples, describeRows, findFilled, type Place, type Scene, type Subject, subjectOf } from './scene.ts';
import { findTwin, renameColumn } from './ways.ts';

interface Loss {
  /** In the words of its guard. */
  readonly what: string;
  /** null where nobody can tell. */
  readonly count: ((replies: readonly Reply[]) => RowCount | null) | null;
  readonly query: string | null;
  readonly columns: readonly string[];
  /** What is lost where there is something, and where there is nothing. */
  readonly message: (count: RowCount | null) => string;
  /** null where that is not worth a word. */
  readonly nothing: string | null;
  readonly way: string;
}

/** A hazard where there is something to lose or nobody can tell, a note otherwise. */
function reportLoss(scene: Scene, { migration, statement }: Place, loss: Loss): void {
  const examples = loss.query === null ? () => null : askExamples(scene, loss.query, loss.columns);
  scene.findings.push((replies): readonly Finding[] => {
    const counted = loss.count === null ? null : loss.count(replies);
    // None among the first of very many is no word about the rest.
    const count = counted?.rows === 0 && counted.atLeast ? null : counted;
    const shared = {
      code: 'data-loss',
      migration: migration.migration.name,
      line: statement.line,
      sql: statement.sql,
    } as const;
    if (count !== null && count.rows === 0) {
      const why = 'Should there be something by then, apply stops and loses nothing.';
      return loss.nothing === null ? [] : [{ ...shared, kind: 'note', message: loss.nothing, why }];
    }
    return [
      {
        ...shared,
        kind: 'hazard',
        losses: [loss.what],
        message: loss.message(count),
        why: 'It cannot be brought back but from a backup.',
        way: loss.way,
        // What cannot be counted may be a query that does not run.
        evidence: { count, query: count === null ? null : loss.query, examples: examples(replies) },
      },
    ];
  });
}

/** What must hold where the plan saw nothing to lose. */
export function guardLoss(holds: string, what: string): DataGuard {
  return { code: 'data-loss', holds, what };
}

/** Rows that an earlier migration of the plan moved into a table of its own are production's still, where they are nowhere else. */
function mayHoldOld(scene: Scene, { origin, madeIn, isFilled, rows }: TrackedTable, { migration }: Place): boolean {
  if (origin !== null) return true;
  if (!isFilled || madeIn === migration.migration.name || rows.type !== 'known') return false;
  return holdsMoved(scene, { origin, rows });
}

/** Whether rows of other tables are in it that are not there any more. */
function holdsMoved(scene: Scene, { origin, rows }: Pick<TrackedTable, 'origin' | 'rows'>): boolean {
  if (rows.type !== 'known') return false;
  const sources = [...rows.select.matchAll(/\bmain\.("(?:[^"]|"")+")/g)].map(([, name = '']) =>
    unquoteIdentifier(name),
  );
  return sources.some((source) => (origin === null || !sameName(source, origin)) && hasLost(scene, source));
}

/** Whether the plan has taken the table of production away, or a row or column of it. */
function hasLost(scene: Scene, source: string): boolean {
  const rows = scene.rows.findByOrigin(source)?.rows;
  const columns = scene.production.get(foldName(source))?.structure.columns ?? [];
  return (
    rows?.type !== 'known' ||
    rows.wholeOf === null ||
    columns.some(({ name }) => !rows.columns.some((column) => isFrom(column, name)))
  );
}

function isFrom({ name, source }: RowsColumn, original: string): boolean {
  return source.type === 'column' ? sameName(source.column, original) : sameName(name, original);
}

/** A table that is dropped and does not come back. @returns what must hold before it. */
export function askDroppedTable(
  scene: Scene,
  place: Place,
  name: string,
  made: readonly TableStructure[],
): readonly DataGuard[] {
  const table = scene.rows.find(name);
  const structure = scene.structures.find(name);
  if (table === null || !mayHoldOld(scene, table, place)) return [];
  const isMoved = table.origin === null || holdsMoved(scene, table);
  const subject = findSubject(scene, isMoved ? table.rows : findOldRows(scene, table));
  const twin =
    structure === null
      ? undefined
      : made.find((candidate) => !sameName(candidate.name, name) && isTwin(structure, candidate));
  const quoted = quoteIdentifier(name);
  const twinWords = twin
    ? ` ${quoteIdentifier(twin.name)}, made here with the same columns, looks like it renamed.`
    : '';
  reportLoss(scene, place, {
    what: `rows in ${quoteIdentifier(name)}`,
    count: subject && scene.questions.countRows(subject.select),
    query: subject && `SELECT * FROM ${subject.from}`,
    columns: columnsOf(table.rows),
    message: (count) => `Drops ${quoteIdentifier(name)} with ${describeLost(count, 'its rows')}.${twinWords}`,
    nothing: `Drops ${quoteIdentifier(name)}, which is empty.${twinWords}`,
    way: twin
      ? `-- in place of the DROP TABLE and the CREATE TABLE, if it is one table renamed:\nALTER TABLE ${quoted} RENAME TO ${quoteIdentifier(twin.name)};`
      : `-- keep a copy, and drop it later:\nCREATE TABLE ${quoteIdentifier(`${name}_kept`)} AS SELECT * FROM ${quoted};`,
  });
  // The plan's own rows are no loss, and a guard cannot tell them apart.
  return table.isFilled ? [] : [guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoted})`, `rows in ${quoteIdentifier(name)}`)];
}

/** What the plan itself puts there is no loss; of what cannot be followed, no more can be lost than is there today. */
function findOldRows({ production }: Scene, { origin, rows }: TrackedTable): TableRows {
  if (rows.type === 'known' && rows.before !== null) return rows.before;
  const today = rows.type === 'unknown' ? production.get(foldName(origin ?? '')) : undefined;
  return today
    ? rowsOfProduction(
        today.name,
        today.structure.columns.map(({ name }) => name),
      )
    : rows;
}

function describeLost(count: RowCount | null, what: string): string {
  return count === null ? `${what}; how many could not be counted` : describeRows(count);
}

/** Whether the two have the same columns, of one kind each. */
function isTwin(left: TableStructure, right: TableStructure): boolean {
  return (
    left.columns.length === right.columns.length &&
    left.columns.every((column) => findStructureColumn(right, column.name)?.type === column.type)
  );
}

export function findSubject(scene: Scene, rows: TableRows): Subject | null {
  if (rows.type === 'known') return subjectOf(scene, rows);
  return rows.type === 'none' ? { select: 'SELECT 1 WHERE 0', from: '(SELECT 1 WHERE 0)' } : null;
}

function columnsOf(rows: TableRows): readonly string[] {
  return rows.type === 'known' ? rows.columns.map(({ name }) => name) : [];
}

interface DroppedColumn {
  readonly table: string;
  readonly column: ColumnStructure;
  /** Columns that the table gets in the same migration. */
  readonly added: readonly ColumnStructure[];
}

/** A column of which no copy is made. @returns what must hold before it. */
export function askDroppedColumn(
  scene: Scene,
  place: Place,
  { table, column, added }: DroppedColumn,
): readonly DataGuard[] {
  const tracked = scene.rows.find(table);
  if (tracked === null || tracked.origin === null || column.generated !== null) return [];
  const { rows } = tracked;
  if (isNewColumn(scene, tracked, column.name)) return [];
  const subject = findSubject(scene, rows);
  const [quotedTable, quoted] = [quoteIdentifier(table), quoteIdentifier(column.name)];
  const filled = `${quoted} IS NOT NULL`;
  const isKnown = rows.type === 'known' && !rows.vague;
  const twin = findTwin(column, added);
  const what = `${quoteIdentifier(table)}.${quoteIdentifier(column.name)}`;
  const twinWords = twin
    ? ` If ${quoteIdentifier(twin.name)} is meant to be ${quoteIdentifier(column.name)} renamed: this drops it and adds an empty one.`
    : '';
  reportLoss(scene, place, {
    what: `values in ${what}`,
    count: !subject
      ? null
      : isKnown
        ? scene.questions.countWhere(subject.select, filled)
        : scene.questions.countRows(subject.select),
    query: subject && isKnown ? `SELECT * FROM ${subject.from} WHERE ${filled}` : null,
    columns: columnsOf(rows),
    message: (count) => `Drops ${what} with its values in ${describeLost(count, 'rows')}.${twinWords}`,
    nothing: `Drops ${what}, which is NULL in every row.${twinWords}`,
    way: twin
      ? `-- in place of what drops the one and adds the other:\n${renameColumn(scene, table, column.name, twin.name)}`
      : `-- keep a copy, and drop it later:\nCREATE TABLE ${quoteIdentifier(`${table}_${column.name}_kept`)} AS SELECT * FROM ${quotedTable} WHERE ${filled};`,
  });
  return [guardLoss(`NOT EXISTS (SELECT 1 FROM ${quotedTable} WHERE ${filled})`, `values in ${what}`)];
}

/** Whether the plan made the column, so that it holds nothing of production's. */
export function isNewColumn(scene: Scene, { origin, rows }: TrackedTable, column: string): boolean {
  if (rows.type === 'known') return findColumn(rows, column)?.isNew === true;
  const table = scene.production.get(foldName(origin ?? ''));
  return rows.type === 'none' && table !== undefined && findStructureColumn(table.structure, column) === undefined;
}

interface CopiedPart {
  readonly columns: TakenColumns;
  /** The same by the folded name of the column that it goes into; null where that cannot be told. */
  readonly into: ReadonlyMap<string, TakenColumns> | null;
  /** The folded words of where its rows come from. */
  readonly words: ReadonlySet<string>;
  /** Whether it reads one table, each row once at most. */
  readonly isPlain: boolean;
  /** Whether it takes every row of the one table that it reads. */
  readonly isWhole: boolean;
}

/** What a rebuild has put into the new table so far. */
export interface Copied {
  /** One for each statement that filled it. */
  readonly parts: readonly CopiedPart[];
  /** The statement that left rows out of it that break a constraint; null for none. */
  readonly ignoring: Place['statement'] | null;
  /** Folded names of tables that it has every row of. */
  readonly whole: ReadonlySet<string>;
}

interface Rebuilt {
  readonly table: string;
  readonly replacement: string;
  readonly copied: Copied | null;
}

/** The old table of a rebuild, about to be dropped. @returns what must hold before it. */
export function askRebuilt(scene: Scene, place: Place, { table, replacement, copied }: Rebuilt): readonly DataGuard[] {
  const old = scene.structures.find(table);
  const made = scene.structures.find(replacement);
  const tracked = scene.rows.find(table);
  if (old === null || made === null || tracked === null || tracked.origin === null) return [];
  const parts = (copied?.parts ?? []).filter(({ words }) => words.has(foldName(table)));
  if (copied === null || parts.length === 0) return askNothingCopied(scene, place, table);
  const left = old.columns.filter(({ name }) => {
    const taking = parts.filter((part) => takesColumn(part.columns, table, name));
    return taking.length < parts.length && !taking.some(({ isWhole }) => isWhole);
  });
  const added = made.columns.filter(({ name }) => !findStructureColumn(old, name));
  const columns = left.flatMap((column) => askDroppedColumn(scene, place, { table, column, added }));
  return [...columns, ...askRowsLeft(scene, place, { table, replacement, copied })];
}

function askNothingCopied(scene: Scene, place: Place, table: string): readonly DataGuard[] {
  const { rows } = scene.rows.find(table) ?? { rows: unknownRows };
  const subject = findSubject(scene, rows);
  const quoted = quoteIdentifier(table);
  reportLoss(scene, place, {
    what: `rows in ${quoteIdentifier(table)}`,
    count: subject && scene.questions.countRows(subject.select),
    query: subject && `SELECT * FROM ${subject.from}`,
    columns: columnsOf(rows),
    message: (count) => `Rebuilds ${quoteIdentifier(table)} without copying its rows: ${describeLost(count, 'they')}.`,
    nothing: null,
    way: `-- before the DROP TABLE:\nINSERT INTO "new_${table}" (…) SELECT … FROM ${quoted};`,
  });
  return [guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoted})`, `rows in ${quoteIdentifier(table)}`)];
}

/** A copy with a WHERE, a JOIN, DISTINCT: fewer rows may come out than were there. */
function askRowsLeft(scene: Scene, place: Place, { table, replacement, copied }: Rebuilt): readonly DataGuard[] {
  const [before, after] = [scene.rows.rowsOf(table), scene.rows.rowsOf(replacement)];
  if (copied?.ignoring === null && copied.whole.has(foldName(table))) return [];
  const wholeOf = findWholeOf(before);
  if (before.type === 'none' || (wholeOf !== null && wholeOf === findWholeOf(after))) return [];
  const [old, made] = [quoteIdentifier(table), quoteIdentifier(replacement)];
  const keys = findSharedKeys(scene, table, replacement, copied?.parts ?? []);
  const left = keys && notAmong(keys, made);
  const holds =
    left === null
      ? `(SELECT count(*) FROM ${old}) <= (SELECT count(*) FROM ${made})`
      : `NOT EXISTS (SELECT 1 FROM ${old} WHERE ${left})`;
  // Which rows OR IGNORE leaves out was asked where it does so.
  const { migration, statement } = place;
  const told = { migration, statement: copied?.ignoring ?? statement };
  const guard = guardLoss(holds, wordNotCopied(copied?.ignoring ? findFilled(told) : table));
  if (copied?.ignoring) {
    if (scene.rows.find(replacement)?.mayLack || !copied.whole.has(foldName(table))) reportLeftOut(scene, told);
    return [guard];
  }
  const [from, to] = [findSubject(scene, before), findSubject(scene, after)];
  const among = keys && to && notAmong(keys, to.from);
  // As many rows may be others, where several SELECTs fill it, or one that reads several tables.
  const isCountable = among !== null || (copied?.parts.length === 1 && copied.parts[0]?.isPlain === true);
  reportLoss(scene, place, {
    what: wordNotCopied(table),
    count:
      !from || !to || !isCountable
        ? null
        : among
          ? scene.questions.countWhere(from.select, among)
          : countFewer(scene, from, to),
    query: from && among ? `SELECT * FROM ${from.from} WHERE ${among}` : null,
    columns: columnsOf(before),
    message: (count) =>
      `Rebuilds ${quoteIdentifier(table)} and does not copy every row: ${describeLost(count, 'some')} would be left out.`,
    nothing: null,
    way: `-- copy every row:\nINSERT INTO ${made} (…) SELECT … FROM ${old};`,
  });
  return [guard];
}

export function wordNotCopied(table: string): string {
  return `rows in ${quoteIdentifier(table)} that are not copied`;
}

/** Where the question asked at the copy may not tell of every row. */
function reportLeftOut(scene: Scene, place: Place): void {
  const table = findFilled(place);
  reportLoss(scene, place, {
    what: wordNotCopied(table),
    count: null,
    query: null,
    columns: [],
    message: () =>
      `Rebuilds ${quoteIdentifier(table)} and leaves rows out that break a constraint; how many could not be counted.`,
    nothing: null,
    way: `-- copy every row, and let it fail where one does not fit:\nINSERT INTO … SELECT … FROM ${quoteIdentifier(table)};`,
  });
}

/** The primary key, quoted, where it is never NULL, and the copy takes it over. */
function findSharedKeys(
  { structures }: Scene,
  table: string,
  replacement: string,
  parts: readonly CopiedPart[],
): readonly string[] | null {
  const [old, made] = [structures.find(table), structures.find(replacement)];
  const keys = (old?.primaryKey?.columns ?? []).map((column) => parseKeyColumn(column).name);
  const isShared = keys.every((key) => {
    const column = old === null ? undefined : findStructureColumn(old, key);
    return (
      old !== null &&
      made !== null &&
      column !== undefined &&
      (takesNoNull(old, column) || isRowidColumn(old, key)) &&
      findStructureColumn(made, key) !== undefined &&
      parts.every((part) => takesColumn(part.into?.get(foldName(key)) ?? part.columns, table, key))
    );
  });
  return isShared && keys.length > 0 ? keys.map(quoteIdentifier) : null;
}

/** One NULL in the list, and NOT IN is never true. */
function notAmong(keys: readonly string[], from: string): string {
  const list = keys.join(', ');
  const filled = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
  return `${keys.length === 1 ? list : `(${list})`} NOT IN (SELECT ${list} FROM ${from} WHERE ${filled})`;
}

function countFewer(scene: Scene, from: Subject, to: Subject): (replies: readonly Reply[]) => RowCount | null {
  const [all, kept] = [scene.questions.countRows(from.select), scene.questions.countRows(to.select)];
  return (replies) => subtract(all(replies), kept(replies));
}

function subtract(all: RowCount | null, kept: RowCount | null): RowCount | null {
  if (all === null || kept === null || kept.atLeast) return null;
  return { rows: Math.max(0, all.rows - kept.rows), atLeast: all.atLeast };
}

/** The tables that a migration makes, other than to rebuild one. */
export function listMade({ statements, rebuilds }: Place['migration']): readonly TableStructure[] {
  return statements.flatMap(({ kind, sql }, index) =>
    kind.type === 'create-table' && !isInsideRebuild(rebuilds, index) ? (parseTableStructure(sql) ?? []) : [],
  );
}
