/** What is sent to a database and what it answers, as values. */

import type { MigrateError } from '../errors.ts';

/** A value read from a database. Integers beyond 2^53 arrive as `bigint`. */
export type Value = null | string | number | bigint | Uint8Array;

/** A bound argument. Numbers must be safe integers. */
export type Argument = null | string | number;

export interface Query {
  readonly sql: string;
  readonly args?: readonly Argument[];
}

export interface Question extends Query {
  /**
   * `never`: the server's parser gets it, but it is not run. The reply is `skipped` (also if there is no parser other
   * than the rehearsal's own), or the `error` of the parser.
   */
  readonly runs?: 'never';
}

/** When a step of a batch runs. `step` is the index of an earlier step of the same batch. */
export type Condition =
  | { readonly type: 'ok'; readonly step: number }
  | { readonly type: 'not'; readonly condition: Condition }
  | { readonly type: 'and'; readonly conditions: readonly Condition[] }
  | { readonly type: 'autocommit' };

/** One step of a conditional batch; without a condition it always runs. */
export interface Step extends Query {
  readonly condition?: Condition;
}

export type Reply =
  /** `rowsRead` as the server counts and bills them; absent if it does not say. */
  | { readonly type: 'rows'; readonly rows: readonly (readonly Value[])[]; readonly rowsRead?: number }
  | { readonly type: 'error'; readonly message: string; readonly code: string }
  | { readonly type: 'skipped' };

export type BatchOutcome =
  /**
   * The server answered every step, and the answer makes sense. `sent` is how often the batch was sent: if the first
   * one was refused it may have run nevertheless, and the replies are only those of the last.
   */
  | { readonly type: 'ran'; readonly replies: readonly Reply[]; readonly sent: number }
  /** The server refused the request before running anything (it could not parse or would not authorise it). */
  | { readonly type: 'refused'; readonly message: string; readonly code: string }
  /**
   * No usable answer: the batch may have run completely, partly, not at all, or may still be running. `refusal` is
   * there if the answer was a status that libSQL itself gives before it runs anything.
   */
  | { readonly type: 'lost'; readonly message: string; readonly refusal?: Refusal };

/** A request that the server, or something before it, refused. */
export interface Refusal {
  /** The error, and what to do, if nothing ran. */
  readonly error: MigrateError;
  /** True if it is in libSQL's own words; a proxy or gateway may send another text, even after the work was done. */
  readonly isOwn: boolean;
}
