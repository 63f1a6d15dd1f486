/** The protocol before the one that this program speaks (Hrana 2): asked only to say what it is that does not answer. */

import type { Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';
import { encodeMessage, openHttpClient } from './http.ts';

export interface OlderOptions {
  readonly target: Extract<Target, { type: 'server' }>;
  readonly token: Secret | null;
  /** Milliseconds. */
  readonly timeout: number;
}

/** @returns the SQLite version of a server that answers it; null for what does not. */
export async function askOlderProtocol({ target, token, timeout }: OlderOptions): Promise<string | null> {
  const url = new URL(`${target.url}/v2/pipeline`);
  const client = openHttpClient(url.protocol);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token.reveal()}`;
  const body = encodeMessage({
    baton: null,
    requests: [{ type: 'execute', stmt: { sql: 'SELECT sqlite_version()' } }],
  });
  try {
    const outcome = await client.post(url, { headers, body, timeout, connectTimeout: timeout });
    if (outcome.type !== 'answer' || outcome.status !== 200) return null;
    return /"type":"text","value":"(\d+(?:\.\d+){1,3})"/.exec(outcome.body)?.[1] ?? null;
  } finally {
    client.close();
  }
}
