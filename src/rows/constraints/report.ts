/** Findings of rows that break a constraint: a blocker where the statement fails, a loss where it leaves them out. */

import { type Broken, findBroken } from '../../findings/broken.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { dataLoss } from '../../findings/data-loss.ts';
import { type FindingEvidence, find, type RowCount } from '../../findings/finding.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { askExamples, findFilled, placeAt, type Scene, type StatementPlace, showQuery } from '../context.ts';
import type { Answers } from '../questions.ts';
import type { KnownRows } from '../state/table-rows.ts';

/** Whether a row that breaks a constraint stops the migration, is left out of it, or puts the row out that it meets. */
export type Consequence = 'fails' | 'left-out' | 'replaces';

/** Rows that a statement puts into a table. */
export interface PutRows {
  readonly rows: KnownRows;
  readonly table: TableStructure;
  /** What people call the table: for a rebuild's copy, the name that it will have. */
  readonly shown: string;
  /** Folded names of the columns that it gives a value. */
  readonly given: ReadonlySet<string>;
  readonly consequence: Consequence;
}

interface AskedRows {
  readonly count: (replies: Answers) => RowCount | null;
  /** null where it would find every row. */
  readonly query: string | null;
  /** Of the query's rows, for examples; null where they tell nothing. */
  readonly columns: readonly string[] | null;
  readonly broken: (replies: Answers) => Broken;
}

/** Where the rows are left out, the statement does not fail, and loses them. */
export function report(scene: Scene, place: StatementPlace, consequence: Consequence, asked: AskedRows): void {
  const examples =
    asked.query === null || asked.columns === null ? () => null : askExamples(scene, asked.query, asked.columns);
  scene.findings.push((replies) => {
    const counted = asked.count(replies);
    // None among the first of very many is no word about the rest.
    const count = counted?.rows === 0 && counted.atLeast ? null : counted;
    if (count === null ? consequence === 'fails' : count.rows === 0) return [];
    const broken = asked.broken(replies);
    const query = count === null || asked.query === null ? null : showQuery(scene, asked.query);
    const evidence = { count, query, examples: examples(replies) };
    if (consequence !== 'fails') return [findLeftOut(place, consequence, broken, evidence)];
    return [findBroken(broken, placeAt(place), { evidence })];
  });
}

function findLeftOut(
  place: StatementPlace,
  consequence: Exclude<Consequence, 'fails'>,
  broken: Broken,
  evidence: FindingEvidence,
): Finding {
  const table = findFilled(place);
  const keeps = consequence === 'replaces' ? 'last' : 'none';
  const losses = [{ kind: 'rows-not-copied', table }] as const;
  return find(
    dataLoss,
    'hazard',
    placeAt(place),
    { what: 'left-out-rows', table, keeps, broken },
    { evidence, losses },
  );
}
