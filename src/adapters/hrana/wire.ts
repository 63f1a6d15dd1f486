/** The Hrana 3 messages that this program sends, and what their answers mean (HRANA_3_SPEC.md, JSON). */

import type { Argument, Condition, Query, Reply, Step, Value } from '../../ports.ts';
import type {
  WireError,
  WireMessage,
  WireRequest,
  WireResponse,
  WireResult,
  WireStatement,
  WireStep,
  WireValue,
} from './messages.ts';

/** A text that occurs this often and is this long is sent once, by `store_sql`. sqld keeps at most 50. */
const store = { occurrences: 3, length: 120, most: 50 };

export function encodeExecute(query: Query): WireRequest {
  return { type: 'execute', stmt: encodeStatement(query, new Map()) };
}

/** The pipeline requests of one conditional batch; the batch is the last of them. */
export function encodeBatch(steps: readonly Step[]): readonly WireRequest[] {
  const stored = findRepeatedTexts(steps);
  return [
    ...[...stored].map(([sql, id]) => ({ type: 'store_sql' as const, sql_id: id, sql })),
    { type: 'batch', batch: { steps: steps.map((step) => new UnwrittenStep(step, stored)) } },
  ];
}

/** Becomes what is sent only while it is written: of a long file there are a hundred thousand. */
class UnwrittenStep {
  readonly #step: Step;
  readonly #stored: ReadonlyMap<string, number>;

  constructor(step: Step, stored: ReadonlyMap<string, number>) {
    this.#step = step;
    this.#stored = stored;
  }

  toJSON(): object {
    const stmt = encodeStatement(this.#step, this.#stored);
    const { condition } = this.#step;
    return condition ? { stmt, condition: encodeCondition(condition) } : { stmt };
  }
}

const pieceLength = 256 * 1024;

/** The JSON of a message, as bytes in pieces: the text of a long file is never there as a whole once more. */
export function encodeMessage({ baton, requests }: WireMessage): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let text = '';
  const write = (more: string): void => {
    text += more;
    if (text.length < pieceLength) return;
    pieces.push(Buffer.from(text));
    text = '';
  };
  const writeList = <Item>(items: readonly Item[], writeItem: (item: Item) => void): void => {
    write('[');
    for (const [index, item] of items.entries()) {
      if (index > 0) write(',');
      writeItem(item);
    }
    write(']');
  };
  write(`{"baton":${JSON.stringify(baton)},"requests":`);
  writeList(requests, (request) => {
    if (request.type !== 'batch') return write(JSON.stringify(request));
    write('{"type":"batch","batch":{"steps":');
    writeList(request.batch.steps, (step) => write(JSON.stringify(step)));
    write('}}');
  });
  write('}');
  return [...pieces, Buffer.from(text)];
}

/** Batches of one step that never runs: the server parses and authorises each, and names every one it refuses. */
export function encodeParseOnly(statements: readonly string[]): readonly WireRequest[] {
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
