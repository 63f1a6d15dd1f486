/**
 * Answers in Hrana 3 (HRANA_3_SPEC.md, JSON), read as replies. Strict: a message that has not the shape of an
 * answer to exactly these requests is not understood as a whole, because no part of it can be believed.
 */

import { holds } from '../../apply/conditions.ts';
import type { Reply, Step, Value } from '../../ports.ts';
import type { WireAnswer, WireError, WireRequest, WireResponse, WireResult, WireStep, WireValue } from './messages.ts';

/** @returns null when it is no answer to these requests. */
export function decodeAnswer(body: string, requests: readonly WireRequest[]): WireAnswer | null {
  try {
    const { baton, base_url: baseUrl, results } = asObject(JSON.parse(body));
    const entries = asArray(results, requests.length);
    return {
      baton: asOptional(baton, asText),
      baseUrl: asOptional(baseUrl, asText),
      responses: requests.map((request, index) => decodeResponse(entries[index], request)),
    };
  } catch (error) {
    if (error instanceof Misfit || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A part of a message has not the type that it must have. */
class Misfit extends Error {
  override readonly name = 'Misfit';
}

type Fields = Readonly<Record<string, unknown>>;

function asObject(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Misfit();
  return value as Fields;
}

function asArray(value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw new Misfit();
  return value;
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new Misfit();
  return value;
}

function asBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Misfit();
  return value;
}

function asIndex(value: unknown): string {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) throw new Misfit();
  return value;
}

function asCount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Misfit();
  return value;
}

function asOptional<Result>(value: unknown, decode: (value: unknown) => Result): Result | null {
  return value === undefined || value === null ? null : decode(value);
}

function decodeResponse(value: unknown, request: WireRequest): WireResponse {
  const { type, response, error } = asObject(value);
  if (type === 'error') return { type: 'error', error: decodeError(error) };
  if (type !== 'ok') throw new Misfit();
  const { type: kind, result, is_autocommit: isAutocommit } = asObject(response);
  if (kind !== request.type) throw new Misfit();
  switch (request.type) {
    case 'execute':
      return { type: 'execute', result: decodeResult(result) };
    case 'batch':
      return { type: 'batch', steps: decodeSteps(result, request.batch.steps.length) };
    case 'get_autocommit':
      return { type: 'autocommit', isAutocommit: asBoolean(isAutocommit) };
    case 'store_sql':
    case 'close':
      return { type: 'done' };
  }
}

function decodeSteps(value: unknown, count: number): readonly WireStep[] {
  const { step_results, step_errors } = asObject(value);
  const results = asArray(step_results, count);
  const errors = asArray(step_errors, count);
  return results.map((own, index): WireStep => {
    const result = asOptional(own, decodeResult);
    const error = asOptional(errors[index], decodeError);
    if (result !== null && error !== null) throw new Misfit();
    if (result !== null) return { type: 'result', result };
    return error === null ? { type: 'skipped' } : { type: 'error', error };
  });
}

function decodeError(value: unknown): WireError {
  const { message, code } = asObject(value);
  return { message: asText(message), code: asOptional(code, asText) };
}

function decodeResult(value: unknown): WireResult {
  const { cols, rows, rows_read: rowsRead, replication_index: replicationIndex } = asObject(value);
  const width = asArray(cols).length;
  return {
    rows: asArray(rows).map((row) => asArray(row, width).map(checkValue)),
    rowsRead: asOptional(rowsRead, asCount),
    replicationIndex: asOptional(replicationIndex, asIndex),
  };
}

function checkValue(value: unknown): WireValue {
  const { type, value: own, base64 } = asObject(value);
  const fits =
    type === 'null' ||
    (type === 'integer' && isInteger(own)) ||
    (type === 'float' && (own === null || (typeof own === 'number' && Number.isFinite(own)))) ||
    (type === 'text' && typeof own === 'string') ||
    (type === 'blob' && isBase64(base64));
  if (!fits) throw new Misfit();
  return value as WireValue;
}

const largest = 2n ** 63n;

function isInteger(value: unknown): boolean {
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return false;
  if (value.length < 19) return true;
  const number = BigInt(value);
  return number >= -largest && number < largest;
}

/** Its padding may be left out (Hrana specification, Values). */
function isBase64(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.replace(/=+$/, '').length % 4 !== 1;
}

/** The reply to an `execute`, to a batch of one step, or to another request that failed. */
export function readResponse(response: WireResponse): Reply {
  switch (response.type) {
    case 'error':
      return { type: 'error', ...readError(response.error) };
    case 'execute':
      return readResult(response.result);
    case 'batch':
      return response.steps[0] === undefined ? { type: 'skipped' } : readStep(response.steps[0]);
    default:
      return { type: 'rows', rows: [] };
  }
}

export function readStep(step: WireStep): Reply {
  switch (step.type) {
    case 'error':
      return { type: 'error', ...readError(step.error) };
    case 'result':
      return { type: 'rows', rows: readRows(step.result) };
    case 'skipped':
      return { type: 'skipped' };
  }
}

/** The server's own words, without sqld's prefix and position, so that every engine says a thing alike. */
export function readError(error: WireError): { readonly message: string; readonly code: string } {
  const message = error.message
    .replace(/^(?:SQLite error|SQLite input error|SQL input error|SQL string could not be parsed): /, '')
    .replace(/ \(at offset \d+\)$/, '');
  return { message, code: error.code ?? 'UNKNOWN' };
}

/** Nearly every statement of a migration has none. */
const noRows: readonly (readonly Value[])[] = [];

function readResult(result: WireResult): Reply {
  const { rowsRead } = result;
  return { type: 'rows', rows: readRows(result), ...(rowsRead === null ? {} : { rowsRead }) };
}

function readRows({ rows }: WireResult): readonly (readonly Value[])[] {
  return rows.length === 0 ? noRows : rows.map((row) => row.map(readValue));
}

function readValue(value: WireValue): Value {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer': {
      const number = Number(value.value);
      return Number.isSafeInteger(number) ? number : BigInt(value.value);
    }
    case 'float':
      // Infinite, and JSON does not say which way: a number that is there must not be taken for NULL.
      return value.value ?? Number.POSITIVE_INFINITY;
    case 'text':
      return value.value;
    case 'blob':
      return Buffer.from(value.base64, 'base64');
  }
}

/**
 * Goes through the steps with what is possible of the connection, inside a transaction or not. A step that had to run
 * was not skipped, and one that had not to run has no rows (it may have an error: sqld reports a transaction that was
 * taken away at every later step).
 */
export function areCoherent(steps: readonly Step[], replies: readonly Reply[]): boolean {
  let possible: readonly boolean[] = [true];
  for (const [index, { sql, condition }] of steps.entries()) {
    const reply = replies[index];
    if (reply === undefined) return false;
    possible = possible.filter((autocommit) =>
      holds(condition, replies, autocommit) ? reply.type !== 'skipped' : reply.type !== 'rows',
    );
    if (possible.length === 0) return false;
    if (reply.type === 'rows') possible = followStatement(sql, possible);
    // An error may have ended the transaction.
    else if (reply.type === 'error') possible = [...new Set([...possible, true])];
  }
  return true;
}

/** Only this program's own steps begin and end transactions: in a migration they are blockers. */
function followStatement(sql: string, possible: readonly boolean[]): readonly boolean[] {
  if (sql === 'BEGIN IMMEDIATE' || sql === 'BEGIN') return [false];
  return sql === 'COMMIT' || sql === 'ROLLBACK' ? [true] : possible;
}
