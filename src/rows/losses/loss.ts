/** How a loss is reported: a hazard with a count, a note where there is nothing to lose, and the guard that goes with it. */

import type { Finding } from '../../findings/catalogue.ts';
import { type DataLossArgs, dataLoss } from '../../findings/data-loss.ts';
import type { DroppedColumn } from '../../findings/data-loss-columns.ts';
import type { DroppedTable } from '../../findings/data-loss-tables.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import type { Loss } from '../../findings/loss.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import type { Answers, AskedRows, RowAnswer } from '../ask/asking.ts';
import { askExamples, bindToday, momentOf, placeAt, rowsNow, type Scene, type StatementPlace } from '../ask/context.ts';
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
  /** Whether the statement says it in so many words: what is counted is a note. */
  readonly isSaid?: boolean;
}

interface Nothing {
  readonly kind: 'hazard' | 'note';
  readonly args: DataLossArgs;
}

/** A hazard where there is something to lose that the statement does not say, or was before the plan itself, or nobody can tell; a note otherwise. */
export function reportLoss(
  scene: Scene,
  place: StatementPlace,
  { loss, args, query, columns, isSaid = false, ...asked }: LossReport,
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
      query: count === null || query === null ? null : query,
      examples: examples(replies),
    };
    return [find(dataLoss, isSaid && count !== null ? 'note' : 'hazard', placeAt(place), args, { evidence, losses })];
  });
}

/** What must hold where the plan saw nothing to lose. */
export function guardLoss(holds: string, loss: Loss): DataGuard {
  return { code: 'data-loss', holds, loss };
}

interface Counted {
  readonly count: RowAnswer<RowCount>;
  readonly query: string | null;
}

/** Rows of a table as it is at this moment: all, or those that satisfy the condition. */
export function countRows(scene: Scene, table: string, condition: string | null = null): Counted {
  const [all, { bound }] = [tableNow(scene, table), tableNow(scene, table, condition)];
  const count = condition === null ? scene.asking.count(all) : scene.asking.countWhere(all, condition);
  return { count, query: bound?.sql ?? null };
}

/** A module does with a virtual table's rows as it likes: they are looked for in production as they are there. */
export function tableNow(scene: Scene, table: string, condition: string | null = null): AskedRows {
  const known = scene.production.get(foldName(scene.rows.find(table)?.origin ?? ''));
  const some = condition === null ? '' : ` WHERE ${condition}`;
  const asked = rowsNow(scene, `SELECT * FROM ${quoteIdentifier(table)}${some}`);
  return known?.isFollowed === false ? { ...asked, bound: bindToday(known, condition) } : asked;
}

/** The columns of a table's rows. */
export function listColumns({ structures }: Scene, table: string): readonly string[] {
  return structures.find(table)?.columns.map(({ name }) => name) ?? [];
}

/** What goes of a table beside what is told of it. @returns what must hold before it. */
export function askLoss(
  scene: Scene,
  place: StatementPlace,
  {
    table,
    condition,
    loss,
    args,
  }: Pick<LossReport, 'loss' | 'args'> & { readonly table: string; readonly condition: string | null },
): readonly DataGuard[] {
  const columns = listColumns(scene, table);
  reportLoss(scene, place, { ...{ loss, args, columns, nothing: null }, ...countRows(scene, table, condition) });
  return [guardRows(table, condition, loss)];
}

export function guardRows(table: string, condition: string | null, loss: Loss): DataGuard {
  const where = condition === null ? '' : ` WHERE ${condition}`;
  return guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(table)}${where})`, loss);
}

interface Gone {
  readonly table: { readonly name: string; readonly origin: string };
  /** Of the rows that something goes of; null for all of them. */
  readonly condition: string | null;
  /** Whether production has it under the same name. */
  readonly isThere: boolean;
  /** The statement of the plan before which there was nothing of its own; null where there still is not. */
  readonly fill: Fill | null;
  readonly loss: Loss;
  readonly args: DroppedTable | DroppedColumn;
}

/** Something of production's that does not come back. @returns what must hold before it. */
export function askGone(scene: Scene, place: StatementPlace, gone: Gone): readonly DataGuard[] {
  const { table, condition, isThere, fill, loss, args } = gone;
  const { own, production, asking } = scene;
  const some = condition === null ? '' : ` WHERE ${condition}`;
  const from = `FROM ${quoteIdentifier(fill?.name ?? table.name)}${some}`;
  const guard = guardRows(fill?.name ?? table.name, condition, loss);
  if (fill !== null) own.guard(fill.place, guard, place);
  const known = production.get(foldName(table.origin));
  const today = known === undefined ? null : bindToday(known, condition);
  const count =
    fill === null
      ? null
      : asking.asOf(momentOf(fill.place, 'before'), () => asking.count({ select: `SELECT * ${from}`, bound: today }));
  const counted = count === null ? countRows(scene, table.name, condition) : { count, query: today?.sql ?? null };
  const before = asking.countToday(isThere && own.of(table.origin).hasChanged ? today : null);
  reportLoss(scene, place, {
    ...{ loss, args, ...counted, columns: listColumns(scene, table.name) },
    nothing: (replies) => {
      const cleared = before(replies);
      const isCleared = cleared !== null && cleared.rows > 0;
      return isCleared ? { kind: 'hazard', args: { ...args, cleared } } : { kind: 'note', args };
    },
  });
  return fill === null ? [guard] : [];
}
