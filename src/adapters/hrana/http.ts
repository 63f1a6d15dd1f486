/** One message as an HTTP POST with `node:http`, and what is known about it afterwards: answered, never sent, or lost. */

import {
  type Agent,
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { WireMessage } from './messages.ts';

export type PostOutcome =
  | { readonly type: 'answer'; readonly status: number; readonly body: string }
  /** No connection came about, so the server cannot have seen the request. */
  | { readonly type: 'unsent'; readonly message: string }
  /** The request may have arrived; there is no whole answer. */
  | { readonly type: 'lost'; readonly message: string; readonly cause: 'time' | 'connection' };

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, and not a string: Node takes three times a string's length to send it. In pieces, which are sent as one. */
  readonly body: readonly Buffer[];
  /** Milliseconds for the connection to come about. */
  readonly connectTimeout: number;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpClient {
  post(url: URL, options: PostOptions): Promise<PostOutcome>;
  close(): void;
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

/** sqld refuses to answer with more than 10 MB; anything far beyond is not an answer of libSQL. */
const largestBody = 64 * 1024 * 1024;

/** Idle sockets are given up before servers do it (5 s is common), so that a request never meets a dying one. */
const agentOptions = { keepAlive: true, timeout: 4_000, maxSockets: 8 };

/**
 * `node:http` and not the global `fetch`: on Node 20 the first `fetch` costs about 90 ms and 39 MB.
 */
export function openHttpClient(protocol: string): HttpClient {
  if (protocol === 'https:') return createClient(httpsRequest, new HttpsAgent(agentOptions));
  return createClient(httpRequest, new HttpAgent(agentOptions));
}

function createClient(request: (url: URL, options: RequestOptions) => ClientRequest, agent: Agent): HttpClient {
  return {
    post: (url, options) => post(request, agent, url, options),
    close: () => agent.destroy(),
  };
}

function post(
  request: (url: URL, options: RequestOptions) => ClientRequest,
  agent: Agent,
  url: URL,
  options: PostOptions,
): Promise<PostOutcome> {
  return new Promise((resolve) => {
    let connected = false;
    let settled = false;
    const outgoing = request(url, { agent, method: 'POST' });
    // Not among the options: Node prints those, with the token, where NODE_DEBUG names http or net.
    for (const [name, value] of Object.entries(options.headers)) outgoing.setHeader(name, value);
    outgoing.setHeader('content-length', sumLengths(options.body));
    const settle = (outcome: PostOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(connecting);
      clearTimeout(whole);
      options.signal?.removeEventListener('abort', abort);
      resolve(outcome);
    };
    const fail = (message: string, cause: 'time' | 'connection' = 'connection'): void => {
      settle(connected ? { type: 'lost', message, cause } : { type: 'unsent', message });
      outgoing.destroy();
    };
    const abort = (): void => fail('interrupted');
    const connecting = setTimeout(() => {
      if (!connected) fail(`no connection within ${seconds(options.connectTimeout)}`);
    }, options.connectTimeout);
    const whole = setTimeout(() => fail(`no answer within ${seconds(options.timeout)}`, 'time'), options.timeout);

    outgoing.on('socket', (socket) => {
      // A socket taken from the pool is connected already; over TLS the request is written after the handshake.
      if (!socket.connecting) connected = true;
      else
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          connected = true;
        });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(describe(error)));
    outgoing.on('response', (incoming) => readAnswer(incoming, settle, fail));
    options.signal?.addEventListener('abort', abort);
    if (options.signal?.aborted) abort();
    else {
      for (const piece of options.body) outgoing.write(piece);
      outgoing.end();
    }
  });
}

/** @param settle is told the whole answer. @param fail is told why there is none; after `settle` it does nothing. */
function readAnswer(
  incoming: IncomingMessage,
  settle: (outcome: PostOutcome) => void,
  fail: (message: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestBody) fail('the answer is larger than libSQL ever sends');
    else chunks.push(chunk);
  });
  incoming.on('end', () => {
    settle({ type: 'answer', status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
  });
  incoming.on('error', (error: NodeJS.ErrnoException) => fail(describe(error)));
  incoming.on('close', () => fail('the connection was cut in the middle of the answer'));
}

function sumLengths(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  EPROTO: 'it does not speak TLS (ws:// or http:// is for a server without it)',
};

function describe(error: NodeJS.ErrnoException): string {
  // Node reports several addresses of one host (::1 and 127.0.0.1) as one error without a text.
  const code =
    error.code ?? (error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException)?.code : undefined);
  return (code && reasons[code]) || error.message || code || 'the connection failed';
}
