/** Triggers that go on to insert rows without a column that a table requires from then on. */

import { find } from '../../findings/finding.ts';
import { leavesBroken } from '../../findings/leaves-broken.ts';
import { placeAt, type Scene, type StatementPlace } from '../../rows/ask/context.ts';
import type { ColumnStructure } from '../../schema/model/structure.ts';
import { sameName } from '../../sql/identifiers.ts';
import { parseTriggerSteps } from '../../sql/trigger.ts';
import { findWord } from '../preserve/taken-along.ts';

/** @param required NOT NULL, without a default, and new as such. */
export function findShortInserts(
  scene: Scene,
  place: StatementPlace,
  table: string,
  required: readonly ColumnStructure[],
): void {
  const { analysed, index } = place;
  const lacking = scene.structures.listAllTriggers().flatMap((trigger) => {
    const lists = parseTriggerSteps(trigger.sql).flatMap((step) =>
      sameName(step.table, table) && step.fills !== null ? [step.fills] : [],
    );
    const missing = required.find(({ name }) => lists.some((fills) => !fills.some((filled) => sameName(filled, name))));
    const isSeenTo = findWord(analysed.statements, index, { type: 'trigger', name: trigger.name }) !== null;
    return missing === undefined || isSeenTo
      ? []
      : [{ ...trigger, on: scene.structures.find(trigger.table)?.name ?? trigger.table, missing }];
  });
  scene.findings.push(() =>
    lacking.map(({ name, on, sql, missing }) => {
      const args = { what: 'short-insert', trigger: name, on, table, column: missing.name, sql } as const;
      return find(leavesBroken, 'hazard', placeAt(place), args);
    }),
  );
}
