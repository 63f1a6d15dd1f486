/** What a rebuild leaves behind when its old table is dropped: both tables are there then. */

import type { Finding } from '../../findings/catalogue.ts';
import type { DataLossArgs } from '../../findings/data-loss.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { findRenamedInRebuild } from '../../plan/structure/drop-and-add.ts';
import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn, isRowidColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isWrittenOut } from '../../sql/written-out.ts';
import type { Answers } from '../ask/asking.ts';
import { findFilled, type Scene, type StatementPlace } from '../ask/context.ts';
import { findLeft, findValues, listPlaces, nameAfter, type Pair, pairTables } from './copied-pair.ts';
import { type Copied, type CopiedPart, isIntact } from './copies.ts';
import { askDroppedColumn } from './dropped-column.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { askLoss, countRows, guardLoss, listColumns, reportLoss } from './loss.ts';
import { isLost } from './same-value.ts';
import { askCrossed } from './swapped-columns.ts';

export interface Rebuilt {
  readonly table: string;
  readonly replacement: string;
  readonly copied: Copied | null;
}

/** The old table of a rebuild, about to be dropped. @returns what must hold before it. */
export function askRebuilt(scene: Scene, place: StatementPlace, rebuilt: Rebuilt): readonly DataGuard[] {
  const { table, copied } = rebuilt;
  const pair = findPair(scene, rebuilt);
  if ((scene.rows.find(table)?.origin ?? null) === null) return [];
  if (pair === null || pair.parts.length === 0) {
    const args = { what: 'nothing-copied', table } as const;
    return askLoss(scene, place, { table, condition: null, loss: { kind: 'rows', table }, args });
  }
  const crossed = askCrossed(scene, place, pair);
  const twinOf = findRenamedInRebuild(place.analysed, pair.old, pair.made);
  const columns = listOld(scene, pair).flatMap((column) => {
    const fate = findFate(pair, column);
    if (fate === null) return askDroppedColumn(scene, place, { table, column, twin: twinOf(column) });
    return fate.isKept && fate.changes === 'never' ? [] : askValues(scene, place, pair, column, fate);
  });
  return [...crossed, ...columns, ...askRowsLeft(scene, place, pair, copied?.ignoring ?? null)];
}

function findPair(scene: Scene, { table, replacement, copied }: Rebuilt): Pair | null {
  const [old, made] = [scene.structures.find(table), scene.structures.find(replacement)];
  return old && made && pairTables(scene, { old, made, all: copied?.parts ?? [] });
}

/** The columns that production's values may be in. */
function listOld({ own, rows }: Scene, { old }: Pair): readonly ColumnStructure[] {
  const origin = rows.find(old.name)?.origin ?? '';
  return old.columns.filter(({ name, generated }) => generated === null && own.isOld(origin, name));
}

/** Whether a table of another name has all that this one has, so that nothing is lost with it. */
export function hasEverything(scene: Scene, rebuilt: Rebuilt): boolean {
  const pair = findPair(scene, rebuilt);
  const isOther = rebuilt.copied?.ignoring === null && scene.rows.find(rebuilt.replacement)?.origin === null;
  if (pair === null || !isOther) return false;
  return pair.old.columns.every((column) => column.generated !== null || findFate(pair, column)?.isKept === true);
}

/** From now on the new table is the one that production has. */
export function inherit(scene: Scene, rebuilt: Rebuilt): void {
  const pair = findPair(scene, rebuilt);
  const origin = scene.rows.find(rebuilt.table)?.origin ?? null;
  if (pair === null || origin === null) return;
  const places = listOld(scene, pair).flatMap((column) =>
    pair.parts.flatMap((part) => listPlaces('read', pair.old, column, part)),
  );
  for (const { name } of pair.made.columns) scene.own.setOld(origin, name, places.includes(foldName(name)));
}

/** What becomes of the values of a column. */
interface Fate {
  /** Folded names of the new columns that they may be in. */
  readonly into: readonly string[];
  /** Whether every statement copies them as they are. */
  readonly isKept: boolean;
  /** Whether the new columns make others of some; `seldom`: only of such as are seldom there. */
  readonly changes: 'never' | 'seldom' | 'always';
  /** Whether every statement writes out what it makes of them. */
  readonly isSaid: boolean;
}

/** null where nothing is made of them. */
function findFate({ old, made, parts }: Pair, column: ColumnStructure): Fate | null {
  const list = (kind: 'kept' | 'read') => parts.map((part) => listPlaces(kind, old, column, part));
  const kept = list('kept');
  const isRead = kept.every((names) => names.length === 0);
  const into = [...new Set((isRead ? list('read') : kept).flat())];
  if (into.length === 0) return null;
  const isWhole = parts.some(({ whole }, index) => whole.has(foldName(old.name)) && (kept[index]?.length ?? 0) > 0);
  const changes = into.map((name) => {
    const place = findStructureColumn(made, name);
    return mayChange(findAffinity(column, old), place === undefined ? 'none' : findAffinity(place, made));
  });
  const least = (['never', 'seldom'] as const).find((change) => changes.includes(change));
  const isGuessed = parts.some(({ items }) => items.some(({ text }) => text === ''));
  const isKept = !isRead && !isGuessed && (isWhole || kept.every((names) => names.length > 0));
  const isSaid = parts.every((part) => writesOut(part, into));
  return { into, isKept, changes: isRead ? 'always' : (least ?? 'always'), isSaid };
}

