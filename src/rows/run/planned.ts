/** A migration as it is run on production's rows. */

import type { AnalysedMigration } from '../../plan/analyse.ts';
import type { KeyCheck } from '../../plan/key-checks.ts';
import type { PlannedStatement } from '../../plan/plan.ts';

export interface PlannedRun {
  readonly migration: AnalysedMigration;
  readonly statements: readonly PlannedStatement[];
  /** What `apply` compares before it commits; none where keys are on. */
  readonly keyChecks: readonly KeyCheck[];
}
