/** `status`: the state of every migration. */

import type { Finding } from '../findings/catalogue.ts';
import type { CallOptions, Database, Outside } from '../ports.ts';
import { readProduction } from '../production/gather.ts';
import { readOtherRecords } from '../tracker/read-other.ts';
import { findOtherTracker, needsTakeover } from './find.ts';
import { compareHistory, type History, isToApply } from './history.ts';
import { judgeHistory } from './judge.ts';
import type { Migration } from './migration.ts';

export interface Status {
  readonly history: History;
  /** The number of migrations that `apply` would run. */
  readonly toApply: number;
  readonly findings: readonly Finding[];
  /** True if `backfill` comes before `plan`: another tracker has the records, or is in the place of Prisma's. */
  readonly takeover: boolean;
  /** True if `backfill` comes before `plan` because production has tables of these migrations and nothing records which migrations created them. */
  readonly needsRecord: boolean;
}

export interface StatusInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One read-only request, and a second one only if another tracker is found while something is to be applied. A
 * read-only token is enough.
 */
export async function readStatus({ database, migrations, outside, signal }: StatusInput): Promise<Status> {
  const options: CallOptions = signal ? { signal } : {};
  const production = await readProduction(database, options);
  const history = compareHistory(migrations, production.trackerRows);
  const toApply = history.entries.filter(isToApply);
  const other = toApply.length > 0 ? await readOtherRecords(database, production, options) : null;
  const judged = await judgeHistory({ outside, production, history, migrations }, toApply);
  return {
    history,
    toApply: toApply.length,
    findings: [...judged.findings, ...findOtherTracker(history, other)],
    takeover: needsTakeover(history, production, other),
    needsRecord: judged.needsRecord,
  };
}
