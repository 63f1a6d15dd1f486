/** What takes the place of a full-text index over another table's rows: it finds nothing until it is filled from them. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import type { EmptyIndex } from '../../findings/leaves-broken-rows.ts';
import { placeAt, rowsNow, type Scene, type StatementPlace } from '../../rows/ask/context.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parseInsert } from '../../sql/row-statements.ts';
import { buildsAnew, findContent } from './full-text.ts';

/** After a CREATE VIRTUAL TABLE. Of an index that production never had, nobody expects to find anything yet. */
export function askEmptyIndex(scene: Scene, place: StatementPlace, made: string): void {
  const { analysed, statement, index } = place;
  const own = findContent(statement.sql);
  const later = analysed.statements.slice(index + 1);
  const name = later.reduce(
    (current, { kind }) => (kind.type === 'rename-table' && sameName(kind.table, current) ? kind.to : current),
    made,
  );
  const before = scene.production.get(foldName(name));
  const content = before?.isVirtual === true ? (own ?? findContent(before.sql)) : null;
  if (content === null) return;
  if (later.some((each) => isFilled(each, made) || isFilled(each, name))) return;
  const answer = scene.asking.count(rowsNow(scene, `SELECT 1 FROM ${quoteIdentifier(content)}`));
  const args: EmptyIndex = {
    what: 'empty-index',
    index: name,
    table: content,
    builtBy: own === null ? 'insert' : 'command',
    sql: statement.sql,
  };
  scene.findings.push((answers): readonly Finding[] => {
    if (answer(answers)?.rows === 0) return [];
    return [find(leavesBroken, 'hazard', placeAt(place), args)];
  });
}

/** Whether it gets rows. A command has the index's own name in the place of a column's. */
function isFilled(statement: StatementPlace['statement'], index: string): boolean {
  const { kind, sql } = statement;
  if (kind.type !== 'insert' || !sameName(kind.table, index)) return false;
  const isCommand = parseInsert(sql)?.columns?.some((column) => sameName(column, index)) === true;
  return !isCommand || buildsAnew(statement, index);
}
