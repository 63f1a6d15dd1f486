/** What `apply` returns. */

import type { Gate } from '../core/plan/findings.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { MigrateError } from '../errors.ts';

export type ApplyOutcome = 'applied' | 'nothing-to-do' | 'failed' | 'blocked' | 'declined' | 'unknown';

/** The migration that failed, as people need it. */
export interface FailedMigration {
  readonly name: string;
  readonly path: string;
  /** Both null where no statement of the file failed. */
  readonly line: number | null;
  readonly statement: string | null;
  /** The server's own message; in our words where a guard spoke. */
  readonly message: string;
}

export interface ApplyResult {
  readonly outcome: ApplyOutcome;
  readonly plan: Plan;
  /** What stood, or stands, in the way. */
  readonly gate: Gate;
  /** Applied by this run, in order. */
  readonly applied: readonly string[];
  readonly failed: FailedMigration | null;
  /** What the plan had and this run did not begin, or nothing of which is left. Where the outcome is unknown, what is neither here nor in `applied` is what is not known. */
  readonly notStarted: readonly string[];
  /** How many migrations of the folder come after this plan (`to`) and are yet to be applied. */
  readonly stillPending: number;
  /** Whether another run, at the same time, applied some or all of it. */
  readonly byAnotherRun: boolean;
  /** Why the failure could not be recorded in the tracker; null when it was, or there was none. */
  readonly unrecorded: string | null;
  /** null when it ended well. */
  readonly error: MigrateError | null;
  /** Whether `error` says more of the failure than `failed` does, so that people need both. */
  readonly explained: boolean;
}
