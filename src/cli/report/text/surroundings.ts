/** The plan around its findings. Not in findings.ts, because `status` has findings and no plan. */

import { findWritten } from '../../../consents/gate.ts';
import type { Plan } from '../../../plan/plan.ts';
import type { Surroundings } from './findings.ts';
import { renderRows } from './rows.ts';

/** Knows the files of the plan's own migrations, and what is allowed beside them. */
export function createSurroundings(plan: Plan): Surroundings {
  return {
    findPath: (name) => plan.migrations.find((migration) => migration.name === name)?.path ?? null,
    target: plan.target,
    findConsent: (finding) => findWritten(plan, finding),
    renderRows: (told, screen) => renderRows(told, plan.target, screen),
  };
}
