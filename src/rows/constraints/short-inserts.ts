/** Triggers that go on to insert rows without a column that a table requires from then on. */

import { worded } from '../../findings/worded.ts';
import { findWord } from '../../plan/preserve/taken-along.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parseTriggerSteps } from '../../sql/trigger.ts';
import type { Place, Scene } from '../context.ts';

/** @param required NOT NULL, without a default, and new as such. */
export function findShortInserts(
  scene: Scene,
  { migration, statement }: Place,
  table: string,
  required: readonly ColumnStructure[],
): void {
  const index = migration.statements.indexOf(statement);
  const lacking = scene.structures.listAllTriggers().flatMap((trigger) => {
    const lists = parseTriggerSteps(trigger.sql).flatMap((step) =>
      sameName(step.table, table) && step.fills !== null ? [step.fills] : [],
    );
    const missing = required.find(({ name }) => lists.some((fills) => !fills.some((filled) => sameName(filled, name))));
    const isSeenTo = findWord(migration.statements, index, { type: 'trigger', name: trigger.name }) !== null;
    return missing === undefined || isSeenTo
      ? []
      : [{ ...trigger, on: scene.structures.find(trigger.table)?.name ?? trigger.table, missing }];
  });
  scene.findings.push(() =>
    lacking.map(({ name, on, sql, missing }) =>
      worded({
        kind: 'hazard',
        code: 'leaves-broken',
        migration: migration.migration.name,
        line: statement.line,
        message: `From then on the trigger "${name}" of ${quoteIdentifier(on)} does not work any more: it inserts into ${quoteIdentifier(table)} without ${quoteIdentifier(missing.name)}, which is NOT NULL. Put another in its place in the same file, or give the column a default.`,
        why: 'Every statement fails that would fire the trigger.',
        way: `-- at the end of the file:\nDROP TRIGGER ${quoteIdentifier(name)};\nCREATE TRIGGER ${quoteIdentifier(name)} …;`,
        sql,
      }),
    ),
  );
}
