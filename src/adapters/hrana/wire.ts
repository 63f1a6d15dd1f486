/** The Hrana 3 messages that this program sends and reads, as JSON (Hrana specification, HRANA_3_SPEC.md). */

import type { Argument, Condition, Query, Reply, Step, Value } from '../../ports.ts';

export interface WireError {
  readonly message: string;
  readonly code?: string | null;
}

export interface WireResult {
  readonly rows: readonly (readonly WireValue[])[];
  readonly rows_read?: number;
  /** libSQL's own: which state of the database it saw. */
  readonly replication_index?: string | null;
}

export type WireValue =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  /** JSON has no infinite numbers: they arrive as null. */
  | { readonly type: 'float'; readonly value: number | null }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string };

/** One entry of a pipeline's `results`. */
export type WireResponse =
  | { readonly type: 'error'; readonly error: WireError }
  | {
      readonly type: 'ok';
      readonly response: {
        readonly type: string;
        readonly result?: WireResult & {
          readonly step_results?: readonly (WireResult | null)[];
          readonly step_errors?: readonly (WireError | null)[];
        };
      };
    };

type WireStatement = { readonly args?: readonly object[] } & ({ readonly sql: string } | { readonly sql_id: number });

/** A text that occurs this often and is this long is sent once, by `store_sql`. sqld keeps at most 50. */
const store = { occurrences: 3, length: 120, most: 50 };

export function encodeExecute(query: Query): object {
  return { type: 'execute', stmt: encodeStatement(query, new Map()) };
}

/** The pipeline requests of one conditional batch; the batch is the last of them. */
export function encodeBatch(steps: readonly Step[]): readonly object[] {
  const stored = findRepeatedTexts(steps);
  return [
    ...[...stored].map(([sql, id]) => ({ type: 'store_sql', sql_id: id, sql })),
    {
      type: 'batch',
      batch: {
        steps: steps.map((step) => ({
          stmt: encodeStatement(step, stored),
          ...(step.condition ? { condition: encodeCondition(step.condition) } : {}),
        })),
      },
    },
  ];
}

/** Batches of one step that never runs: the server parses and authorises each, and names every one it refuses. */
export function encodeParseOnly(statements: readonly string[]): readonly object[] {
  return statements.map((sql) => ({
    type: 'batch',
    batch: { steps: [{ stmt: { sql }, condition: { type: 'or', conds: [] } }] },
  }));
}

function findRepeatedTexts(steps: readonly Step[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { sql } of steps) {
    if (sql.length >= store.length) counts.set(sql, (counts.get(sql) ?? 0) + 1);
  }
  const repeated = [...counts].filter(([, count]) => count >= store.occurrences);
  return new Map(repeated.slice(0, store.most).map(([sql], index) => [sql, index + 1]));
}

function encodeStatement(query: Query, stored: ReadonlyMap<string, number>): WireStatement {
  const id = stored.get(query.sql);
  const text = id === undefined ? { sql: query.sql } : { sql_id: id };
  return query.args?.length ? { ...text, args: query.args.map(encodeArgument) } : text;
}

function encodeArgument(value: Argument): object {
  if (value === null) return { type: 'null' };
  if (typeof value === 'string') return { type: 'text', value };
  return { type: 'integer', value: String(value) };
}

function encodeCondition(condition: Condition): object {
  switch (condition.type) {
    case 'ok':
      return { type: 'ok', step: condition.step };
    case 'autocommit':
      return { type: 'is_autocommit' };
    case 'not':
      return { type: 'not', cond: encodeCondition(condition.condition) };
    case 'and':
      return { type: 'and', conds: condition.conditions.map(encodeCondition) };
  }
}

/** @returns one reply per step, or the error that voided the batch. */
export function decodeBatch(response: WireResponse, steps: number): readonly Reply[] | WireError {
  if (response.type === 'error') return response.error;
  const { step_results: results = [], step_errors: errors = [] } = response.response.result ?? {};
  return Array.from({ length: steps }, (_, index): Reply => {
    const error = errors[index];
    if (error) return { type: 'error', ...decodeError(error) };
    const result = results[index];
    return result ? { type: 'rows', rows: decodeRows(result) } : { type: 'skipped' };
  });
}

export function decodeExecute(response: WireResponse): Reply {
  if (response.type === 'error') return { type: 'error', ...decodeError(response.error) };
  const { result } = response.response;
  if (!result) return { type: 'rows', rows: [] };
  const rows = decodeRows(result);
  return typeof result.rows_read === 'number'
    ? { type: 'rows', rows, rowsRead: result.rows_read }
    : { type: 'rows', rows };
}

/** The server's own words, without sqld's prefix and position, so that every engine says a thing alike. */
export function decodeError(error: WireError): { readonly message: string; readonly code: string } {
  const message = error.message
    .replace(/^(?:SQLite error|SQLite input error|SQL input error|SQL string could not be parsed): /, '')
    .replace(/ \(at offset \d+\)$/, '');
  return { message, code: error.code ?? 'UNKNOWN' };
}

function decodeRows(result: WireResult): readonly (readonly Value[])[] {
  return result.rows.map((row) => row.map(decodeValue));
}

function decodeValue(value: WireValue): Value {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer': {
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? number : BigInt(value.value);
    }
    case 'float':
    case 'text':
      return value.value;
    case 'blob':
      return Buffer.from(value.base64, 'base64');
  }
}
