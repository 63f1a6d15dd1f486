/** A proxy in front of a test server that counts requests and breaks the one it is told to, before, during or after its effect. */

import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the client sent. */
export interface RecordedRequest {
  /** 1 for the first since the proxy started. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How one request goes wrong. */
export type Fault =
  /** The client's connection is reset; the server never sees the request. */
  | 'before'
  /** The server answered in full; the client's connection is reset without the reply. */
  | 'after'
  /** The client gets half of the reply, then a reset. */
  | 'mid-reply'
  /** The server answered in full; the client gets nothing, on an open connection. */
  | 'hang'
  /** The reply comes, this much later. */
  | { readonly delayMs: number }
  /** The client's connection is reset after this time; the server goes on, and does not notice (as behind an edge proxy). */
  | { readonly resetAfterMs: number }
  /** The server answers, and this is made of its answer's text. */
  | { readonly rewrite: (body: string) => string }
  /** It is sent with this token in place of its own. */
  | { readonly token: string }
  /**
   * This reply instead of the server's, which never sees the request. With `effect` it does, and the work is done `before`
   * the reply, or goes on `meanwhile`.
   */
  | {
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly effect?: 'before' | 'meanwhile';
    };

export interface TestProxy {
  /** http://localhost:PORT */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** The same database, reached through the proxy. */
  through(serverUrl: string): string;
  /** @param number 1 for the first request since the proxy started. */
  breakRequest(number: number, fault: Fault): void;
  /** Breaks every request from this one on: `breakFrom(2, 'before')` is a server that went away. */
  breakFrom(number: number, fault: Fault): void;
  /** Breaks those that it gives a fault for. */
  breakWhere(find: (request: RecordedRequest) => Fault | undefined): void;
  /** Ends what `breakRequest`, `breakFrom` and `breakWhere` began. */
  mend(): void;
  /** Calls back when that request has arrived, and waits for it before the request goes on. */
  onRequest(number: number, callback: (request: RecordedRequest) => void | Promise<void>): void;
  /** Sends the requests for which `choose` says so to another database of the server, as to a copy that lags. */
  divert(choose: (request: RecordedRequest) => string | undefined): void;
  /** Adds this round-trip time to every request from now on. */
  latency(milliseconds: number): void;
  stop(): Promise<void>;
}

interface UpstreamReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function forward(port: number, agent: Agent, recorded: RecordedRequest, signal: AbortSignal): Promise<UpstreamReply> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = recorded;
    const outgoing = send({ host: '127.0.0.1', port, agent, method, path, headers, signal }, (message) => {
      const { statusCode = 0, headers: replyHeaders } = message;
      readBody(message).then((body) => resolve({ status: statusCode, headers: replyHeaders, body }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(recorded.body);
  });
}

function withToken(recorded: RecordedRequest, token: string): RecordedRequest {
  return { ...recorded, headers: { ...recorded.headers, authorization: `Bearer ${token}` } };
}

function resetConnection(incoming: IncomingMessage): void {
  incoming.socket.resetAndDestroy();
}

/** The body is sent whole, so its length is known and the server's framing must not be repeated. */
function writeReply(outgoing: ServerResponse, reply: UpstreamReply, length = reply.body.length): void {
  const {
    'transfer-encoding': _framing,
    connection: _connection,
    'keep-alive': _keepAlive,
    ...headers
  } = reply.headers;
  outgoing.writeHead(reply.status, { ...headers, 'content-length': String(reply.body.length) });
  if (length === reply.body.length) outgoing.end(reply.body);
  else outgoing.write(reply.body.subarray(0, length));
}

/** Starts a proxy on a free loopback port. Stop it before the server. */
export async function startProxy(upstreamPort: number): Promise<TestProxy> {
  const agent = new Agent({ keepAlive: true });
  const requests: RecordedRequest[] = [];
  const faults = new Map<number, Fault>();
  const callbacks = new Map<number, (request: RecordedRequest) => void | Promise<void>>();
  const stopping = new AbortController();
  let lasting: { readonly from: number; readonly fault: Fault } | undefined;
  let findOther: (request: RecordedRequest) => Fault | undefined = () => undefined;
  let latencyMs = 0;
  let findDetour: (request: RecordedRequest) => string | undefined = () => undefined;

  /** As it goes to the server: to the database that it names, or to the one it is sent to instead. */
  function redirect(request: RecordedRequest): RecordedRequest {
    const other = findDetour(request);
    return other === undefined ? request : { ...request, path: `${new URL(other).pathname}/v3/pipeline` };
  }

  function findFault(request: RecordedRequest): Fault | undefined {
    const own = faults.get(request.number) ?? (lasting && request.number >= lasting.from ? lasting.fault : undefined);
    return own ?? findOther(request);
  }

  async function answerInstead(
    fault: Extract<Fault, { status: number }>,
    outgoing: ServerResponse,
    recorded: RecordedRequest,
  ): Promise<void> {
    const served = fault.effect && forward(upstreamPort, agent, recorded, stopping.signal);
    if (fault.effect === 'before') await served;
    const body = Buffer.from(fault.body ?? '');
    writeReply(outgoing, { status: fault.status, headers: { ...fault.headers }, body });
    await served;
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const number = requests.length + 1;
    const { method = 'GET', url: path = '/', headers } = incoming;
    // Taken at once, so that requests that arrive together get different numbers.
    const place = requests.push({ number, method, path, headers, body: '' }) - 1;
    const recorded: RecordedRequest = { number, method, path, headers, body: (await readBody(incoming)).toString() };
    requests[place] = recorded;
    const fault = findFault(recorded);
    await callbacks.get(number)?.(recorded);
    if (latencyMs > 0) await sleep(latencyMs / 2);
    if (fault === 'before') return resetConnection(incoming);
    if (typeof fault === 'object' && 'status' in fault) return answerInstead(fault, outgoing, recorded);

    // A client that hangs up is passed on to the server, unless the fault is about a client that vanished.
    const hangUp = new AbortController();
    const passesOn = (one: Fault) =>
      typeof one === 'object' && ('delayMs' in one || 'token' in one || 'rewrite' in one);
    const vanishes = fault !== undefined && !passesOn(fault);
    if (!vanishes) outgoing.once('close', () => hangUp.abort());
    if (!vanishes && outgoing.destroyed) return;
    if (typeof fault === 'object' && 'resetAfterMs' in fault) setTimeout(resetConnection, fault.resetAfterMs, incoming);
    const signal = AbortSignal.any([stopping.signal, hangUp.signal]);
    const own = typeof fault === 'object' && 'token' in fault ? withToken(recorded, fault.token) : recorded;
    const reply = await forward(upstreamPort, agent, redirect(own), signal);

    if (latencyMs > 0) await sleep(latencyMs / 2);
    if (typeof fault === 'object' && 'delayMs' in fault) await sleep(fault.delayMs);
    if (fault === 'hang' || (typeof fault === 'object' && 'resetAfterMs' in fault)) return;
    if (fault === 'after') return resetConnection(incoming);
    if (typeof fault === 'object' && 'rewrite' in fault) {
      return writeReply(outgoing, { ...reply, body: Buffer.from(fault.rewrite(reply.body.toString())) });
    }
    if (fault !== 'mid-reply') return writeReply(outgoing, reply);
    writeReply(outgoing, reply, Math.floor(reply.body.length / 2));
    // A reset overtakes what is still on its way: let the half arrive first.
    await sleep(20);
    resetConnection(incoming);
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    // The server's connection failed, so the client's does.
    handle(incoming, outgoing).catch(() => resetConnection(incoming));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port for a proxy');
  // Not 127.0.0.1: a server with namespaces would look for one called 127.
  const url = `http://localhost:${address.port}`;

  return {
    url,
    requests,
    through: (serverUrl) => `${url}${new URL(serverUrl).pathname.replace(/\/$/, '')}`,
    breakRequest: (number, fault) => void faults.set(number, fault),
    breakFrom(from, fault) {
      lasting = { from, fault };
    },
    breakWhere(find) {
      findOther = find;
    },
    mend() {
      faults.clear();
      findOther = () => undefined;
      lasting = undefined;
    },
    onRequest: (number, callback) => void callbacks.set(number, callback),
    divert(choose) {
      findDetour = choose;
    },
    latency(milliseconds) {
      latencyMs = milliseconds;
    },
    async stop() {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}
