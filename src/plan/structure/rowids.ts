/** What finds a table's rows by rowids that a rebuild hands out anew: full-text indexes over it, and triggers. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import type { NewRowids } from '../../findings/leaves-broken-rows.ts';
import { placeAt, type Scene, type StatementPlace } from '../../rows/ask/context.ts';
import { countRows, guardLoss } from '../../rows/losses/loss.ts';
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
 * KEY, or are copied by name (sqlite.org/rowidtable.html); others may come out the same. No trigger tells an index what a
 * copy leaves out or changes.
 * @returns what must hold before it.
 */
export function askRowids(
  scene: Scene,
  place: StatementPlace,
  old: TableStructure,
  made: TableStructure,
): readonly DataGuard[] {
  if (!hasRowid(old)) return [];
  const indexes = scene.structures.listVirtual().filter(({ sql }) => readsByRowid(sql, old));
  const keeps = hasRowidColumn(old, made) || copiesRowids(place, made);
  const triggers = scene.structures
    .listNamedTriggers(old.name)
    .filter(({ sql }) => readsRowid(sql, old) && !indexes.some(({ name }) => listWords(sql).has(foldName(name))));
  const shared = { table: old.name, replacement: made.name, keepsRowids: keeps } as const;
  return [
    ...indexes
      .filter(({ name, sql }) => !isSeenTo(place, name) && listIndexed(sql, old, made) !== null)
      .flatMap(({ name, sql }) =>
        askUser(scene, place, findStale(old, made, listIndexed(sql, old, made) ?? []), {
          ...{ what: 'new-rowids', ...shared, user: { type: 'full-text-index', name }, sql },
        }),
      ),
    ...(keeps ? [] : triggers).flatMap(({ name, sql }) =>
      askUser(scene, place, findMoved(old, made, listCompared(old, made)), {
        ...{ what: 'new-rowids', ...shared, user: { type: 'trigger', name }, sql },
      }),
    ),
  ];
}

/** @param moved finds the rows that the user would not find any more, or as others. */
function askUser(scene: Scene, place: StatementPlace, moved: string, args: NewRowids): readonly DataGuard[] {
  const count = scene.asking.count({ select: moved, bound: null });
  // Of rows that are not here is only asked whether there are any.
  const all = args.keepsRowids ? null : countRows(scene, args.table).count;
  const loss = { kind: 'rowids', table: args.table } as const;
  scene.findings.push((replies): readonly Finding[] => {
    const found = count(replies) ?? (all === null ? none : all(replies));
    return found?.rows === 0 ? [] : [find(leavesBroken, 'hazard', placeAt(place), args, { losses: [loss] })];
  });
  return [{ ...guardLoss(`NOT EXISTS (${moved})`, loss), toldAs: leavesBroken.code }];
}

/** Nobody can tell, and most copies change no row: the guard looks. */
const none = { rows: 0 };

/** The columns that an index reads of the table; null where the new one lacks one, which is told otherwise. */
function listIndexed(sql: string, old: TableStructure, made: TableStructure): readonly string[] | null {
  const words = listWords(sql);
  const names = old.columns.filter(({ name }) => words.has(foldName(name))).map(({ name }) => name);
  return names.every((name) => findStructureColumn(made, name)) ? names : null;
}

/** The rows of the old table that are not the same in the new one, and those that only the new one has. */
function findStale(old: TableStructure, made: TableStructure, columns: readonly string[]): string {
  return `${findMoved(old, made, columns)} UNION ALL ${findMoved(made, old, [])}`;
}

/** The rows of the one table that are not found by their rowid in the other. */
function findMoved(one: TableStructure, other: TableStructure, columns: readonly string[]): string {
  const all = `SELECT 1 FROM ${quoteIdentifier(one.name)} AS o`;
  const [own, its] = [findRowidName(one), findRowidName(other)];
  if (own === null || its === null) return all;
  const same = columns.map((name) => `n.${quoteIdentifier(name)} IS o.${quoteIdentifier(name)}`);
  const found = [`n.${its} = o.${own}`, ...same].join(' AND ');
  return `${all} WHERE NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(other.name)} AS n WHERE ${found})`;
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
function isSeenTo(place: StatementPlace, index: string): boolean {
  return place.analysed.statements
    .slice(place.index + 1)
    .some((later) => buildsAnew(later, index) || (later.kind.type === 'drop' && sameName(later.kind.name, index)));
}

/** Full-text search over the rows of another table (sqlite.org/fts5.html, section 4.4.3; fts3.html, section 6.2.2). */
function readsByRowid(sql: string, table: TableStructure): boolean {
  const [content, key] = [findContent(sql), readOption(sql, 'content_rowid')];
  const isRowid = key === null || namesRowid(table, key) || isRowidColumn(table, key);
  return content !== null && sameName(content, table.name) && isRowid;
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
