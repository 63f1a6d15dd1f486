/** `status`: the state of every migration. */

import { compareHistory, type History, isToApply } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import type { Finding } from '../core/plan/findings.ts';
import { findHistoryFindings } from '../core/plan/history-findings.ts';
import type { CallOptions, Database } from '../ports.ts';
import { readProduction } from './production.ts';

export interface Status {
  readonly history: History;
  /** How many migrations `apply` would run. */
  readonly toApply: number;
  readonly findings: readonly Finding[];
}

/** One read-only request; a read-only token is enough. */
export async function readStatus(
  database: Database,
  migrations: readonly Migration[],
  options?: CallOptions,
): Promise<Status> {
  const production = await readProduction(database, options);
  const history = compareHistory(migrations, production.trackerRows);
  const toApply = history.entries.filter(isToApply);
  return { history, toApply: toApply.length, findings: findHistoryFindings(history, toApply, production.schema) };
}
