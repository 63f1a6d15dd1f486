/** What finds a table's rows by rowids that a rebuild hands out anew: full-text indexes over it, and triggers. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import type { NewRowids } from '../../findings/leaves-broken-rows.ts';
import { placeAt, type Scene, type StatementPlace } from '../../rows/ask/context.ts';
import { countRows, guardRows } from '../../rows/losses/loss.ts';
import { hasRowid, isRowidColumn, namesRowid } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { isOperator } from '../../sql/cursor.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isNameToken, listWords, readName } from '../../sql/words.ts';
import type { DataGuard } from '../plan.ts';
import { buildsAnew, findContent, readOption } from './full-text.ts';

/**
 * Before the old table is dropped. SQLite keeps the rowids of rows that are copied only where they are an INTEGER PRIMARY
 * KEY, or are copied by name (sqlite.org/rowidtable.html). @returns what must hold before it.
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
  const loss = { kind: 'rowids', table: old.name } as const;
  const answer = countRows(scene, old.name, null).count;
  scene.findings.push((replies): readonly Finding[] => {
    const count = answer(replies);
    if (count?.rows === 0) return [];
    return users.map((args) => find(leavesBroken, 'hazard', placeAt(place), args, { losses: [loss] }));
  });
  return [{ ...guardRows(old.name, null, loss), toldAs: 'leaves-broken' }];
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
