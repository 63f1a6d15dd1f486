/** The Hrana 3 messages that this program uses, as JSON has them on the way out and as they are after checking on the way in. */

export type WireStatement = { readonly args?: readonly object[] } & (
  | { readonly sql: string }
  | { readonly sql_id: number }
);

/** One request of a pipeline. */
export type WireRequest =
  | { readonly type: 'execute'; readonly stmt: WireStatement }
  | { readonly type: 'batch'; readonly batch: { readonly steps: readonly object[] } }
  | { readonly type: 'store_sql'; readonly sql_id: number; readonly sql: string }
  | { readonly type: 'get_autocommit' }
  | { readonly type: 'close' };

/** The body of one HTTP request. */
export interface WireMessage {
  readonly baton: string | null;
  readonly requests: readonly WireRequest[];
}

export interface WireError {
  readonly message: string;
  readonly code: string | null;
}

export interface WireResult {
  readonly rows: readonly (readonly WireValue[])[];
  /** As the server counts and bills them; null if it does not say. */
  readonly rowsRead: number | null;
  /** libSQL's own, not in Hrana: which state of the database it saw, in decimal digits; null where it does not say. */
  readonly replicationIndex: string | null;
}

export type WireValue =
  | { readonly type: 'null' }
  /** Decimal digits, at most 64 bits. */
  | { readonly type: 'integer'; readonly value: string }
  /** JSON has no infinite numbers: they arrive as null. */
  | { readonly type: 'float'; readonly value: number | null }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string };

export type WireStep =
  | { readonly type: 'result'; readonly result: WireResult }
  | { readonly type: 'error'; readonly error: WireError }
  | { readonly type: 'skipped' };

/** The answer to one request, of the kind that was asked for. */
export type WireResponse =
  | { readonly type: 'error'; readonly error: WireError }
  | { readonly type: 'execute'; readonly result: WireResult }
  | { readonly type: 'batch'; readonly steps: readonly WireStep[] }
  | { readonly type: 'autocommit'; readonly isAutocommit: boolean }
  /** `store_sql` and `close` have nothing to tell. */
  | { readonly type: 'done' };

export interface WireAnswer {
  /** For the next request of the stream; null if the stream has ended. */
  readonly baton: string | null;
  readonly baseUrl: string | null;
  /** One for each request. */
  readonly responses: readonly WireResponse[];
}
