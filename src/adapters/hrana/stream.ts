/** A Hrana stream that stays open over several requests: each hands over the baton for the next. */

import type { Secret } from '../../core/secret.ts';
import type { Target } from '../../core/target.ts';
import { MigrateError } from '../../errors.ts';
import { describeStatus, notLibsql, unreachable } from './failures.ts';
import type { PostOutcome } from './http.ts';
import type { WireResponse } from './wire.ts';

/** A server, as far as a stream on it needs it. */
export interface StreamServer {
  readonly target: Target;
  readonly token: Secret | null;
  readonly endpoint: URL;
  readonly send: (message: object, to: URL) => Promise<PostOutcome>;
}

export interface StreamAnswer {
  /** One for each statement, in order; one that fails does not keep the next from running. */
  readonly responses: readonly WireResponse[];
  /** The size of the whole answer. */
  readonly characters: number;
  /** Whether the stream's transaction was still open behind the last of them. */
  readonly inTransaction: boolean;
}

export interface Stream {
  /** @throws MigrateError of the connection; UnsendableText. The stream is gone then. */
  ask(statements: readonly string[]): Promise<StreamAnswer>;
  close(): Promise<void>;
}

/** The answer has a text that is not UTF-8: the server (sqld 0.24.32) answers 500 and drops the stream. */
export class UnsendableText extends Error {
  override readonly name = 'UnsendableText';
}

export function openStream(server: StreamServer): Stream {
  let baton: string | null = null;
  let url = server.endpoint;
  return {
    ask: async (statements) => {
      const requests = [...statements.map((sql) => ({ type: 'execute', stmt: { sql } })), { type: 'get_autocommit' }];
      const outcome = await server.send({ baton, requests }, url);
      if (baton !== null && outcome.type === 'answer' && outcome.status === 400) throw dropped(server.target);
      const body = takeAnswer(server, outcome);
      const answer = parseAnswer(body);
      if (answer === null || answer.responses.length < requests.length) {
        throw notLibsql(server.target, 'its answer is no Hrana message');
      }
      baton = answer.baton;
      url = findNextUrl(server.endpoint, url, answer.baseUrl);
      const responses = answer.responses.slice(0, statements.length);
      return {
        responses,
        characters: body.length,
        inTransaction: isInTransaction(answer.responses.at(statements.length)),
      };
    },
    // Nothing depends on it: a stream that is left alone ends by itself.
    close: async () => {
      if (baton !== null) await server.send({ baton, requests: [{ type: 'close' }] }, url);
      baton = null;
    },
  };
}

/** It lets go of a stream that nobody asked for 10 seconds, and of all when it ends. */
function dropped({ name }: Target): MigrateError {
  return new MigrateError('UNREACHABLE', `${name} dropped the connection.`, 'Run the same command again.');
}

function takeAnswer({ target, token }: StreamServer, outcome: PostOutcome): string {
  if (outcome.type === 'unsent') throw unreachable(target, outcome.message);
  if (outcome.type === 'lost') {
    throw new MigrateError(
      'UNREACHABLE',
      `${target.name} gave no whole answer: ${outcome.message}.`,
      'Run the same command again.',
    );
  }
  if (outcome.status === 500 && /\butf-8\b/i.test(outcome.body)) throw new UnsendableText();
  if (outcome.status !== 200) throw describeStatus(target, token, outcome.status, outcome.body);
  return outcome.body;
}

/** Hrana specification, `get_autocommit`; what is not said is not believed. */
function isInTransaction(response: WireResponse | undefined): boolean {
  return response?.type === 'ok' && 'is_autocommit' in response.response && response.response.is_autocommit === false;
}

interface Answer {
  readonly baton: string | null;
  readonly baseUrl: string | null;
  readonly responses: readonly WireResponse[];
}

function parseAnswer(body: string): Answer | null {
  try {
    const parsed: { baton?: string | null; base_url?: string | null; results?: readonly WireResponse[] } | null =
      JSON.parse(body);
    if (!Array.isArray(parsed?.results)) return null;
    return { baton: parsed.baton ?? null, baseUrl: parsed.base_url ?? null, responses: parsed.results };
  } catch {
    return null;
  }
}

/**
 * A server may name the machine that has the stream (Hrana specification, `base_url`). The token was given for this host:
 * it follows to the same one, and among Turso's own, and nowhere else.
 */
export function findNextUrl(endpoint: URL, current: URL, baseUrl: string | null): URL {
  if (baseUrl === null || !URL.canParse(baseUrl)) return current;
  const base = new URL(baseUrl);
  const isTurso = [base, endpoint].every(({ host, protocol }) => protocol === 'https:' && host.endsWith('.turso.io'));
  if (base.origin !== endpoint.origin && !isTurso) return current;
  return new URL(`${base.href.replace(/\/+$/, '')}/v3/pipeline`);
}
