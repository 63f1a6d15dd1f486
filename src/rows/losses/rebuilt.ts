/** What a rebuild leaves behind when its old table is dropped: both tables are there then. */

import type { Finding } from '../../findings/catalogue.ts';
import type { DataLossArgs } from '../../findings/data-loss.ts';
import type { RowCount } from '../../findings/finding.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { findRenamedInRebuild } from '../../plan/structure/drop-and-add.ts';
import { type Affinity, findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn, isRowidColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { findFilled, type Scene, type StatementPlace } from '../context.ts';
import type { Answers, RowAnswer } from '../questions.ts';
import type { Copied, CopiedPart } from '../state/copies.ts';
import { findLeft, findValues, listPlaces, nameAfter, type Pair, pairTables } from './copied-pair.ts';
import { askDroppedColumn, isOld } from './dropped-column.ts';
import { findCopyKeeps } from './kept-copy.ts';
import { countRows, guardLoss, listColumns, reportLoss } from './loss.ts';
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
  const tracked = scene.rows.find(table);
  if (pair === null || tracked === null || tracked.origin === null) return [];
  if (pair.parts.length === 0) return askNothingCopied(scene, place, table);
  askCrossed(scene, place, pair);
  const twinOf = findRenamedInRebuild(place.analysed, pair.old, pair.made);
  const columns = pair.old.columns
    .filter((column) => isOld(scene, tracked, column))
    .flatMap((column) => {
      const fate = findFate(pair, column);
      return fate === null
        ? askDroppedColumn(scene, place, { table, column, twin: twinOf(column) })
        : askValues(scene, place, pair, column, fate);
    });
  return [...columns, ...askRowsLeft(scene, place, pair, copied?.ignoring ?? null)];
}

function findPair(scene: Scene, { table, replacement, copied }: Rebuilt): Pair | null {
  const [old, made] = [scene.structures.find(table), scene.structures.find(replacement)];
  return old && made && pairTables(scene, { old, made, all: copied?.parts ?? [] });
}

/** Whether a table of another name has all that this one has, so that nothing is lost with it. */
export function hasEverything(scene: Scene, rebuilt: Rebuilt): boolean {
  const pair = findPair(scene, rebuilt);
  if (pair === null || rebuilt.copied?.ignoring !== null || scene.rows.find(rebuilt.replacement)?.origin !== null)
    return false;
  return pair.old.columns.every((column) => column.generated !== null || findFate(pair, column)?.isKept === true);
}

/** Columns that the plan made, and that hold nothing of production's in the new table either. */
export function listNewColumns(scene: Scene, rebuilt: Rebuilt): readonly string[] {
  const pair = findPair(scene, rebuilt);
  const tracked = scene.rows.find(rebuilt.table);
  if (pair === null || tracked === null) return [];
  const old = pair.old.columns.filter((column) => isOld(scene, tracked, column));
  const places = old.flatMap((column) => pair.parts.flatMap((part) => listPlaces('read', pair.old, column, part)));
  return pair.made.columns.map(({ name }) => name).filter((name) => !places.includes(foldName(name)));
}

/** What becomes of the values of a column. */
interface Fate {
  /** Folded names of the new columns that they may be in. */
  readonly into: readonly string[];
  /** Whether every statement copies them as they are. */
  readonly isKept: boolean;
  /** - `always`: some may become others. - `seldom`: only such as are seldom there. - `never` */
  readonly changes: 'always' | 'seldom' | 'never';
}

