/** `status`: the state of every migration. */

import { compareHistory, type History, isToApply } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import type { Finding } from '../core/plan/findings.ts';
import { findForeignTracker, needsTakeover } from '../core/plan/history-findings.ts';
import type { CallOptions, Database, Outside } from '../ports.ts';
import { readForeign } from './foreign.ts';
import { judgeHistory } from './history-findings.ts';
import { readProduction } from './production.ts';

export interface Status {
  readonly history: History;
  /** How many migrations `apply` would run. */
  readonly toApply: number;
  readonly findings: readonly Finding[];
  /** Whether `backfill` comes before `plan`: another tracker has the records, or is in the place of Prisma's. */
  readonly takeover: boolean;
}

export interface StatusInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One read-only request, a second one only where another tracker is found while something is to apply. A read-only token
 * is enough.
 */
export async function readStatus({ database, migrations, outside, signal }: StatusInput): Promise<Status> {
  const options: CallOptions = signal ? { signal } : {};
  const production = await readProduction(database, options);
  const history = compareHistory(migrations, production.trackerRows);
  const toApply = history.entries.filter(isToApply);
  const foreign = toApply.length > 0 ? await readForeign(database, production, options) : null;
  return {
    history,
    toApply: toApply.length,
    findings: [
      ...(await judgeHistory({ outside, production, history, migrations }, toApply)).findings,
      ...findForeignTracker(history, foreign),
    ],
    takeover: needsTakeover(history, production, foreign),
  };
}
