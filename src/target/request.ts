/** What is sent to a database and what it answers, as values. */

import type { MigrateError } from '../errors.ts';

/** A value read from a database. Integers beyond 2^53 arrive as `bigint`. */
export type Value = null | string | number | bigint | Uint8Array;

/** A bound argument. Numbers must be safe integers. */
export type Argument = null | string | number;

/** One SQL statement with its bound arguments. */
export interface Query {
  readonly sql: string;
  readonly args?: readonly Argument[];
}

/** What a read asks. */
export interface Question extends Query {
  /**
   * `never`: it is only put before the server's parser. The reply is `skipped`, also where there is no other parser than the
   * rehearsal's own, or the `error` that the parser refuses it with.
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

/** What became of one statement. */
export type Reply =
  /** `rowsRead` as the server counts and bills them; absent where it does not say. */
  | { readonly type: 'rows'; readonly rows: readonly (readonly Value[])[]; readonly rowsRead?: number }
  | { readonly type: 'error'; readonly message: string; readonly code: string }
  | { readonly type: 'skipped' };

/** What became of a conditional batch. */
export type BatchOutcome =
  /**
   * The server answered for every step, and its answer can be. `sent` is how often it was sent: after a first time that was
   * turned away it may have run then already, and the replies are only those of the last.
   */
  | { readonly type: 'ran'; readonly replies: readonly Reply[]; readonly sent: number }
  /** The server refused the request before running anything (it could not parse or would not authorise it). */
  | { readonly type: 'refused'; readonly message: string; readonly code: string }
  /**
   * No usable answer: the batch may have run wholly, partly, not at all, or may still be running. `refusal` is there when
   * it was answered with a status that libSQL itself gives before it runs anything.
   */
  | { readonly type: 'lost'; readonly message: string; readonly refusal?: Refusal };

/** A request that was turned away at the door, by the server or by something on the way to it. */
export interface Refusal {
  /** What it says, and what to do, if nothing ran. */
  readonly error: MigrateError;
  /** Whether it is in libSQL's own words; a proxy or gateway may send another, also after the work was done. */
  readonly isOwn: boolean;
}