/** null where nothing is made of them. */
function findFate({ old, made, parts }: Pair, column: ColumnStructure): Fate | null {
  const keeping = parts.filter((part) => listPlaces('kept', old, column, part).length > 0);
  const kept = keeping.flatMap((part) => listPlaces('kept', old, column, part));
  const isKept = keeping.length === parts.length || keeping.some(({ whole }) => whole.has(foldName(old.name)));
  const into = new Set(kept.length > 0 ? kept : parts.flatMap((part) => listPlaces('read', old, column, part)));
  if (into.size === 0) return null;
  const from = findAffinity(column, old);
  const changes = [...into].map((name) => {
    const place = findStructureColumn(made, name);
    return mayChange(from, place === undefined ? 'none' : findAffinity(place, made));
  });
  const least = (['never', 'seldom', 'always'] as const).find((change) => changes.includes(change));
  return {
    into: [...into],
    isKept: isKept && kept.length > 0,
    changes: kept.length > 0 ? (least ?? 'never') : 'always',
  };
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
  column: ColumnStructure,
  { into, isKept, changes }: Fate,
): readonly DataGuard[] {
  const { old, made, parts } = pair;
  if (isKept && changes === 'never') return [];
  const values = findValues(scene, pair, column, into);
  const loss = { kind: 'values-not-kept', table: old.name, column: column.name } as const;
  const after = into.map((name, index) => ({ value: nameAfter(index), by: compareBy(parts, name) }));
  const lost = isLost('"before"', after);
  const isPartly = parts.length > 1 && changes === 'never';
  const copy = findCopyKeeps(scene, old.name);
  const isThere = findStructureColumn(made, column.name) !== undefined;
  const args: DataLossArgs = isPartly
    ? { what: 'partly-kept', table: old.name, column: column.name, copy }
    : { what: 'changed-values', table: old.name, column: column.name, isThere, copy };
  const counted = values && scene.asking.countWhere(values, lost);
  // Where nobody else can tell: what is not there is not lost.
  const isThereAny = values?.bound == null ? `${quoteIdentifier(column.name)} IS NOT NULL` : null;
  const filled = isThereAny === null ? null : countRows(scene, old.name, isThereAny).count;
  const isQuiet = isPartly || changes === 'seldom' || isRowidColumn(made, column.name);
  reportLoss(scene, place, {
    loss,
    args,
    count: (replies) => {
      const count = counted?.(replies) ?? null;
      if (count !== null) return count;
      return changes === 'seldom' || filled?.(replies)?.rows === 0 ? none : null;
    },
    query: values?.bound == null ? null : `SELECT * FROM (${values.bound}) WHERE ${lost}`,
    columns: ['before', ...after.map(({ value }) => value)],
    nothing: isQuiet ? null : () => ({ kind: 'note', args }),
  });
  return values === null ? [] : [guardLoss(`NOT EXISTS (SELECT 1 FROM (${values.select}) WHERE ${lost})`, loss)];
}

/** A value that is put together with others is still there. */
function compareBy(parts: readonly CopiedPart[], into: string): 'equal' | 'part' {
  const isJoined = parts.some(({ items }) => {
    const tokens = tokenize(items?.find((item) => item.into === into)?.text ?? '');
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
  const isWhole = parts.some(({ isIntact, whole }) => isIntact && whole.has(foldName(old.name)));
  if (isWhole && ignoring === null) return [];
  const loss = { kind: 'rows-not-copied', table: ignoring === null ? old.name : findFilled(ignoring) } as const;
  const left = findLeft(scene, pair);
  const counted = left === null ? countFewer(scene, pair) : scene.asking.count(left);
  const isTold = ignoring === null ? () => false : findTold(scene, ignoring);
  reportLoss(scene, place, {
    loss,
    args: { what: 'not-all-copied', table: old.name, replacement: made.name },
    count: (replies) => (isTold(replies) ? none : counted(replies)),
    query: left?.bound ?? null,
    columns: listColumns(scene, old.name),
    nothing: null,
  });
  const [from, to] = [old.name, made.name].map(quoteIdentifier);
  const holds =
    left === null
      ? `(SELECT count(*) FROM ${from}) <= (SELECT count(*) FROM ${to})`
      : `NOT EXISTS (${left.select.replace('SELECT *', 'SELECT 1')})`;
  return [guardLoss(holds, loss)];
}

const none: RowCount = { rows: 0, atLeast: false };

function countFewer(scene: Scene, { old, made, all }: Pair): RowAnswer<RowCount> {
  // As many rows may be others, where several SELECTs fill it, or one that reads several tables.
  if (all.length > 1 || all[0]?.isPlain !== true) return () => null;
  const [from, to] = [countRows(scene, old.name, null).count, countRows(scene, made.name, null).count];
  return (replies) => {
    const [before, after] = [from(replies), to(replies)];
    if (before === null || after === null || after.atLeast) return null;
    return { rows: Math.max(0, before.rows - after.rows), atLeast: before.atLeast };
  };
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

function askNothingCopied(scene: Scene, place: StatementPlace, table: string): readonly DataGuard[] {
  const loss = { kind: 'rows', table } as const;
  reportLoss(scene, place, {
    loss,
    args: { what: 'nothing-copied', table },
    ...countRows(scene, table, null),
    columns: listColumns(scene, table),
    nothing: null,
  });
  return [guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(table)})`, loss)];
}
