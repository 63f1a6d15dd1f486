/** What rows would break that a statement puts into a table, or changes there. Called before it has run. */

import { isRowidColumn, namesRowid } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { readsWithin } from '../../sql/nested-selects.ts';
import { parseInsert, parseUpdate } from '../../sql/row-statements.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { listWords } from '../../sql/words.ts';
import { findShown, type Scene, type StatementPlace } from '../context.ts';
import { askMet } from '../losses/colliding-rows.ts';
import { askCheck, askWholeNumbers } from './checks.ts';
import { askDuplicates } from './duplicates.ts';
import { askNulls } from './nulls.ts';
import { askParents } from './parents.ts';
import { copyInto, listInsertable, type PutRows, putTable, readPutRows, writeTable } from './put-rows.ts';
import type { Consequence } from './report.ts';
import { listReadBy, listUniques } from './uniques.ts';

/** Rows that a statement puts into a table. */
export interface Put {
  readonly rows: PutRows;
  /** What people call the table: for a rebuild's copy, the name that it will have. */
  readonly shown: string;
  /** Folded names of the columns that it gives a value. */
  readonly given: ReadonlySet<string>;
  /** The same, as they are written, of the rows of a query. */
  readonly columns: readonly string[];
  readonly consequence: Consequence;
}

const consequences = { abort: 'fails', ignore: 'left-out', replace: 'replaces' } as const;

/** Of a long series of statements, the engine's words tell of the others. */
const mostAsked = 20;

/** Counts the statements about a table. @returns whether there were as many before. */
function isAskedOften({ asked }: Scene, table: string, most: number): boolean {
  const before = asked.get(foldName(table)) ?? 0;
  asked.set(foldName(table), before + 1);
  return before >= most;
}

export function askInserted(scene: Scene, place: StatementPlace): void {
  const parts = parseInsert(place.statement.sql);
  const [tracked, table] = [scene.rows.find(parts?.table ?? ''), scene.structures.find(parts?.table ?? '')];
  if (!parts || !tracked || !table || parts.source === null || parts.conflict === 'other') return;
  // A trigger may leave rows out.
  if (scene.structures.listTriggers(table.name).length > 0) return;
  const columns = parts.columns ?? listInsertable(table);
  const given = new Set(columns.map(foldName));
  const select = parts.source;
  const insert = `INSERT INTO ${putTable} (${columns.map(quoteIdentifier).join(', ')}) ${select}`;
  const isOwn = tracked.origin === null && hasKeyword(select, 'SELECT');
  const before = isOwn && tracked.isFilled ? [copyInto(putTable, table)] : [];
  const rows = readPutRows(scene, {
    ...{ table, named: columns, select, here: putTable, isTold: before.length === 0 },
    setUp: [writeTable(putTable, table), ...before, insert],
  });
  const consequence = consequences[parts.conflict];
  const isRepeated = isAskedOften(scene, table.name, consequence === 'replaces' ? 1 : mostAsked);
  // Of a table of production only what a migration adds is new; what is unique there was unique before.
  if (!isOwn && consequence !== 'left-out' && (tracked.origin !== null || tracked.isFilled)) {
    if (!isRepeated || consequence === 'replaces') askMet(scene, place, { rows, given, consequence, isRepeated });
  } else if (isOwn) askNew(scene, place, { rows, shown: findShown(place, table.name), given, columns, consequence });
}

function askNew(scene: Scene, place: StatementPlace, put: Put): void {
  const { rows, given, consequence } = put;
  const { table } = rows;
  for (const column of table.columns) askNulls(scene, place, put, column);
  askWholeNumbers(scene, place, put);
  for (const unique of listUniques(scene, table)) {
    // A rowid that is not given is made up, and never twice.
    const isMadeUp = unique.columns.some(({ name }) => isRowidColumn(table, name) && !given.has(name));
    // What the statement says goes before what the table says (SQLite's "ON CONFLICT clause").
    const own = unique.conflict === 'ignore' || unique.conflict === 'replace' ? consequences[unique.conflict] : 'fails';
    if (!isMadeUp)
      askDuplicates(scene, place, { ...put, unique, consequence: consequence === 'fails' ? own : consequence });
  }
  for (const check of table.checks) askCheck(scene, place, put, check);
  askParents(scene, place, put);
}

/** Unique keys that an UPDATE may break: SQLite looks at them row by row, so what is twice in the end stops it. */
export function askChanged(scene: Scene, place: StatementPlace): void {
  const { sql } = place.statement;
  const parts = parseUpdate(sql);
  const table = scene.structures.find(parts?.table ?? '');
  if (!parts || !table || scene.structures.listTriggers(table.name).length > 0) return;
  // The copy that it is tried on has other rowids.
  if ([...listWords(sql)].some((name) => namesRowid(table, name))) return;
  const { assignments, where } = parts;
  const given = new Map(assignments.map(({ column, expression }) => [foldName(column), expression]));
  const changes = new Map(
    [...given].map(([column, expression]) => [
      column,
      where === null ? expression : `CASE WHEN (${where}) THEN (${expression}) ELSE ${quoteIdentifier(column)} END`,
    ]),
  );
  const uniques = listUniques(scene, table).filter(
    (unique) =>
      unique.conflict !== 'ignore' &&
      unique.conflict !== 'replace' &&
      listReadBy(unique, table).some((name) => given.has(foldName(name))),
  );
  if (uniques.length === 0 || isAskedOften(scene, table.name, mostAsked)) return;
  const rows = rowsOfUpdate(scene, table, sql, changes);
  // Rows that all become the same are not there twice: the UPDATE is wrong.
  const own = table.columns.map(({ name }) => foldName(name));
  const isFixed = (expression: string) => !own.some((column) => listWords(expression).has(column));
  for (const unique of uniques) {
    const isPlain =
      unique.where === null &&
      unique.columns.every(({ name, expression }) => expression === undefined && !isFixed(given.get(name) ?? name));
    const asked = { unique, rows, shown: table.name, changes: isPlain ? changes : null } as const;
    askDuplicates(scene, place, { ...asked, consequence: 'fails' });
  }
}

/** The UPDATE is tried on a copy that stands before the table under its name. */
function rowsOfUpdate(scene: Scene, table: TableStructure, sql: string, changes: ReadonlyMap<string, string>): PutRows {
  const here = quoteIdentifier(table.name);
  const named = listInsertable(table);
  const list = named.map((name) => {
    const [quoted, changed] = [quoteIdentifier(name), changes.get(foldName(name))];
    return changed === undefined ? quoted : `(${changed}) AS ${quoted}`;
  });
  // The later rows would see what became of the earlier ones.
  const isTold = ![...changes.values()].some((expression) => readsWithin(tokenize(expression), foldName(table.name)));
  return readPutRows(scene, {
    ...{ table, named, select: `SELECT ${list.join(', ')} FROM ${here}`, here, isTold },
    setUp: [writeTable(here, table), copyInto(here, table), sql],
  });
}
