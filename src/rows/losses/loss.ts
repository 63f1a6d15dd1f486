/** How a loss is told: a hazard with a count, a note where there is nothing to lose, and the guard that goes with it. */

import type { Finding } from '../../findings/catalogue.ts';
import type { RowCount } from '../../findings/finding.ts';
import type { Loss } from '../../findings/loss.ts';
import { worded } from '../../findings/worded.ts';
import type { DataGuard } from '../../plan/plan.ts';
import type { Reply } from '../../ports.ts';
import { foldName } from '../../sql/identifiers.ts';
import {
  askExamples,
  describeRows,
  type Place,
  type Scene,
  type Subject,
  showQuery,
  subjectOf,
  subjectOfTable,
} from '../context.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import type { TableRows } from '../state/table-rows.ts';

interface Told {
  readonly message: string;
  readonly why: string;
}

interface LossReport {
  readonly loss: Loss;
  /** null where nobody can tell. */
  readonly count: ((replies: readonly Reply[]) => RowCount | null) | null;
  readonly query: string | null;
  readonly columns: readonly string[];
  /** What is lost where there is something, and where there is nothing. */
  readonly message: (count: RowCount | null) => string;
  /** Where nothing is left by then; null where that is not worth a word. Whoever tells why asks for consent all the same. */
  readonly nothing: string | ((replies: readonly Reply[]) => string | Told) | null;
  /** Whether a guard holds production to it. */
  readonly isGuarded: boolean;
  readonly way: string;
}

/** A hazard where there is something to lose, or was before the plan itself, or nobody can tell; a note otherwise. */
export function reportLoss(scene: Scene, { migration, statement }: Place, told: LossReport): void {
  const examples = told.query === null ? () => null : askExamples(scene, told.query, told.columns);
  scene.findings.push((replies): readonly Finding[] => {
    const counted = told.count === null ? null : told.count(replies);
    // None among the first of very many is no word about the rest.
    const count = counted?.rows === 0 && counted.atLeast ? null : counted;
    const shared = {
      code: 'data-loss',
      migration: migration.migration.name,
      line: statement.line,
      sql: statement.sql,
    } as const;
    if (count !== null && count.rows === 0) {
      const why = told.isGuarded
        ? 'Should there be something by then, apply stops and loses nothing.'
        : 'An earlier migration of the plan puts rows of its own there: nobody can tell what comes meanwhile from them.';
      const nothing = typeof told.nothing === 'function' ? told.nothing(replies) : told.nothing;
      if (nothing === null) return [];
      if (typeof nothing === 'string') return [worded({ ...shared, kind: 'note', message: nothing, why })];
      return [worded({ ...shared, kind: 'hazard', losses: [told.loss], ...nothing, way: told.way })];
    }
    return [
      worded({
        ...shared,
        kind: 'hazard',
        losses: [told.loss],
        message: told.message(count),
        why: 'It cannot be brought back but from a backup.',
        way: told.way,
        // What cannot be counted may be a query that does not run.
        evidence: {
          count,
          query: count === null || told.query === null ? null : showQuery(scene, told.query),
          examples: examples(replies),
        },
      }),
    ];
  });
}

/** Of what the statements of the plan delete or clear by themselves. */
export const whyCleared =
  'The plan itself does that before, as its files say; it cannot be brought back but from a backup.';

/** @returns how many of production's rows there are today, whatever the plan makes of them; null for a table of the plan. */
export function askToday(
  { production, questions }: Scene,
  { origin }: TrackedTable,
  condition: string | null,
): ((replies: readonly Reply[]) => RowCount | null) | null {
  const table = production.get(foldName(origin ?? ''));
  if (table === undefined) return null;
  const { select } = subjectOfTable(table);
  return condition === null ? questions.countRows(select) : questions.countWhere(select, condition);
}

/** What must hold where the plan saw nothing to lose. */
export function guardLoss(holds: string, loss: Loss): DataGuard {
  return { code: 'data-loss', holds, loss };
}

export function describeLost(count: RowCount | null, what: string): string {
  return count === null ? `${what}; how many could not be counted` : describeRows(count);
}

export function findSubject(scene: Scene, rows: TableRows): Subject | null {
  if (rows.type === 'known') return subjectOf(scene, rows);
  return rows.type === 'none' ? { select: 'SELECT 1 WHERE 0', from: '(SELECT 1 WHERE 0)' } : null;
}

export function columnsOf(rows: TableRows): readonly string[] {
  return rows.type === 'known' ? rows.columns.map(({ name }) => name) : [];
}
