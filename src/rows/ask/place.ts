/** Where in the migrations something is seen. */

import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';

/** One statement of one migration. */
export interface StatementPlace {
  readonly analysed: AnalysedMigration;
  readonly statement: AnalysedStatement;
}
