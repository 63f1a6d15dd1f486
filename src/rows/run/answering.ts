/** Questions that are asked of the rows while the plan runs on them. */

import { mayChangeSchema } from '../../plan/analyse.ts';
import { EngineError, type Mirror, type Value } from '../../ports.ts';
import { groupBy } from '../../text/group.ts';
import type { Moment, RunQuestion, RunRows } from '../ask/asking.ts';
import { Changes } from './changes.ts';
import type { PlannedRun } from './planned.ts';
import type { Unknown } from './unknown.ts';

export interface Answering {
  readonly answers: RunRows;
  /** Asks what is to be asked at that moment, of tables whose rows are known. */
  answer(moment: Moment): Promise<void>;
}

/** @param migrations that are run */
export function openAnswering(
  mirror: Mirror,
  unknown: Unknown,
  questions: readonly RunQuestion[],
  migrations: readonly PlannedRun[],
): Answering {
  const statements = new Map(migrations.map(({ migration }) => [migration.migration.name, migration.statements]));
  const answers = new Map<RunQuestion, readonly (readonly Value[])[]>();
  const changes = new Changes(mirror, unknown);
  const byMoment = groupBy(questions, ({ moment }) => keyOf(moment));
  return {
    answers,
    answer: async (moment) => {
      const asked = byMoment.get(keyOf(moment)) ?? [];
      const changed = moment.when === 'after' ? changes.end() : null;
      if (changed !== null) answers.set(changed.question, changed.rows);
      const known = asked.filter(
        ({ watched, setUp, sql }) =>
          watched === undefined && [...setUp, sql].every((text) => unknown.knows(mirror, text)),
      );
      for (const group of groupBy(known, ({ setUp }) => setUp.join(';')).values())
        await within(mirror, async () => {
          for (const text of group[0]?.setUp ?? []) await mirror.attempt(text);
          for (const question of group) {
            const rows = await within(mirror, () => ask(mirror, question.sql));
            if (rows !== null) answers.set(question, rows);
          }
        });
      const next = moment.when === 'before' ? statements.get(moment.migration)?.[moment.statement] : undefined;
      if (next !== undefined && mayChangeSchema(next)) changes.clear();
      const watching = asked.find(({ watched }) => watched !== undefined);
      if (watching !== undefined) await changes.begin(watching);
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
