/** How a loss is reported: a hazard with a count, a note where there is nothing to lose, and the guard that goes with it. */

import type { Finding } from '../../findings/catalogue.ts';
import { type DataLossArgs, dataLoss } from '../../findings/data-loss.ts';
import type { DroppedColumn } from '../../findings/data-loss-columns.ts';
import type { DroppedTable } from '../../findings/data-loss-tables.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import type { Loss } from '../../findings/loss.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { AskedRows } from '../asking.ts';
import {
  askExamples,
  placeAt,
  rowsNow,
  type Scene,
  type StatementPlace,
  type Subject,
  showQuery,
  subjectOf,
  subjectOfTable,
} from '../context.ts';
import type { Answers, RowAnswer } from '../questions.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import type { TableRows } from '../state/table-rows.ts';
import type { Fill } from './own.ts';

interface LossReport {
  readonly loss: Loss;
  readonly args: DataLossArgs;
  /** null where nobody can tell. */
  readonly count: ((replies: Answers) => RowCount | null) | null;
  readonly query: string | null;
  readonly columns: readonly string[];
  /** Where nothing is left by then; null where that is not worth a word. A hazard asks for consent all the same. */
  readonly nothing: ((replies: Answers) => Nothing) | null;
}

interface Nothing {
  readonly kind: 'hazard' | 'note';
  readonly args: DataLossArgs;
}

/** A hazard where there is something to lose, or was before the plan itself, or nobody can tell; a note otherwise. */
export function reportLoss(
  scene: Scene,
  place: StatementPlace,
  { loss, args, query, columns, ...asked }: LossReport,
): void {
  const examples = query === null ? () => null : askExamples(scene, query, columns);
  const losses = [loss];
  scene.findings.push((replies): readonly Finding[] => {
    const counted = asked.count === null ? null : asked.count(replies);
    // None among the first of very many is no word about the rest.
    const count = counted?.rows === 0 && counted.atLeast ? null : counted;
    if (count !== null && count.rows === 0) {
      const nothing = asked.nothing?.(replies) ?? null;
      if (nothing === null) return [];
      return nothing.kind === 'note'
        ? [find(dataLoss, 'note', placeAt(place), nothing.args)]
        : [find(dataLoss, 'hazard', placeAt(place), nothing.args, { losses })];
    }
    const evidence = {
      count,
      // What cannot be counted may be a query that does not run.
      query: count === null || query === null ? null : showQuery(scene, query),
      examples: examples(replies),
    };
    return [find(dataLoss, 'hazard', placeAt(place), args, { evidence, losses })];
  });
}

/** What must hold where the plan saw nothing to lose. */
export function guardLoss(holds: string, loss: Loss): DataGuard {
  return { code: 'data-loss', holds, loss };
}

export interface Counted {
  readonly count: RowAnswer<RowCount>;
  readonly query: string | null;
}

/** Rows of a table as it is at this moment: all, or those that satisfy the condition. */
export function countRows(scene: Scene, table: string, condition: string | null): Counted {
  return countOf(scene, tableNow(scene, table), condition);
}

function countOf({ asking }: Scene, rows: AskedRows, condition: string | null): Counted {
  const all = rows.bound === null ? null : `SELECT * FROM (${rows.bound})`;
  return condition === null
    ? { count: asking.count(rows), query: all }
    : { count: asking.countWhere(rows, condition), query: all && `${all} WHERE ${condition}` };
}

/** A module does with a virtual table's rows as it likes: they are looked for in production as they are there. */
export function tableNow(scene: Scene, table: string): AskedRows {
  const quoted = quoteIdentifier(table);
  const asked = rowsNow(scene, `SELECT * FROM ${quoted}`);
  const known = scene.production.get(foldName(scene.rows.find(table)?.origin ?? ''));
  if (known?.isFollowed === false) return { ...asked, bound: subjectOfTable(known).select };
  // One and the same text for the whole of a table: what is asked of it is answered in one pass.
  const [head, tail] = [`WITH ${quoted} AS (`, `) SELECT * FROM ${quoted}`];
  const isNamed =
    asked.bound?.startsWith(head) === true && asked.bound.indexOf(tail) === asked.bound.length - tail.length;
  return isNamed ? { ...asked, bound: asked.bound.slice(head.length, -tail.length) } : asked;
}

/** The columns of what `countRows` finds. */
export function listColumns({ structures }: Scene, table: string): readonly string[] {
  return structures.find(table)?.columns.map(({ name }) => name) ?? [];
}

/** The same as the plan found them where it puts something of its own there. @param fill null where it does not. */
export function countBefore(
  scene: Scene,
  table: string,
  fill: Fill | null,
  condition: string | null,
  column: string | null,
): Counted {
  if (fill === null) return countRows(scene, table, condition);
  if (!hasColumn(fill, column)) return { count: () => null, query: null };
  return scene.asking.asOf(fill.moment, () => countOf(scene, fill.rows, condition));
}

interface NoRows {
  readonly table: string;
  readonly condition: string | null;
  /** That the condition speaks of; null for rows as a whole. */
  readonly column: string | null;
  readonly loss: Loss;
}

/** @returns what must hold before the statement itself. */
export function guardBefore(
  { own }: Scene,
  place: StatementPlace,
  fill: Fill | null,
  { table, condition, column, loss }: NoRows,
): readonly DataGuard[] {
  const end = condition === null ? '' : ` WHERE ${condition}`;
  const guard = guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(fill?.name ?? table)}${end})`, loss);
  if (fill === null) return [guard];
  if (hasColumn(fill, column)) own.guard(fill.place, guard, place);
  return [];
}

/** Whether the column was called so by then. */
function hasColumn({ names }: Fill, column: string | null): boolean {
  return column === null || names.some((name) => sameName(name, column));
}

/** How much of it production has today, where the plan may have taken some. */
export function countToday(
  { own, production, questions }: Scene,
  tracked: TrackedTable,
  condition: string | null,
): RowAnswer<RowCount> {
  const table = production.get(foldName(tracked.origin ?? ''));
  if (table === undefined || !own.hasChanged(tracked.origin)) return () => null;
  const { select } = subjectOfTable(table);
  return condition === null ? questions.countRows(select) : questions.countWhere(select, condition);
}

/** Where nothing is left by then. @param today what production has of it. */
export function tellCleared(args: DroppedTable | DroppedColumn, today: RowCount | null): Nothing {
  return today === null || today.rows === 0
    ? { kind: 'note', args }
    : { kind: 'hazard', args: { ...args, cleared: today } };
}

export function findSubject(scene: Scene, rows: TableRows): Subject | null {
  if (rows.type === 'known') return subjectOf(scene, rows);
  return rows.type === 'none' ? { select: 'SELECT 1 WHERE 0', from: '(SELECT 1 WHERE 0)' } : null;
}

export function columnsOf(rows: TableRows): readonly string[] {
  return rows.type === 'known' ? rows.columns.map(({ name }) => name) : [];
}
