/** The result of `apply`. */

import type { MadeBackup } from '../backup/backup.ts';
import type { RestorePoint } from '../backup/restore-point.ts';
import type { Gate } from '../consents/consent.ts';
import type { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import type { Besides } from '../history/history.ts';
import { allFindings, type Plan } from '../plan/plan.ts';

export type ApplyOutcome = 'applied' | 'nothing-to-do' | 'failed' | 'blocked' | 'declined' | 'unknown';

/** The migration that failed, as people need it. */
export interface FailedMigration {
  readonly name: string;
  readonly path: string;
  /** Both null where no statement of the file failed, nor a guard right before one. */
  readonly line: number | null;
  readonly statement: string | null;
  /** The server's own message; in our words where a guard spoke. */
  readonly message: string;
  /**
   * A SELECT for the rows that a guard saved, as the statement would have met them, or that an UPDATE would have made the
   * same under a unique key; null for other failures.
   */
  readonly query: string | null;
}

export interface ApplyResult {
  readonly outcome: ApplyOutcome;
  readonly plan: Plan;
  readonly gate: Gate;
  /** Applied by this run, in order. */
  readonly applied: readonly string[];
  readonly failed: FailedMigration | null;
  /**
   * Migrations of the plan that this run did not begin, or of which nothing is left. If the outcome is unknown, the
   * migrations neither here nor in `applied` are the uncertain ones.
   */
  readonly notStarted: readonly string[];
  /** How many migrations of the folder come after this plan (`to`) and are yet to be applied. */
  readonly stillPending: number;
  readonly besides: Besides;
  /** Migrations that were begun from elsewhere, never finished, and have no folder here; they were left as they are. */
  readonly leftOpen: readonly string[];
  /** True if another run, at the same time, applied some or all of it. */
  readonly byAnotherRun: boolean;
  /** Why the failure could not be recorded in the tracker; null when it was, or there was none. */
  readonly unrecorded: string | null;
  /** Saved before anything was sent; null without `backup`, and if there was nothing to save. */
  readonly backup: MadeBackup | null;
  /** The state right before the first write, and the way back to it; null if nothing was written. */
  readonly restorePoint: RestorePoint | null;
  /** null when it ended well. */
  readonly error: MigrateError | null;
  /** True if `error` says more of the failure than `failed` does, so that people need both. */
  readonly explained: boolean;
}

/** The plan's findings, and what the server refused that no plan could see. */
export function listFindings({ plan, gate }: ApplyResult): readonly Finding[] {
  const planned = allFindings(plan);
  return [...planned, ...gate.blockers.filter((finding) => !planned.includes(finding))];
}