/** By expressions alone; what it hands on to one of the columns has to come back as it was. */
function writesOut({ items }: CopiedPart, into: readonly string[]): boolean {
  const given = items.filter((item) => into.includes(item.into));
  return given.length > 0 && given.every(({ text }) => isWrittenOut(text));
}

/**
 * A text may become a number, an integer a real that has no place for all its digits, and a real a text that has 15 of them;
 * what has another type than its column is rare.
 */
function mayChange(from: Affinity, to: Affinity): Fate['changes'] {
  if (from === to || to === 'none') return 'never';
  if (to === 'text') return from === 'real' ? 'always' : 'seldom';
  return from === 'real' ? 'never' : 'always';
}

/** A column whose values may be others in the new table. */
function askValues(
  scene: Scene,
  place: StatementPlace,
  pair: Pair,
  { name: column }: ColumnStructure,
  { into, changes, isSaid }: Fate,
): readonly DataGuard[] {
  const { made, parts } = pair;
  const table = pair.old.name;
  const values = findValues(scene, place, pair, column, into);
  const after = into.map((name, index) => ({ value: nameAfter(index), by: compareBy(parts, name) }));
  const lost = isLost('"before"', after);
  const loss = { kind: isSaid ? 'values-rewritten' : 'values-not-kept', table, column } as const;
  const shared = { table, column, copy: findCopyKeeps(scene, table) };
  const isPartly = parts.length > 1 && changes === 'never' && !isSaid;
  const isThere = findStructureColumn(made, column) !== undefined;
  const args: DataLossArgs = isPartly
    ? { what: 'partly-kept', ...shared }
    : { what: 'changed-values', ...shared, isThere };
  const counted = values && {
    count: scene.asking.countWhere(values, lost),
    query: values.bound && `SELECT * FROM (${values.bound.sql}) WHERE ${lost}`,
  };
  // Where nobody can tell: what is not there is not lost.
  const all = values?.bound ? null : countRows(scene, table, `${quoteIdentifier(column)} IS NOT NULL`).count;
  const isQuiet = changes !== 'always' || isRowidColumn(made, column);
  reportLoss(scene, place, {
    ...{ loss, args, isSaid, query: counted?.query ?? null, columns: ['before', ...after.map(({ value }) => value)] },
    count: (replies) =>
      counted?.count(replies) ??
      (changes === 'seldom' || all?.(replies)?.rows === 0 ? { rows: 0, atLeast: false } : null),
    nothing: isQuiet ? null : () => ({ kind: 'note', args }),
  });
  return values === null ? [] : [guardLoss(`NOT EXISTS (SELECT 1 FROM (${values.select}) WHERE ${lost})`, loss)];
}

/** A value that is put together with others is still there. */
function compareBy(parts: readonly CopiedPart[], into: string): 'equal' | 'part' {
  const isJoined = parts.some(({ items }) => {
    const tokens = tokenize(items.find((item) => item.into === into)?.text ?? '');
    return tokens.some((token) => isOperator(token, '||')) && !tokens.some((token) => isKeyword(token, 'CASE'));
  });
  return isJoined ? 'part' : 'equal';
}

/** A copy with a WHERE, a JOIN, DISTINCT: fewer rows may come out than were there. */
function askRowsLeft(
  scene: Scene,
  place: StatementPlace,
  pair: Pair,
  ignoring: StatementPlace | null,
): readonly DataGuard[] {
  const { old, made, parts } = pair;
  const isAll = (part: CopiedPart) =>
    part.whole.has(foldName(old.name)) && isIntact(scene, part.place, place, old.name);
  if (parts.some(isAll) && ignoring === null) return [];
  const loss = { kind: 'rows-not-copied', table: ignoring === null ? old.name : findFilled(ignoring) } as const;
  const left = findLeft(scene, place, pair);
  const counted = left && scene.asking.count(left);
  const isTold = ignoring === null ? () => false : findTold(scene, ignoring);
  reportLoss(scene, place, {
    ...{ loss, args: { what: 'not-all-copied', table: old.name, replacement: made.name }, nothing: null },
    count: (replies) => (isTold(replies) ? { rows: 0, atLeast: false } : (counted?.(replies) ?? null)),
    ...{ query: left?.bound?.sql ?? null, columns: listColumns(scene, old.name) },
  });
  return left === null ? [] : [guardLoss(`NOT EXISTS (${left.select.replace('*', '1')})`, loss)];
}

/** Whether it was told at the copy already which rows that one leaves out. */
function findTold({ findings }: Scene, { analysed, statement }: StatementPlace): (replies: Answers) => boolean {
  const earlier = [...findings];
  const isIt = ({ code, place, args }: Finding) =>
    code === 'data-loss' &&
    args.what === 'left-out-rows' &&
    place.migration === analysed.migration.name &&
    place.line === statement.line;
  return (replies) => earlier.some((tell) => tell(replies).some(isIt));
}
