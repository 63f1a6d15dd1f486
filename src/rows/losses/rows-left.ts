/** Rows of an old table that are not among those of the new one. */

import type { RowCount } from '../../findings/finding.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { findStructureColumn, isNeverNull, listKeyColumns } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import { findFilled, type Scene, type StatementPlace, type Subject } from '../context.ts';
import type { Answers } from '../questions.ts';
import type { Copied, CopiedPart } from '../state/copies.ts';
import { findWholeOf } from '../state/table-rows.ts';
import { columnsOf, findSubject, guardLoss, reportLoss } from './loss.ts';

interface CopiedRows {
  readonly table: string;
  readonly replacement: string;
  readonly copied: Copied;
  /** The statements that copied rows of the old table. */
  readonly parts: readonly CopiedPart[];
}

/** A copy with a WHERE, a JOIN, DISTINCT: fewer rows may come out than were there. @returns what must hold before the DROP. */
export function askRowsLeft(
  scene: Scene,
  place: StatementPlace,
  { table, replacement, copied, parts }: CopiedRows,
): readonly DataGuard[] {
  const [before, after] = [scene.rows.rowsOf(table), scene.rows.rowsOf(replacement)];
  const mayLack = scene.rows.find(replacement)?.mayLack === true;
  const isWhole = copied.whole.has(foldName(table));
  if (before.type === 'none' || (copied.ignoring === null && isWhole && !mayLack)) return [];
  const [old, made] = [quoteIdentifier(table), quoteIdentifier(replacement)];
  const keys = findSharedKeys(scene, table, replacement, parts);
  const left = keys && notAmong(keys, made);
  const holds =
    left === null
      ? `(SELECT count(*) FROM ${old}) <= (SELECT count(*) FROM ${made})`
      : `NOT EXISTS (SELECT 1 FROM ${old} WHERE ${left})`;
  // Which rows OR IGNORE leaves out was asked where it does so.
  const told = copied.ignoring ?? place;
  const guard = guardLoss(holds, { kind: 'rows-not-copied', table: copied.ignoring ? findFilled(told) : table });
  const wholeOf = findWholeOf(before);
  if (wholeOf !== null && wholeOf === findWholeOf(after)) return [guard];
  if (copied.ignoring) {
    if (mayLack || !isWhole) reportLeftOut(scene, told);
    return [guard];
  }
  const [from, to] = [findSubject(scene, before), findSubject(scene, after)];
  const among = keys && to && notAmong(keys, to.from);
  // As many rows may be others, where several SELECTs fill it, or one that reads several tables.
  const isCountable = among !== null || (copied.parts.length === 1 && copied.parts[0]?.isPlain === true);
  reportLoss(scene, place, {
    loss: { kind: 'rows-not-copied', table },
    args: { what: 'not-all-copied', table, replacement },
    count:
      !from || !to || !isCountable
        ? null
        : among
          ? scene.questions.countWhere(from.select, among)
          : countFewer(scene, from, to),
    query: from && among ? `SELECT * FROM ${from.from} WHERE ${among}` : null,
    columns: columnsOf(before),
    nothing: null,
  });
  return [guard];
}

/** Where the question asked at the copy may not tell of every row. */
function reportLeftOut(scene: Scene, place: StatementPlace): void {
  const table = findFilled(place);
  reportLoss(scene, place, {
    loss: { kind: 'rows-not-copied', table },
    args: { what: 'maybe-ignored', table },
    count: null,
    query: null,
    columns: [],
    nothing: null,
  });
}

/** The primary key, quoted, where it is never NULL, and the copy takes it over. */
export function findSharedKeys(
  { structures }: Scene,
  table: string,
  replacement: string,
  parts: readonly CopiedPart[],
): readonly string[] | null {
  const [old, made] = [structures.find(table), structures.find(replacement)];
  const keys = old?.primaryKey ? listKeyColumns(old.primaryKey) : [];
  const isShared = keys.every((key) => {
    const column = old === null ? undefined : findStructureColumn(old, key);
    return (
      old !== null &&
      made !== null &&
      column !== undefined &&
      isNeverNull(old, column) &&
      findStructureColumn(made, key) !== undefined &&
      parts.every((part) => keepsKey(part, table, key))
    );
  });
  return isShared && keys.length > 0 ? keys.map(quoteIdentifier) : null;
}

/** Into the column of the same name. */
function keepsKey({ items, kept }: CopiedPart, table: string, key: string): boolean {
  const item = items?.find(({ into }) => into === foldName(key));
  return takesColumn(item?.kept ?? kept, table, key);
}

/** One NULL in the list, and NOT IN is never true. @param keys quoted */
export function notAmong(keys: readonly string[], from: string): string {
  const list = keys.join(', ');
  const filled = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
  return `${keys.length === 1 ? list : `(${list})`} NOT IN (SELECT ${list} FROM ${from} WHERE ${filled})`;
}

function countFewer(scene: Scene, from: Subject, to: Subject): (replies: Answers) => RowCount | null {
  const [all, kept] = [scene.questions.countRows(from.select), scene.questions.countRows(to.select)];
  return (replies) => {
    const [before, after] = [all(replies), kept(replies)];
    if (before === null || after === null || after.atLeast) return null;
    return { rows: Math.max(0, before.rows - after.rows), atLeast: before.atLeast };
  };
}
