/** What finds a table's rows by rowids that a rebuild hands out anew: full-text indexes over it, and triggers. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import type { NewRowids } from '../../findings/leaves-broken-rows.ts';
import { placeAt, rowsNow, type Scene, type StatementPlace } from '../../rows/context.ts';
import {
  findStructureColumn,
  hasRowid,
  isRowidColumn,
  listKeyColumns,
  namesRowid,
} from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isNameToken, listWords, readName, rowidNames } from '../../sql/words.ts';
import type { DataGuard } from '../plan.ts';
import { buildsAnew, findContent, readOption } from './full-text.ts';

/**
 * Before the old table is dropped. SQLite keeps the rowids of rows that are copied only where they are an INTEGER PRIMARY
 * KEY, or are copied by name (sqlite.org/rowidtable.html). Others may come out the same.
 * @returns what must hold before it.
 */
export function askRowids(
  scene: Scene,
  place: StatementPlace,
  old: TableStructure,
  made: TableStructure,
): readonly DataGuard[] {
  if (!hasRowid(old) || hasRowidColumn(old, made) || copiesRowids(place, made)) return [];
  const indexes = scene.structures.listVirtual().filter(({ sql }) => readsByRowid(sql, old));
  const triggers = scene.structures
    .listNamedTriggers(old.name)
    .filter(({ sql }) => readsRowid(sql, old) && !indexes.some(({ name }) => listWords(sql).has(foldName(name))));
  const shared = { what: 'new-rowids', table: old.name, replacement: made.name } as const;
  const users: readonly NewRowids[] = [
    ...indexes
      .filter(({ name }) => !isSeenTo(place, name))
      .map(({ name, sql }) => ({ ...shared, user: { type: 'full-text-index', name }, sql }) as const),
    ...triggers.map(({ name, sql }) => ({ ...shared, user: { type: 'trigger', name }, sql }) as const),
  ];
  if (users.length === 0) return [];
  const moved = findMoved(old, made);
  const count = scene.asking.count({ select: moved, bound: null });
  // Of rows that are not here is only asked whether there are any.
  const all = scene.asking.count(rowsNow(scene, `SELECT 1 FROM ${quoteIdentifier(old.name)}`));
  const loss = { kind: 'rowids', table: old.name } as const;
  scene.findings.push((replies): readonly Finding[] => {
    if ((count(replies) ?? all(replies))?.rows === 0) return [];
    return users.map((args) => find(leavesBroken, 'hazard', placeAt(place), args, { losses: [loss] }));
  });
  return [{ code: leavesBroken.code, holds: `NOT EXISTS (${moved})`, loss }];
}

/** The rows of the old table that are not found by their rowid in the new one. */
function findMoved(old: TableStructure, made: TableStructure): string {
  const all = `SELECT 1 FROM ${quoteIdentifier(old.name)} AS o`;
  const [own, its] = [findRowidName(old), findRowidName(made)];
  if (own === null || its === null) return all;
  const same = listCompared(old, made).map((name) => `n.${quoteIdentifier(name)} IS o.${quoteIdentifier(name)}`);
  const found = [`n.${its} = o.${own}`, ...same].join(' AND ');
  return `${all} WHERE NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(made.name)} AS n WHERE ${found})`;
}

/** null where every name of it is a column's. */
function findRowidName(table: TableStructure): string | null {
  return [...rowidNames].find((name) => namesRowid(table, name)) ?? null;
}

/** What a row is known by: its key, or else everything. */
function listCompared(old: TableStructure, made: TableStructure): readonly string[] {
  const key = old.primaryKey === null ? [] : listKeyColumns(old.primaryKey);
  const shared = old.columns
    .filter(({ name, generated }) => generated === null && findStructureColumn(made, name) !== undefined)
    .map(({ name }) => name);
  const isKept = key.length > 0 && key.every((name) => shared.some((each) => sameName(each, name)));
  return isKept ? key : shared;
}

/** Whether one column is the rowid in both. */
function hasRowidColumn(old: TableStructure, made: TableStructure): boolean {
  return old.columns.some(({ name }) => isRowidColumn(old, name) && isRowidColumn(made, name));
}

function copiesRowids({ analysed }: StatementPlace, made: TableStructure): boolean {
  return analysed.statements.some(
    ({ kind, sql }) =>
      kind.type === 'insert' &&
      sameName(kind.table, made.name) &&
      [...listWords(sql)].some((name) => namesRowid(made, name)),
  );
}

/** Whether the file builds the index anew afterwards, or drops it. */
function isSeenTo({ analysed: { statements }, statement }: StatementPlace, index: string): boolean {
  return statements
    .slice(statements.indexOf(statement) + 1)
    .some((later) => buildsAnew(later, index) || (later.kind.type === 'drop' && sameName(later.kind.name, index)));
}

/** Full-text search over the rows of another table (sqlite.org/fts5.html, section 4.4.3; fts3.html, section 6.2.2). */
function readsByRowid(sql: string, table: TableStructure): boolean {
  const [content, key] = [findContent(sql), readOption(sql, 'content_rowid')];
  return content !== null && sameName(content, table.name) && (key === null || namesRowid(table, key));
}

function readsRowid(sql: string, table: TableStructure): boolean {
  const tokens = tokenize(sql);
  return tokens.some((token, index) => {
    const [dot, column] = [tokens[index + 1], tokens[index + 2]];
    return (
      isNameToken(token) &&
      ['new', 'old'].includes(readName(token)) &&
      isOperator(dot, '.') &&
      column !== undefined &&
      isNameToken(column) &&
      namesRowid(table, readName(column))
    );
  });
}
