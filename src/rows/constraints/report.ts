/** Findings of rows that break a constraint: a blocker where the statement fails, a loss where it leaves them out. */

import { type Broken, findBroken } from '../../findings/broken.ts';
import { dataLoss } from '../../findings/data-loss.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import type { Answers } from '../ask/asking.ts';
import { askExamples, findFilled, placeAt, type Scene, type StatementPlace } from '../ask/context.ts';

/** Whether a row that breaks a constraint stops the migration, is left out of it, or puts the row out that it meets. */
export type Consequence = 'fails' | 'left-out' | 'replaces';

export interface BrokenRows {
  /** null where nobody can tell. */
  readonly count: (answers: Answers) => RowCount | null;
  /** null where it would find every row, or cannot be asked of production. */
  readonly query: string | null;
  /** Of the query's rows, for examples; null where they tell nothing. */
  readonly columns: readonly string[] | null;
  readonly broken: (answers: Answers) => Broken;
}

/** Where the rows are left out, the statement does not fail, and loses them. */
export function report(scene: Scene, place: StatementPlace, consequence: Consequence, asked: BrokenRows): void {
  const examples =
    asked.query === null || asked.columns === null ? () => null : askExamples(scene, asked.query, asked.columns);
  scene.findings.push((answers) => {
    const counted = asked.count(answers);
    // None among the first of very many is no word about the rest.
    const count = counted?.rows === 0 && counted.atLeast ? null : counted;
    if (count === null ? consequence === 'fails' : count.rows === 0) return [];
    const broken = asked.broken(answers);
    const query = count === null || asked.query === null ? null : asked.query;
    const evidence = { count, query, examples: examples(answers) };
    if (consequence === 'fails') return [findBroken(broken, placeAt(place), { evidence })];
    const table = findFilled(place);
    const args = { what: 'left-out-rows', table, keeps: consequence === 'replaces' ? 'last' : 'none', broken } as const;
    const losses = [{ kind: 'rows-not-copied', table }] as const;
    return [find(dataLoss, 'hazard', placeAt(place), args, { evidence, losses })];
  });
}
