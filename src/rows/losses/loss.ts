/** How a loss is reported: a hazard with a count, a note where there is nothing to lose, and the guard that goes with it. */

import type { Finding } from '../../findings/catalogue.ts';
import { type DataLossArgs, dataLoss } from '../../findings/data-loss.ts';
import type { DroppedColumn } from '../../findings/data-loss-columns.ts';
import type { DroppedTable } from '../../findings/data-loss-tables.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import type { Loss } from '../../findings/loss.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName } from '../../sql/identifiers.ts';
import {
  askExamples,
  placeAt,
  type Scene,
  type StatementPlace,
  type Subject,
  showQuery,
  subjectOf,
  subjectOfTable,
} from '../context.ts';
import type { Answers } from '../questions.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import type { TableRows } from '../state/table-rows.ts';

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

/** @returns how many of production's rows there are today, whatever the plan makes of them; null for a table of the plan. */
export function askToday(
  { production, questions }: Scene,
  { origin }: TrackedTable,
  condition: string | null,
): ((replies: Answers) => RowCount | null) | null {
  const table = production.get(foldName(origin ?? ''));
  if (table === undefined) return null;
  const { select } = subjectOfTable(table);
  return condition === null ? questions.countRows(select) : questions.countWhere(select, condition);
}

/** Where nothing is left by then. @param cleared production's rows that the plan itself deletes or clears before. */
export function tellCleared(args: DroppedTable | DroppedColumn, cleared: RowCount | null): Nothing {
  return cleared === null || cleared.rows === 0
    ? { kind: 'note', args }
    : { kind: 'hazard', args: { ...args, cleared } };
}

/** What must hold where the plan saw nothing to lose. */
export function guardLoss(holds: string, loss: Loss): DataGuard {
  return { code: 'data-loss', holds, loss };
}

export function findSubject(scene: Scene, rows: TableRows): Subject | null {
  if (rows.type === 'known') return subjectOf(scene, rows);
  return rows.type === 'none' ? { select: 'SELECT 1 WHERE 0', from: '(SELECT 1 WHERE 0)' } : null;
}

export function columnsOf(rows: TableRows): readonly string[] {
  return rows.type === 'known' ? rows.columns.map(({ name }) => name) : [];
}
