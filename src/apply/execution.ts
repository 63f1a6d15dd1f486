/** The execution of a plan as values: what it is given, what happens on the way, and how it ended. */

import type { RestorePoint } from '../backup/restore-point.ts';
import type { Consent } from '../consents/consent.ts';
import type { LiftedGuard } from '../consents/guard-consent.ts';
import type { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import type { Migration } from '../history/migration.ts';
import type { Plan } from '../plan/plan.ts';
import type { BackupProgress, Database, Outside, SavedBackup } from '../ports.ts';
import type { Production } from '../production/production.ts';
import type { Failure } from './outcome.ts';

/** A guard that a consent lifts, for people. */
export interface LiftedInWords extends Omit<LiftedGuard, 'loss'> {
  /** The loss, in words. */
  readonly what: string;
}

/** Progress. */
export type ApplyEvent =
  /** Before anything is asked: these guards will not be sent. */
  | { readonly type: 'lifting'; readonly guards: readonly LiftedInWords[] }
  | ({ readonly type: 'backing-up' } & BackupProgress)
  /** null where there was nothing yet to copy. */
  | { readonly type: 'backed-up'; readonly saved: SavedBackup | null }
  /** The first of what writes was taken in: it wrote, or may have written. */
  | { readonly type: 'restore-point'; readonly point: RestorePoint }
  | { readonly type: 'sending'; readonly migrations: readonly string[] }
  | { readonly type: 'answered' }
  | { readonly type: 'waiting-for-other-run' }
  | { readonly type: 'settling'; readonly cause: 'interrupted' | 'lost'; readonly reason: string };

/** How it ended, beyond the names of what this run applied. */
export type ExecutionEnd =
  | { readonly type: 'applied'; readonly byAnotherRun: boolean }
  | { readonly type: 'failed'; readonly failure: Failure; readonly unrecorded: string | null }
  /** The server refused these statements before anything of their request ran. */
  | { readonly type: 'refused'; readonly message: string; readonly refusals: readonly Finding[] }
  /** `next` is the command that goes on, `recorded` what another run applied of the plan. */
  | {
      readonly type: 'stale';
      readonly message: string;
      readonly next: 'plan' | 'apply';
      readonly recorded: readonly string[];
    }
  /** The answer was lost; what was applied is known all the same. */
  | { readonly type: 'lost'; readonly message: string }
  /** Of the uncertain migrations it is not known whether they were, or will be, applied; what follows them was not sent. */
  | {
      readonly type: 'unknown';
      readonly message: string;
      /** The step before anything can be asked again; null if it is enough to wait. */
      readonly first: string | null;
      readonly uncertain: readonly string[];
    }
  /** Nothing of the last request was sent or taken in; `hasState` where the error says already what became of it. */
  | { readonly type: 'stopped'; readonly error: MigrateError; readonly hasState: boolean };

export interface Execution {
  /** Applied by this run, in order. */
  readonly applied: readonly string[];
  /** True if anything was written, or may have been. */
  readonly wrote: boolean;
  readonly end: ExecutionEnd;
}

export interface ExecuteInput {
  readonly database: Database;
  readonly outside: Outside;
  readonly plan: Plan;
  readonly production: Production;
  readonly migrations: readonly Migration[];
  /** Given or answered. Consents of the files beside the migrations come with the plan. */
  readonly consents: readonly Consent[];
  readonly restorePoint: RestorePoint;
  /** The name of the backup's file as the rows' logs have it. */
  readonly backupName: string | null;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: ApplyEvent) => void;
}

export interface Running extends ExecuteInput {
  /** The tracker's rows as this run knows them: those that it read, and its own that are committed. */
  readonly known: Set<string>;
}

export interface PartResult {
  /** How many migrations of the part committed. */
  readonly committed: number;
  /** null when the whole part committed and the next may follow. */
  readonly end: ExecutionEnd | null;
}

export interface PartInput extends Running {
  /** Called as soon as it is known, and before anything is waited for. */
  readonly onWrite: () => void;
}
