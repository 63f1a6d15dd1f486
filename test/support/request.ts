/** One HTTP request of a test, answered as text. */

import { Agent, type IncomingMessage, request as send } from 'node:http';

export interface TextReply {
  readonly status: number;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, keepAliveMsecs: 1_000 });

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** POST when there is a body (JSON), else GET. Rejects when the connection fails. */
export function request(options: {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}): Promise<TextReply> {
  const { url, body } = options;
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...type, ...options.headers };
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: body === undefined ? 'GET' : 'POST', headers, agent }, (message) => {
      readBody(message).then((text) => resolve({ status: message.statusCode ?? 0, body: text }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
