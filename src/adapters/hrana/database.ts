/**
 * A libSQL server over HTTP: every call is one request, on a stream of its own that the same request closes. Only a backup, and
 * all rows of a plan, are read by several.
 */

import { MigrateError } from '../../errors.ts';
import type {
  Argument,
  BatchOutcome,
  CallOptions,
  Clock,
  Condition,
  Database,
  Query,
  Question,
  ReadOptions,
  Reply,
  Step,
} from '../../ports.ts';
import type { Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';
import { prismaTracker, type TrackerTable } from '../../tracker/tracker.ts';
import { backUpServer } from './backup/backup.ts';
import { areCoherent, decodeAnswer, readError, readResponse, readStep } from './decode.ts';
import { describeStatus, findRefusal, notLibsql, notUnderstood, unreachable } from './failures.ts';
import { encodeMessage, type HttpClient, openHttpClient, type PostOutcome } from './http.ts';
import { maskErrors } from './masked.ts';
import type { WireMessage, WireRequest, WireResponse, WireStatement } from './messages.ts';
import { streamFromServer } from './rows.ts';
import type { StreamServer } from './stream.ts';

export interface ServerOptions {
  readonly target: Extract<Target, { type: 'server' }>;
  readonly token: Secret | null;
  /** How long one request may take. */
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Prisma's unless given. */
  readonly tracker?: TrackerTable | undefined;
  readonly onTraffic?: OnTraffic | undefined;
}

/** One request: the bytes of its body, and of the answer's. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

/** Told of each request, once it is answered or given up. */
export type OnTraffic = (traffic: Traffic) => void;

/** A request's outcome, and how often it was sent. */
type Posted = PostOutcome & { readonly sent: number };

type Answered = Extract<PostOutcome, { readonly type: 'answer' }>;

/** Codes of a voided batch that prove that nothing ran: it was not parsed, or not authorised. */
const refusals: ReadonlySet<string> = new Set([
  'SQL_PARSE_ERROR',
  'SQL_NO_STATEMENT',
  'SQL_MANY_STATEMENTS',
  'ARGS_INVALID',
  'ARGS_BOTH_POSITIONAL_AND_NAMED',
]);

/**
 * Waits before a request that was turned away at the door is sent again; a busy server answers 404 or 429 now and then.
 * If it was taken in all the same, nothing happens twice: guards stop a batch that was recorded already, and a fence or the
 * record of a failure only writes its own row again.
 */
const retryDelays = [100, 400];

const connectTimeout = 10_000;

/** A read is answered at once or not at all; only a batch of migrations may take long. */
const readTimeout = 30_000;

const close: WireRequest = { type: 'close' };

const unanswered: Reply = { type: 'error', message: 'no answer', code: 'UNKNOWN' };

function isRun({ runs }: Question): boolean {
  return runs !== 'never';
}

export async function openServer(options: ServerOptions): Promise<Database> {
  const { target, token, tracker = prismaTracker } = options;
  const endpoint = new URL(`${target.url}/v3/pipeline`);
  const client = openHttpClient(endpoint.protocol);
  const longest = options.timeoutSeconds * 1000;
  const { send, requests } = openSender(client, endpoint, options);
  const server: Server = {
    target,
    token,
    longest,
    post: (requests, timeout, signal) => send({ baton: null, requests: [...requests, close] }, timeout, signal),
  };
  const streamServer = (signal: AbortSignal | undefined): StreamServer => {
    const timeout = Math.min(longest, readTimeout);
    return { target, token, endpoint, send: (message, to) => send(message, timeout, signal, to) };
  };
  const database: Database = {
    target,
    tracker,
    read: (questions, call) => read(server, questions, call),
    execute: (steps, call) => execute(server, steps, call),
    parse: (statements) => parse(server, statements),
    backUp: (backup) => backUpServer(streamServer(backup.signal), backup),
    streamRows: (stream) => streamFromServer(streamServer(stream.signal), stream),
    requests,
    close: async () => client.close(),
  };
  return maskErrors(database, token);
}

type Send = (
  message: WireMessage,
  timeout: number,
  signal: AbortSignal | undefined,
  /** The endpoint unless given. */
  to?: URL,
) => Promise<Posted>;

/** Sends until the server takes the request in, as far as its answer tells; and counts how often it sent. */
function openSender(
  client: HttpClient,
  endpoint: URL,
  { token, clock, onTraffic }: ServerOptions,
): { readonly send: Send; readonly requests: () => number } {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token.reveal()}`;
  let sent = 0;
  const send: Send = async (message, timeout, signal, to = endpoint) => {
    const body = encodeMessage(message);
    for (let attempt = 0; ; attempt++) {
      sent++;
      const outcome = await client.post(to, {
        headers,
        body,
        timeout,
        connectTimeout: Math.min(timeout, connectTimeout),
        signal,
      });
      onTraffic?.({
        sent: body.reduce((sum, { length }) => sum + length, 0),
        received: outcome.type === 'answer' ? Buffer.byteLength(outcome.body) : 0,
      });
      const turnedAway = outcome.type === 'answer' && (outcome.status === 404 || outcome.status === 429);
      const delay = retryDelays[attempt];
      if (!turnedAway || delay === undefined) return { ...outcome, sent: attempt + 1 };
      await clock.sleep(delay, signal);
    }
  };
  return { send, requests: () => sent };
}

/** What each call needs. */
interface Server extends Pick<ServerOptions, 'target' | 'token'> {
  /** How long one request may take, in milliseconds. */
  readonly longest: number;
  /** On a stream of its own, closed by the same request. */
  readonly post: (
    requests: readonly WireRequest[],
    timeout: number,
    signal: AbortSignal | undefined,
  ) => Promise<Posted>;
}

/** @returns the responses to a request that only reads. @throws MigrateError when it was not answered as it should be */
function takeResponses(
  { target, token }: Server,
  requests: readonly WireRequest[],
  { status, body }: Answered,
): readonly WireResponse[] {
  if (status !== 200) throw describeStatus(target, token, status, body);
  const answer = decodeAnswer(body, [...requests, close]);
  if (answer === null) throw notLibsql(target, `${notUnderstood}. This was a read; nothing was written`);
  return answer.responses;
}

async function read(
  server: Server,
  questions: readonly Question[],
  { signal, patience }: ReadOptions = {},
): Promise<readonly Reply[]> {
  const { target, longest } = server;
  const snapshot = [{ sql: 'BEGIN' }, ...questions.filter(isRun), { sql: 'COMMIT' }];
  const parsed = questions.filter((question) => !isRun(question)).map(({ sql }) => sql);
  const requests = [...snapshot.map(encodeExecute), ...encodeParseOnly(parsed)];
  const outcome = await server.post(requests, Math.min(longest, patience ?? readTimeout), signal);
  if (outcome.type === 'unsent') throw unreachable(target, outcome.message);
  if (outcome.type === 'lost' && outcome.cause === 'time' && patience !== undefined) {
    return questions.map(() => ({ type: 'error', message: outcome.message, code: 'TIMEOUT' }));
  }
  if (outcome.type === 'lost') {
    throw new MigrateError(
      'UNREACHABLE',
      `${target.name} did not answer completely: ${outcome.message}. This was a read; nothing was written.`,
      'Run the same command again.',
    );
  }
  const replies = takeResponses(server, requests, outcome).map(readResponse);
  const begun = replies[0];
  if (begun?.type === 'error') {
    throw new MigrateError(
      'READ_FAILED',
      `${target.name} cannot be read: ${begun.message} (${begun.code}).`,
      'Fix what the message says, then run the same command again.',
    );
  }
  const answers = replies.slice(1, snapshot.length - 1).values();
  const verdicts = replies.slice(snapshot.length).values();
  return questions.map((question) => (isRun(question) ? answers : verdicts).next().value ?? unanswered);
}

async function execute(
  { target, token, longest, post }: Server,
  steps: readonly Step[],
  { signal }: CallOptions = {},
): Promise<BatchOutcome> {
  const requests = encodeBatch(steps);
  const outcome = await post(requests, longest, signal);
  if (outcome.type === 'unsent' && outcome.sent === 1) throw unreachable(target, outcome.message);
  // What was turned away before may have been taken in all the same.
  if (outcome.type !== 'answer') return { type: 'lost', message: outcome.message };
  if (outcome.status !== 200) {
    const { status, body } = outcome;
    const refusal = findRefusal(target, token, status, body);
    const { message } = refusal?.error ?? describeStatus(target, token, status, body);
    return { type: 'lost', message, ...(refusal === null ? {} : { refusal }) };
  }
  const batch = decodeAnswer(outcome.body, [...requests, close])?.responses[requests.length - 1];
  if (batch?.type === 'error') {
    const error = readError(batch.error);
    return refusals.has(error.code) ? { type: 'refused', ...error } : { type: 'lost', message: error.message };
  }
  const replies = batch?.type === 'batch' ? batch.steps.map(readStep) : null;
  if (replies === null) return { type: 'lost', message: 'the answer could not be read' };
  if (!areCoherent(steps, replies)) return { type: 'lost', message: 'the answer contradicts itself' };
  return { type: 'ran', replies, sent: outcome.sent };
}

async function parse(server: Server, statements: readonly string[]): Promise<readonly (string | null)[]> {
  const requests = encodeParseOnly(statements);
  const outcome = await server.post(requests, Math.min(server.longest, readTimeout), undefined);
  if (outcome.type !== 'answer') throw unreachable(server.target, outcome.message);
  const responses = takeResponses(server, requests, outcome);
  return responses.slice(0, statements.length).map((response) => {
    return response.type === 'error' ? readError(response.error).message : null;
  });
}

/** A text that occurs this often and is this long is sent once, by `store_sql`. sqld keeps at most 50. */
const store = { occurrences: 3, length: 120, most: 50 };

function encodeExecute(query: Query): WireRequest {
  return { type: 'execute', stmt: encodeStatement(query, new Map()) };
}

/** The pipeline requests of one conditional batch; the batch is the last of them. */
function encodeBatch(steps: readonly Step[]): readonly WireRequest[] {
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

/** Batches of one step that never runs: the server parses and authorises each, and names every one it refuses. */
function encodeParseOnly(statements: readonly string[]): readonly WireRequest[] {
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
