/** A Hrana stream that stays open over several requests: each hands over the baton for the next. */

import { MigrateError } from '../../errors.ts';
import type { Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';
import { decodeAnswer } from './decode.ts';
import { describeStatus, notLibsql, notUnderstood, unreachable } from './failures.ts';
import type { PostOutcome } from './http.ts';
import type { WireMessage, WireRequest, WireResponse } from './messages.ts';

/** A server, as far as a stream on it needs it. */
export interface StreamServer {
  readonly target: Target;
  readonly token: Secret | null;
  readonly endpoint: URL;
  readonly send: (message: WireMessage, to: URL) => Promise<PostOutcome>;
}

export interface StreamAnswer {
  /** One for each statement, in order; one that fails does not keep the next from running. */
  readonly responses: readonly WireResponse[];
  /** The size of the whole answer. */
  readonly characters: number;
  /** True if the stream's transaction was still open after the last of them. */
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
  let isOpen = false;
  let url = server.endpoint;
  return {
    ask: async (statements) => {
      // Without a baton this would be another stream, outside of the transaction that was begun on this one.
      if (isOpen && baton === null) throw dropped(server.target);
      const queries = statements.map((sql): WireRequest => ({ type: 'execute', stmt: { sql } }));
      const requests: readonly WireRequest[] = [...queries, { type: 'get_autocommit' }];
      const outcome = await server.send({ baton, requests }, url);
      if (baton !== null && outcome.type === 'answer' && outcome.status === 400) throw dropped(server.target);
      const body = takeAnswer(server, outcome);
      const answer = decodeAnswer(body, requests);
      if (answer === null) throw notLibsql(server.target, notUnderstood);
      baton = answer.baton;
      isOpen = true;
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
      `${target.name} did not answer completely: ${outcome.message}.`,
      'Run the same command again.',
    );
  }
  if (outcome.status === 500 && /\butf-8\b/i.test(outcome.body)) throw new UnsendableText();
  if (outcome.status !== 200) throw describeStatus(target, token, outcome.status, outcome.body);
  return outcome.body;
}

/** False if the server does not say. */
function isInTransaction(response: WireResponse | undefined): boolean {
  return response?.type === 'autocommit' && !response.isAutocommit;
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
