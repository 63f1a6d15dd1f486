/** Questions that are asked of the rows while the plan runs on them. */

import { EngineError, type Mirror, type Value } from '../../ports.ts';
import { groupBy } from '../../text/group.ts';
import type { Moment, RunQuestion } from '../asking.ts';
import type { RunRows } from '../questions.ts';
import type { Unknown } from './unknown.ts';

export interface Answering {
  readonly answers: RunRows;
  /** Asks what is to be asked at that moment, of tables whose rows are known. */
  answer(moment: Moment): Promise<void>;
}

export function openAnswering(mirror: Mirror, unknown: Unknown, questions: readonly RunQuestion[]): Answering {
  const answers = new Map<RunQuestion, readonly (readonly Value[])[]>();
  const byMoment = groupBy(questions, ({ moment }) => keyOf(moment));
  return {
    answers,
    answer: async (moment) => {
      const asked = (byMoment.get(keyOf(moment)) ?? []).filter(({ setUp, sql }) =>
        [...setUp, sql].every((text) => unknown.knows(mirror, text)),
      );
      for (const group of groupBy(asked, ({ setUp }) => setUp.join(';')).values())
        await within(mirror, async () => {
          for (const text of group[0]?.setUp ?? []) await mirror.attempt(text);
          for (const question of group) {
            const rows = await within(mirror, () => ask(mirror, question.sql));
            if (rows !== null) answers.set(question, rows);
          }
        });
    },
  };
}

function keyOf({ migration, statement, when }: Moment): string {
  return JSON.stringify([migration, statement, when]);
}

async function ask(mirror: Mirror, sql: string): Promise<readonly (readonly Value[])[]> {
  await mirror.attempt(`CREATE TEMP TABLE migrate_prod_answer AS ${sql}`);
  return mirror.query('SELECT * FROM temp.migrate_prod_answer');
}

/** Undoes what it does. @returns null for what fails on a row: the text of a file may be in it. */
async function within<Result>(mirror: Mirror, action: () => Promise<Result>): Promise<Result | null> {
  mirror.run('SAVEPOINT migrate_prod_question');
  try {
    return await action();
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  } finally {
    mirror.run('ROLLBACK TO migrate_prod_question');
    mirror.run('RELEASE migrate_prod_question');
  }
}
