/** Where in the migrations something is seen. */

import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';

/** One statement of one migration. */
export interface StatementPlace {
  readonly analysed: AnalysedMigration;
  /** Of the statement among those of its migration. */
  readonly index: number;
  readonly statement: AnalysedStatement;
}
