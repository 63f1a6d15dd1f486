/** A libSQL server over HTTP: every call but a backup is one request, on a stream of its own that the same request closes. */

import type { Secret } from '../../core/secret.ts';
import type { Target } from '../../core/target.ts';
import { MigrateError } from '../../errors.ts';
import type { BatchOutcome, CallOptions, Clock, Database, Query, ReadOptions, Reply, Step } from '../../ports.ts';
import { describeStatus, notLibsql, provesThatNothingRan, unreachable } from './failures.ts';
import { type HttpClient, openHttpClient, type PostOutcome } from './http.ts';
import {
  decodeBatch,
  decodeError,
  decodeExecute,
  encodeBatch,
  encodeExecute,
  encodeParseOnly,
  type WireError,
  type WireResponse,
} from './wire.ts';

export interface ServerOptions {
  readonly target: Extract<Target, { type: 'server' }>;
  readonly token: Secret | null;
  /** How long one request may take. */
  readonly timeoutSeconds: number;
  readonly clock: Clock;
}

/** Codes of a voided batch that prove that nothing ran: it was not parsed, or not authorised. */
const refusals: ReadonlySet<string> = new Set([
  'SQL_PARSE_ERROR',
  'SQL_NO_STATEMENT',
  'SQL_MANY_STATEMENTS',
  'ARGS_INVALID',
  'ARGS_BOTH_POSITIONAL_AND_NAMED',
]);

/** Waits before a request that was turned away at the door is sent again; a busy server answers 404 or 429 now and then. */
const retryDelays = [100, 400];

const connectTimeout = 10_000;

/** A read is answered at once or not at all; only a batch of migrations may take long. */
const readTimeout = 30_000;

export async function openServer(options: ServerOptions): Promise<Database> {
  const { target, clock } = options;
  const endpoint = new URL(`${target.url}/v3/pipeline`);
  const client: HttpClient = await openHttpClient(endpoint.protocol);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (options.token) headers.authorization = `Bearer ${options.token.reveal()}`;
  const longest = options.timeoutSeconds * 1000;
  let sent = 0;

  /** Sends until the server takes the request in; what was taken in is never sent twice. */
  async function send(
    message: object,
    timeout: number,
    signal: AbortSignal | undefined,
    to: URL = endpoint,
  ): Promise<PostOutcome> {
    const body = JSON.stringify(message);
    for (let attempt = 0; ; attempt++) {
      sent++;
      const outcome = await client.post(to, {
        headers,
        body,
        timeout,
        connectTimeout: Math.min(timeout, connectTimeout),
        signal,
      });
      const turnedAway = outcome.type === 'answer' && (outcome.status === 404 || outcome.status === 429);
      const delay = retryDelays[attempt];
      if (!turnedAway || delay === undefined) return outcome;
      await clock.sleep(delay, signal);
    }
  }

  /** A stream of its own, closed by the same request. */
  function post(requests: readonly object[], timeout: number, signal: AbortSignal | undefined): Promise<PostOutcome> {
    return send({ baton: null, requests: [...requests, { type: 'close' }] }, timeout, signal);
  }

  async function read(queries: readonly Query[], { signal, patience }: ReadOptions = {}): Promise<readonly Reply[]> {
    const snapshot = [{ sql: 'BEGIN' }, ...queries, { sql: 'COMMIT' }];
    const outcome = await post(snapshot.map(encodeExecute), Math.min(longest, patience ?? readTimeout), signal);
    if (outcome.type === 'unsent') throw unreachable(target, outcome.message);
    if (outcome.type === 'lost' && outcome.cause === 'time' && patience !== undefined) {
      return queries.map(() => ({ type: 'error', message: outcome.message, code: 'TIMEOUT' }));
    }
    if (outcome.type === 'lost') {
      throw new MigrateError(
        'UNREACHABLE',
        `${target.name} gave no whole answer: ${outcome.message}. This was a read; nothing was written.`,
        'Run the same command again.',
      );
    }
    if (outcome.status !== 200) throw describeStatus(target, options.token, outcome.status, outcome.body);
    const results = parseResults(outcome.body);
    if (results === null || results.length < snapshot.length) throw notLibsql(target, 'its answer is no Hrana message');
    const replies = results.slice(0, snapshot.length).map(decodeExecute);
    const begun = replies[0];
    if (begun?.type === 'error') {
      throw new MigrateError(
        'READ_FAILED',
        `${target.name} cannot be read: ${begun.message} (${begun.code}).`,
        'Mend what the message says, then run the same command again.',
      );
    }
    return replies.slice(1, -1);
  }

  async function execute(steps: readonly Step[], { signal }: CallOptions = {}): Promise<BatchOutcome> {
    const requests = encodeBatch(steps);
    const outcome = await post(requests, longest, signal);
    if (outcome.type === 'unsent') throw unreachable(target, outcome.message);
    if (outcome.type === 'lost') return outcome;
    if (outcome.status !== 200) {
      const error = describeStatus(target, options.token, outcome.status, outcome.body);
      if (provesThatNothingRan(outcome.status)) throw error;
      return { type: 'lost', message: error.message };
    }
    const results = parseResults(outcome.body);
    const batch = results?.[requests.length - 1];
    if (!batch) return { type: 'lost', message: 'the answer could not be read' };
    const decoded = decodeBatch(batch, steps.length);
    if (isReplies(decoded)) return { type: 'ran', replies: decoded };
    const error = decodeError(decoded);
    return refusals.has(error.code) ? { type: 'refused', ...error } : { type: 'lost', message: error.message };
  }

  async function parse(statements: readonly string[]): Promise<readonly (string | null)[]> {
    const outcome = await post(encodeParseOnly(statements), Math.min(longest, readTimeout), undefined);
    if (outcome.type !== 'answer') throw unreachable(target, outcome.message);
    if (outcome.status !== 200) throw describeStatus(target, options.token, outcome.status, outcome.body);
    const results = parseResults(outcome.body);
    if (results === null || results.length < statements.length) {
      throw notLibsql(target, 'its answer is no Hrana message');
    }
    return statements.map((_, index) => {
      const result = results[index];
      return result?.type === 'error' ? decodeError(result.error).message : null;
    });
  }

  return {
    target,
    read,
    execute,
    parse,
    backUp: async (backup) => {
      const { backUpServer } = await import('./backup.ts');
      const timeout = Math.min(longest, readTimeout);
      return backUpServer(
        { target, token: options.token, endpoint, send: (message, to) => send(message, timeout, backup.signal, to) },
        backup,
      );
    },
    requests: () => sent,
    close: async () => client.close(),
  };
}

function isReplies(decoded: readonly Reply[] | WireError): decoded is readonly Reply[] {
  return Array.isArray(decoded);
}

function parseResults(body: string): readonly WireResponse[] | null {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'results' in parsed && Array.isArray(parsed.results)) {
      return parsed.results as readonly WireResponse[];
    }
  } catch {
    // No JSON: not an answer of libSQL, or only half of one.
  }
  return null;
}
