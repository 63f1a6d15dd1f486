/** A migration as it is run on production's rows. */

import type { Place } from '../../findings/finding.ts';
import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';
import type { PlannedStatement } from '../../plan/plan.ts';

export interface PlannedRun {
  readonly migration: AnalysedMigration;
  readonly statements: readonly PlannedStatement[];
}

export function placeOf({ migration }: AnalysedMigration, { line, sql }: AnalysedStatement): Place {
  return { migration: migration.name, line, sql };
}
